#include "analyzer/layers.h"

#include <algorithm>

#include "analyzer/counting_notes.h"
#include "analyzer/numbers.h"
#include "analyzer/operators.h"

namespace roofmark {
namespace {

Layer layer_of(const CountedOperator& op, const Roofline& roofline) {
  Layer layer{.op = op.name,
              .phase = std::string(name(op.phase)),
              .kernel = op.kernel,
              .shape = op.shape,
              .format = op.format,
              .count = op.count,
              .work = op.work};
  layer.intensity = op.work.bytes().value > 0 ? (op.work.ops / op.work.bytes()).value : 0;
  Standing standing = stand(op.work, op.format, roofline);
  layer.attainable = standing.attainable;
  layer.seconds = standing.seconds;
  layer.bound = std::move(standing.bound);
  layer.reason = std::move(standing.reason);
  return layer;
}

Work times(const Work& work, double count) {
  return {work.ops * count,     work.read * count,    work.written * count,
          work.weights * count, work.kv_read * count, work.kv_written * count};
}

void add(Work& sum, const Work& work) {
  sum.ops += work.ops;
  sum.read += work.read;
  sum.written += work.written;
  sum.weights += work.weights;
  sum.kv_read += work.kv_read;
  sum.kv_written += work.kv_written;
}

Total total_of(const Workload& workload, std::span<const Layer> layers) {
  Total total{.phase = std::string(name(workload.phase)), .seconds = Seconds{}};
  for (const Layer& layer : layers) {
    const double count = static_cast<double>(layer.count);
    add(total.work, times(layer.work, count));
    if (total.seconds && layer.seconds) {
      *total.seconds += *layer.seconds * count;
    } else {
      total.seconds.reset();
    }
  }
  if (total.seconds && total.seconds->value > 0) {
    total.tokens_per_second = static_cast<double>(fresh_tokens(workload)) / total.seconds->value;
  }
  return total;
}

Storage larger(const Storage& a, const Storage& b) {
  return {std::max(a.weights, b.weights),     std::max(a.kv_cache, b.kv_cache),
          std::max(a.peak, b.peak),           std::max(a.experts, b.experts),
          std::max(a.embedding, b.embedding), std::max(a.head, b.head)};
}

/// Each note once: both phases have most of them alike.
void add_notes(Analysis& analysis, const Workload& workload) {
  for (std::string& note : counting_notes(workload)) {
    const bool said =
        std::find(analysis.notes.begin(), analysis.notes.end(), note) != analysis.notes.end();
    if (!said) analysis.notes.push_back(std::move(note));
  }
}

/// What was asked, for titles: the figures mean nothing without it.
std::string title_of(std::span<const Workload> workloads, Accounting accounting,
                     const Roofline& roofline) {
  const Workload& first = workloads.front();
  std::string phases;
  for (const Workload& workload : workloads) {
    const Query& query = workload.queries.front();
    phases += ", " + std::string(name(workload.phase)) + " of " +
              std::to_string(workload.phase == Phase::prefill ? query.fresh : query.cached) +
              (workload.phase == Phase::prefill ? " tokens" : " cached tokens");
  }
  return first.model.name + (roofline.name.empty() ? "" : " on " + roofline.name) + phases +
         ", batch " + std::to_string(first.queries.size()) + ", " + first.format.name() + ", " +
         std::string(name(first.kv)) + " cache, " + std::string(name(first.attention)) +
         " attention, " + std::string(name(accounting)) + " accounting";
}

}  // namespace

Analysis analyze_model(std::span<const Workload> workloads, Accounting accounting,
                       const WorkModel& exact, const Roofline& roofline) {
  Analysis analysis;
  analysis.title = title_of(workloads, accounting, roofline);
  analysis.model = workloads.front().model;
  analysis.kv = workloads.front().kv;
  for (const Workload& workload : workloads) {
    const std::size_t first = analysis.layers.size();
    for (const CountedOperator& op : count(workload, accounting, exact)) {
      analysis.layers.push_back(layer_of(op, roofline));
    }
    analysis.totals.push_back(total_of(workload, std::span(analysis.layers).subspan(first)));
    if (accounting == Accounting::exact) add_notes(analysis, workload);
    const Storage needed = storage(workload, accounting);
    analysis.storage = analysis.storage ? larger(*analysis.storage, needed) : needed;
  }
  if (roofline.memory && analysis.storage->peak > *roofline.memory) {
    analysis.warnings.push_back({"this needs " + iec(analysis.storage->peak.value) + ", " +
                                 roofline.name + " has " + iec(roofline.memory->value)});
  }
  return analysis;
}

}  // namespace roofmark
