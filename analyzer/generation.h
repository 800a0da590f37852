// A prompt and the tokens generated after it.
#pragma once

#include "analyzer/analysis.h"
#include "analyzer/passes.h"

namespace roofmark {

/// The prompt is `prefill` (in pieces where the setting says so) and gives the first token of each
/// sequence; each of the tokens - 1 steps after it gives one more, with all before it in the cache.
/// The sum goes over every step with its own length of the cache; none is sampled.
/// time per output token = (seconds - first_token) / steps; tokens_per_second: all tokens of all
/// sequences / seconds.  In llm_viewer accounting there are `tokens` steps, as that tool sums them:
/// its prompt gives no token.
///
/// Throws InputError where the workload is no prefill, or the accounting cannot express it.
Generation generation_of(const Workload& prefill, const Setting& setting, const WorkModel& exact,
                         const Roofline& roofline, const Predict& predict = {});

}  // namespace roofmark
