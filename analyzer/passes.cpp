#include "analyzer/passes.h"

#include <algorithm>
#include <string_view>

#include "analyzer/operators.h"
#include "core/error.h"

namespace roofmark {
namespace {

bool of_head(const CountedOperator& op) {
  return op.name == "lm_head" || op.name == "logits_gather";
}

/// That many passes are listed one by one; a prompt of a million tokens in pieces of one is not.
constexpr std::int64_t most_passes = 1 << 12;

std::int64_t longest_of(const Workload& workload) {
  std::int64_t longest = 0;
  for (const Query& query : workload.queries) longest = std::max(longest, query.fresh);
  return longest;
}

}  // namespace

bool is_one_pass(const Workload& workload, std::int64_t chunk) {
  return chunk == 0 || workload.phase == Phase::decode || longest_of(workload) <= chunk;
}

std::vector<Pass> passes_of(const Workload& workload, std::int64_t chunk) {
  if (is_one_pass(workload, chunk)) return {{workload, workload.queries}};
  const std::int64_t longest = longest_of(workload);
  if ((longest + chunk - 1) / chunk > most_passes) {
    throw InputError("--chunk " + std::to_string(chunk) + " makes more than " +
                     std::to_string(most_passes) + " passes of " + std::to_string(longest) +
                     " tokens; choose a larger one");
  }
  std::vector<Pass> passes;
  for (std::int64_t done = 0; done < longest; done += chunk) {
    Pass pass{workload, {}};
    pass.workload.queries.clear();
    for (const Query& query : workload.queries) {
      if (query.fresh <= done) continue;
      const Query piece{query.cached + done, std::min(chunk, query.fresh - done)};
      pass.workload.queries.push_back(piece);
      if (done + piece.fresh == query.fresh) pass.ending.push_back(piece);
    }
    passes.push_back(std::move(pass));
  }
  return passes;
}

std::vector<CountedOperator> count_all(const Workload& workload, const Setting& setting,
                                       const WorkModel& exact) {
  if (is_one_pass(workload, setting.chunk)) {
    return count(workload, setting.accounting, exact, setting.devices);
  }
  std::vector<CountedOperator> all;
  for (const Pass& pass : passes_of(workload, setting.chunk)) {
    for (CountedOperator& op : count(pass, setting, exact)) all.push_back(std::move(op));
  }
  return all;
}

std::vector<CountedOperator> count(const Pass& pass, const Setting& setting,
                                   const WorkModel& exact) {
  std::vector<CountedOperator> all =
      count(pass.workload, setting.accounting, exact, setting.devices);
  if (pass.ending.size() == pass.workload.queries.size()) return all;
  all.erase(std::remove_if(all.begin(), all.end(), of_head), all.end());
  if (pass.ending.empty()) return all;
  Workload ending = pass.workload;
  ending.queries = pass.ending;
  for (CountedOperator& op : count(ending, setting.accounting, exact, setting.devices)) {
    if (of_head(op)) all.push_back(std::move(op));
  }
  return all;
}

Storage storage_of(const Workload& workload, const Setting& setting) {
  Storage whole = storage(workload, setting.accounting, setting.devices);
  if (is_one_pass(workload, setting.chunk)) return whole;
  Bytes activations;
  for (const Pass& pass : passes_of(workload, setting.chunk)) {
    const Storage own = storage(pass.workload, setting.accounting, setting.devices);
    activations = std::max(activations, own.peak - own.weights - own.kv_cache);
  }
  whole.peak = whole.weights + whole.kv_cache + activations;
  return whole;
}

Standing stand(const CountedOperator& op, const Roofline& roofline) {
  if (op.link.value <= 0) return stand(op.work, op.format, roofline);
  if (!roofline.link) {
    return {.reason = "the bandwidth between devices is not known; pass --link"};
  }
  return {.seconds = op.link / *roofline.link, .bound = "link"};
}

const Known<OpRate>& Costing::peak(const Format& format) {
  for (const auto& [known, peak] : peaks_) {
    if (known == format) return peak;
  }
  return peaks_.emplace_back(format, roofline_.engine.peak(format)).second;
}

Known<Seconds> Costing::seconds(const CountedOperator& op) {
  if (op.link.value > 0) {
    return roofline_.link ? Known<Seconds>(op.link / *roofline_.link) : std::nullopt;
  }
  return roof_seconds(op.work, op.format, peak(op.format), roofline_);
}

Known<Seconds> Costing::moving(const CountedOperator& op) const {
  if (op.link.value > 0) return Seconds{};
  return roofline_.bandwidth ? Known<Seconds>(op.work.bytes() / *roofline_.bandwidth)
                             : std::nullopt;
}

void Costing::add_prediction(PassCost& sum, const CountedOperator& op) const {
  if (!sum.predicted) return;
  const Prediction one = predict_(op);
  if (!one.seconds) {
    sum.predicted.reset();
    return;
  }
  const Seconds all = *one.seconds * static_cast<double>(op.count);
  *sum.predicted += all;
  if (one.by_kernel()) sum.by_kernels += all;
  if (one.extrapolated()) sum.extrapolated += all;
}

void Costing::add(PassCost& sum, const std::vector<CountedOperator>& operators) {
  if (!predict_) sum.predicted.reset();
  for (const CountedOperator& op : operators) {
    const double count = static_cast<double>(op.count);
    sum.work += op.work * count;
    sum.link += op.link * count;
    if (predict_) add_prediction(sum, op);
    const Known<Seconds> one = seconds(op);
    const Known<Seconds> least = one ? one : moving(op);
    sum.at_least =
        sum.at_least && least ? Known<Seconds>(*sum.at_least + *least * count) : std::nullopt;
    if (!sum.seconds || !one) {
      sum.seconds.reset();
      continue;
    }
    const Seconds all = *one * count;
    *sum.seconds += all;
    if (op.link.value > 0) {
      sum.sending += all;
    } else {
      const bool moves = op.work.ops.value == 0 || op.work.bytes() / *roofline_.bandwidth == *one;
      (moves ? sum.moving : sum.computing) += all;
    }
  }
}

Known<double> PassCost::share_of_predicted(Seconds part) const {
  if (!predicted || predicted->value <= 0) return std::nullopt;
  return part / *predicted;
}

const char* PassCost::bound() const {
  if (!seconds) return "unknown";
  if (sending > computing && sending > moving) return "link";
  return computing > moving ? "compute" : "memory";
}

}  // namespace roofmark
