// Why a model's operators take the time that they take, and what would help.
#pragma once

#include <span>
#include <vector>

#include "analyzer/analysis.h"
#include "analyzer/roofline.h"
#include "analyzer/setting.h"

namespace roofmark {

constexpr double least_gain = 1.005;  // below it is printed as 1.00 x: no help, or a slowdown

/// Per workload one answer for the whole phase, then one for each operator that takes at least 1 %
/// of it, longest first; operators of attention (scores, softmax and values, or all in one) are
/// one, called as the one pass is (attention, window_attention). Changes are evaluated like what
/// was asked, never estimated: weights of 8 and 4 bits, weights and activations of 8 bits
/// (integers, fp8) and of 16 where they are wider, a cache of 8 bits, fused attention, twice and
/// eight times the sequences (then seconds are per sequence), each where the accounting and the
/// roofline can say it and it gains at least least_gain; most first, and after all others what the
/// memory does not hold, what needs least of it first.  `analysis` is analyze_model()'s of the same
/// arguments; nothing where it has no times.
std::vector<Advice> advice_on(std::span<const Workload> workloads, const Setting& setting,
                              const WorkModel& exact, const Roofline& roofline,
                              const Analysis& analysis);

/// What the times of those changes do not say, each once: "8-bit weights: if accuracy holds, ...".
std::vector<std::string> caveats(const std::vector<Advice>& answers);

}  // namespace roofmark
