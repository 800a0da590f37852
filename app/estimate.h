// What a plan will cost in time and memory, before it is measured.
#pragma once

#include <cstdint>
#include <map>

#include "core/device.h"
#include "core/plan.h"

namespace roofmark {

/// How fast this machine is, roughly, at one thread count, and how undisturbed.
struct RoughRates {
  double ops_per_s = 0, bytes_per_s = 0;
  double kept = 1;    ///< share of samples that pass the gates
  double spread = 0;  ///< of samples bound by memory: interquartile range / median
  /// How long the samples were that `kept` is of: longer ones are disturbed the more often; 0: they
  /// are as often whatever their length.
  double sample_s = 0;
};

/// Times a few launches of the widest f32 `fma` and of the memory `read` probe of the plan's
/// registry at each thread count, the latter between the gates: half a second in all.
std::map<int, RoughRates> rough_rates(std::span<const Kernel> registry, const Policy& policy,
                                      Device& device);

struct Cost {
  double seconds = 0;
  std::int64_t memory_bytes = 0;  ///< of a case what it works on; of a plan the most at any moment
};

/// Time of one case: preparing and verifying, settling, and its samples with those of its
/// companion.  Memory: operands and results, or the pieces of them that it rotates through.
Cost cost_of(const PlannedCase& planned, const Plan& plan, const Policy& policy,
             const std::map<int, RoughRates>& rates, const Machine& machine = {});

/// All cases one after the other.  Random operands of each type stay for those after, as results
/// do; the arrays of a case and its companion come on top.
Cost cost_of(const Plan& plan, const Policy& policy, const std::map<int, RoughRates>& rates,
             const Machine& machine = {});

}  // namespace roofmark
