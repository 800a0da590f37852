#include "analyzer/network.h"

#include <algorithm>
#include <utility>

#include "analyzer/reach.h"
#include "analyzer/stage_builder.h"

namespace roofmark {
namespace {

/// Names of attention by how far it reaches: in one pass, and its eager parts.
struct AttentionNames {
  const char *fused, *scores, *softmax, *values;
};
const AttentionNames& names_of(Reach reach) {
  static constexpr AttentionNames all{"attention", "qk_matmul", "softmax", "sv_matmul"},
      window{"window_attention", "window_qk_matmul", "window_softmax", "window_sv_matmul"},
      chunk{"chunk_attention", "chunk_qk_matmul", "chunk_softmax", "chunk_sv_matmul"};
  return reach == Reach::all ? all : reach == Reach::window ? window : chunk;
}

/// The steps whose results attention reads: for its scores, and the values that these weight.
struct Attended {
  std::array<int, 3> scored;
  int values;
};

/// The kernels of one form of attention.
struct AttentionKernels {
  const char *fused, *scores, *values;
};
constexpr AttentionKernels with_heads{"attention", "qk", "sv"},
    expanded{"expanded_attention", "expanded_qk", "expanded_sv"},
    absorbed{"latent_attention", "latent_qk", "latent_sv"};

const char* activation_kernel(ActivationKind activation, bool gated) {
  switch (activation) {
    case ActivationKind::silu:
      return gated ? "activation" : "silu";
    case ActivationKind::gelu:
      return gated ? "gelu_gated" : "gelu";
    case ActivationKind::relu:
      return gated ? "relu_gated" : "relu";
  }
  return "";
}

class Network : StageBuilder {
 public:
  using StageBuilder::StageBuilder;

  std::vector<Stage> stages() && {
    stages_.emplace_back();
    embed();
    for (const LayerKind& kind : layer_kinds(model_)) {
      stages_.push_back({.count = kind.count});
      layer(kind);
    }
    stages_.emplace_back();
    head();
    return std::move(stages_);
  }

 private:
  // --- before and after the layers -------------------------------------------------------------

  void embed() {
    const std::int64_t width = model_.embedding_dim > 0 ? model_.embedding_dim : model_.hidden;
    int last = gather("embedding", Part::embedding, width, model_.vocabulary);
    if (model_.embedding_dim > 0) {
      last = linear("project_in", Part::plain, tokens_, model_.hidden, width, last);
    }
    if (model_.positions == 0) return;
    const int position = gather("position_embedding", Part::plain, model_.hidden, model_.positions);
    sum("position_add", last, position);
  }

  void head() {
    int last = entering;
    std::int64_t width = model_.hidden;
    if (model_.final_norm) last = norm("final_norm", last);
    if (model_.embedding_dim > 0) {
      width = model_.embedding_dim;
      last = linear("project_out", Part::plain, tokens_, width, model_.hidden, last);
    }
    linear("lm_head", Part::head, head_rows(workload_), model_.vocabulary, width, last,
           {.bias = model_.biases.head});
  }

  // --- a layer ---------------------------------------------------------------------------------

  void layer(const LayerKind& kind) {
    const bool sandwich = model_.block == BlockKind::sandwich;
    const int attn_norm = norm("attn_norm", entering);
    int attended =
        model_.latent.rank > 0 ? latent_attention(kind, attn_norm) : attention(kind, attn_norm);
    if (sandwich) attended = norm("attn_post_norm", attended);
    const int state = sum("attn_add", entering, attended);
    const int from = model_.block == BlockKind::parallel ? attn_norm : norm("mlp_norm", state);
    int made = kind.sparse ? experts(from) : mlp(from);
    if (sandwich) made = norm("mlp_post_norm", made);
    sum("mlp_add", state, made);
  }

  int attention(const LayerKind& kind, int from) {
    const std::int64_t wide = product({model_.heads, model_.head_dim}),
                       narrow = product({model_.kv_heads, model_.head_dim});
    const bool bias = model_.biases.query_key_value;
    int query = linear("q_proj", Part::attention, tokens_, wide, model_.hidden, from, {bias});
    const Extras to_cache{.bias = bias, .cached = true};
    int keys = linear("k_proj", Part::attention, tokens_, narrow, model_.hidden, from, to_cache);
    const int values =
        linear("v_proj", Part::attention, tokens_, narrow, model_.hidden, from, to_cache);
    const bool plain_norms = model_.qk_norm == QkNorm::plain && kind.rotated;
    if (model_.qk_norm == QkNorm::scaled || plain_norms) {
      query = head_norm("q_norm", model_.heads, query, plain_norms);
      keys = head_norm("k_norm", model_.kv_heads, keys, plain_norms);
      this->to_cache(keys);
    }
    const std::int64_t rotated = model_.head_dim - model_.unrotated;
    if (kind.rotated && rotated > 0) {
      query = keys =
          rope(model_.heads + model_.kv_heads, rotated, {query, keys}, product({tokens_, wide}));
    }
    Shape dimensions{{"kv_heads", model_.kv_heads}, {"head_dim", model_.head_dim}};
    if (model_.sinks) dimensions.extents.push_back({"sinks", 1});
    const int attended = attend(kind, with_heads, dimensions, {{query, keys, none}, values}, wide);
    return linear("out_proj", Part::attention, tokens_, model_.hidden, wide, attended,
                  {.bias = model_.biases.attention_out});
  }

  /// The norm of each head of queries, or of keys.
  int head_norm(const char* name, std::int64_t heads, int read, bool plain) {
    const std::int64_t count = product({tokens_, heads});
    return plain ? rows(name, "norm", count, model_.head_dim, {read, none, none, none},
                        {{"scaled", 0}})
                 : rows(name, "norm", count, model_.head_dim, {read, none, none, none});
  }

  /// Attention of all queries, each distinct one by itself, to a result [tokens, width].
  int attend(const LayerKind& kind, const AttentionKernels& kernels, const Shape& dimensions,
             const Attended& from, std::int64_t width) {
    std::int64_t elements = product({tokens_, width});
    int result = none;
    for (const QueryGroup& group : groups_) {
      const int made = attend_group(kind, group, kernels, dimensions, from, elements);
      if (result == none) {
        result = made;
      } else {
        stages_.back().steps[static_cast<std::size_t>(made)].part_of = result;
      }
      elements = 0;
    }
    return result;
  }

  int attend_group(const LayerKind& kind, const QueryGroup& group, const AttentionKernels& kernels,
                   const Shape& dimensions, const Attended& from, std::int64_t elements) {
    const Query& query = group.query;
    Shape shape{{"queries", group.queries},
                {"fresh", query.fresh},
                {"cached", query.cached},
                {"heads", model_.heads}};
    shape.extents.insert(shape.extents.end(), dimensions.extents.begin(), dimensions.extents.end());
    const Reach reach = reach_of(model_, kind, query);
    if (reach != Reach::all) {
      shape.extents.push_back({reach == Reach::window ? "window" : "chunk", model_.local_span});
    }
    const AttentionNames& named = names_of(reach);
    const std::int64_t rows = product({group.queries, model_.heads, query.fresh});
    const std::int64_t keys = visible_keys(model_, kind, query);
    const std::int64_t scores = product({rows, keys});
    product({rows, keys, model_.head_dim});
    const Format& between = formats_.elementwise();
    const Format format{workload_.kv, between.activations, between.accumulate};
    if (workload_.attention == Attention::flash) {
      return add(named.fused, kernels.fused, std::move(shape), format,
                 {from.scored[0], from.scored[1], from.scored[2], from.values}, elements);
    }
    const int raw = add(named.scores, kernels.scores, shape, format,
                        {from.scored[0], from.scored[1], from.scored[2], none}, scores);
    const int weights = add(named.softmax, "softmax", {{"rows", rows}, {"cols", keys}}, between,
                            {raw, none, none, none}, scores, true);
    return add(named.values, kernels.values, std::move(shape), format,
               {weights, from.values, none, none}, elements);
  }

  /// Queries through their own latent where there is one; one latent and one rotated key per token
  /// into the cache.  A prompt has keys and values of all visible tokens expanded from the latents;
  /// a generated token has the expansion absorbed into its query and its result.
  int latent_attention(const LayerKind& kind, int from) {
    const Latent& latent = model_.latent;
    const bool bias = model_.biases.query_key_value;
    const std::int64_t query_width = latent.rotated_dim + latent.plain_dim;
    const std::int64_t wide = product({model_.heads, query_width});
    int query = from;
    if (latent.query_rank > 0) {
      query = linear("q_a_proj", Part::attention, tokens_, latent.query_rank, model_.hidden, from,
                     {bias});
      query = rows("q_a_norm", "norm", tokens_, latent.query_rank, {query, none, none, none});
    }
    const std::int64_t into = latent.query_rank > 0 ? latent.query_rank : model_.hidden;
    query = linear(latent.query_rank > 0 ? "q_b_proj" : "q_proj", Part::attention, tokens_, wide,
                   into, query);
    const int down = linear("kv_a_proj", Part::attention, tokens_, latent.rank + latent.rotated_dim,
                            model_.hidden, from, {.bias = bias, .cached = true});
    const int latents = rows("kv_a_norm", "norm", tokens_, latent.rank, {down, none, none, none});
    to_cache(latents);
    query = rope(model_.heads + 1, latent.rotated_dim, {query, down}, product({tokens_, wide}));
    const int values = workload_.phase == Phase::prefill ? attend_expanded(kind, query, latents)
                                                         : attend_absorbed(kind, query, latents);
    return linear("out_proj", Part::attention, tokens_, model_.hidden,
                  model_.heads * latent.value_dim, values, {.bias = model_.biases.attention_out});
  }

  int attend_expanded(const LayerKind& kind, int query, int latents) {
    const Latent& latent = model_.latent;
    std::int64_t keys = 0;
    for (const QueryGroup& group : groups_) {
      keys += group.queries * visible_keys(model_, kind, group.query);
    }
    const std::int64_t width = model_.heads * (latent.plain_dim + latent.value_dim);
    const int both = linear("kv_b_proj", Part::attention, keys, width, latent.rank, latents);
    const Shape dimensions{{"plain_dim", latent.plain_dim},
                           {"rotated_dim", latent.rotated_dim},
                           {"value_dim", latent.value_dim},
                           {"rank", latent.rank}};
    return attend(kind, expanded, dimensions, {{query, both, none}, both},
                  model_.heads * latent.value_dim);
  }

  int attend_absorbed(const LayerKind& kind, int query, int latents) {
    const Latent& latent = model_.latent;
    const int plain = of_heads("q_absorb", latent.rank, latent.plain_dim, query);
    const Shape dimensions{{"rotated_dim", latent.rotated_dim}, {"rank", latent.rank}};
    const int attended = attend(kind, absorbed, dimensions, {{plain, query, latents}, latents},
                                model_.heads * latent.rank);
    return of_heads("v_absorb", latent.value_dim, latent.rank, attended);
  }

  /// What an MLP calls its steps.
  struct MlpNames {
    const char *gate, *up, *act, *down;
  };

  int activate(const char* name, std::int64_t count, std::int64_t inner, int gate, int up) {
    const char* kernel = activation_kernel(model_.activation, model_.gated);
    return rows(name, kernel, count, inner,
                model_.gated ? Reads{gate, up, none, none} : Reads{up, none, none, none});
  }

  int mlp(int from) {
    return mlp({"gate_proj", "up_proj", "mlp_act", "down_proj"}, model_.intermediate, from);
  }

  int mlp(const MlpNames& names, std::int64_t inner, int from) {
    const Extras biased{.bias = model_.biases.mlp};
    int gate = none;
    if (model_.gated) {
      gate = linear(names.gate, Part::mlp, tokens_, inner, model_.hidden, from, biased);
    }
    const int up = linear(names.up, Part::mlp, tokens_, inner, model_.hidden, from, biased);
    const int act = activate(names.act, tokens_, inner, gate, up);
    return linear(names.down, Part::mlp, tokens_, model_.hidden, inner, act, biased);
  }

  int experts(int from) {
    const Experts& experts = model_.experts;
    const std::int64_t spread = product({tokens_, experts.chosen});
    const int logits = linear("router", Part::plain, tokens_, experts.count, model_.hidden, from,
                              {.bias = experts.router_bias});
    const int scores =
        rows("router_scores", "softmax", tokens_, experts.count, {logits, none, none, none});
    int gate = none;
    if (model_.gated) {
      gate = routed("expert_gate_proj", tokens_, experts.intermediate, model_.hidden, from);
    }
    const int up = routed("expert_up_proj", tokens_, experts.intermediate, model_.hidden, from);
    const int act = activate("expert_act", spread, experts.intermediate, gate, up);
    const int down = routed("expert_down_proj", spread, model_.hidden, experts.intermediate, act);
    Reads reads{down, scores, none, none};
    std::int64_t terms = experts.chosen, scaled = experts.chosen;
    if (experts.shared > 0) {
      reads[2] = mlp({"shared_gate_proj", "shared_up_proj", "shared_act", "shared_down_proj"},
                     experts.shared, from);
      ++terms;
    }
    if (experts.shared_gate) {
      reads[3] = linear("shared_gate", Part::plain, tokens_, 1, model_.hidden, from);
      ++scaled;
    }
    return add("expert_sum", "expert_sum",
               {{"rows", tokens_}, {"cols", model_.hidden}, {"terms", terms}, {"scaled", scaled}},
               formats_.elementwise(), reads, product({tokens_, model_.hidden}));
  }
};

}  // namespace

std::vector<Stage> network(const Workload& workload) { return Network(workload).stages(); }

namespace {

/// Of the stage at `index`: the names of the steps whose results enter it.
std::vector<std::string> entering_of(const std::vector<Stage>& stages, std::size_t index) {
  const auto last_of = [&](std::size_t at) { return stages[at].steps.back().op.name; };
  if (index == 0) return {};
  const std::size_t head = stages.size() - 1;
  std::int64_t layers = 0;
  for (std::size_t i = 1; i < head; ++i) layers += stages[i].count;
  std::vector<std::string> names;
  if (index < head) names.push_back(last_of(0));
  // Kinds of layers alternate, so that each may follow each; all end in the same operator.
  if (index == head || layers > 1) names.push_back(last_of(1));
  return names;
}

}  // namespace

std::map<std::string, std::vector<std::string>> dependencies(const std::vector<Stage>& stages) {
  std::map<std::string, std::vector<std::string>> all;
  for (std::size_t i = 0; i < stages.size(); ++i) {
    const std::vector<Step>& steps = stages[i].steps;
    for (const Step& step : steps) {
      std::vector<std::string>& reads = all[step.op.name];
      const auto add = [&](const std::string& name) {
        if (std::find(reads.begin(), reads.end(), name) == reads.end()) reads.push_back(name);
      };
      for (const int read : step.reads) {
        if (read == Step::none) continue;
        if (read == Step::entering) {
          for (const std::string& name : entering_of(stages, i)) add(name);
          continue;
        }
        add(steps[static_cast<std::size_t>(read)].op.name);
        for (const Step& other : steps) {
          if (other.part_of == read) add(other.op.name);
        }
      }
    }
  }
  return all;
}

}  // namespace roofmark
