// A model named on the command line: built in, or a Hugging Face config.json.
#pragma once

#include <filesystem>
#include <string>

#include "core/model.h"

namespace roofmark {

/// A folder's config.json, where it has one, as a downloaded model has; else the path itself.
std::filesystem::path config_of(const std::filesystem::path& path);

/// A built-in name, or the path of a config.json (anything with a slash or ending in .json) or of
/// its folder.  Throws InputError.
Model model_argument(const std::string& argument);

}  // namespace roofmark
