// Every kernel of probes/, in the order of its CMakeLists.txt.
#pragma once

#include <vector>

#include "core/kernel.h"

namespace roofmark {

std::vector<Kernel> all_probes();

}  // namespace roofmark
