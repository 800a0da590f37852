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

/// The row of a case that has no time, and why.
Measurement row_without_time(const Case& what, Status status, const std::string& reason);

/// Measures one case, the second time with the row of the first visit: measure_case on a device of
/// this process, or in a process of its own.
using MeasureCase = std::function<Measurement(const PlannedCase&, const Measurement* earlier)>;

/// Measures every case of the plan in its order, but for those whose row is in `finished` already.
/// Core-bound cases that a neighbour disturbed are visited a second time after all others: they are
/// short, and by then it may have gone.  So are kernels whose probe ProbeRates found slow beside
/// them: of their two visits the one beside the faster probe stays.  Returns false where it was
/// stopped early.
bool measure(const Plan& plan, const MeasureCase& measure_one, const RowSink& sink,
             const StopAsked& stop, std::span<const Measurement> finished = {});

/// The same where one device of this process measures every case.
bool measure(const Plan& plan, const Policy& policy, Device& device, const RowSink& sink,
             const StopAsked& stop, std::span<const Measurement> finished = {});

}  // namespace roofmark
