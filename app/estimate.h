// What a plan will cost in time and memory, before it is measured.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

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
  /// Of a memory probe's arrays, with memory that the process had before; 0: they take no time.
  double filled_bytes_per_s = 0;
  double fresh_bytes_per_s = 0;  ///< of memory that the process touches for the first time; 0: none
  std::map<std::string, double> launches_s;  ///< of one launch of compute probes, by id
};

/// Times a few launches of the memory `read` probe of the registry at each thread count between the
/// gates, how long its memory takes to be had and filled, and a few launches of each compute probe
/// of the plan: about two seconds in all.
std::map<int, RoughRates> rough_rates(std::span<const Kernel> registry, const Plan& plan,
                                      const Policy& policy, Device& device);

struct Cost {
  double seconds = 0;
  std::int64_t memory_bytes = 0;  ///< of a case what it works on; of a plan the most at any moment
};

/// Time of each case of a plan, one after the other: memory that none before it had, filling and
/// verifying, the same of its companion, settling, and the samples of both.  Memory: operands and
/// results, or the pieces of them that it rotates through.
std::vector<Cost> costs_of(const Plan& plan, const Policy& policy,
                           const std::map<int, RoughRates>& rates, const Machine& machine = {});

/// All of them.  Random operands of each type stay for the cases after, as results do; the arrays
/// of a case and its companion come on top.
Cost cost_of(const Plan& plan, const Policy& policy, const std::map<int, RoughRates>& rates,
             const Machine& machine = {});

}  // namespace roofmark
