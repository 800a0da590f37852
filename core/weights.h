// What a network's parameters are: every matrix and vector, each kind once with how many there are.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/model.h"

namespace roofmark {

/// Of a network, as far as weights are stored in different ways.  `experts` are routed ones; shared
/// experts belong to the MLP, the router and all that is no matrix to `plain`, which is never
/// quantized.
enum class Part { embedding, attention, mlp, experts, plain, head };
std::string_view name(Part part);

/// `count` arrays of `rows` outputs of `cols` inputs each, over all layers and experts.
struct Weights {
  Part part = Part::plain;
  std::int64_t rows = 1, cols = 0, count = 1;

  std::int64_t elements() const { return rows * cols * count; }
};

/// With h hidden, I intermediate, H heads, K key/value heads, d head_dim; of each layer:
///   attention  q [H d, h], k v [K d, h], out [h, H d]; latent: kv_a [rank + rotated, h], kv_b
///              [H (plain + value), rank], out [h, H value], and q [H (rotated + plain), h] or q_a
///              [query_rank, h] and q_b [H (rotated + plain), query_rank]
///   mlp        gate up [I, h], down [h, I]; not gated: up and down; shared experts alike, and
///              their gate [1, h]
///   experts    gate up [Ie, h], down [h, Ie] of each
///   plain      router [E, h], norms [h] (LayerNorm [2, h]), norms of heads and of latents, biases,
///              sinks
/// and once the embedding, the table of positions, the final norm, and the head where it is not
/// tied to the embedding.  Vision towers and further-token heads (multi-token prediction) are left
/// out.
std::vector<Weights> weights_of(const Model& model);

/// All of them.
std::int64_t parameters(const Model& model);
/// The same, exact below 2^53 and never overflowing: for checking dimensions before they are used.
double parameters_bound(const Model& model);
/// Of `parameters`, those of one routed expert (0 where there are none).
std::int64_t expert_parameters(const Model& model);
/// Those that one token uses: all but the routed experts it does not go to.
std::int64_t active_parameters(const Model& model);
/// Of `parameters`, those that are never quantized.
std::int64_t plain_parameters(const Model& model);

/// Whether the model's checkpoint has that part quantized.
bool is_quantized(const Quantization& quantization, Part part);

}  // namespace roofmark
