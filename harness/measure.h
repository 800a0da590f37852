// Takes the samples: verifies, warms up, samples behind gates, pairs with the probe that bounds it.
#pragma once

#include <functional>
#include <span>

#include "core/device.h"
#include "core/measurement.h"
#include "core/plan.h"

namespace roofmark {

/// Called for every finished row, in the order measured.
using RowSink = std::function<void(const Measurement&)>;
/// Asked between samples; true ends the measuring with what is finished.
using StopAsked = std::function<bool()>;

/// Measures one planned case.  A case that cannot run comes back with its reason.  Where an earlier
/// visit left too few undisturbed samples, its row is `earlier` and this visit's samples are added.
Measurement measure_case(const PlannedCase& planned, const Plan& plan, const Policy& policy,
                         Device& device, const StopAsked& stop,
                         const Measurement* earlier = nullptr);

/// Measures every case of the plan in its order, but for those whose row is in `finished` already.
/// Core-bound cases that a neighbour disturbed are visited a second time after all others: they are
/// short, and by then it may have gone.  Returns false where it was stopped early.
bool measure(const Plan& plan, const Policy& policy, Device& device, const RowSink& sink,
             const StopAsked& stop, std::span<const Measurement> finished = {});

}  // namespace roofmark
