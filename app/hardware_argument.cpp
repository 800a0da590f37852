#include "app/hardware_argument.h"

#include <filesystem>
#include <variant>

#include "analyzer/spec_json.h"
#include "app/files.h"
#include "core/error.h"
#include "core/printable.h"

namespace roofmark {

Hardware hardware_argument(const std::string& argument) {
  const auto [device, mode] = device_and_mode(argument);
  const std::filesystem::path path(device);
  if (argument.find('/') == std::string::npos && path.extension() != ".json") {
    return find_hardware(argument);
  }
  // A spec is a few KiB; 16 MiB keeps a wrong file from filling the memory.
  const auto spec = spec_from_json(read_file(path, 16u << 20), path.string());
  const Hardware* hardware = std::get_if<Hardware>(&spec);
  if (!hardware) {
    throw InputError(printable(path.string()) +
                     ": kind: the rates of a micro-architecture are no device; name a file of kind "
                     "\"hardware\"");
  }
  return in_mode(*hardware, mode);
}

}  // namespace roofmark
