// The hardware that --hardware names: built in, or read from a file.
#pragma once

#include <string>

#include "analyzer/spec.h"

namespace roofmark {

/// "a6000" and "agx-orin:30w" are built in (find_hardware); what has a '/' or ends in ".json" is
/// the path of a spec file of kind "hardware", read by the reader of the built-in ones, and
/// "my.json:30w" one of its modes.  Throws InputError.
Hardware hardware_argument(const std::string& argument);

}  // namespace roofmark
