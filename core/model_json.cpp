#include "core/model_json.h"

#include <array>
#include <utility>

#include "core/printable.h"

namespace roofmark {
namespace {

constexpr std::array<std::pair<std::string_view, DType>, 5> torch_names{
    {{"float64", DType::f64},
     {"float32", DType::f32},
     {"float16", DType::f16},
     {"bfloat16", DType::bf16},
     {"float8_e4m3fn", DType::fp8}}};

// Far above any model there is (405B: 126 layers, 16384 wide), far below what overflows.
constexpr std::int64_t most_layers = 1 << 14, most_wide = 1 << 20, most_vocabulary = 1 << 24;

DType dtype_of(const JsonView& value) {
  const std::string text = value.text();
  for (const auto& [torch, type] : torch_names) {
    if (text == torch) return type;
  }
  const auto own = dtype_from(text);
  if (!own || *own == DType::none) {
    value.refuse("unknown type \"" + printable(text, 40) + "\"",
                 "write float16, bfloat16, float32 or float8_e4m3fn");
  }
  return *own;
}

/// Without either key the weights are float32, the default of torch and of Hugging Face.
void read_dtype(const JsonView& config, Model& model) {
  const auto torch = config.find("torch_dtype"), newer = config.find("dtype");
  if (torch && newer && dtype_of(*torch) != dtype_of(*newer)) {
    newer->refuse("differs from torch_dtype", "keep the one that holds");
  }
  model.dtype = torch ? dtype_of(*torch) : newer ? dtype_of(*newer) : DType::f32;
  model.dtype_assumed = !torch && !newer;
}

/// What would change the work and is not counted must not be passed over.
void refuse_what_is_not_counted(const JsonView& config) {
  if (const auto quantized = config.find("quantization_config")) {
    quantized->refuse("a quantized checkpoint is not read",
                      "remove it and say the format with --dtype");
  }
  for (const char* key : {"attention_bias", "mlp_bias"}) {
    const auto bias = config.find(key);
    if (bias && bias->boolean())
      bias->refuse("biases are not counted", "name a model without them");
  }
  const auto activation = config.find("hidden_act");
  if (activation && activation->text() != "silu") {
    activation->refuse(
        "activation \"" + printable(activation->text(), 40) + "\" is not counted (llama has silu)",
        "name a model with silu");
  }
}

void read_heads(const JsonView& config, Model& model) {
  const JsonView heads = config.at("num_attention_heads");
  model.heads = heads.integer(1, most_wide);
  model.kv_heads = model.heads;
  if (const auto kv_heads = config.find("num_key_value_heads")) {
    model.kv_heads = kv_heads->integer(1, most_wide);
    if (model.heads % model.kv_heads != 0) {
      kv_heads->refuse("does not divide num_attention_heads (" + std::to_string(model.heads) +
                           " / " + std::to_string(model.kv_heads) + ")",
                       "write a divisor");
    }
  }
  if (const auto head_dim = config.find("head_dim")) {
    model.head_dim = head_dim->integer(1, most_wide);
  } else if (model.hidden % model.heads == 0) {
    model.head_dim = model.hidden / model.heads;
  } else {
    heads.refuse("does not divide hidden_size (" + std::to_string(model.hidden) + " / " +
                     std::to_string(model.heads) + ") and there is no head_dim",
                 "add head_dim");
  }
}

}  // namespace

Model model_from_json(const JsonView& config, const std::string& name) {
  const JsonView family = config.at("model_type");
  Model model;
  model.family = family.text();
  if (model.family != "llama") {
    family.refuse("architecture \"" + printable(model.family, 40) + "\" is not supported",
                  "name a config.json with model_type \"llama\"");
  }
  const auto text = [&](const char* key, const std::string& otherwise) {
    const auto found = config.find(key);
    return found ? found->text() : otherwise;
  };
  model.name = text("name", name);
  model.source = text("source", "");
  model.layers = config.at("num_hidden_layers").integer(1, most_layers);
  model.hidden = config.at("hidden_size").integer(1, most_wide);
  model.intermediate = config.at("intermediate_size").integer(1, most_wide);
  model.vocabulary = config.at("vocab_size").integer(1, most_vocabulary);
  read_heads(config, model);
  const auto tied = config.find("tie_word_embeddings");
  model.tied_embeddings = tied && tied->boolean();
  read_dtype(config, model);
  refuse_what_is_not_counted(config);

  // Every figure derived from a model is a sum of products held in doubles; below 2^53 they are
  // exact.
  const double wide = static_cast<double>(model.hidden);
  const double attention =
      2.0 * wide * static_cast<double>((model.heads + model.kv_heads) * model.head_dim);
  const double parameters = static_cast<double>(model.layers) *
                                (attention + 3.0 * wide * static_cast<double>(model.intermediate)) +
                            2.0 * wide * static_cast<double>(model.vocabulary);
  if (parameters > 0x1p53) config.refuse("more than 2^53 parameters", "correct the dimensions");
  return model;
}

std::string_view torch_name(DType type) {
  for (const auto& [torch, known] : torch_names) {
    if (known == type) return torch;
  }
  return name(type);
}

}  // namespace roofmark
