#include "analyzer/conv_network_json.h"

#include <algorithm>
#include <array>

#include "core/printable.h"

namespace roofmark {
namespace {

constexpr std::int64_t most_wide = 1 << 20;  // channels, height, width
constexpr std::size_t most_layers = 1 << 14;

/// What a layer leaves to the next one.
struct Map {
  std::int64_t channels = 1, height = 1, width = 1;
};

ConvKind kind_from(const JsonView& json) {
  constexpr std::array kinds{ConvKind::convolution, ConvKind::max_pool, ConvKind::average_pool,
                             ConvKind::dense};
  const std::string text = json.text();
  for (const ConvKind kind : kinds) {
    if (text == name(kind)) return kind;
  }
  json.refuse("unknown kind of layer \"" + printable(text, 40) + "\"",
              "write convolution, max_pool, average_pool or dense");
}

bool flag(const JsonView& json, const char* key) {
  const auto found = json.find(key);
  return found && found->boolean();
}

std::int64_t extent(const JsonView& json, const char* key, std::int64_t otherwise,
                    std::int64_t least = 1) {
  const auto found = json.find(key);
  return found ? found->integer(least, most_wide) : otherwise;
}

std::int64_t slid(const JsonView& json, const ConvLayer& layer, std::int64_t in) {
  const std::int64_t padded = in + 2 * layer.padding;
  if (layer.kernel > padded) {
    json.refuse("its kernel of " + std::to_string(layer.kernel) + " does not fit into " +
                    std::to_string(padded) + " (the input with its padding)",
                "correct kernel, padding or the layer before it");
  }
  return (padded - layer.kernel) / layer.stride + 1;
}

void read_window(const JsonView& json, ConvLayer& layer) {
  const bool whole = layer.kind == ConvKind::average_pool && !json.has("kernel");
  if (whole) {  // the whole map
    if (layer.in_height != layer.in_width) json.refuse("the map is not square", "give it a kernel");
    layer.kernel = layer.in_height;
  } else {
    layer.kernel = json.at("kernel").integer(1, most_wide);
  }
  layer.stride = extent(json, "stride", 1);
  layer.padding = extent(json, "padding", 0, 0);
  layer.out_height = slid(json, layer, layer.in_height);
  layer.out_width = slid(json, layer, layer.in_width);
}

/// Every figure derived from a layer is a product held in 64 bits and then in a double.
void refuse_what_overflows(const JsonView& json, const ConvLayer& layer) {
  const auto number = [](std::int64_t value) { return static_cast<double>(value); };
  const double in = number(layer.in_channels) * number(layer.in_height) * number(layer.in_width);
  const double out =
      number(layer.out_channels) * number(layer.out_height) * number(layer.out_width);
  const double per_output =
      layer.kind == ConvKind::dense
          ? in
          : number(layer.in_channels) * number(layer.kernel) * number(layer.kernel);
  if (std::max(in, out * (per_output + 1)) > 0x1p53)
    json.refuse("more than 2^53 operations", "correct the extents");
}

ConvLayer layer_from(const JsonView& json, const Map& input) {
  ConvLayer layer;
  layer.name = json.at("name").text(64);
  layer.kind = kind_from(json.at("kind"));
  layer.in_channels = input.channels;
  layer.in_height = input.height;
  layer.in_width = input.width;
  layer.out_channels = input.channels;
  switch (layer.kind) {
    case ConvKind::convolution: {
      json.only({"name", "kind", "channels", "kernel", "stride", "padding", "groups", "bias",
                 "batch_norm", "activation"});
      layer.out_channels = json.at("channels").integer(1, most_wide);
      layer.groups = extent(json, "groups", 1);
      if (layer.in_channels % layer.groups != 0 || layer.out_channels % layer.groups != 0) {
        json.at("groups").refuse("does not divide " + std::to_string(layer.in_channels) + " and " +
                                     std::to_string(layer.out_channels) + " channels",
                                 "write a divisor");
      }
      read_window(json, layer);
      break;
    }
    case ConvKind::dense:
      json.only({"name", "kind", "channels", "bias", "batch_norm", "activation"});
      layer.out_channels = json.at("channels").integer(1, most_wide);
      break;
    case ConvKind::max_pool:
    case ConvKind::average_pool:
      json.only({"name", "kind", "kernel", "stride", "padding"});
      read_window(json, layer);
      break;
  }
  layer.bias = flag(json, "bias");
  layer.batch_norm = flag(json, "batch_norm");
  layer.activation = flag(json, "activation");
  refuse_what_overflows(json, layer);
  return layer;
}

Map map_after(const ConvLayer& layer) {
  return {layer.out_channels, layer.out_height, layer.out_width};
}

/// The layers of another network up to and with the one named.
void begin_with(const JsonView& json, ConvNetwork network, ConvNetwork& variant) {
  const JsonView through = json.at("through");
  const std::string last = through.text();
  const auto end = std::find_if(network.layers.begin(), network.layers.end(),
                                [&](const ConvLayer& layer) { return layer.name == last; });
  if (end == network.layers.end()) {
    through.refuse("no layer of " + network.name + " is called so", "name one of its layers");
  }
  variant.base = network.name;
  variant.layers.assign(network.layers.begin(), end + 1);
}

}  // namespace

ConvNetwork network_from_json(const JsonView& json,
                              const std::function<ConvNetwork(std::string_view)>& base) {
  json.only(
      {"kind", "name", "title", "aliases", "source", "input", "extends", "through", "layers"});
  const JsonView kind = json.at("kind");
  if (kind.text() != "network") kind.refuse("no network", "write \"network\"");
  ConvNetwork network;
  network.name = json.at("name").text(64);
  network.title = json.at("title").text();
  network.source = json.at("source").text();
  if (const auto aliases = json.find("aliases")) {
    for (const JsonView& alias : aliases->elements()) network.aliases.push_back(alias.text(64));
  }
  Map map;
  if (const auto other = json.find("extends")) {
    begin_with(json, base(other->text(64)), network);
    map = map_after(network.layers.back());
  } else {
    const JsonView input = json.at("input");
    input.only({"channels", "height", "width"});
    map = {input.at("channels").integer(1, most_wide), input.at("height").integer(1, most_wide),
           input.at("width").integer(1, most_wide)};
  }
  for (const JsonView& layer : json.at("layers").elements()) {
    if (network.layers.size() == most_layers) layer.refuse("too many layers", "remove some");
    network.layers.push_back(layer_from(layer, map));
    map = map_after(network.layers.back());
  }
  if (network.layers.empty()) json.at("layers").refuse("no layer", "add one");
  return network;
}

}  // namespace roofmark
