// A model's operators on a roofline: layers, totals and storage of an Analysis.
#pragma once

#include <span>
#include <string>

#include "analyzer/accounting.h"
#include "analyzer/analysis.h"
#include "analyzer/roofline.h"
#include "analyzer/setting.h"

namespace roofmark {

/// Counts each workload (all of one model, one per phase) and puts every operator on the roofline.
/// A total is null in seconds where one of its layers is.  tokens_per_second: fresh tokens of the
/// pass / its seconds.  An operator that several passes of a chunked prefill call with different
/// work is one layer: the mean of its calls, with the bound under which most of its time falls.
/// Storage is the larger of the workloads'; where it exceeds the roofline's memory a warning says
/// so.  Throws InputError where the accounting cannot express a workload.
/// With `predict` layers, totals and a generation also say what the machine that it speaks of would
/// take, each layer on what grounds; a total is null there where one of its layers is.
Analysis analyze_model(std::span<const Workload> workloads, const Setting& setting,
                       const WorkModel& exact, const Roofline& roofline,
                       const Predict& predict = {});
Analysis analyze_model(std::span<const Workload> workloads, Accounting accounting,
                       const WorkModel& exact, const Roofline& roofline);

/// Fills intensity, attainable, bound, seconds and reason from the layer's work and format.
void stand_on(Layer& layer, const Roofline& roofline);

/// The layers added up, each times its count; seconds null where those of one are.
Total sum_of(std::string phase, std::span<const Layer> layers);

/// Fills what each layer, all calls together, takes of that time, in which all of them are known.
void put_shares(std::span<Layer> layers, Seconds all);

/// "2 queries (1048576 cached and 1 new, ...)", "16 x 2048 cached and 1 new": what is in a pass.
std::string queries_text(const Workload& workload);

}  // namespace roofmark
