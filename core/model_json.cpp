#include "core/model_json.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/family_reading.h"
#include "core/model_families.h"
#include "core/printable.h"
#include "core/quantization_json.h"
#include "core/rope_json.h"
#include "core/weights.h"

namespace roofmark {
namespace {

constexpr std::array<std::pair<std::string_view, DType>, 5> torch_names{
    {{"float64", DType::f64},
     {"float32", DType::f32},
     {"float16", DType::f16},
     {"bfloat16", DType::bf16},
     {"float8_e4m3fn", DType::fp8}}};

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

/// Without either key the weights are what the family's are known to be in, else float32: torch's
/// default, which transformers before 5 loads (5 asks the checkpoint, which is not here).
void read_dtype(const JsonView& config, DType known, Model& model) {
  const auto torch = config.find("torch_dtype"), newer = config.find("dtype");
  if (torch && newer && dtype_of(*torch) != dtype_of(*newer)) {
    newer->refuse("differs from torch_dtype", "keep the one that holds");
  }
  const DType missing = known == DType::none ? DType::f32 : known;
  model.dtype = torch ? dtype_of(*torch) : newer ? dtype_of(*newer) : missing;
  model.dtype_assumed = !torch && !newer && known == DType::none;
}

struct NamedActivation {
  std::string_view name;
  ActivationKind activation;
};
/// Variants of one function are counted alike: they differ in constants and in how they are
/// approximated.
constexpr NamedActivation activations[] = {
    {"silu", ActivationKind::silu},        {"swish", ActivationKind::silu},
    {"gelu", ActivationKind::gelu},        {"gelu_new", ActivationKind::gelu},
    {"gelu_fast", ActivationKind::gelu},   {"gelu_pytorch_tanh", ActivationKind::gelu},
    {"gelu_python", ActivationKind::gelu}, {"quick_gelu", ActivationKind::gelu},
    {"relu", ActivationKind::relu}};

void read_activation(const JsonView& config, Model& model) {
  for (const char* key : {"hidden_activation", "hidden_act", "activation_function"}) {
    const auto said = config.find(key);
    if (!said) continue;
    const std::string text = said->text();
    const auto* known = std::find_if(std::begin(activations), std::end(activations),
                                     [&](const auto& one) { return one.name == text; });
    if (known == std::end(activations)) {
      said->refuse("activation \"" + printable(text, 40) + "\" is not counted",
                   "name a model with silu, gelu or relu");
    }
    model.activation = known->activation;
    return;
  }
}

/// The value of `key`, or `otherwise` where that is not zero and the key is missing.
std::int64_t dimension(const JsonView& config, const char* key, std::int64_t most,
                       std::int64_t otherwise = 0) {
  if (otherwise > 0 && !config.has(key)) return otherwise;
  return config.at(key).integer(1, most);
}

void read_heads(const JsonView& config, const Family& family, Model& model) {
  const DimensionKeys& keys = *family.keys;
  model.heads = dimension(config, keys.heads, most_wide, family.heads);
  model.kv_heads = model.heads;
  if (keys.kv_heads && (config.has(keys.kv_heads) || family.kv_required || family.kv_heads > 0)) {
    model.kv_heads = dimension(config, keys.kv_heads, most_wide, family.kv_heads);
    if (model.heads % model.kv_heads != 0) {
      const auto said = config.find(keys.kv_heads);
      (said ? *said : config.at(keys.heads))
          .refuse(std::to_string(model.kv_heads) + " does not divide " + std::string(keys.heads) +
                      ", " + std::to_string(model.heads) + ", and one of the two is wrong",
                  "correct it so that as many heads share each key and value");
    }
  }
  if (keys.head_dim && (config.has(keys.head_dim) || family.head_dim > 0)) {
    model.head_dim = dimension(config, keys.head_dim, most_wide, family.head_dim);
  } else if (model.hidden % model.heads == 0) {
    model.head_dim = model.hidden / model.heads;
  } else {
    config.at(keys.heads)
        .refuse("does not divide " + std::string(keys.hidden) + " (" +
                    std::to_string(model.hidden) + " / " + std::to_string(model.heads) +
                    ") and there is no head_dim",
                keys.head_dim ? "add " + std::string(keys.head_dim) : "write a divisor");
  }
}

void read_dimensions(const JsonView& config, const Family& family, Model& model) {
  const DimensionKeys& keys = *family.keys;
  model.layers = dimension(config, keys.layers, most_layers);
  model.hidden = dimension(config, keys.hidden, most_wide);
  if (keys.intermediate) model.intermediate = dimension(config, keys.intermediate, most_wide);
  model.vocabulary = dimension(config, keys.vocabulary, most_vocabulary, family.vocabulary);
  read_heads(config, family, model);
  read_context(config, keys.context, model);
  model.biases.query_key_value = model.biases.attention_out = flag(config, "attention_bias", false);
  model.biases.mlp = flag(config, "mlp_bias", false);
}

/// Each kind once, by its first layer.
std::vector<LayerKind> kinds_of(const std::vector<LayerKind>& layers) {
  std::vector<LayerKind> kinds;
  for (const LayerKind& layer : layers) {
    const auto like = std::find_if(kinds.begin(), kinds.end(), [&](LayerKind kind) {
      kind.count = layer.count;
      return kind == layer;
    });
    if (like == kinds.end()) {
      kinds.push_back(layer);
    } else {
      like->count += layer.count;
    }
  }
  // What nothing says is Llama's, so that one network has one description.
  if (kinds.size() == 1 && kinds[0] == LayerKind{.count = kinds[0].count}) kinds.clear();
  return kinds;
}

/// The family of the configuration, and inside it the language model's where that is a part.
struct Opened {
  const Family& family;
  Config config;
};

Opened open(const JsonView& whole) {
  const JsonView type = whole.at("model_type");
  const std::string name = type.text();
  const Family* family = find_family(name);
  if (!family) {
    type.refuse("architecture \"" + printable(name, 40) + "\" is not supported",
                "name a config.json with one of these: " + family_names());
  }
  const auto text = whole.find("text_config");
  if (!text) return {*family, {whole, whole}};
  const auto inner = text->find("model_type");
  const Family* of_text = inner ? find_family(inner->text()) : family;
  if (!of_text || of_text->read != family->read) {
    inner->refuse("differs from model_type (" + printable(name, 40) + ")", "write " + name);
  }
  return {*family, {*text, whole}};
}

void read_identity(const JsonView& config, const std::string& name, Model& model) {
  const auto text = [&](const char* key, const std::string& otherwise) {
    const auto found = config.find(key);
    return found ? found->text() : otherwise;
  };
  model.family = config.at("model_type").text();
  model.name = text("name", name);
  model.source = text("source", "");
}

/// Every figure derived from a model is a sum of products held in doubles; below 2^53 they are
/// exact.
void refuse_what_is_too_large(const JsonView& config, const Model& model) {
  if (parameters_bound(model) > 0x1p53) {
    config.refuse("more than 2^53 parameters", "correct the dimensions");
  }
}

}  // namespace

Model model_from_json(const JsonView& whole, const std::string& name) {
  const Opened opened = open(whole);
  const JsonView& config = opened.config.text;
  Draft draft;
  Model& model = draft.model;
  read_identity(whole, name, model);
  read_dimensions(config, opened.family, model);
  draft.layers.assign(static_cast<std::size_t>(model.layers), LayerKind{.count = 1});
  const auto tied = config.find("tie_word_embeddings");
  const auto tied_outside = whole.find("tie_word_embeddings");
  model.tied_embeddings = tied           ? tied->boolean()
                          : tied_outside ? tied_outside->boolean()
                                         : opened.family.tied;
  read_dtype(config.has("torch_dtype") || config.has("dtype") ? config : whole, opened.family.dtype,
             model);
  opened.family.read(opened.config, draft);
  read_activation(config, model);
  model.kinds = kinds_of(draft.layers);
  const DimensionKeys& keys = *opened.family.keys;
  refuse_unpaired_rotation(config, model, keys.head_dim, keys.heads);
  for (const JsonView& place : {config, whole}) {
    const auto quantized = place.find("quantization_config");
    if (!quantized) continue;
    model.quantization = quantization_from_json(*quantized);
    if (model.dtype_assumed) model.dtype = unsaid_type_beside(*quantized);
    break;
  }
  refuse_what_is_too_large(whole, model);
  return model;
}

Model dimensions_from_json(const JsonView& json) {
  Model model;
  read_identity(json, "model", model);
  if (!find_family(model.family)) open(json);  // says what there is
  read_dimensions(json, *find_family("llama"), model);
  model.tied_embeddings = json.at("tie_word_embeddings").boolean();
  read_dtype(json, DType::none, model);
  return model;
}

std::string_view torch_name(DType type) {
  for (const auto& [torch, known] : torch_names) {
    if (known == type) return torch;
  }
  return name(type);
}

}  // namespace roofmark
