#include "app/model_argument.h"

#include <filesystem>

#include "analyzer/models.h"
#include "app/files.h"
#include "core/error.h"
#include "core/model_json.h"
#include "core/strict_json.h"

namespace roofmark {

std::filesystem::path config_of(const std::filesystem::path& path) {
  std::error_code unknown;
  const std::filesystem::path config = path / "config.json";
  return std::filesystem::exists(config, unknown) ? config : path;
}

Model model_argument(const std::string& argument) {
  const std::filesystem::path given(argument), path = config_of(given);
  if (argument.find('/') == std::string::npos && given.extension() != ".json") {
    try {
      return find_model(argument);
    } catch (const InputError&) {
      if (path == given) throw;
    }
  }
  // A configuration is a few KiB; 16 MiB keeps a wrong file from filling the memory.
  const JsonView config = JsonView::parse(read_file(path, 16u << 20), path.string());
  const std::string folder = std::filesystem::absolute(path).parent_path().filename().string();
  const bool plain = path.filename() == "config.json" && !folder.empty();
  Model model = model_from_json(config, plain ? folder : path.stem().string());
  model.source = path.string();
  return model;
}

}  // namespace roofmark
