// What the readers of several families share: flags, spans of attention, experts, rotary parts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/model_families.h"
#include "core/printable.h"

namespace roofmark {

inline bool flag(const JsonView& config, const char* key, bool otherwise) {
  const auto found = config.find(key);
  return found ? found->boolean() : otherwise;
}

inline std::int64_t count(const JsonView& config, const char* key, std::int64_t otherwise,
                          std::int64_t most = most_wide) {
  const auto found = config.find(key);
  return found ? found->integer(1, most) : otherwise;
}

/// Throws where a key is not written at all, which stands for the default: another model's.
inline void require_written(const JsonView& config, const std::string& key) {
  if (!config.mentions(key)) config.at(key);
}

/// What would change the work and is not counted.
inline void refuse_if(const JsonView& config, const char* key, bool value, const char* what) {
  const auto found = config.find(key);
  if (found && found->boolean() == value) {
    found->refuse(std::string(what) + " not counted",
                  std::string("name a model with ") + (value ? "false" : "true"));
  }
}

/// The span of local layers, where the configuration has one.  Missing is not null: Hugging Face
/// gives a missing one the class's own, and null says that there is none.
inline std::optional<std::int64_t> span_of(const JsonView& config, const char* key,
                                           std::optional<std::int64_t> missing) {
  const auto found = config.find(key);
  if (found) return found->integer(1, most_span);
  return config.mentions(key) ? std::nullopt : missing;
}

/// How configurations speak of local layers.
struct LocalWords {
  Reach reach;
  const char *type, *span;  ///< in layer_types; the key of how far they see
};
inline constexpr LocalWords windowed{Reach::window, "sliding_attention", "sliding_window"},
    chunked{Reach::chunk, "chunked_attention", "attention_chunk_size"};

/// The entries of a list that has one for each layer; none where there is no list.
inline std::vector<JsonView> said_of_layers(const JsonView& config, const char* key,
                                            std::size_t layers) {
  const auto list = config.find(key);
  if (!list) return {};
  std::vector<JsonView> said = list->elements();
  if (said.size() != layers) {
    list->refuse(
        "has " + std::to_string(said.size()) + " entries for " + std::to_string(layers) + " layers",
        "write one for each layer");
  }
  return said;
}

/// layer_types, where it is given, says it of every layer; else `is_local` does.
template <class IsLocal>
void read_local_layers(const JsonView& config, Draft& draft, const LocalWords& words,
                       std::optional<std::int64_t> span, IsLocal is_local) {
  const std::vector<JsonView> said = said_of_layers(config, "layer_types", draft.layers.size());
  bool any = false;
  for (std::size_t i = 0; i < draft.layers.size(); ++i) {
    bool local = span && is_local(static_cast<std::int64_t>(i));
    if (!said.empty()) {
      const std::string type = said[i].text();
      if (type != words.type && type != "full_attention") {
        said[i].refuse("\"" + printable(type, 40) + "\" is not counted",
                       "write " + std::string(words.type) + " or full_attention");
      }
      local = type == words.type;
      if (local && !span) {
        said[i].refuse("there is no " + std::string(words.span), "add " + std::string(words.span));
      }
    }
    draft.layers[i].local = local;
    any = any || local;
  }
  if (!any) return;
  draft.model.local_reach = words.reach;
  draft.model.local_span = *span;
}

template <class IsLocal>
void read_windows(const JsonView& config, Draft& draft, std::optional<std::int64_t> window,
                  IsLocal is_local) {
  read_local_layers(config, draft, windowed, window, is_local);
}

inline constexpr auto every_layer = [](std::int64_t) { return true; };
inline constexpr auto every_other_layer = [](std::int64_t i) { return i % 2 == 0; };

inline void read_experts(const JsonView& config, Draft& draft, const char* how_many,
                         const char* intermediate) {
  Experts& experts = draft.model.experts;
  experts.count = config.at(how_many).integer(1, most_experts);
  experts.chosen = config.at("num_experts_per_tok").integer(1, most_experts);
  experts.intermediate = config.at(intermediate).integer(1, most_wide);
  if (experts.chosen > experts.count) {
    config.at("num_experts_per_tok")
        .refuse("more than there are experts (" + std::to_string(experts.count) + ")",
                "write at most " + std::to_string(experts.count));
  }
}

template <class IsSparse>
void set_sparse(Draft& draft, IsSparse is_sparse) {
  for (std::size_t i = 0; i < draft.layers.size(); ++i) {
    draft.layers[i].sparse = is_sparse(static_cast<std::int64_t>(i));
  }
}

/// Layers named by number.
inline std::vector<bool> layers_in(const JsonView& list, std::size_t layers) {
  std::vector<bool> in(layers, false);
  for (const JsonView& one : list.elements()) {
    in[static_cast<std::size_t>(one.integer(0, static_cast<std::int64_t>(layers) - 1))] = true;
  }
  return in;
}

/// RoPE turns the first elements of each head alone.
inline void rotate_part(Model& model, std::int64_t rotated) {
  model.unrotated = model.head_dim - rotated;
}

}  // namespace roofmark
