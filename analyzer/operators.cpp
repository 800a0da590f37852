#include "analyzer/operators.h"

#include <algorithm>
#include <initializer_list>
#include <map>
#include <set>
#include <utility>

#include "analyzer/network.h"

namespace roofmark {
namespace {

constexpr Format between_int8_products{DType::bf16, DType::bf16, DType::f32};

bool is_one_of(const std::string& kernel, std::initializer_list<const char*> names) {
  return std::find(names.begin(), names.end(), kernel) != names.end();
}

Shape measured_shape(const std::string& kernel, const Shape& shape, const Format& format) {
  if (!is_one_of(kernel, {"gemm", "gemv", "norm"})) return shape;
  const auto unmeasured = [&](const Extent& extent) {
    if (extent.name == "group") return format.weights != DType::i4;
    for (const char* name :
         {"bias", "group_rows", "scale_bits", "zero_bits", "activation_bits", "scaled"}) {
      if (extent.name == name) return true;
    }
    return false;
  };
  Shape measured = shape;
  std::erase_if(measured.extents, unmeasured);
  return measured;
}

Format measured_format(const std::string& kernel, const Format& format) {
  if (is_one_of(kernel, {"gemm", "gemv", "head_gemm", "expert_gemm"})) return format;
  const bool is_narrow = bits(format.activations) < 16, is_tf32 = format.activations == DType::tf32;
  Format measured = is_narrow ? between_int8_products : is_tf32 ? Format{} : format;
  const bool reads_cache =
      kernel.ends_with("attention") || kernel.ends_with("qk") || kernel.ends_with("sv");
  if (!reads_cache) {
    measured.weights = measured.activations;  // a gather widens nothing
  } else if (bits(format.weights) < 16) {
    measured.weights = format.weights;
  } else if (is_narrow) {
    // Queries are as wide as what they are compared with.
    measured = {format.weights, format.weights, DType::f32};
  }
  return measured;
}

}  // namespace

std::vector<Operator> operators(const Workload& workload) {
  std::vector<Operator> all;
  for (Stage& stage : network(workload)) {
    auto next = all.end();  // where an operator that only this kind of layer has is put
    for (Step& step : stage.steps) {
      const auto same = std::find_if(all.begin(), all.end(), [&](const Operator& op) {
        return op.name == step.op.name && op.kernel == step.op.kernel &&
               op.shape == step.op.shape && op.format == step.op.format;
      });
      if (same != all.end()) {
        same->count += step.op.count;
        next = same + 1;
      } else {
        next = all.insert(next, std::move(step.op)) + 1;
      }
    }
  }
  return all;
}

Operator measured(Operator op) {
  op.shape = measured_shape(op.kernel, op.shape, op.format);
  op.format = measured_format(op.kernel, op.format);
  return op;
}

namespace {

/// What the quantization of a product's inputs is called: several products read the same.
std::string quantization_of(const std::string& product) {
  static const std::map<std::string, std::string> known{
      {"q_proj", "attn"},   {"k_proj", "attn"},    {"v_proj", "attn"},
      {"out_proj", "out"},  {"router", "expert"},  {"up_proj", "mlp"},
      {"gate_proj", "mlp"}, {"down_proj", "down"}, {"lm_head", "head"}};
  const auto found = known.find(product);
  return (found == known.end() ? product : found->second) + "_quantize";
}

/// Rows of activations that a product reads.
std::int64_t rows_read(const Operator& product) {
  if (product.kernel == "expert_gemm") return product.shape.at("inputs");
  return product.shape.get("m", 1) * product.shape.get("heads", 1);
}

}  // namespace

std::vector<Operator> dynamic_quantization(const Workload& workload) {
  std::vector<Operator> all;
  for (const Stage& stage : network(workload)) {
    std::set<int> quantized;  // steps whose results are
    for (const Step& step : stage.steps) {
      const bool product = step.op.shape.get("k", 0) > 0;
      if (!product || step.op.format.activations != DType::i8) continue;
      if (!quantized.insert(step.reads[0]).second) continue;
      Operator op{.name = quantization_of(step.op.name),
                  .kernel = "quantize",
                  .phase = workload.phase,
                  .shape = {{"rows", rows_read(step.op)}, {"cols", step.op.shape.at("k")}},
                  .format = between_int8_products,
                  .count = stage.count};
      const auto same = std::find_if(all.begin(), all.end(), [&](const Operator& other) {
        return other.name == op.name && other.shape == op.shape;
      });
      if (same != all.end()) {
        same->count += op.count;
      } else {
        all.push_back(std::move(op));
      }
    }
  }
  return all;
}

std::vector<Operator> layer_norms(const Workload& workload) {
  std::vector<Operator> all;
  for (Operator& op : operators(workload)) {
    if (op.kernel != "norm") continue;
    op.name += "_as_layer_norm";
    op.kernel = "layer_norm";
    all.push_back(std::move(op));
  }
  return all;
}

std::vector<Operator> fused_norms(const Workload& workload) {
  std::vector<Operator> all;
  for (Operator& op : operators(workload)) {
    if (op.kernel != "add") continue;
    op.name += "_norm";
    op.kernel = "add_norm";
    all.push_back(std::move(op));
  }
  return all;
}

std::vector<QueryGroup> grouped(const std::vector<Query>& queries) {
  std::vector<QueryGroup> groups;
  std::map<std::pair<std::int64_t, std::int64_t>, std::size_t> places;
  std::size_t last = 0;  // most are like the one before
  for (const Query& query : queries) {
    if (groups.empty() || !(groups[last].query == query)) {
      const auto [at, is_new] = places.try_emplace({query.cached, query.fresh}, groups.size());
      if (is_new) groups.push_back({query, 0});
      last = at->second;
    }
    ++groups[last].queries;
  }
  return groups;
}

std::int64_t fresh_tokens(const Workload& workload) {
  std::int64_t tokens = 0;
  for (const Query& query : workload.queries) tokens += query.fresh;
  return tokens;
}

std::int64_t longest_query(const Workload& workload) {
  std::int64_t most = 0;
  for (const Query& query : workload.queries) most = std::max(most, query.cached + query.fresh);
  return most;
}

std::int64_t head_rows(const Workload& workload) {
  return workload.phase == Phase::decode ? fresh_tokens(workload)
                                         : static_cast<std::int64_t>(workload.queries.size());
}

std::vector<Query> queries_of(Phase phase, std::int64_t batch, std::int64_t context) {
  const Query query = phase == Phase::decode ? Query{context, 1} : Query{0, context};
  return std::vector<Query>(static_cast<std::size_t>(batch), query);
}

}  // namespace roofmark
