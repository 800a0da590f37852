// Ceilings from the probe rows of a run, each beside its theoretical bound, and which of them
// binds.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analyzer/analysis.h"
#include "analyzer/bounds.h"
#include "analyzer/roofline.h"
#include "core/measurement.h"

namespace roofmark {

/// A value above this share of its theoretical bound is impossible: grade X.
inline constexpr double most_share = 1.02;

/// One ceiling per probe row, in the order of the run.
///   compute    op/s, bandwidth bytes/s: beside their bounds (analyzer/bounds.h)
///   latency    seconds per operation (per launch where it counts none), overhead: per launch
/// The clock is the one measured beside the row.  A value above most_share x theoretical gets grade
/// X. What is unknown is null with a reason.
/// The bandwidth of a shared machine's memory moves by a factor of two within minutes.  A probe of
/// the memory that was also timed beside kernels is therefore valued at the highest of the medians:
/// its own row's, and those of its samples in each kernel's chosen_pairs().  `from` says which.
std::vector<Ceiling> ceilings_of(const Run& run, const RunFacts& facts);

/// The largest measured compute ceiling of that format, device and number of threads that is no X,
/// or null.
const Ceiling* best_compute(const std::vector<Ceiling>& ceilings, const std::string& format,
                            const std::string& device, int threads);
/// The kernel of the probe that times e^x.  Its format, none-f32, is also that of additions and
/// square roots.
inline constexpr std::string_view exponential_probe = "exp";
inline bool is_exponential(const Ceiling& ceiling) {
  return ceiling.kind == "compute" && ceiling.kernel == exponential_probe;
}
/// Raises what the roofline has of that compute ceiling's format, and of exponentials, to `rate`
/// where that is more.
void raise_compute(Roofline& roofline, const Ceiling& ceiling, OpRate rate);
/// The largest measured rate of exponentials as good as results of that format want them, else of
/// those of f32; null where there is neither.
const Ceiling* best_exponentials(const std::vector<Ceiling>& ceilings, const Format& of,
                                 const std::string& device, int threads);
/// The largest measured bandwidth at a level; null where there is none.
const Ceiling* best_bandwidth(const std::vector<Ceiling>& ceilings, const std::string& level,
                              const std::string& device, int threads);
/// The ceiling of that row, or null.
const Ceiling* find_ceiling(const std::vector<Ceiling>& ceilings, const std::string& id);

}  // namespace roofmark
