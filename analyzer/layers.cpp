#include "analyzer/layers.h"

#include <algorithm>
#include <array>
#include <map>

#include "analyzer/counting_notes.h"
#include "analyzer/generation.h"
#include "analyzer/llm_viewer.h"
#include "analyzer/network.h"
#include "analyzer/numbers.h"
#include "analyzer/operators.h"
#include "analyzer/passes.h"
#include "analyzer/tensor_parallel.h"
#include "analyzer/weight_formats.h"

namespace roofmark {
namespace {

Layer layer_of(const CountedOperator& op, const Roofline& roofline, const Predict& predict) {
  Layer layer{.op = op.name,
              .phase = std::string(name(op.phase)),
              .kernel = op.kernel,
              .shape = op.shape,
              .format = op.format,
              .count = op.count,
              .work = op.work,
              .link = op.link};
  stand_on(layer, roofline);
  if (!predict) return layer;
  const Prediction prediction = predict(op);
  layer.predicted = prediction.seconds;
  layer.provenance = prediction.provenance;
  return layer;
}

/// Of two provenances that which says less.
const std::string& weaker(const std::string& a, const std::string& b) {
  static const std::array<std::string, 6> known{"measured", "interpolated", "extrapolated",
                                                "ceiling",  "spec",         ""};
  return std::find(known.begin(), known.end(), a) < std::find(known.begin(), known.end(), b) ? b
                                                                                             : a;
}

/// Of each of that many: a division leaves whole what is the same in all.
Work divided(const Work& work, double by) {
  return {work.ops / by,     work.read / by,       work.written / by,     work.weights / by,
          work.kv_read / by, work.kv_written / by, work.exponentials / by};
}

/// Calls of one operator in several passes.
class Calls {
 public:
  void add(const Layer& layer) {
    const auto same = std::find_if(alike_.begin(), alike_.end(), [&](const Layer& other) {
      return other.work == layer.work && other.shape == layer.shape && other.link == layer.link;
    });
    if (same == alike_.end()) {
      alike_.push_back(layer);
    } else {
      same->count += layer.count;
    }
  }

  /// Those that differ, each with how many there are.
  const std::vector<Layer>& alike() const { return alike_; }

  /// All of them as one.
  Layer mean() && {
    if (alike_.size() == 1) return std::move(alike_.front());
    Layer all = alike_.front();
    const Total sum = sum_of(all.phase, alike_);
    all.count = 0;
    std::map<std::string, double> seconds;
    for (const Layer& layer : alike_) {
      all.count += layer.count;
      const double weight = layer.seconds ? layer.seconds->value : 1;
      seconds[layer.bound] += weight * static_cast<double>(layer.count);
      all.provenance = weaker(all.provenance, layer.provenance);
    }
    const double count = static_cast<double>(all.count);
    all.work = divided(sum.work, count);
    all.link = sum.link / count;
    all.shape = {};
    all.intensity = all.work.bytes().value > 0 ? (all.work.ops / all.work.bytes()).value : 0;
    all.seconds = sum.seconds ? Known<Seconds>(*sum.seconds / count) : std::nullopt;
    const bool sent = all.link.value > 0;  // of which nothing is known without the link
    all.at_least = sum.at_least && !sent ? Known<Seconds>(*sum.at_least / count) : std::nullopt;
    all.predicted = sum.predicted ? Known<Seconds>(*sum.predicted / count) : std::nullopt;
    all.attainable = all.seconds && all.seconds->value > 0
                         ? Known<OpRate>(all.work.ops / *all.seconds)
                         : std::nullopt;
    const auto most =
        std::max_element(seconds.begin(), seconds.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; });
    all.bound = most->first;
    if (seconds.size() > 1 && sum.seconds) all.bound_share = most->second / sum.seconds->value;
    return all;
  }

 private:
  std::vector<Layer> alike_;
};

/// The layers of all passes, the calls of each operator as one, and what they sum up to.
struct Counted {
  std::vector<Layer> layers;
  Total total;
};

Counted counted(const Workload& workload, const Setting& setting, const WorkModel& exact,
                const Roofline& roofline, const Predict& predict) {
  const std::string phase(name(workload.phase));
  const std::vector<Pass> passes = passes_of(workload, setting.chunk);
  std::vector<Layer> layers;
  if (passes.size() == 1) {
    for (const CountedOperator& op : count(passes.front(), setting, exact)) {
      layers.push_back(layer_of(op, roofline, predict));
    }
    Total total = sum_of(phase, layers);
    return {std::move(layers), std::move(total)};
  }
  std::vector<std::pair<std::string, Calls>> by_name;  // in the order of the first pass
  for (const Pass& pass : passes) {
    for (const CountedOperator& op : count(pass, setting, exact)) {
      auto at = std::find_if(by_name.begin(), by_name.end(),
                             [&](const auto& calls) { return calls.first == op.name; });
      if (at == by_name.end()) at = by_name.insert(at, {op.name, Calls{}});
      at->second.add(layer_of(op, roofline, predict));
    }
  }
  std::vector<Layer> apart;  // whose sums are whole where their means are not
  for (const auto& [name, calls] : by_name) {
    apart.insert(apart.end(), calls.alike().begin(), calls.alike().end());
  }
  for (auto& [name, calls] : by_name) layers.push_back(std::move(calls).mean());
  return {std::move(layers), sum_of(phase, apart)};
}

/// What each operator reads of the others, with several devices what they have added up of it.
void put_reads(std::span<Layer> layers, const Workload& workload, const Setting& setting) {
  const auto all = dependencies(network(workload));
  const std::map<std::string, std::string> sums =
      setting.devices > 1 ? collectives_of(workload) : std::map<std::string, std::string>{};
  for (Layer& layer : layers) {
    layer.reads_known = true;
    const auto add = [&](const std::string& name) {
      const auto& reads = layer.reads;
      if (std::find(reads.begin(), reads.end(), name) == reads.end()) layer.reads.push_back(name);
    };
    for (const auto& [summed, sum] : sums) {
      if (layer.op == sum && all.count(summed) > 0) add(summed);
    }
    const auto found = all.find(layer.op);
    if (found == all.end()) continue;
    for (const std::string& name : found->second) {
      const auto sum = sums.find(name);
      add(sum == sums.end() ? name : sum->second);
    }
  }
}

/// What the calls do not say of it themselves, and their shares of it.
void complete(Counted& counted, const Workload& workload, const Setting& setting) {
  Total& total = counted.total;
  total.storage = storage_of(workload, setting);
  const double tokens = static_cast<double>(fresh_tokens(workload));
  const double queries = static_cast<double>(workload.queries.size());
  const double of_one = workload.phase == Phase::prefill ? 1 : queries / tokens;
  if (total.at_least) total.latency_at_least = *total.at_least * of_one;
  if (!total.seconds || total.seconds->value <= 0) return;
  total.tokens_per_second = tokens / total.seconds->value;
  total.latency = *total.seconds * of_one;
  put_shares(counted.layers, *total.seconds);
}

Storage larger(const Storage& a, const Storage& b) {
  return {.weights = std::max(a.weights, b.weights),
          .kv_cache = std::max(a.kv_cache, b.kv_cache),
          .peak = std::max(a.peak, b.peak),
          .experts = std::max(a.experts, b.experts),
          .embedding = std::max(a.embedding, b.embedding),
          .head = std::max(a.head, b.head),
          .inactive_experts = std::max(a.inactive_experts, b.inactive_experts),
          .embedding_table = std::max(a.embedding_table, b.embedding_table)};
}

/// Each note once: both phases have most of them alike.
void add_notes(Analysis& analysis, const Workload& workload, const Setting& setting) {
  std::vector<std::string> notes = counting_notes(workload);
  if (workload.phase == Phase::prefill && setting.generate > 0) {
    const std::int64_t last = longest_query(workload) + setting.generate - 1;
    notes.push_back(context_note(workload.model, "the generation", last));
  }
  for (std::string& note : notes) {
    const bool said =
        std::find(analysis.notes.begin(), analysis.notes.end(), note) != analysis.notes.end();
    if (!said && !note.empty()) analysis.notes.push_back(std::move(note));
  }
}

/// What was asked, for titles: the figures mean nothing without it.
std::string title_of(std::span<const Workload> workloads, const Setting& setting,
                     const Roofline& roofline) {
  const Workload& first = workloads.front();
  std::string text = first.model.name + (roofline.name.empty() ? "" : " on ");
  if (!roofline.name.empty() && setting.devices > 1)
    text += std::to_string(setting.devices) + " x ";
  text += roofline.name;
  for (const Workload& workload : workloads) {
    text += ", " + std::string(name(workload.phase)) + " of " + queries_text(workload);
    if (workload.phase == Phase::prefill && setting.chunk > 0) {
      text += " in pieces of " + std::to_string(setting.chunk);
    }
  }
  return text + ", batch " + std::to_string(first.queries.size()) + ", " + format_text(first) +
         ", " + std::string(name(first.kv)) + " cache, " + std::string(name(first.attention)) +
         " attention, " +
         (setting.devices > 1 ? "each of " + std::to_string(setting.devices) + " devices, " : "") +
         std::string(name(setting.accounting)) + " accounting";
}

/// Which predictions reach beyond what was measured, by phase.
void note_extrapolation(Analysis& analysis) {
  for (const Total& total : analysis.totals) {
    if (total.extrapolated_share.value_or(0) <= 0) continue;
    std::string names;
    for (const Layer& layer : analysis.layers) {
      if (layer.phase != total.phase || layer.provenance != "extrapolated") continue;
      names += (names.empty() ? "" : ", ") + layer.op;
    }
    analysis.notes.push_back(total.phase + ": " + percent(total.extrapolated_share) +
                             " of the predicted time is extrapolated: the run measured no call as "
                             "small or as large as " +
                             names +
                             ", and the nearest measured share of the roof stands for theirs");
  }
}

/// Of an engine that does not do all that a model asks for.
void note_engine(Analysis& analysis, const Roofline& roofline) {
  const Engine& engine = roofline.engine;
  if (engine.note.empty()) return;
  analysis.notes.push_back(engine.note +
                           " Their times here are as if it did them, "
                           "at its peak and the bandwidth of the memory");
}

Asked asked_of(const Workload& workload, const Setting& setting) {
  Asked asked{.phase = std::string(name(workload.phase)),
              .format = format_text(workload),
              .kv = std::string(name(workload.kv)),
              .attention = std::string(name(workload.attention)),
              .batch = static_cast<std::int64_t>(workload.queries.size()),
              .devices = setting.devices,
              .chunk = workload.phase == Phase::prefill ? setting.chunk : 0};
  for (const auto& [query, queries] : grouped(workload.queries)) {
    asked.queries.push_back(query);
    asked.of.push_back(queries);
  }
  return asked;
}

void warn_where_too_large(Analysis& analysis, const Storage& needed, const Roofline& roofline) {
  if (!roofline.memory || needed.peak <= *roofline.memory) return;
  analysis.warnings.push_back({"this needs " + iec(needed.peak.value) + ", " + roofline.name +
                               " has " + iec(roofline.memory->value)});
}

/// No less than nothing, where what it is sent on is not known.
Known<Seconds> least_seconds(const Layer& layer) {
  if (layer.seconds) return layer.seconds;
  return layer.link.value > 0 ? Seconds{} : layer.at_least;
}

}  // namespace

void stand_on(Layer& layer, const Roofline& roofline) {
  const Work& work = layer.work;
  layer.intensity = work.bytes().value > 0 ? (work.ops / work.bytes()).value : 0;
  Standing standing = stand({.format = layer.format, .work = work, .link = layer.link}, roofline);
  layer.attainable = standing.attainable;
  layer.seconds = standing.seconds;
  layer.at_least = standing.at_least;
  layer.bound = std::move(standing.bound);
  layer.reason = std::move(standing.reason);
}

Total sum_of(std::string phase, std::span<const Layer> layers) {
  Total total{.phase = std::move(phase),
              .seconds = Seconds{},
              .at_least = Seconds{},
              .predicted = Seconds{}};
  Seconds by_kernels, extrapolated;
  const auto add = [](Known<Seconds>& sum, const Known<Seconds>& one, double count) {
    sum = sum && one ? Known<Seconds>(*sum + *one * count) : std::nullopt;
  };
  for (const Layer& layer : layers) {
    const double count = static_cast<double>(layer.count);
    total.work += layer.work * count;
    total.link += layer.link * count;
    add(total.seconds, layer.seconds, count);
    add(total.at_least, least_seconds(layer), count);
    add(total.predicted, layer.predicted, count);
    if (!layer.predicted) continue;
    const Prediction prediction{layer.predicted, layer.provenance};
    if (prediction.by_kernel()) by_kernels += *layer.predicted * count;
    if (prediction.extrapolated()) extrapolated += *layer.predicted * count;
  }
  if (total.seconds) total.at_least.reset();  // nothing is left open
  if (total.predicted && total.predicted->value > 0) {
    total.kernels_share = by_kernels / *total.predicted;
    total.extrapolated_share = extrapolated / *total.predicted;
  }
  return total;
}

void put_shares(std::span<Layer> layers, Seconds all) {
  for (Layer& layer : layers) {
    layer.share = *layer.seconds * static_cast<double>(layer.count) / all;
  }
}

std::string queries_text(const Workload& workload) {
  const std::vector<QueryGroup> groups = grouped(workload.queries);
  const bool prefill = workload.phase == Phase::prefill;
  const Query& first = groups.front().query;
  const bool usual = groups.size() == 1 && (prefill ? first.cached == 0 : first.fresh == 1);
  if (usual) {
    return std::to_string(prefill ? first.fresh : first.cached) +
           (prefill ? " tokens" : " cached tokens");
  }
  constexpr std::size_t most = 4;  // a title is one line
  std::string text;
  for (std::size_t i = 0; i < std::min(groups.size(), most); ++i) {
    const auto& [query, queries] = groups[i];
    text += (i > 0 ? " and " : "") + std::to_string(queries) + " x " + std::to_string(query.fresh) +
            " after " + std::to_string(query.cached) + " cached tokens";
  }
  return text + (groups.size() > most ? " and others" : "");
}

Analysis analyze_model(std::span<const Workload> workloads, const Setting& setting,
                       const WorkModel& exact, const Roofline& roofline, const Predict& predict) {
  Analysis analysis;
  analysis.title = title_of(workloads, setting, roofline);
  analysis.model = workloads.front().model;
  analysis.hardware = roofline.name;
  analysis.accounting = name(setting.accounting);
  analysis.kv_per_token = kept_per_token(workloads.front(), setting.accounting);
  for (const Workload& workload : workloads) {
    Counted phase = counted(workload, setting, exact, roofline, predict);
    complete(phase, workload, setting);
    std::vector<Layer>& layers = phase.layers;
    analysis.asked.push_back(asked_of(workload, setting));
    analysis.totals.push_back(std::move(phase.total));
    if (setting.accounting == Accounting::exact) {
      put_reads(layers, workload, setting);
      add_notes(analysis, workload, setting);
    }
    for (Layer& layer : layers) analysis.layers.push_back(std::move(layer));
    const Storage& needed = *analysis.totals.back().storage;
    analysis.storage = analysis.storage ? larger(*analysis.storage, needed) : needed;
    const bool generates = workload.phase == Phase::prefill && setting.generate > 0;
    if (generates) {
      analysis.generation = generation_of(workload, setting, exact, roofline, predict);
    }
  }
  if (analysis.generation) {
    analysis.storage = larger(*analysis.storage, analysis.generation->storage);
  }
  note_extrapolation(analysis);
  note_engine(analysis, roofline);
  if (setting.accounting == Accounting::llm_viewer && !roofline.name.empty()) {
    analysis.notes.emplace_back(viewer_ceilings_note);
  }
  warn_where_too_large(analysis, *analysis.storage, roofline);
  return analysis;
}

Analysis analyze_model(std::span<const Workload> workloads, Accounting accounting,
                       const WorkModel& exact, const Roofline& roofline) {
  return analyze_model(workloads, Setting{.accounting = accounting}, exact, roofline);
}

}  // namespace roofmark
