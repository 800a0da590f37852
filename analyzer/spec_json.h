// Reads one file of analyzer/specs/.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "analyzer/spec.h"

namespace roofmark {

/// A micro-architecture or a device, as the file's `kind` says.  Strict: an unknown key, a missing
/// source or a value out of range throws InputError naming file, key and remedy.
std::variant<Uarch, Hardware> spec_from_json(std::string_view text, const std::string& name);

}  // namespace roofmark
