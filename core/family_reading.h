// What the readers of several families share: flags, spans of attention, experts, rotary parts.
#pragma once

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/model_families.h"
#include "core/printable.h"

namespace roofmark {

inline constexpr std::int64_t most_span = std::int64_t{1} << 40;

inline bool flag(const JsonView& config, const char* key, bool otherwise) {
  const auto found = config.find(key);
  return found ? found->boolean() : otherwise;
}

inline std::int64_t count(const JsonView& config, const char* key, std::int64_t otherwise,
                          std::int64_t most = most_wide) {
  const auto found = config.find(key);
  return found ? found->integer(1, most) : otherwise;
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

inline void set_local(Draft& draft, Reach reach, std::int64_t span) {
  draft.model.local_reach = reach;
  draft.model.local_span = span;
}

/// layer_types, where it is given, says it of every layer; else `is_local` does.
template <class IsLocal>
void read_windows(const JsonView& config, Draft& draft, std::optional<std::int64_t> window,
                  IsLocal is_local) {
  const auto types = config.find("layer_types");
  if (types && types->elements().size() != draft.layers.size()) {
    types->refuse("has " + std::to_string(types->elements().size()) + " entries for " +
                      std::to_string(draft.layers.size()) + " layers",
                  "write one for each layer");
  }
  const std::vector<JsonView> said = types ? types->elements() : std::vector<JsonView>{};
  bool any = false;
  for (std::size_t i = 0; i < draft.layers.size(); ++i) {
    bool local = window && is_local(static_cast<std::int64_t>(i));
    if (types) {
      const std::string type = said[i].text();
      if (type != "sliding_attention" && type != "full_attention") {
        said[i].refuse("\"" + printable(type, 40) + "\" is not counted",
                       "write sliding_attention or full_attention");
      }
      local = type == "sliding_attention";
      if (local && !window) said[i].refuse("there is no sliding_window", "add sliding_window");
    }
    draft.layers[i].local = local;
    any = any || local;
  }
  if (any) set_local(draft, Reach::window, *window);
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

inline void read_rotary_factor(const JsonView& config, Model& model, double otherwise) {
  const auto factor = config.find("partial_rotary_factor");
  const double part = factor ? factor->number(0, 1) : otherwise;
  rotate_part(model, static_cast<std::int64_t>(
                         std::floor(part * static_cast<double>(model.head_dim) + 1e-9)));
}

}  // namespace roofmark
