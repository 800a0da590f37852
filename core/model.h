// What is asked of the kernels: a model's dimensions, a workload on it, and the operators it needs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/architecture.h"
#include "core/format.h"
#include "core/shape.h"

namespace roofmark {

/// Dimensions of a decoder network, read from a Hugging Face config.json.  What follows `source` is
/// what families differ in; its defaults are Llama's.
struct Model {
  std::string name, family;  ///< family is config.json's model_type
  std::int64_t layers = 0, hidden = 0;
  std::int64_t intermediate = 0;  ///< inner width of the MLP, in sparse networks of dense layers
  std::int64_t heads = 0, kv_heads = 0, head_dim = 0, vocabulary = 0;
  bool tied_embeddings = false;
  DType dtype = DType::f16;    ///< as the weights are published
  bool dtype_assumed = false;  ///< the configuration does not say it
  std::string source;          ///< where the dimensions are from
  std::int64_t context = 0;    ///< tokens it is made for, rope scaling included; 0: not said
  bool stretched = false;      ///< a rope scaling that does not say from where may carry it further

  NormKind norm = NormKind::rms;
  BlockKind block = BlockKind::sequential;
  bool final_norm = true;
  bool gated = true;  ///< MLP: act(gate) * up, else act(up)
  ActivationKind activation = ActivationKind::silu;
  Biases biases;
  QkNorm qk_norm = QkNorm::none;
  bool sinks = false;              ///< each head has one learned score beside its keys (gpt-oss)
  std::int64_t unrotated = 0;      ///< elements of a head that RoPE leaves alone
  std::int64_t positions = 0;      ///< rows of a table of learned positions; 0: none
  std::int64_t embedding_dim = 0;  ///< where it is projected to hidden and back (OPT-350m); 0: is
                                   ///< hidden
  Reach local_reach = Reach::all;  ///< of local layers
  std::int64_t local_span = 0;
  Experts experts;
  Latent latent;
  Quantization quantization;
  std::vector<LayerKind> kinds;  ///< by first layer, adding up to `layers`; empty: all LayerKind{}

  bool operator==(const Model&) const = default;
};

/// model.kinds, where that is empty the one kind that all layers are.
std::vector<LayerKind> layer_kinds(const Model& model);

enum class Phase { prefill, decode };
std::string_view name(Phase phase);

/// One sequence of a batch: `fresh` tokens computed after `cached` ones.
struct Query {
  std::int64_t cached = 0, fresh = 1;
  bool operator==(const Query&) const = default;
};

enum class Attention { flash, eager };
std::string_view name(Attention attention);

struct Workload {
  Model model;
  Phase phase = Phase::decode;
  std::vector<Query> queries;
  Format format;          ///< of the projections
  DType kv = DType::f32;  ///< of the key/value cache
  Attention attention = Attention::flash;
  std::string device;      ///< the one device it is meant for; empty: every one
  std::int64_t group = 0;  ///< of 4-bit weights that share a scale; 0: as published, else 128
  bool operator==(const Workload&) const = default;
};

/// One call of a kernel, made `count` times in the phase.
struct Operator {
  std::string name;    ///< q_proj, mlp_norm, ...
  std::string kernel;  ///< gemm, gemv, norm, ...
  Phase phase = Phase::decode;
  Shape shape;
  Format format;
  std::int64_t count = 1;
  std::string device = {};  ///< of its workload
};

}  // namespace roofmark
