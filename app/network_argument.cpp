#include "app/network_argument.h"

#include <filesystem>

#include "analyzer/conv_network_json.h"
#include "app/files.h"
#include "app/model_argument.h"
#include "core/error.h"
#include "core/printable.h"

namespace roofmark {
namespace {

ConvNetwork base_called(std::string_view name) {
  if (const ConvNetwork* network = find_network(name)) return *network;
  throw InputError("no network is called \"" + printable(name, 64) +
                   "\"; roofmark list networks names them");
}

}  // namespace

std::optional<ConvNetwork> network_argument(const std::string& argument) {
  const std::filesystem::path given(argument), path = config_of(given);
  if (argument.find('/') == std::string::npos && given.extension() != ".json") {
    const ConvNetwork* network = find_network(argument);
    return network ? std::optional(*network) : std::nullopt;
  }
  const JsonView json = JsonView::parse(read_file(path, 16u << 20), path.string());
  const auto kind = json.is_object() ? json.find("kind") : std::nullopt;
  if (!kind || !kind->is_string() || kind->text() != "network") return std::nullopt;
  ConvNetwork network = network_from_json(json, base_called);
  network.source = path.string();
  return network;
}

}  // namespace roofmark
