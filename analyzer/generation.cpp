#include "analyzer/generation.h"

#include <algorithm>

#include "analyzer/operators.h"
#include "core/error.h"

namespace roofmark {
namespace {

/// The step after `made` tokens of each sequence, without the prompt's own.
Workload step_of(const Workload& prefill, std::int64_t made) {
  Workload step = prefill;
  step.phase = Phase::decode;
  for (Query& query : step.queries) query = {query.cached + query.fresh + made, 1};
  return step;
}

/// The memory at the step that needs most of it, of those after `made` tokens: the last, or, where
/// layers attend within chunks and keep but those of the last one, one that ends a chunk of a
/// query.
Storage largest_storage(const Workload& prefill, const Setting& setting, std::int64_t steps) {
  const std::int64_t last = steps - 1, span = prefill.model.local_span;
  Storage most = storage_of(step_of(prefill, last), setting);
  if (span <= 0 || prefill.model.local_reach != Reach::chunk) return most;
  for (const auto& [query, queries] : grouped(prefill.queries)) {
    const std::int64_t context = query.cached + query.fresh + 1;  // at the first step
    for (std::int64_t made = (span - context % span) % span; made < last; made += span) {
      const Storage one = storage_of(step_of(prefill, made), setting);
      if (one.peak > most.peak) most = one;
    }
  }
  return most;
}

Known<Seconds> per_step(const Known<Seconds>& all, const Known<Seconds>& first,
                        std::int64_t steps) {
  if (!all || steps <= 0) return std::nullopt;
  return (*all - *first) / static_cast<double>(steps);
}

}  // namespace

Generation generation_of(const Workload& prefill, const Setting& setting, const WorkModel& exact,
                         const Roofline& roofline, const Predict& predict) {
  if (prefill.phase != Phase::prefill) {
    throw InputError("a generation begins with a prompt; pass --phase prefill,decode");
  }
  const std::int64_t steps =
      setting.generate - (setting.accounting == Accounting::llm_viewer ? 0 : 1);
  Generation sum{.sequences = static_cast<std::int64_t>(prefill.queries.size()),
                 .tokens = setting.generate};
  Costing costing(roofline, predict);
  PassCost cost = costing.add_all(count_all(prefill, setting, exact));
  sum.first_token = cost.seconds;
  sum.first_token_at_least = cost.at_least;
  sum.predicted_first_token = cost.predicted;
  Workload step = step_of(prefill, 0);
  for (std::int64_t made = 0; made < steps; ++made) {
    costing.add(cost, count(step, setting.accounting, exact, setting.devices));
    for (Query& query : step.queries) ++query.cached;
  }
  sum.work = cost.work;
  sum.link = cost.link;
  sum.seconds = cost.seconds;
  sum.at_least = cost.at_least;
  sum.predicted = cost.predicted;
  sum.kernels_share = cost.kernels_share();
  sum.extrapolated_share = cost.extrapolated_share();
  sum.per_output_token = per_step(sum.seconds, sum.first_token, steps);
  sum.per_output_token_at_least = per_step(sum.at_least, sum.first_token_at_least, steps);
  sum.predicted_per_output_token = per_step(sum.predicted, sum.predicted_first_token, steps);
  const auto open = [](const Known<Seconds>& known, Known<Seconds>& least) {
    if (known) least.reset();  // nothing is left open
  };
  open(sum.first_token, sum.first_token_at_least);
  open(sum.per_output_token, sum.per_output_token_at_least);
  open(sum.seconds, sum.at_least);
  if (sum.seconds && sum.seconds->value > 0) {
    sum.tokens_per_second = static_cast<double>(sum.sequences * sum.tokens) / sum.seconds->value;
  }
  sum.storage = storage_of(prefill, setting);
  if (steps > 0) {
    const Bytes prompt = sum.storage.peak;
    sum.storage = largest_storage(prefill, setting, steps);
    sum.storage.peak = std::max(sum.storage.peak, prompt);
  }
  return sum;
}

}  // namespace roofmark
