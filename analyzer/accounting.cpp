#include "analyzer/accounting.h"

#include <utility>

#include "analyzer/llm_viewer.h"
#include "analyzer/operators.h"
#include "analyzer/storage.h"
#include "analyzer/tensor_parallel.h"
#include "analyzer/tra.h"
#include "core/error.h"

namespace roofmark {
namespace {

std::vector<CountedOperator> exactly(const Workload& workload, const WorkModel& exact) {
  std::vector<CountedOperator> counted;
  for (Operator& op : operators(workload)) {
    const Work work = exact(op);
    counted.push_back({.name = std::move(op.name),
                       .phase = op.phase,
                       .count = op.count,
                       .format = op.format,
                       .work = work,
                       .kernel = std::move(op.kernel),
                       .shape = std::move(op.shape)});
  }
  return counted;
}

std::vector<CountedOperator> exactly(const Workload& workload, const WorkModel& exact,
                                     std::int64_t devices) {
  if (devices == 1) return exactly(workload, exact);
  std::vector<CountedOperator> counted = exactly(shard_of(workload, devices), exact);
  divide_gathered_rows(counted, devices);
  add_collectives(counted, workload, devices);
  return counted;
}

void refuse_several_for_tra(std::int64_t devices) {
  if (devices == 1) return;
  throw InputError(
      "tra accounting does not apply to several devices (that tool knows one); leave out --tp, or "
      "use --accounting exact");
}

}  // namespace

std::string_view name(Accounting accounting) {
  switch (accounting) {
    case Accounting::exact:
      return "exact";
    case Accounting::llm_viewer:
      return "llm-viewer";
    case Accounting::tra:
      return "tra";
  }
  return "";
}

std::optional<Accounting> accounting_from(std::string_view text) {
  for (const Accounting known : {Accounting::exact, Accounting::llm_viewer, Accounting::tra}) {
    if (text == name(known)) return known;
  }
  return std::nullopt;
}

std::vector<CountedOperator> count(const Workload& workload, Accounting accounting,
                                   const WorkModel& exact, std::int64_t devices) {
  switch (accounting) {
    case Accounting::exact:
      return exactly(workload, exact, devices);
    case Accounting::llm_viewer:
      return llm_viewer_operators(workload, devices);
    case Accounting::tra:
      refuse_several_for_tra(devices);
      return tra_operators(workload);
  }
  return {};
}

Storage storage(const Workload& workload, Accounting accounting, std::int64_t devices) {
  switch (accounting) {
    case Accounting::exact:
      return devices == 1 ? storage(workload) : storage(shard_of(workload, devices));
    case Accounting::llm_viewer:
      return llm_viewer_storage(workload, devices);
    case Accounting::tra:
      refuse_several_for_tra(devices);
      return tra_storage(workload);
  }
  return {};
}

Bytes kept_per_token(Workload workload, Accounting accounting) {
  workload.phase = Phase::prefill;
  workload.queries = {{0, 1}};
  return storage(workload, accounting, 1).kv_cache;
}

}  // namespace roofmark
