// Launcher of the integer multiply-add probe on a GPU.
#pragma once

#include "probes/chains.h"

namespace roofmark {

/// A step is x = x m + c modulo 2^32.
void launch_imad(const ChainLaunch& what, void* stream);

}  // namespace roofmark
