#include "core/rope_json.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/model_families.h"

namespace roofmark {
namespace {

constexpr double most_factor = 1e6;

/// The object that says how positions are rotated.  Where kinds of layers have one each, that of
/// the layers which see the whole context.
std::optional<JsonView> settings_of(const JsonView& config) {
  const auto newer = config.find("rope_parameters");
  if (!newer) return config.find("rope_scaling");
  const auto full = newer->find("full_attention");
  return full ? full : newer;
}

std::optional<JsonView> find_in(const std::optional<JsonView>& settings, const JsonView& config,
                                const char* key) {
  const auto found = settings ? settings->find(key) : std::nullopt;
  return found ? found : config.find(key);
}

/// linear, yarn, ...; empty where nothing is scaled.
std::string type_of(const JsonView& settings) {
  const auto newer = settings.find("rope_type");
  const auto said = newer ? newer : settings.find("type");
  const std::string type = said ? said->text() : "";
  return type == "default" ? "" : type;
}

}  // namespace

void read_rotary_factor(const JsonView& config, Model& model, double otherwise) {
  const auto said = find_in(settings_of(config), config, "partial_rotary_factor");
  const double part = said ? said->number(0, 1) : otherwise;
  const double rotated = std::floor(part * static_cast<double>(model.head_dim));
  model.unrotated = model.head_dim - static_cast<std::int64_t>(rotated);
}

void read_context(const JsonView& config, const char* limit, Model& model) {
  if (const auto said = config.find(limit)) model.context = said->integer(1, most_span);
  const auto settings = settings_of(config);
  if (!settings) return;
  const std::string type = type_of(*settings);
  const auto said = settings->find("factor");
  const double factor = said ? said->number(1, most_factor) : 1;
  // What these reach is what the configuration says.
  if (type == "llama3" || type == "longrope" || type == "su") return;
  if (const auto from = find_in(settings, config, "original_max_position_embeddings")) {
    const double original = static_cast<double>(from->integer(1, most_span));
    const double reached = std::min(std::floor(original * factor), static_cast<double>(most_span));
    model.context = std::max(model.context, static_cast<std::int64_t>(reached));
  } else {
    model.stretched = !type.empty() && factor > 1;
  }
}

void refuse_unpaired_rotation(const JsonView& config, const Model& model, const char* head_dim,
                              const char* heads) {
  const std::vector<LayerKind> kinds = layer_kinds(model);
  const bool any = std::any_of(kinds.begin(), kinds.end(), [](auto& kind) { return kind.rotated; });
  const std::int64_t rotated =
      model.latent.rank > 0 ? model.latent.rotated_dim : model.head_dim - model.unrotated;
  if (!any || (rotated > 0 && rotated % 2 == 0)) return;
  const bool in_part = model.unrotated > 0;
  for (const char* key : {in_part ? "rotary_dim" : nullptr,
                          in_part ? "partial_rotary_factor" : nullptr, head_dim, heads}) {
    const auto said = key ? find_in(settings_of(config), config, key) : std::nullopt;
    if (!said) continue;
    said->refuse("RoPE turns elements of a head in pairs (here " + std::to_string(rotated) +
                     " of " + std::to_string(model.head_dim) + ")",
                 "let it turn an even number of them, at least 2");
  }
  config.refuse("RoPE turns no pair of elements", "correct the dimensions");
}

}  // namespace roofmark
