// Every kernel of kernels/, in the order of its CMakeLists.txt.
#pragma once

#include <vector>

#include "core/kernel.h"

namespace roofmark {

std::vector<Kernel> all_kernels();

}  // namespace roofmark
