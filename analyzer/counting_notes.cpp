#include "analyzer/counting_notes.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

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
  const std::int64_t all = longest_query(workload);
  const bool window = model.local_reach == Reach::window;
  const std::int64_t seen =
      window ? std::min(all, model.local_span) : (all - 1) % model.local_span + 1;
  const bool reset = !window && seen < model.local_span;
  return std::to_string(layers) + " of " + std::to_string(model.layers) + " layers attend within " +
         (window ? "a window of " : "chunks of ") + std::to_string(model.local_span) +
         " tokens: the last of " + std::to_string(all) + " sees " + std::to_string(seen) +
         (seen == 1 ? ", itself" : "") + ", and the cache keeps no more" +
         (reset ? "; at the end of a chunk both are " + std::to_string(model.local_span) : "");
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
  const Latent& latent = workload.model.latent;
  if (latent.rank == 0) return {};
  if (workload.phase == Phase::prefill) {
    return "prefill: keys and values of all heads are expanded from the latents, those of cached "
           "tokens again";
  }
  const std::int64_t more = 2 * (2 * latent.rank - latent.plain_dim - latent.value_dim);
  return "decode: heads attend to the latents themselves (absorbed): " +
         std::to_string(std::abs(more)) + (more < 0 ? " fewer" : " more") +
         " operations per layer, head and token seen than with expanded keys and values; the "
         "cache holds " +
         std::to_string(latent.rank + latent.rotated_dim) +
         " elements per token and layer for all heads";
}

/// Embedding and head, where they are not as narrow as the layers' weights, or as narrow as no
/// checkpoint has them.
std::string of_head(const Workload& workload) {
  const WeightFormats formats(workload);
  const DType head = formats.of(Part::head).weights, layers = workload.format.weights;
  if (bits(head) < 16 && !formats.as_published() && !workload.model.quantization.head) {
    return "embedding and head are counted in " + std::to_string(bits(head)) +
           " bits, as activations are, where most published checkpoints keep both at 16; a "
           "config.json with its quantization_config is counted as it says";
  }
  if (bits(head) == bits(layers)) return {};
  const std::string wide = "embedding and head are " + std::string(name(head));
  if (formats.as_published() || formats.narrowed_by_products()) return wide + ", as published";
  return "of " + format_text(workload) + " the layers alone have weights of " +
         std::to_string(bits(layers)) + (bits(layers) == 1 ? " bit: " : " bits: ") + wide +
         ", as GPTQ and AWQ leave them; --quantize-head counts the head as the layers";
}

/// Activations that a checkpoint has quantized.
std::string of_narrowed_inputs(const Workload& workload) {
  const WeightFormats formats(workload);
  if (!formats.narrowed_by_products()) return {};
  return "products of " + format_text(workload) +
         " narrow their inputs themselves, as the checkpoint does: what they read and write, and "
         "everything between them, is " +
         std::string(name(formats.elementwise().activations));
}

/// Activations of 16 bits that are not the model's own 16, where a name of widths chose them.
std::string of_other_type(const Workload& workload) {
  const DType own = workload.model.dtype, asked = workload.format.activations;
  const bool widths = bits(workload.format.weights) < 16;
  if (!widths || bits(own) != 16 || bits(asked) != 16 || own == asked) return {};
  const bool cache = workload.kv == asked;
  return format_text(workload) + " has activations" + (cache ? " and cache" : "") + " in " +
         std::string(name(asked)) + " where the model has " + std::string(name(own)) +
         ": as wide, and counted alike";
}

/// Scores in memory, of several tokens at once: half of them are masked.
std::string of_masked_scores(const Workload& workload) {
  const auto several = [](const Query& query) { return query.fresh > 1; };
  if (workload.attention != Attention::eager ||
      std::none_of(workload.queries.begin(), workload.queries.end(), several)) {
    return {};
  }
  return std::string(name(workload.phase)) +
         ": eager attention keeps a score of each token with each key that any of them sees: "
         "softmax and the bytes of qk_matmul, softmax and sv_matmul are of all of these, masked "
         "ones too; the operations of qk_matmul and sv_matmul are of those that are not masked";
}

/// A step of several tokens gives as many only where all of them are kept.
std::string of_several_tokens(const Workload& workload) {
  const std::int64_t tokens = workload.queries.front().fresh;
  if (workload.phase != Phase::decode || tokens == 1) return {};
  return "decode: the time per output token and tokens/s are of all " + std::to_string(tokens) +
         " tokens of each sequence in a step; of speculative decoding, whose guesses are rejected "
         "in part, they are the best case";
}

/// What every network of this family does to its scores and logits: a quotient, a tanh and a
/// product (Gemma Team 2024, arXiv:2408.00118, section 2).
std::string of_soft_caps(const Workload& workload) {
  const Model& model = workload.model;
  if (model.family != "gemma2") return {};
  constexpr double cap = 3, softmax = 5;  // operations
  const auto share = [](double of) { return fixed(100 * cap / of, 2) + " % "; };
  const bool eager = workload.attention == Attention::eager;
  return "soft caps of scores and logits (attn_logit_softcapping, final_logit_softcapping), three "
         "operations each, are not counted: " +
         share(4 * number(model.head_dim) + softmax) + "of attention's operations and " +
         share(2 * number(model.hidden)) + "of the head's" +
         (eager ? "; eager, a pass more over the scores in memory" : "");
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

std::string context_note(const Model& model, std::string_view what, std::int64_t tokens) {
  if (model.context == 0 || tokens <= model.context) return {};
  const std::string made_for = std::to_string(model.context) + " tokens";
  return std::string(what) + " goes to " + std::to_string(tokens) + " tokens: " + model.name +
         (model.positions > 0 ? " has learned positions for " + made_for +
                                    " only; figures beyond them are of no network"
                              : " is made for " + made_for + " (max_position_embeddings)") +
         (model.stretched ? "; its rope scaling may carry it further" : "");
}

std::vector<std::string> counting_notes(const Workload& workload) {
  std::vector<std::string> notes;
  for (std::string note :
       {context_note(workload.model, name(workload.phase), longest_query(workload)),
        of_local_layers(workload), of_experts(workload), of_latents(workload),
        of_several_tokens(workload), of_masked_scores(workload), of_head(workload),
        of_narrowed_inputs(workload), of_other_type(workload), of_eight_bits(workload),
        of_soft_caps(workload)}) {
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
