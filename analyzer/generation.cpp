#include "analyzer/generation.h"

#include <algorithm>

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
  sum.predicted_first_token = cost.predicted;
  Workload step = step_of(prefill, 0);
  for (std::int64_t made = 0; made < steps; ++made) {
    costing.add(cost, count(step, setting.accounting, exact, setting.devices));
    for (Query& query : step.queries) ++query.cached;
  }
  sum.work = cost.work;
  sum.link = cost.link;
  sum.seconds = cost.seconds;
  sum.predicted = cost.predicted;
  sum.kernels_share = cost.kernels_share();
  sum.extrapolated_share = cost.extrapolated_share();
  sum.per_output_token = per_step(sum.seconds, sum.first_token, steps);
  sum.predicted_per_output_token = per_step(sum.predicted, sum.predicted_first_token, steps);
  if (sum.seconds && sum.seconds->value > 0) {
    sum.tokens_per_second = static_cast<double>(sum.sequences * sum.tokens) / sum.seconds->value;
  }
  sum.storage = storage_of(prefill, setting);
  if (steps > 0) {
    const Bytes prompt = sum.storage.peak;
    sum.storage = storage_of(step_of(prefill, steps - 1), setting);
    sum.storage.peak = std::max(sum.storage.peak, prompt);
  }
  return sum;
}

}  // namespace roofmark
