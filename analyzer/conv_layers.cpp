#include "analyzer/conv_layers.h"

#include <algorithm>

#include "analyzer/layers.h"
#include "analyzer/numbers.h"

namespace roofmark {
namespace {

constexpr const char* phase = "inference";
constexpr int folded = 2, as_trained = 4;  // values per channel of batch normalization

double number(std::int64_t value) { return static_cast<double>(value); }

/// Lays a network's layers out as rows, one call each.
class Rows {
 public:
  Rows(std::int64_t images, const Format& format, const Roofline& roofline)
      : images_(number(images)), format_(format), roofline_(roofline) {}

  /// `parameters` elements of weights, maps of `inputs` and `outputs` elements for each image.
  void add(const std::string& name, Shape shape, double ops, std::int64_t parameters,
           std::int64_t inputs, std::int64_t outputs) {
    const double width = bytes(format_.activations);
    Layer layer{.op = name, .phase = phase, .shape = std::move(shape), .format = format_};
    layer.reads_known = true;
    if (!layers_.empty()) layer.reads.push_back(layers_.back().op);  // a chain
    layer.work.ops = Ops{ops * images_};
    layer.work.weights = Bytes{number(parameters) * bytes(format_.weights)};
    layer.work.read = layer.work.weights + Bytes{number(inputs) * images_ * width};
    layer.work.written = Bytes{number(outputs) * images_ * width};
    stand_on(layer, roofline_);
    layers_.push_back(std::move(layer));
  }
  std::vector<Layer> take() { return std::move(layers_); }

 private:
  double images_;
  const Format& format_;
  const Roofline& roofline_;
  std::vector<Layer> layers_;
};

Shape shape_of(const ConvLayer& layer, std::int64_t images) {
  if (layer.kind == ConvKind::dense)
    return {{"m", images}, {"n", layer.out_channels}, {"k", layer.inputs()}};
  Shape shape{{"images", images},        {"in", layer.in_channels},   {"height", layer.in_height},
              {"width", layer.in_width}, {"out", layer.out_channels}, {"kernel", layer.kernel},
              {"stride", layer.stride}};
  if (layer.groups > 1) shape.extents.push_back({"groups", layer.groups});
  return shape;
}

std::vector<Layer> rows_of(const ConvNetwork& network, std::int64_t images, const Format& format,
                           Intermediates intermediates, const Roofline& roofline) {
  const bool stored = intermediates == Intermediates::stored;
  Rows rows(images, format, roofline);
  for (const ConvLayer& layer : network.layers) {
    const Shape map{{"images", images},
                    {"channels", layer.out_channels},
                    {"height", layer.out_height},
                    {"width", layer.out_width}};
    const std::int64_t out = layer.outputs();
    rows.add(layer.name, shape_of(layer, images), number(2 * layer.macs() + layer.bias_adds()),
             layer.parameters() + (stored ? 0 : batch_norm_parameters(layer, folded)),
             layer.inputs(), out);
    if (stored && layer.batch_norm) {
      rows.add(layer.name + "_norm", map, 0, batch_norm_parameters(layer, as_trained), out, out);
    }
    if (stored && layer.activation) rows.add(layer.name + "_act", map, 0, 0, out, out);
  }
  return rows.take();
}

/// The conventions that figures are published in, each named by all it leaves out.
std::vector<NetworkCounting> countings_of(const ConvNetwork& network, std::int64_t images,
                                          const Format& format) {
  std::vector<NetworkCounting> all;
  const auto add = [&](const char* what, const char* unit, const ConvTraffic& traffic) {
    const ConvCount counted = count(network, traffic, images);
    NetworkCounting one{.counting = what, .unit = unit};
    one.ops = number(counted.macs) * (one.unit == "MAC" ? 1 : 2);
    one.bytes = number(counted.parameters) * bytes(format.weights) +
                number(counted.elements - counted.parameters) * bytes(format.activations);
    one.intensity = one.ops / one.bytes;
    all.push_back(std::move(one));
  };
  ConvTraffic once{.inputs = false}, stored{.inputs = false};
  stored.batch_norm_outputs = stored.activation_outputs = true;
  stored.batch_norm_values = as_trained;
  const ConvTraffic whole;
  add("weights and outputs, fused", "MAC", once);
  add("weights and outputs, fused", "FLOP", once);
  add("weights and outputs, every intermediate output stored", "MAC", stored);
  add("weights and outputs, every intermediate output stored", "FLOP", stored);
  add("weights, inputs and outputs, fused", "FLOP", whole);
  return all;
}

Storage storage_of(const ConvNetwork& network, std::int64_t images, const Format& format) {
  std::int64_t alive = 0;
  for (const ConvLayer& layer : network.layers) {
    alive = std::max(alive, layer.inputs() + layer.outputs());
  }
  const ConvCount counted = count(network, {}, images);
  Storage storage;
  storage.weights = Bytes{number(counted.parameters) * bytes(format.weights)};
  storage.peak =
      storage.weights + Bytes{number(alive) * number(images) * bytes(format.activations)};
  return storage;
}

/// How a variant differs from the network that it begins with, where that is built in.
std::string against_base(const ConvNetwork& network, const NetworkCounting& own,
                         std::int64_t images, const Format& format) {
  const ConvNetwork* base = network.base.empty() ? nullptr : find_network(network.base);
  if (!base) return {};
  const NetworkCounting other = countings_of(*base, images, format).front();
  return network.name + " does " + plain_number(own.intensity) + " " + own.unit + "/B (" +
         own.counting + "), " + fixed(own.intensity / other.intensity, 2) + " times the " +
         plain_number(other.intensity) + " of " + base->name;
}

}  // namespace

std::string_view name(Intermediates intermediates) {
  return intermediates == Intermediates::fused ? "fused" : "stored";
}

Analysis analyze_network(const ConvNetwork& network, std::int64_t images, const Format& format,
                         Intermediates intermediates, const Roofline& roofline) {
  Analysis analysis;
  analysis.hardware = roofline.name;
  analysis.title = network.title + (roofline.name.empty() ? "" : " on " + roofline.name) +
                   ", inference of " + std::to_string(images) +
                   (images == 1 ? " image, " : " images, ") + format.name() + ", " +
                   std::string(name(intermediates)) + " intermediate outputs";
  NetworkFacts facts{.name = network.name, .images = images};
  facts.countings = countings_of(network, images, format);  // first: refuses what overflows
  facts.parameters = number(count(network, {}, images).parameters);
  analysis.layers = rows_of(network, images, format, intermediates, roofline);
  analysis.totals.push_back(sum_of(phase, analysis.layers));
  const Known<Seconds>& seconds = analysis.totals.back().seconds;
  if (seconds && seconds->value > 0) {
    facts.images_per_second = number(images) / seconds->value;
    put_shares(analysis.layers, *seconds);
  }
  analysis.storage = storage_of(network, images, format);
  if (roofline.memory && analysis.storage->peak > *roofline.memory) {
    analysis.warnings.push_back({"this needs " + iec(analysis.storage->peak.value) + ", " +
                                 roofline.name + " has " + iec(roofline.memory->value)});
  }
  const std::string variant = against_base(network, facts.countings.front(), images, format);
  if (!variant.empty()) analysis.notes.push_back(variant);
  analysis.notes.emplace_back(
      "layers: 2 operations per multiply-add and one per added bias; weights, inputs and outputs "
      "once each; pooling, normalization and activation as bytes alone");
  analysis.network = std::move(facts);
  return analysis;
}

}  // namespace roofmark
