#include "analyzer/llm_viewer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "core/error.h"

namespace roofmark {
namespace {

/// What the tool keeps per operator, under its own names.
struct Loads {
  double weight = 0, act = 0, store_act = 0, kv = 0, store_kv = 0;
};

Format peak_of(const Workload& workload) {
  const int widest = std::max(
      {bits(workload.format.weights), bits(workload.format.activations), bits(workload.kv)});
  return widest <= 8 ? Format{DType::i8, DType::i8, DType::i32}
                     : Format{DType::f16, DType::f16, DType::f32};
}

void refuse_what_it_cannot_say(const Workload& workload, std::int64_t devices) {
  const Model& model = workload.model;
  const auto refuse = [&](const std::string& why, const char* remedy) {
    throw InputError("llm-viewer accounting does not apply to " + model.name + " (" + why + "); " +
                     remedy);
  };
  constexpr std::array known{"llama", "opt", "gptj", "chatglm"};
  if (std::find(known.begin(), known.end(), model.family) == known.end()) {
    refuse("that tool supports llama, opt, gptj and chatglm, not " + model.family,
           "use --accounting exact");
  }
  if (model.family == "gptj" && workload.attention == Attention::flash) {
    refuse("that tool stops at a fused GPT-J", "pass --attention eager");
  }
  if (model.kv_heads % devices != 0) {
    refuse("it wants a number of devices that divides the " + std::to_string(model.kv_heads) +
               " key/value heads, not " + std::to_string(devices),
           "change --tp, or use --accounting exact");
  }
  for (const Query& query : workload.queries) {
    if (!(query == workload.queries.front()))
      refuse("the queries differ", "use --accounting exact");
  }
  const Query& query = workload.queries.front();
  if (workload.phase == Phase::prefill ? query.cached != 0 : query.fresh != 1) {
    refuse("a prefill with cached tokens or a decode of several", "use --accounting exact");
  }
}

/// a / b rounded down, as the tool computes it.
double whole_part(std::int64_t a, std::int64_t b) {
  const std::int64_t quotient = a / b;
  return static_cast<double>(quotient);
}

class Viewer {
 public:
  Viewer(const Workload& workload, std::int64_t devices)
      : workload_(workload),
        format_(peak_of(workload)),
        w_(bytes(workload.format.weights)),
        a_(bytes(workload.format.activations)),
        k_(bytes(workload.kv)),
        b_(static_cast<double>(workload.queries.size())),
        s_(static_cast<double>(workload.phase == Phase::prefill ? workload.queries.front().fresh
                                                                : workload.queries.front().cached)),
        s_q_(workload.phase == Phase::prefill ? s_ : 1.0),
        h_(static_cast<double>(workload.model.hidden)),
        heads_(static_cast<double>(workload.model.heads)),
        kv_heads_(static_cast<double>(workload.model.kv_heads)),
        d_(whole_part(workload.model.hidden, workload.model.heads)),
        devices_(static_cast<double>(devices)) {}

  std::vector<CountedOperator> operators() && {
    const bool gptj = workload_.model.family == "gptj";  // neither a gate nor a second norm
    const double inner = static_cast<double>(workload_.model.intermediate);
    linear("q_proj", h_, h_ / devices_);
    cached("k_proj");
    cached("v_proj");
    linear("out_proj", h_ / devices_, h_);
    if (!gptj) linear("gate_proj", h_, inner / devices_);
    linear("up_proj", h_, inner / devices_);
    linear("down_proj", inner / devices_, h_);
    attention();
    const double rows = b_ * h_ * s_q_;
    const double pass = rows * a_;
    add("attn_norm", 7 * rows, {.act = pass, .store_act = pass});
    if (!gptj) add("mlp_norm", 7 * rows, {.act = pass, .store_act = pass});
    add("attn_add", rows, {.act = pass, .store_act = pass});
    add("mlp_add", rows, {.act = pass, .store_act = pass});
    add("mlp_act", 2 * rows, {.act = 2 * pass, .store_act = pass});
    const double vocabulary = static_cast<double>(workload_.model.vocabulary);
    add("lm_head", b_ * h_ * vocabulary,
        {.weight = h_ * vocabulary * w_, .act = h_ * a_, .store_act = vocabulary * a_});
    all_.back().count = 1;
    return std::move(all_);
  }

 private:
  void add(const char* name, double ops, const Loads& loads) {
    const Work work{.ops = Ops{ops},
                    .read = Bytes{loads.weight + loads.act + loads.kv},
                    .written = Bytes{loads.store_act + loads.store_kv},
                    .weights = Bytes{loads.weight},
                    .kv_read = Bytes{loads.kv},
                    .kv_written = Bytes{loads.store_kv}};
    all_.push_back({.name = name,
                    .phase = workload_.phase,
                    .count = workload_.model.layers,
                    .format = format_,
                    .work = work});
  }

  void linear(const char* name, double ic, double oc) {
    add(name, 2 * ic * oc * b_ * s_q_,
        {.weight = ic * oc * w_, .act = ic * b_ * s_q_ * a_, .store_act = oc * b_ * s_q_ * a_});
  }

  void cached(const char* name) {
    const double oc = h_ * kv_heads_ / heads_ / devices_;
    add(name, 2 * h_ * oc * b_ * s_q_,
        {.weight = h_ * oc * w_, .act = h_ * b_ * s_q_ * a_, .store_kv = oc * b_ * s_q_ * k_});
  }

  void attention() {
    const double products = 2 * s_ * s_q_ * d_ * heads_ * b_;
    const double scores = s_ * s_q_ * b_ * heads_;
    const double query_heads = workload_.phase == Phase::prefill ? kv_heads_ : heads_;
    const double cache = s_ * d_ * b_ * kv_heads_ * k_;
    if (workload_.attention == Attention::flash) {
      const double blocks = std::ceil(s_q_ / d_);
      add("fused_attention", 2 * products + 5 * scores,
          {.act = s_q_ * d_ * b_ * heads_ * a_,
           .store_act = 2 * scores * a_,
           .kv = 2 * blocks * cache});
      return;
    }
    add("qk_matmul", products,
        {.act = s_q_ * d_ * b_ * query_heads * a_, .store_act = scores * a_, .kv = cache});
    add("sv_matmul", products,
        {.act = scores * a_, .store_act = s_q_ * d_ * b_ * heads_ * a_, .kv = cache});
    add("softmax", 5 * scores, {.act = scores * a_, .store_act = scores * a_});
  }

  const Workload& workload_;
  Format format_;
  double w_, a_, k_, b_, s_, s_q_, h_, heads_, kv_heads_, d_, devices_;
  std::vector<CountedOperator> all_;
};

}  // namespace

std::vector<CountedOperator> llm_viewer_operators(const Workload& workload, std::int64_t devices) {
  refuse_what_it_cannot_say(workload, devices);
  return Viewer(workload, devices).operators();
}

Storage llm_viewer_storage(const Workload& workload, std::int64_t devices) {
  const double layers = static_cast<double>(workload.model.layers);
  Bytes weights, written;
  Bytes cache_per_token;  // of a sequence and layer
  for (const CountedOperator& op : llm_viewer_operators(workload, devices)) {
    if (op.name == "lm_head") continue;
    weights += op.work.weights;
    written += op.work.output();
    cache_per_token += op.work.kv_written;
  }
  const Query& query = workload.queries.front();
  cache_per_token = cache_per_token / static_cast<double>(query.fresh);
  const double tokens =
      static_cast<double>(workload.phase == Phase::prefill ? query.fresh : query.cached);
  Storage sum;
  sum.weights = weights * layers;
  sum.kv_cache = cache_per_token * tokens * layers;  // of all sequences
  sum.peak = sum.weights + sum.kv_cache + written;
  return sum;
}

}  // namespace roofmark
