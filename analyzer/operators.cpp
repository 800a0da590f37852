#include "analyzer/operators.h"

#include <algorithm>
#include <string>
#include <utility>

#include "core/error.h"

namespace roofmark {
namespace {

/// Kernels multiply extents as 64-bit integers: every product they can form must fit.
void refuse_what_overflows(const Workload& workload) {
  const Model& model = workload.model;
  const auto number = [](std::int64_t value) { return static_cast<double>(value); };
  double scores = 0, tokens = 0;
  for (const Query& query : workload.queries) {
    tokens += number(query.fresh);
    scores += number(query.fresh) * (number(query.cached) + number(query.fresh));
  }
  const double queries = number(static_cast<std::int64_t>(workload.queries.size()));
  const double wide =
      number(model.hidden + model.intermediate + (model.heads + model.kv_heads) * model.head_dim);
  const double largest = std::max({scores * number(model.heads) * number(model.head_dim),
                                   tokens * number(model.hidden) * wide,
                                   queries * number(model.hidden) * number(model.vocabulary)});
  if (largest > 0x1p60) {
    throw InputError("the workload is too large to be counted (more than 2^60 operations in one " +
                     std::string(name(workload.phase)) +
                     " operator); use a smaller --batch or --context");
  }
}

class Network {
 public:
  explicit Network(const Workload& workload)
      : workload_(workload),
        model_(workload.model),
        tokens_(fresh_tokens(workload)),
        elementwise_{workload.format.activations, workload.format.activations,
                     workload.format.accumulate} {}

  std::vector<Operator> operators() && {
    const std::int64_t layers = model_.layers, hidden = model_.hidden;
    const std::int64_t wide = model_.heads * model_.head_dim;
    const std::int64_t narrow = model_.kv_heads * model_.head_dim;
    const Shape rows{{"rows", tokens_}, {"cols", hidden}};
    add("embedding", "embedding",
        {{"tokens", tokens_}, {"cols", hidden}, {"vocabulary", model_.vocabulary}},
        workload_.format, 1);
    add("attn_norm", "norm", rows, elementwise_, layers);
    linear("q_proj", tokens_, wide, hidden, layers);
    linear("k_proj", tokens_, narrow, hidden, layers);
    linear("v_proj", tokens_, narrow, hidden, layers);
    add("rope", "rope",
        {{"tokens", tokens_},
         {"heads", model_.heads + model_.kv_heads},
         {"head_dim", model_.head_dim}},
        elementwise_, layers);
    for (const QueryGroup& group : grouped(workload_.queries)) attention(group);
    linear("out_proj", tokens_, hidden, wide, layers);
    add("attn_add", "add", rows, elementwise_, layers);
    add("mlp_norm", "norm", rows, elementwise_, layers);
    linear("gate_proj", tokens_, model_.intermediate, hidden, layers);
    linear("up_proj", tokens_, model_.intermediate, hidden, layers);
    add("mlp_act", "activation", {{"rows", tokens_}, {"cols", model_.intermediate}}, elementwise_,
        layers);
    linear("down_proj", tokens_, hidden, model_.intermediate, layers);
    add("mlp_add", "add", rows, elementwise_, layers);
    add("final_norm", "norm", rows, elementwise_, 1);
    linear("lm_head", head_rows(workload_), model_.vocabulary, hidden, 1);
    return std::move(all_);
  }

 private:
  void add(std::string name, std::string kernel, Shape shape, const Format& format,
           std::int64_t count) {
    all_.push_back(
        {std::move(name), std::move(kernel), workload_.phase, std::move(shape), format, count});
  }

  void linear(const char* name, std::int64_t m, std::int64_t n, std::int64_t k,
              std::int64_t count) {
    constexpr std::int64_t group = 128;  // as GPTQ and AWQ models are published
    Shape shape{{"n", n}, {"k", k}};
    if (m != 1) shape.extents.insert(shape.extents.begin(), {"m", m});
    if (workload_.format.weights == DType::i4) shape.extents.push_back({"group", group});
    add(name, m == 1 ? "gemv" : "gemm", std::move(shape), workload_.format, count);
  }

  void attention(const QueryGroup& group) {
    const Query& query = group.query;
    const Shape shape{{"queries", group.queries},    {"fresh", query.fresh},
                      {"cached", query.cached},      {"heads", model_.heads},
                      {"kv_heads", model_.kv_heads}, {"head_dim", model_.head_dim}};
    const Format format{workload_.kv, workload_.format.activations, workload_.format.accumulate};
    if (workload_.attention == Attention::flash) {
      add("attention", "attention", shape, format, model_.layers);
      return;
    }
    add("qk_matmul", "qk", shape, format, model_.layers);
    add("softmax", "softmax",
        {{"rows", group.queries * model_.heads * query.fresh},
         {"cols", query.cached + query.fresh}},
        elementwise_, model_.layers);
    add("sv_matmul", "sv", shape, format, model_.layers);
  }

  const Workload& workload_;
  const Model& model_;
  std::int64_t tokens_;
  Format elementwise_;
  std::vector<Operator> all_;
};

}  // namespace

std::vector<Operator> operators(const Workload& workload) {
  refuse_what_overflows(workload);
  return Network(workload).operators();
}

std::vector<Operator> dynamic_quantization(const Workload& workload) {
  if (workload.format.activations != DType::i8) return {};
  const Model& model = workload.model;
  const std::int64_t tokens = fresh_tokens(workload);
  std::vector<Operator> all;
  const auto add = [&](const char* name, std::int64_t rows, std::int64_t cols, std::int64_t count) {
    all.push_back({.name = name,
                   .kernel = "quantize",
                   .phase = workload.phase,
                   .shape = {{"rows", rows}, {"cols", cols}},
                   .format = {DType::f16, DType::f16, DType::f32},
                   .count = count});
  };
  add("attn_quantize", tokens, model.hidden, model.layers);
  add("out_quantize", tokens, model.heads * model.head_dim, model.layers);
  add("mlp_quantize", tokens, model.hidden, model.layers);
  add("down_quantize", tokens, model.intermediate, model.layers);
  add("head_quantize", static_cast<std::int64_t>(workload.queries.size()), model.hidden, 1);
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

std::vector<QueryGroup> grouped(const std::vector<Query>& queries) {
  std::vector<QueryGroup> groups;
  for (const Query& query : queries) {
    const auto at = std::find_if(groups.begin(), groups.end(),
                                 [&](const QueryGroup& group) { return group.query == query; });
    if (at == groups.end()) {
      groups.push_back({query, 1});
    } else {
      ++at->queries;
    }
  }
  return groups;
}

std::int64_t fresh_tokens(const Workload& workload) {
  std::int64_t tokens = 0;
  for (const Query& query : workload.queries) tokens += query.fresh;
  return tokens;
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
