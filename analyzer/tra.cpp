#include "analyzer/tra.h"

#include <string>
#include <utility>

#include "core/error.h"

namespace roofmark {
namespace {

/// Of the largest workloads that commands take (2^40 tokens, 2^60 pairs, 2^21 wide) no count comes
/// near 2^127.
__extension__ typedef __int128 Exact;

double number(Exact value) { return static_cast<double>(value); }

void refuse_what_it_does_not_know(const Workload& workload) {
  const Model& model = workload.model;
  const auto refuse = [&](const std::string& why, const char* remedy) {
    throw InputError("tra accounting does not apply to " + model.name + " (" + why + "); " +
                     remedy);
  };
  if (model.family != "llama" && model.family != "llama4" && model.family != "llama4_text") {
    refuse("that tool supports llama and llama4, not " + model.family, "use --accounting exact");
  }
  if (model.activation != ActivationKind::silu) {
    refuse("that tool knows no activation but silu", "use --accounting exact");
  }
  const int width = bits(workload.format.weights);
  if (width < 8 || bits(workload.format.activations) != width || bits(workload.kv) != width) {
    refuse("that tool has one width of whole bytes for weights, activations and cache",
           "leave out --dtype and --kv-dtype, or use --accounting exact");
  }
}

class Tra {
 public:
  explicit Tra(const Workload& workload)
      : workload_(workload),
        model_(workload.model),
        llama4_(model_.family != "llama"),
        w_(bits(workload.format.weights) / 8),
        h_(model_.hidden) {
    for (const Query& query : workload.queries) n_ += query.fresh;
    for (const LayerKind& kind : layer_kinds(model_)) sparse_ += kind.sparse ? kind.count : 0;
  }

  std::vector<CountedOperator> operators() && {
    const Exact kv = width(model_.kv_heads), rotated = width(model_.heads + model_.kv_heads);
    norm("Attn - RMSNorm");
    projection("Attn - QKV_Proj", width(model_.heads + 2 * model_.kv_heads), h_);
    row("Attn - RoPE", 3 * rotated * n_, 0, rotated * n_, rotated * n_);
    attention(kv);
    projection("Attn - O_Proj", h_, h_);
    sum("Attn - ResidualAdd");
    norm("Ffn - RMSNorm");
    if (llama4_) {
      experts();
      mlp("Ffn - NonMoE_", model_.intermediate, model_.layers - sparse_);
    } else {
      mlp("Ffn - ", model_.intermediate, model_.layers);
    }
    sum("Ffn - ResidualAdd");
    return std::move(all_);
  }

  /// Elements of that many heads: the tool divides hidden by heads for llama, whole or not.
  Exact width(std::int64_t heads) const {
    return llama4_ ? Exact{model_.head_dim} * heads : h_ * heads / model_.heads;
  }
  Exact sparse_layers() const { return sparse_; }

 private:
  /// Operands in elements; blocks 0: all of them.
  void row(std::string name, Exact flops, Exact weights, Exact input, Exact output,
           std::int64_t blocks = -1, std::int64_t times = 1) {
    if (blocks == 0) return;
    const Exact all = Exact{times} * w_;
    const Work work{.ops = Ops{number(flops * times)},
                    .read = Bytes{number((weights + input) * all)},
                    .written = Bytes{number(output * all)},
                    .weights = Bytes{number(weights * all)}};
    all_.push_back({.name = std::move(name),
                    .phase = workload_.phase,
                    .count = blocks < 0 ? model_.layers : blocks,
                    .format = workload_.format,
                    .work = work});
  }

  void norm(const char* name) { row(name, (4 * h_ + 2) * n_, h_ + 1, h_ * n_, h_ * n_); }
  void sum(const char* name, std::int64_t blocks = -1) {
    row(name, h_ * n_, 0, 2 * h_ * n_, h_ * n_, blocks);
  }
  void projection(std::string name, Exact n, Exact k, std::int64_t blocks = -1,
                  std::int64_t times = 1) {
    row(std::move(name), n_ * n * (2 * k - 1), n * k, n_ * k, n_ * n, blocks, times);
  }

  void attention(Exact kv_width) {
    Exact flops = 0, input = 0;
    for (const Query& query : workload_.queries) {
      const Exact q = query.fresh, kv = q + query.cached;
      flops += q * kv * (2 * h_ - 1) + q * kv_width * (2 * kv - 1);
      input += q * h_ + 2 * kv * kv_width;
    }
    row("Attn - SDPA", flops, 0, input, n_ * h_);
  }

  void mlp(const std::string& prefix, Exact inner, std::int64_t blocks, std::int64_t times = 1) {
    constexpr int silu = 4;
    projection(prefix + "GateUp_Proj", 2 * inner, h_, blocks, times);
    row(prefix + "ActMul", (silu + 1) * inner + n_, 0, 2 * inner * n_, inner * n_, blocks, times);
    projection(prefix + "Down_Proj", h_, inner, blocks, times);
  }

  void experts() {
    const Experts& experts = model_.experts;
    projection("Ffn - Router", experts.count, h_);
    mlp("Ffn - RoutedExp_", experts.intermediate, sparse_, experts.chosen);
    mlp("Ffn - SharedExp_", experts.intermediate, sparse_);
    sum("Ffn - RoutedSharedExpAdd", sparse_);
  }

  const Workload& workload_;
  const Model& model_;
  bool llama4_;
  Exact w_, h_, n_ = 0;
  std::int64_t sparse_ = 0;
  std::vector<CountedOperator> all_;
};

}  // namespace

std::vector<CountedOperator> tra_operators(const Workload& workload) {
  refuse_what_it_does_not_know(workload);
  return Tra(workload).operators();
}

Storage tra_storage(const Workload& workload) {
  const Model& model = workload.model;
  const Tra tra(workload);
  const Exact w = bits(workload.format.weights) / 8;
  Exact tokens = 0;
  for (const Query& query : workload.queries) tokens += query.cached + query.fresh;
  Storage sum;
  for (const CountedOperator& op : tra_operators(workload)) {
    sum.weights += op.work.weights * static_cast<double>(op.count);
  }
  sum.kv_cache = Bytes{number(tokens * 2 * tra.width(model.kv_heads) * w * model.layers)};
  const Experts& experts = model.experts;
  sum.inactive_experts = Bytes{number(Exact{3} * model.hidden * experts.intermediate * w *
                                      (experts.count - experts.chosen) * tra.sparse_layers())};
  sum.embedding_table = Bytes{number(Exact{model.hidden} * model.vocabulary * w)};
  sum.peak = sum.weights + sum.kv_cache + sum.inactive_experts + sum.embedding_table;
  return sum;
}

}  // namespace roofmark
