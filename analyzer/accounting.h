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

/// exact: what each operator must at least compute and move.  llm_viewer: what the tool LLM-Viewer
/// counts (llm_viewer.h says where that differs), so that its users can check one against the
/// other.
enum class Accounting { exact, llm_viewer };
std::string_view name(Accounting accounting);

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
};

/// The operators of the workload with their work.  Throws InputError where the accounting cannot
/// express the workload.
std::vector<CountedOperator> count(const Workload& workload, Accounting accounting,
                                   const WorkModel& exact);

/// What the workload keeps in memory, by the same accounting.
Storage storage(const Workload& workload, Accounting accounting);

}  // namespace roofmark
