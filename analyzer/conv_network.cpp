#include "analyzer/conv_network.h"

#include <algorithm>

#include "analyzer/conv_network_json.h"
#include "core/embedded.h"
#include "core/error.h"
#include "core/nearest.h"

namespace roofmark {

std::vector<EmbeddedFile> network_files();  // generated from analyzer/networks/*.json

namespace {

/// Sums of what fits into 53 bits, in which doubles are exact.
class Sum {
 public:
  explicit Sum(const ConvNetwork& network) : network_(network) {}

  void add(std::int64_t value, std::int64_t times = 1) {
    std::int64_t product = 0;
    const bool overflows = __builtin_mul_overflow(value, times, &product) ||
                           __builtin_add_overflow(sum_, product, &sum_);
    if (overflows || sum_ > (std::int64_t{1} << 53)) {
      throw InputError(network_.name +
                       " is too large to be counted (more than 2^53 operations or "
                       "elements); use a smaller --batch or correct its extents");
    }
  }
  std::int64_t value() const { return sum_; }

 private:
  const ConvNetwork& network_;
  std::int64_t sum_ = 0;
};

bool is_pool(const ConvLayer& layer) {
  return layer.kind == ConvKind::max_pool || layer.kind == ConvKind::average_pool;
}

/// Maps that the layer writes.
std::int64_t maps_written(const ConvLayer& layer, const ConvTraffic& traffic) {
  if (is_pool(layer)) return traffic.pool_outputs ? 1 : 0;
  return 1 + (layer.batch_norm && traffic.batch_norm_outputs ? 1 : 0) +
         (layer.activation && traffic.activation_outputs ? 1 : 0);
}

const std::vector<ConvNetwork>& all_networks() {
  static const std::vector<ConvNetwork> all = builtin_networks();
  return all;
}

ConvNetwork builtin(std::string_view name) {
  for (const EmbeddedFile& file : network_files()) {
    if (file.name != name) continue;
    const std::string shown = std::string(name) + ".json";
    return network_from_json(JsonView::parse(file.text, shown), builtin);
  }
  throw InputError("no network is called \"" + std::string(name) +
                   "\"; roofmark list networks names them");
}

}  // namespace

std::string_view name(ConvKind kind) {
  switch (kind) {
    case ConvKind::convolution:
      return "convolution";
    case ConvKind::max_pool:
      return "max_pool";
    case ConvKind::average_pool:
      return "average_pool";
    case ConvKind::dense:
      return "dense";
  }
  return "";
}

std::int64_t ConvLayer::macs_per_output() const {
  if (is_pool(*this)) return 0;
  return kind == ConvKind::dense ? inputs() : in_channels / groups * kernel * kernel;
}

std::int64_t ConvLayer::parameters() const {
  return is_pool(*this) ? 0 : out_channels * (macs_per_output() + (bias ? 1 : 0));
}

std::int64_t batch_norm_parameters(const ConvLayer& layer, int values) {
  return layer.batch_norm ? layer.out_channels * values : 0;
}

ConvCount count(const ConvNetwork& network, const ConvTraffic& traffic, std::int64_t images) {
  Sum macs(network), biases(network), textbook(network), parameters(network), maps(network);
  for (const ConvLayer& layer : network.layers) {
    macs.add(layer.macs(), images);
    biases.add(layer.bias_adds(), images);
    if (!is_pool(layer)) textbook.add(layer.outputs() * (layer.macs_per_output() + 1), images);
    parameters.add(layer.parameters());
    parameters.add(batch_norm_parameters(layer, traffic.batch_norm_values));
    maps.add(layer.outputs() * maps_written(layer, traffic), images);
    if (traffic.inputs) maps.add(layer.inputs(), images);
  }
  Sum elements(network);
  elements.add(parameters.value());
  elements.add(maps.value());
  return {macs.value(), biases.value(), textbook.value(), parameters.value(), elements.value()};
}

std::vector<ConvNetwork> builtin_networks() {
  std::vector<ConvNetwork> networks;
  for (const EmbeddedFile& file : network_files()) networks.push_back(builtin(file.name));
  return networks;
}

const ConvNetwork* find_network(std::string_view wanted) {
  const std::string lower = lower_case(wanted);
  for (const ConvNetwork& network : all_networks()) {
    const bool alias =
        std::any_of(network.aliases.begin(), network.aliases.end(),
                    [&](const std::string& other) { return lower_case(other) == lower; });
    if (alias || lower_case(network.name) == lower) return &network;
  }
  return nullptr;
}

}  // namespace roofmark
