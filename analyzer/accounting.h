// How a workload's operators are counted: by the kernels' own work models, or as another tool does.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/analysis.h"
#include "core/model.h"
#include "core/work.h"

namespace roofmark {

/// exact: what each operator must at least compute and move.  llm_viewer, tra: what the tools
/// LLM-Viewer and Transformer Roofline Analyzer count (llm_viewer.h and tra.h say where that
/// differs), so that their users can check one against the other.
enum class Accounting { exact, llm_viewer, tra };
std::string_view name(Accounting accounting);
/// "exact, llm-viewer and tra" are these.
std::optional<Accounting> accounting_from(std::string_view name);

/// The work of one call of an operator: its kernel's work model.
using WorkModel = std::function<Work(const Operator&)>;

/// One operator with its work; made `count` times in the phase.
struct CountedOperator {
  std::string name;
  Phase phase = Phase::decode;
  std::int64_t count = 1;
  Format format;
  Work work;           ///< of one call
  std::string kernel;  ///< that makes the call, and its shape; empty in another tool's accounting
  Shape shape;
  Bytes link;  ///< sent by each device to others (tensor_parallel.h); then the work is none
};

/// How long one call takes on a machine that was measured, and what says so (prediction.h):
/// measured | interpolated | extrapolated | ceiling | spec; without seconds empty.
struct Prediction {
  Known<Seconds> seconds;
  std::string provenance;

  /// Neither a roof nor carried over beyond what was measured.
  bool by_kernel() const { return provenance == "measured" || provenance == "interpolated"; }
  bool extrapolated() const { return provenance == "extrapolated"; }
};
/// Empty where there is no such machine.
using Predict = std::function<Prediction(const CountedOperator&)>;

/// The operators of the workload with their work on one of `devices` that share it by tensor
/// parallelism.  Throws InputError where the accounting cannot express that.
std::vector<CountedOperator> count(const Workload& workload, Accounting accounting,
                                   const WorkModel& exact, std::int64_t devices = 1);

/// What the workload keeps in the memory of one device, by the same accounting.
Storage storage(const Workload& workload, Accounting accounting, std::int64_t devices = 1);

/// What of that the cache keeps of a sequence of one token, on all devices together.
Bytes kept_per_token(Workload workload, Accounting accounting);

}  // namespace roofmark
