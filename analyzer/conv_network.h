// Convolution networks: layers with their extents, and what they count under each convention.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace roofmark {

enum class ConvKind { convolution, max_pool, average_pool, dense };
std::string_view name(ConvKind kind);

/// One layer on one image: C_in x H_in x W_in elements in, C_out x H_out x W_out out.
/// A dense layer sees its whole input at once and has H_out = W_out = 1.
struct ConvLayer {
  std::string name;
  ConvKind kind = ConvKind::convolution;
  std::int64_t in_channels = 1, in_height = 1, in_width = 1;
  std::int64_t out_channels = 1, out_height = 1, out_width = 1;
  std::int64_t kernel = 1, stride = 1, padding = 0, groups = 1;
  bool bias = false, batch_norm = false, activation = false;

  std::int64_t inputs() const { return in_channels * in_height * in_width; }
  std::int64_t outputs() const { return out_channels * out_height * out_width; }
  /// Multiply-adds that make one output: (C_in / groups) K^2, of a dense layer all inputs; pooling
  /// has none.
  std::int64_t macs_per_output() const;
  std::int64_t macs() const { return outputs() * macs_per_output(); }
  /// Additions of a bias: one per output where the layer has one.
  std::int64_t bias_adds() const { return bias ? outputs() : 0; }
  /// Weights and biases: C_out ((C_in / groups) K^2 + 1), without a bias one less each.
  std::int64_t parameters() const;
};

struct ConvNetwork {
  std::string name, title, source;
  std::vector<std::string> aliases;
  std::string base;  ///< of a variant: the network that it begins with; empty: none
  std::vector<ConvLayer> layers;
};

/// Which elements are moved, for sources differ.  Each feature map is 4 bytes an element in f32.
struct ConvTraffic {
  bool inputs = true;  ///< each layer reads its input again; else a map is counted once, as output
  bool pool_outputs = true;  ///< what pooling writes
  /// Stored intermediates: batch normalization and activation each write a map of their own; fused,
  /// they change the layer's output before it is written.
  bool batch_norm_outputs = false, activation_outputs = false;
  int batch_norm_values =
      2;  ///< per channel: scale and shift; 4 with mean and variance beside them
};

/// `images` at once: operations and feature maps of each, parameters once.
struct ConvCount {
  std::int64_t macs = 0, bias_adds = 0;
  std::int64_t textbook_ops = 0;  ///< C_out H W (C_in K^2 + 1): a multiply-add is one operation,
                                  ///< and a bias is added whether the layer has one or not
  std::int64_t parameters = 0, elements = 0;  ///< elements moved, parameters included
};

/// Sums over the layers.  Pooling, normalization and activation are counted as traffic, not as
/// operations.  Throws InputError where a sum exceeds 2^53.
ConvCount count(const ConvNetwork& network, const ConvTraffic& traffic, std::int64_t images = 1);

/// Elements of batch normalization in that layer, per channel as said; 0 where it has none.
std::int64_t batch_norm_parameters(const ConvLayer& layer, int values);

/// Every file of analyzer/networks/, in the order of their names.
std::vector<ConvNetwork> builtin_networks();
/// A built-in network by name or alias, upper and lower case alike; nullptr: none is called so.
const ConvNetwork* find_network(std::string_view name);

}  // namespace roofmark
