#include "core/model_families.h"

#include <algorithm>
#include <optional>

#include "core/family_reading.h"
#include "core/rope_json.h"

namespace roofmark {
namespace {

constexpr DimensionKeys hugging_face{
    "num_hidden_layers",   "hidden_size", "intermediate_size", "num_attention_heads",
    "num_key_value_heads", "head_dim",    "vocab_size",        "max_position_embeddings"};
/// Heads of latent attention have their own widths, whatever hidden_size divided by them is.
constexpr DimensionKeys latent_keys{
    "num_hidden_layers",   "hidden_size",      "intermediate_size", "num_attention_heads",
    "num_key_value_heads", "qk_rope_head_dim", "vocab_size",        "max_position_embeddings"};
constexpr DimensionKeys gpt{"n_layer", "n_embd", nullptr,      "n_head",
                            nullptr,   nullptr,  "vocab_size", "n_positions"};
constexpr DimensionKeys gpt_with_groups{"n_layer",   "n_embd", nullptr,      "n_head",
                                        "n_head_kv", nullptr,  "vocab_size", "n_positions"};
constexpr DimensionKeys opt_keys{"num_hidden_layers",
                                 "hidden_size",
                                 "ffn_dim",
                                 "num_attention_heads",
                                 nullptr,
                                 nullptr,
                                 "vocab_size",
                                 "max_position_embeddings"};
constexpr DimensionKeys glm{"num_layers", "hidden_size", "ffn_hidden_size",   "num_attention_heads",
                            nullptr,      "kv_channels", "padded_vocab_size", "seq_length"};

void llama(const Config& config, Draft& draft) { read_rotary_factor(config.text, draft.model, 1); }

void llama4(const Config& config, Draft& draft) {
  const JsonView& text = config.text;
  Model& model = draft.model;
  const auto listed = text.find("moe_layers");
  const bool dense = listed && listed->elements().empty();  // Llama Guard 4
  if (!dense) {
    const std::int64_t step = count(text, "interleave_moe_layer_step", 1, most_layers);
    const std::vector<bool> sparse =
        listed ? layers_in(*listed, draft.layers.size()) : std::vector<bool>{};
    set_sparse(draft, [&](std::int64_t i) {
      return listed ? bool(sparse[static_cast<std::size_t>(i)]) : (i + 1) % step == 0;
    });
    read_experts(text, draft, "num_local_experts", "intermediate_size");
    model.experts.shared = model.experts.intermediate;
  }
  model.intermediate = text.at("intermediate_size_mlp").integer(1, most_wide);
  model.qk_norm = flag(text, "use_qk_norm", true) ? QkNorm::plain : QkNorm::none;

  const std::int64_t interval = count(text, "no_rope_layer_interval", 4, most_layers);
  const auto rotates = text.find("no_rope_layers");  // 1 where there is RoPE, whatever it is called
  const bool listed_rotation = rotates && !rotates->elements().empty();
  const std::vector<JsonView> said =
      listed_rotation ? said_of_layers(text, "no_rope_layers", draft.layers.size())
                      : std::vector<JsonView>{};
  for (std::size_t i = 0; i < draft.layers.size(); ++i) {
    draft.layers[i].rotated = said.empty() ? (static_cast<std::int64_t>(i) + 1) % interval != 0
                                           : said[i].integer(0, 1) == 1;
  }
  read_local_layers(text, draft, chunked, span_of(text, chunked.span, 8192), [&](std::int64_t i) {
    return draft.layers[static_cast<std::size_t>(i)].rotated;
  });
}

void mistral(const Config& config, Draft& draft) {
  const char* key =
      config.text.mentions("sliding_window") ? "sliding_window" : "sliding_window_size";
  read_windows(config.text, draft, span_of(config.text, key, 4096), every_layer);
}

void mixtral(const Config& config, Draft& draft) {
  read_windows(config.text, draft, span_of(config.text, "sliding_window", std::nullopt),
               every_layer);
  read_experts(config.text, draft, "num_local_experts", "intermediate_size");
  set_sparse(draft, every_layer);
}

void windows_of_qwen(const Config& config, Draft& draft) {
  const auto window = flag(config.text, "use_sliding_window", false)
                          ? span_of(config.text, "sliding_window", 4096)
                          : std::nullopt;
  const auto first = config.text.find("max_window_layers");
  const std::int64_t from = first ? first->integer(0, most_layers) : 28;
  read_windows(config.text, draft, window, [&](std::int64_t i) { return i >= from; });
}

void qwen2(const Config& config, Draft& draft) {
  draft.model.biases.query_key_value = true;
  windows_of_qwen(config, draft);
}

void experts_of_qwen(const Config& config, Draft& draft) {
  const JsonView& text = config.text;
  // transformers 5 writes num_local_experts.
  const bool newer = !text.has("num_experts") && text.has("num_local_experts");
  read_experts(text, draft, newer ? "num_local_experts" : "num_experts", "moe_intermediate_size");
  const std::int64_t step = count(text, "decoder_sparse_step", 1, most_layers);
  const auto dense = text.find("mlp_only_layers");
  const std::vector<bool> skipped =
      dense ? layers_in(*dense, draft.layers.size()) : std::vector<bool>(draft.layers.size());
  set_sparse(draft, [&](std::int64_t i) {
    return !skipped[static_cast<std::size_t>(i)] && (i + 1) % step == 0;
  });
}

void qwen2_moe(const Config& config, Draft& draft) {
  draft.model.biases.query_key_value = flag(config.text, "qkv_bias", true);
  windows_of_qwen(config, draft);
  experts_of_qwen(config, draft);
  draft.model.experts.shared =
      config.text.at("shared_expert_intermediate_size").integer(1, most_wide);
  draft.model.experts.shared_gate = true;
}

void qwen3(const Config& config, Draft& draft) {
  draft.model.qk_norm = QkNorm::scaled;
  windows_of_qwen(config, draft);
}

void qwen3_moe(const Config& config, Draft& draft) {
  qwen3(config, draft);
  experts_of_qwen(config, draft);
}

void gemma(const Config&, Draft& draft) { draft.model.activation = ActivationKind::gelu; }

void gemma2(const Config& config, Draft& draft) {
  refuse_if(config.text, "use_bidirectional_attention", true, "attention in both directions is");
  draft.model.activation = ActivationKind::gelu;
  draft.model.block = BlockKind::sandwich;
  read_windows(config.text, draft, span_of(config.text, "sliding_window", 4096), every_other_layer);
}

void gemma3(const Config& config, Draft& draft) {
  refuse_if(config.text, "use_bidirectional_attention", true, "attention in both directions is");
  draft.model.activation = ActivationKind::gelu;
  draft.model.block = BlockKind::sandwich;
  draft.model.qk_norm = QkNorm::scaled;
  if (draft.model.context == 0) draft.model.context = 131072;  // the class's own,
  draft.model.stretched = false;                               // with its rope scaling
  const char* key = config.text.mentions("sliding_window_pattern") ? "sliding_window_pattern"
                                                                   : "_sliding_window_pattern";
  const std::int64_t pattern = count(config.text, key, 6, most_layers);
  read_windows(config.text, draft, span_of(config.text, "sliding_window", 4096),
               [&](std::int64_t i) { return (i + 1) % pattern != 0; });
}

/// LayerNorm with biases, biases everywhere, an MLP without gate.
void classic(Model& model) {
  model.norm = NormKind::layer;
  model.gated = false;
  model.activation = ActivationKind::gelu;
  model.biases = {.query_key_value = true, .attention_out = true, .mlp = true};
}

void phi(const Config& config, Draft& draft) {
  classic(draft.model);
  draft.model.block = BlockKind::parallel;
  draft.model.biases.head = true;
  refuse_if(config.text, "qk_layernorm", true, "norms of queries and keys are");
  read_rotary_factor(config.text, draft.model, 0.5);
}

/// n_inner, where it is not null, else four times hidden.
void read_inner(const Config& config, Model& model) {
  model.intermediate = count(config.text, "n_inner", 4 * model.hidden, 4 * most_wide);
}

void read_rotary_dim(const Config& config, Model& model, std::int64_t otherwise) {
  const std::int64_t all = model.head_dim;
  const bool null = config.text.mentions("rotary_dim") && !config.text.has("rotary_dim");
  rotate_part(model, count(config.text, "rotary_dim", null ? all : std::min(otherwise, all), all));
}

void phi_of_microsoft(const Config& config, Draft& draft) {
  classic(draft.model);
  draft.model.block = BlockKind::parallel;
  draft.model.biases.head = true;
  read_inner(config, draft.model);
  read_rotary_dim(config, draft.model, 32);
}

void phi3(const Config& config, Draft& draft) {
  read_rotary_factor(config.text, draft.model, 1);
  read_windows(config.text, draft, span_of(config.text, "sliding_window", std::nullopt),
               every_layer);
}

void gptj(const Config& config, Draft& draft) {
  classic(draft.model);
  draft.model.block = BlockKind::parallel;
  draft.model.biases = {.mlp = true, .head = true};
  read_inner(config, draft.model);
  read_rotary_dim(config, draft.model, 64);
}

void without_rope(Draft& draft) {
  for (LayerKind& layer : draft.layers) layer.rotated = false;
}

void gpt2(const Config& config, Draft& draft) {
  classic(draft.model);
  refuse_if(config.text, "add_cross_attention", true, "cross attention is");
  read_inner(config, draft.model);
  draft.model.positions = config.text.at("n_positions").integer(1, most_vocabulary);
  without_rope(draft);
}

void opt(const Config& config, Draft& draft) {
  const JsonView& text = config.text;
  Model& model = draft.model;
  classic(model);
  refuse_if(text, "enable_bias", false, "a network without biases is");
  refuse_if(text, "layer_norm_elementwise_affine", false, "norms without scales are");
  model.activation = ActivationKind::relu;
  model.positions =
      text.at("max_position_embeddings").integer(1, most_vocabulary) + 2;  // two are offsets
  model.final_norm =
      flag(text, "do_layer_norm_before", true) && !flag(text, "_remove_final_layer_norm", false);
  const std::int64_t width = count(text, "word_embed_proj_dim", model.hidden);
  if (width != model.hidden) model.embedding_dim = width;
  without_rope(draft);
}

void chatglm(const Config& config, Draft& draft) {
  const JsonView& text = config.text;
  Model& model = draft.model;
  if (flag(text, "multi_query_attention", false)) {
    const JsonView groups = text.at("multi_query_group_num");
    model.kv_heads = groups.integer(1, most_wide);
    if (model.heads % model.kv_heads != 0) {
      groups.refuse("does not divide num_attention_heads (" + std::to_string(model.heads) + " / " +
                        std::to_string(model.kv_heads) + ")",
                    "write a divisor");
    }
  }
  const bool everywhere = flag(text, "add_bias_linear", true);
  model.biases = {.query_key_value = everywhere || flag(text, "add_qkv_bias", false),
                  .attention_out = everywhere,
                  .mlp = everywhere};
  model.norm = flag(text, "rmsnorm", true) ? NormKind::rms : NormKind::layer;
  model.final_norm = flag(text, "post_layer_norm", true);
  rotate_part(model, model.head_dim / 2);
}

/// Tokens go to experts of topk_group of n_group groups, which divide the experts; both may be
/// null.
void read_groups_of_experts(const JsonView& text, const Experts& experts) {
  const std::int64_t groups = count(text, "n_group", 1, experts.count);
  if (experts.count % groups != 0) {
    text.at("n_group").refuse("does not divide n_routed_experts (" + std::to_string(experts.count) +
                                  " / " + std::to_string(groups) + ")",
                              "write a divisor");
  }
  const std::int64_t open = count(text, "topk_group", groups, experts.count);
  if (open > groups) {
    const std::string all = std::to_string(groups) + (text.has("n_group") ? "" : ", not written");
    text.at("topk_group").refuse("more than the groups (n_group: " + all + ")", "correct one");
  }
  if (experts.chosen > open * (experts.count / groups)) {
    text.at("num_experts_per_tok")
        .refuse("more than there are experts in the " + std::to_string(open) +
                    " groups that a token goes to",
                "write at most " + std::to_string(open * (experts.count / groups)));
  }
}

void experts_of_deepseek(const Config& config, Draft& draft) {
  const JsonView& text = config.text;
  if (text.has("num_experts_per_tok")) require_written(text, "n_routed_experts");
  if (!text.has("n_routed_experts")) return;  // DeepSeek-V2 without any is a dense network
  read_experts(text, draft, "n_routed_experts", "moe_intermediate_size");
  Experts& experts = draft.model.experts;
  read_groups_of_experts(text, experts);
  require_written(text, "n_shared_experts");
  if (const auto shared = text.find("n_shared_experts")) {
    experts.shared = shared->integer(0, most_experts) * experts.intermediate;
  }
  const std::int64_t first = text.at("first_k_dense_replace").integer(0, draft.model.layers);
  const std::int64_t every = count(text, "moe_layer_freq", 1, most_layers);
  set_sparse(draft, [&](std::int64_t i) { return i >= first && i % every == 0; });
}

void deepseek2(const Config& config, Draft& draft) {
  const JsonView& text = config.text;
  Model& model = draft.model;
  const auto query_rank = text.find("q_lora_rank");
  model.latent = {.rank = text.at("kv_lora_rank").integer(1, most_wide),
                  .query_rank = query_rank ? query_rank->integer(1, most_wide) : 0,
                  .rotated_dim = text.at("qk_rope_head_dim").integer(1, most_wide),
                  .plain_dim = text.at("qk_nope_head_dim").integer(1, most_wide),
                  .value_dim = text.at("v_head_dim").integer(1, most_wide)};
  model.kv_heads = model.heads;
  model.head_dim = model.latent.rotated_dim + model.latent.plain_dim;
  experts_of_deepseek(config, draft);
  if (const auto method = text.find("topk_method")) {
    const std::string said = method->text();
    model.experts.router_bias = said == "noaux_tc";
    if (said != "noaux_tc" && said != "greedy" && said != "group_limited_greedy") {
      method->refuse("\"" + printable(said, 40) + "\" is no way of choosing experts that is known",
                     "write greedy, group_limited_greedy or noaux_tc");
    }
  }
}

/// Every published one says q_lora_rank (null: queries are not compressed, as Moonlight's are not);
/// of DeepSeek-V2 the small one is also published without the key.
void deepseek3(const Config& config, Draft& draft) {
  require_written(config.text, "q_lora_rank");
  deepseek2(config, draft);
  if (!config.text.has("topk_method")) draft.model.experts.router_bias = true;
}

void gpt_oss(const Config& config, Draft& draft) {
  Model& model = draft.model;
  read_experts(config.text, draft, "num_local_experts", "intermediate_size");
  set_sparse(draft, every_layer);
  const bool biased = flag(config.text, "attention_bias", true);
  model.biases = {.query_key_value = biased, .attention_out = biased, .mlp = true};
  model.experts.router_bias = true;
  model.sinks = true;
  read_windows(config.text, draft, span_of(config.text, "sliding_window", 128), every_other_layer);
}

const Family families[] = {
    {.type = "llama", .keys = &hugging_face, .read = llama},
    {.type = "llama4", .keys = &hugging_face, .read = llama4, .kv_required = true, .head_dim = 128},
    {.type = "mistral", .keys = &hugging_face, .read = mistral, .kv_required = true},
    {.type = "mixtral", .keys = &hugging_face, .read = mixtral, .kv_required = true},
    {.type = "qwen2", .keys = &hugging_face, .read = qwen2, .kv_required = true},
    {.type = "qwen2_moe", .keys = &hugging_face, .read = qwen2_moe, .kv_required = true},
    {.type = "qwen3", .keys = &hugging_face, .read = qwen3, .kv_required = true, .head_dim = 128},
    {.type = "qwen3_moe", .keys = &hugging_face, .read = qwen3_moe, .kv_required = true},
    {.type = "gemma",
     .keys = &hugging_face,
     .read = gemma,
     .tied = true,
     .kv_required = true,
     .head_dim = 256},
    {.type = "gemma2",
     .keys = &hugging_face,
     .read = gemma2,
     .tied = true,
     .kv_required = true,
     .head_dim = 256},
    {.type = "gemma3",  // the class's own where the configuration of a small one leaves them out
     .keys = &hugging_face,
     .read = gemma3,
     .tied = true,
     .heads = 8,
     .kv_heads = 4,
     .head_dim = 256,
     .vocabulary = 262208},
    {.type = "gemma3_text",
     .keys = &hugging_face,
     .read = gemma3,
     .tied = true,
     .kv_required = true,
     .head_dim = 256},
    {.type = "phi", .keys = &hugging_face, .read = phi},
    {.type = "phi-msft", .keys = &gpt_with_groups, .read = phi_of_microsoft},
    {.type = "phi3", .keys = &hugging_face, .read = phi3},
    {.type = "gpt2", .keys = &gpt, .read = gpt2, .tied = true},
    {.type = "gptj", .keys = &gpt, .read = gptj},
    {.type = "opt", .keys = &opt_keys, .read = opt, .tied = true},
    {.type = "chatglm", .keys = &glm, .read = chatglm},
    {.type = "deepseek", .keys = &hugging_face, .read = experts_of_deepseek},
    {.type = "deepseek_v2", .keys = &latent_keys, .read = deepseek2},
    {.type = "deepseek_v3", .keys = &latent_keys, .read = deepseek3},
    {.type = "gpt_oss",
     .keys = &hugging_face,
     .read = gpt_oss,
     .kv_required = true,
     .head_dim = 64,
     .dtype = DType::bf16}};

}  // namespace

const Family* find_family(std::string_view type) {
  if (type == "llama4_text") type = "llama4";  // the language model by itself
  for (const Family& family : families) {
    if (family.type == type) return &family;
  }
  return nullptr;
}

std::string family_names() {
  std::string names;
  for (const Family& family : families) {
    names += (names.empty() ? "" : ", ") + std::string(family.type);
  }
  return names;
}

}  // namespace roofmark
