// Launcher of the exponential probe on a GPU.
#pragma once

#include "probes/chains.h"

namespace roofmark {

/// A step adds 2^x to a chain's sum, which is its result, and then m to its x; c is not used.
void launch_exp(const ChainLaunch& what, void* stream);

}  // namespace roofmark
