// A model named on the command line: built in, or a Hugging Face config.json.
#pragma once

#include <string>

#include "core/model.h"

namespace roofmark {

/// A built-in name, or the path of a config.json (anything with a slash or ending in .json). Throws
/// InputError.
Model model_argument(const std::string& argument);

}  // namespace roofmark
