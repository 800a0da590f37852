#include "analyzer/accounting.h"

#include "analyzer/llm_viewer.h"
#include "analyzer/operators.h"
#include "analyzer/storage.h"

namespace roofmark {

std::string_view name(Accounting accounting) {
  return accounting == Accounting::exact ? "exact" : "llm-viewer";
}

std::vector<CountedOperator> count(const Workload& workload, Accounting accounting,
                                   const WorkModel& exact) {
  if (accounting == Accounting::llm_viewer) return llm_viewer_operators(workload);
  std::vector<CountedOperator> counted;
  for (const Operator& op : operators(workload)) {
    counted.push_back({op.name, op.phase, op.count, op.format, exact(op), op.kernel, op.shape});
  }
  return counted;
}

Storage storage(const Workload& workload, Accounting accounting) {
  return accounting == Accounting::llm_viewer ? llm_viewer_storage(workload) : storage(workload);
}

}  // namespace roofmark
