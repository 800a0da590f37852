// Launcher of the integer dot product probe on a GPU.
#pragma once

#include "probes/chains.h"

namespace roofmark {

/// A step is x = c + the sum of products of the four signed bytes of x and of m, modulo 2^32.
void launch_dot(const ChainLaunch& what, void* stream);

}  // namespace roofmark
