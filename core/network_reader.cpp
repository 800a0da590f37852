#include "core/network_reader.h"

#include <string>
#include <vector>

#include "core/model_families.h"
#include "core/model_json.h"
#include "core/network_keys.h"
#include "core/printable.h"
#include "core/weights.h"

namespace roofmark {
namespace {

/// Reads each field by its type, and remembers the keys that there may be.
struct FieldReader {
  const JsonView& json;
  std::vector<std::string_view> keys{};

  void operator()(std::string_view key, bool& field) {
    keys.push_back(key);
    field = json.at(key).boolean();
  }
  void operator()(std::string_view key, std::int64_t& field) {
    keys.push_back(key);
    field = json.at(key).integer(0, key == "local_span" ? most_span : most_vocabulary);
  }
  void operator()(std::string_view key, int& field) {
    keys.push_back(key);
    field = static_cast<int>(json.at(key).integer(0, 64));
  }
  void operator()(std::string_view key, DType& field) {
    keys.push_back(key);
    const JsonView said = json.at(key);
    const std::string text = said.text();
    const auto type = dtype_from(text);
    if (!type)
      said.refuse("unknown number format '" + printable(text, 40) + "'",
                  "formats are named as f32, bf16, i8");
    field = *type;
  }
  template <class Enum>
  void operator()(std::string_view key, Enum& field) {
    keys.push_back(key);
    const JsonView said = json.at(key);
    const std::string text = said.text();
    const auto names = names_of(field);
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (names[i] != text) continue;
      field = static_cast<Enum>(i);
      return;
    }
    said.refuse("'" + printable(text, 40) + "' is none of its values",
                "write " + std::string(names[0]));
  }
};

void refuse_contradictions(const JsonView& json, const Model& model) {
  std::int64_t layers = 0;
  bool sparse = false, local = false;
  for (const LayerKind& kind : model.kinds) {
    layers += kind.count;
    sparse = sparse || kind.sparse;
    local = local || kind.local;
  }
  const Experts& experts = model.experts;
  if (!model.kinds.empty() && layers != model.layers) {
    json.at("kinds").refuse(
        "they are " + std::to_string(layers) + " layers of " + std::to_string(model.layers),
        "let them add up");
  }
  if (experts.chosen > experts.count || (sparse && experts.chosen < 1)) {
    json.at("experts_chosen").refuse("out of range", "write one from 1 to experts");
  }
  if (local && (model.local_reach == Reach::all || model.local_span < 1)) {
    json.at("local_reach").refuse("local layers reach to all", "write window or chunk and a span");
  }
  if (model.unrotated > model.head_dim) {
    json.at("unrotated").refuse("more than head_dim", "write at most that");
  }
}

void read_network(const JsonView& json, Model& model) {
  FieldReader fields{json};
  visit_network(fields, model);
  fields.keys.push_back("kinds");
  json.exactly(fields.keys);
  const std::vector<JsonView> kinds = json.at("kinds").elements();
  if (kinds.size() > static_cast<std::size_t>(model.layers)) {
    json.at("kinds").refuse("more kinds than layers", "write each kind once");
  }
  for (const JsonView& one : kinds) {
    LayerKind kind;
    FieldReader of_kind{one};
    visit_kind(of_kind, kind);
    one.exactly(of_kind.keys);
    model.kinds.push_back(kind);
  }
  refuse_contradictions(json, model);
  if (parameters_bound(model) > 0x1p53) {
    json.refuse("more than 2^53 parameters", "correct the dimensions");
  }
}

}  // namespace

Model model_of_run(const JsonView& json) {
  json.exactly({"name", "source", "model_type", "num_hidden_layers", "hidden_size",
                "intermediate_size", "num_attention_heads", "num_key_value_heads", "head_dim",
                "vocab_size", "tie_word_embeddings", "torch_dtype"},
               {"network"});
  const bool is_llama = json.at("model_type").text() == "llama";
  if (is_llama && !json.mentions("network")) return model_from_json(json, "model");
  Model model = dimensions_from_json(json);
  read_network(json.at("network"), model);
  return model;
}

}  // namespace roofmark
