// What is asked of the kernels: a model's dimensions, a workload on it, and the operators it needs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/format.h"
#include "core/shape.h"

namespace roofmark {

/// Dimensions read from a Hugging Face config.json (llama family).
struct Model {
  std::string name, family;  ///< family is config.json's model_type
  std::int64_t layers = 0, hidden = 0, intermediate = 0;
  std::int64_t heads = 0, kv_heads = 0, head_dim = 0, vocabulary = 0;
  bool tied_embeddings = false;
  DType dtype = DType::f16;    ///< as the weights are published
  bool dtype_assumed = false;  ///< the configuration does not say it
  std::string source;          ///< where the dimensions are from
  bool operator==(const Model&) const = default;
};

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
  std::string device;  ///< the one device it is meant for; empty: every one
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
