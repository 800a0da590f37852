// What a run file says of a network beside its dimensions: each key once, for writing and reading.
#pragma once

#include <array>
#include <string_view>

#include "core/model.h"

namespace roofmark {

inline constexpr std::array<std::string_view, 2> names_of(NormKind) { return {"rms", "layer"}; }
inline constexpr std::array<std::string_view, 3> names_of(BlockKind) {
  return {"sequential", "sandwich", "parallel"};
}
inline constexpr std::array<std::string_view, 3> names_of(ActivationKind) {
  return {"silu", "gelu", "relu"};
}
inline constexpr std::array<std::string_view, 3> names_of(QkNorm) {
  return {"none", "scaled", "plain"};
}
inline constexpr std::array<std::string_view, 3> names_of(Reach) {
  return {"all", "window", "chunk"};
}

/// Calls visit(key, field) for everything of a layer's kind.
template <class Visit, class Kind>
void visit_kind(Visit& visit, Kind& kind) {
  visit("count", kind.count);
  visit("local", kind.local);
  visit("rotated", kind.rotated);
  visit("sparse", kind.sparse);
}

/// Calls visit(key, field) for everything in which networks differ from Llama's but their kinds of
/// layers.  Fields are integers, booleans, DType and the enumerations above.
template <class Visit, class AnyModel>
void visit_network(Visit& visit, AnyModel& m) {
  visit("norm", m.norm);
  visit("block", m.block);
  visit("final_norm", m.final_norm);
  visit("gated", m.gated);
  visit("activation", m.activation);
  visit("query_key_value_bias", m.biases.query_key_value);
  visit("attention_out_bias", m.biases.attention_out);
  visit("mlp_bias", m.biases.mlp);
  visit("head_bias", m.biases.head);
  visit("qk_norm", m.qk_norm);
  visit("sinks", m.sinks);
  visit("unrotated", m.unrotated);
  visit("positions", m.positions);
  visit("embedding_dim", m.embedding_dim);
  visit("local_reach", m.local_reach);
  visit("local_span", m.local_span);
  visit("experts", m.experts.count);
  visit("experts_chosen", m.experts.chosen);
  visit("expert_intermediate", m.experts.intermediate);
  visit("shared_intermediate", m.experts.shared);
  visit("shared_gate", m.experts.shared_gate);
  visit("router_bias", m.experts.router_bias);
  visit("latent_rank", m.latent.rank);
  visit("latent_query_rank", m.latent.query_rank);
  visit("latent_rotated_dim", m.latent.rotated_dim);
  visit("latent_plain_dim", m.latent.plain_dim);
  visit("latent_value_dim", m.latent.value_dim);
  visit("quantized_weights", m.quantization.weights);
  visit("quantized_activations", m.quantization.activations);
  visit("quantized_kv", m.quantization.kv);
  visit("scale_rows", m.quantization.rows);
  visit("scale_group", m.quantization.group);
  visit("scale_bits", m.quantization.scale_bits);
  visit("zero_bits", m.quantization.zero_bits);
  visit("quantized_attention", m.quantization.attention);
  visit("quantized_mlp", m.quantization.mlp);
  visit("quantized_experts", m.quantization.experts);
  visit("quantized_embedding", m.quantization.embedding);
  visit("quantized_head", m.quantization.head);
}

}  // namespace roofmark
