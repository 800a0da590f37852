// The quantization sweet spot of each product of a model.
#pragma once

#include <functional>

#include "analyzer/accounting.h"
#include "analyzer/sweet_spot.h"

namespace roofmark {

/// The workload of a phase with that many sequences in that format.
using WorkloadOf =
    std::function<Workload(Phase phase, std::int64_t sequences, const Format& format)>;

/// sweet_spot() of the roofline, and for every product (an operator that reads weights in the
/// workload's format and computes) of each phase the most precise of the fastest quantizations by
/// the number of sequences, each operator's work by its own model: weights with their scales of
/// 128, inputs and outputs.  Times of one operator: max(ops / peak, bytes / bandwidth).  A less
/// precise one is called better only where it is more than 1 % faster.  Every number of sequences
/// up to 64 is looked at, then steps of about 3 %; where the answer differs between two of them,
/// the number from which on it does.  "all products" is their sum, each times its count; what else
/// a pass has (attention, norms) is the same in all of them and not in it.
/// With `predict` the times are those of a run's kernels (measured or interpolated) wherever it has
/// them for every quantization that has a ceiling, else all of them are ceilings': a kernel is
/// never compared with a ceiling.  BatchRange::from says which.  Of f16 and bf16 it is then the one
/// that the run has kernels of.
SweetSpot sweet_spot_of_model(const WorkloadOf& workload, const std::vector<Phase>& phases,
                              std::int64_t most_sequences, const WorkModel& exact,
                              const Roofline& roofline, WeightScales scales,
                              const Predict& predict = {});

}  // namespace roofmark
