// What decoder networks differ in, as data: a family of models is a choice among these.
#pragma once

#include <cstdint>

#include "core/format.h"

namespace roofmark {

/// Which of the tokens up to and including itself a token attends to.
enum class Reach {
  all,
  window,  ///< the last `span` of them, itself included
  chunk    ///< those of its own chunk, positions being cut into chunks of `span`
};

enum class NormKind {
  rms,   ///< RMSNorm: one vector of scales
  layer  ///< LayerNorm: scales and biases
};

/// Where the norms of a layer stand.
enum class BlockKind {
  sequential,  ///< before attention and before the MLP (or after each): two
  sandwich,    ///< before and after each: four
  parallel     ///< one, whose result both attention and the MLP read
};

enum class ActivationKind { silu, gelu, relu };

/// Of the heads of queries and keys, before attention.
enum class QkNorm {
  none,
  scaled,  ///< RMSNorm with one vector of head_dim scales for queries and one for keys
  plain    ///< without scales, and only in layers that rotate (Llama 4)
};

struct Biases {
  bool query_key_value = false, attention_out = false, mlp = false, head = false;
  bool operator==(const Biases&) const = default;
};

/// A mixture of experts in place of an MLP.  Shared experts see every token and are counted as one
/// of `shared` inner width.
struct Experts {
  std::int64_t count = 0;         ///< routed ones; 0: no layer has any
  std::int64_t chosen = 0;        ///< of those, how many each token goes to
  std::int64_t intermediate = 0;  ///< inner width of a routed one
  std::int64_t shared = 0;        ///< inner width of the shared ones together; 0: none
  bool shared_gate = false;       ///< hidden -> 1, scales what the shared ones say (Qwen2-MoE)
  bool router_bias = false;
  bool operator==(const Experts&) const = default;
};

/// Multi-head latent attention (DeepSeek-V2 2024, arXiv:2405.04434, sect. 2.1): keys and values are
/// products of one latent vector per token, which is all that is cached beside one rotated key.
struct Latent {
  std::int64_t rank = 0;         ///< of keys and values; 0: no latent attention
  std::int64_t query_rank = 0;   ///< 0: queries come straight from the hidden state
  std::int64_t rotated_dim = 0;  ///< elements of a query or key head that RoPE turns; shared key
  std::int64_t plain_dim = 0;    ///< those that it does not
  std::int64_t value_dim = 0;    ///< of a value head
  bool operator==(const Latent&) const = default;
};

/// Layers that are alike.
struct LayerKind {
  std::int64_t count = 0;
  bool local = false;   ///< attends within Model::local_reach instead of to everything
  bool rotated = true;  ///< has RoPE
  bool sparse = false;  ///< has experts in place of the MLP
  bool operator==(const LayerKind&) const = default;
};

/// How a checkpoint stores the weights it has quantized.  Each of the parts is quantized or not as
/// a whole; norms, biases, routers and positions never are.
struct Quantization {
  DType weights = DType::none;      ///< i4, i8 or fp8; none: not quantized
  DType activations = DType::none;  ///< of quantized products; none: as published (Model::dtype)
  DType kv = DType::none;           ///< of the cache; none: as published
  /// Weights that share a scale: `rows` outputs of `group` inputs each.  0: all of them.
  std::int64_t rows = 1, group = 128;
  int scale_bits = 16;  ///< per scale
  int zero_bits = 0;    ///< per zero point, of which there is one beside each scale; 0: none
  bool attention = true, mlp = true, experts = true, embedding = false, head = false;
  bool operator==(const Quantization&) const = default;
};

}  // namespace roofmark
