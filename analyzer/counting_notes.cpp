#include "analyzer/counting_notes.h"

#include <algorithm>
#include <cmath>

#include "analyzer/numbers.h"
#include "analyzer/operators.h"
#include "analyzer/reach.h"
#include "analyzer/weight_formats.h"

namespace roofmark {
namespace {

double number(std::int64_t value) { return static_cast<double>(value); }

/// Layers of that kind whose span cuts something off in any query.
std::int64_t cut_layers(const Workload& workload) {
  std::int64_t layers = 0;
  for (const LayerKind& kind : layer_kinds(workload.model)) {
    const auto cut = [&](const Query& query) {
      return reach_of(workload.model, kind, query) != Reach::all;
    };
    if (std::any_of(workload.queries.begin(), workload.queries.end(), cut)) layers += kind.count;
  }
  return layers;
}

std::string of_local_layers(const Workload& workload) {
  const Model& model = workload.model;
  const std::int64_t layers = cut_layers(workload);
  if (layers == 0) return {};
  const Query longest = *std::max_element(
      workload.queries.begin(), workload.queries.end(),
      [](const Query& a, const Query& b) { return a.cached + a.fresh < b.cached + b.fresh; });
  const std::int64_t all = longest.cached + longest.fresh;
  const bool window = model.local_reach == Reach::window;
  const std::int64_t seen =
      window ? std::min(all, model.local_span) : (all - 1) % model.local_span + 1;
  return std::to_string(layers) + " of " + std::to_string(model.layers) + " layers attend within " +
         (window ? "a window of " : "chunks of ") + std::to_string(model.local_span) +
         " tokens: the last of " + std::to_string(all) + " sees " + std::to_string(seen) +
         (seen == 1 ? ", itself" : "") + ", and the cache keeps no more";
}

std::string of_experts(const Workload& workload) {
  const Experts& experts = workload.model.experts;
  if (experts.count == 0) return {};
  const double tokens = number(fresh_tokens(workload));
  const double chosen = number(experts.chosen), count = number(experts.count);
  const double distinct = count * (1 - std::pow(1 - chosen / count, tokens));
  return std::string(name(workload.phase)) + ": each token goes to " +
         std::to_string(experts.chosen) + " of " + std::to_string(experts.count) + " experts; of " +
         std::to_string(fresh_tokens(workload)) + " tokens " + fixed(distinct, 1) +
         " distinct ones are expected and read, all are stored";
}

std::string of_latents(const Workload& workload) {
  if (workload.model.latent.rank == 0) return {};
  return workload.phase == Phase::prefill
             ? "prefill: keys and values of all heads are expanded from the latents"
             : "decode: heads attend to the latents themselves (absorbed); the cache holds " +
                   std::to_string(workload.model.latent.rank + workload.model.latent.rotated_dim) +
                   " elements per token and layer for all heads";
}

std::string of_positions(const Workload& workload) {
  const Model& model = workload.model;
  const bool beyond =
      std::any_of(workload.queries.begin(), workload.queries.end(), [&](const Query& query) {
        return model.positions > 0 && query.cached + query.fresh > model.positions;
      });
  return beyond ? model.name + " has learned positions for " + std::to_string(model.positions) +
                      " tokens only; " + std::string(name(workload.phase)) +
                      " figures beyond them are of no network"
                : "";
}

/// Embedding and head, where they are not as narrow as the layers' weights.
std::string of_head(const Workload& workload) {
  const WeightFormats formats(workload);
  const DType head = formats.of(Part::head).weights, layers = workload.format.weights;
  if (bits(head) == bits(layers)) return {};
  const std::string wide = "embedding and head are " + std::string(name(head));
  if (formats.as_published()) return wide + ", as published";
  return "of " + format_text(workload) + " the layers alone have weights of " +
         std::to_string(bits(layers)) + " bits: " + wide +
         ", as GPTQ and AWQ leave them; --quantize-head counts the head as the layers";
}

std::string of_eight_bits(const Workload& workload) {
  for (const Operator& op : operators(workload)) {
    if (op.kernel != "add" || bits(op.format.activations) >= 16) continue;
    return "activations of " + workload.format.name() +
           " are counted in 8 bits from one end of the network to the other; a run measures what "
           "stands between products in " +
           measured(op).format.name();
  }
  return {};
}

}  // namespace

std::vector<std::string> counting_notes(const Workload& workload) {
  std::vector<std::string> notes;
  for (std::string note : {of_positions(workload), of_local_layers(workload), of_experts(workload),
                           of_latents(workload), of_head(workload), of_eight_bits(workload)}) {
    if (!note.empty()) notes.push_back(std::move(note));
  }
  if (workload.model.family.rfind("llama4", 0) == 0) {
    notes.emplace_back(
        "Transformer Roofline Analyzer's figures differ: it counts the values of attention as wide "
        "as the key/value heads, every layer's attention over the whole context, a router in every "
        "layer, the experts of one token for all, and no head");
  }
  return notes;
}

}  // namespace roofmark
