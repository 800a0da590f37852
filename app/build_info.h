// What this program was built from.
#pragma once

#include <string>

#include "core/measurement.h"

namespace roofmark {

/// Version (of the CMake project), commit, compiler and the libraries found.
Build build_info();

/// "roofmark 0.1.0 (1a2b3c4d, GCC 12.2.0)"
std::string version_line();

}  // namespace roofmark
