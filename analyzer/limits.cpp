#include "analyzer/limits.h"

namespace roofmark {
namespace {

/// What a launch costs at the least: of a GPU's it is the node of a graph, as decode steps are
/// launched, and neither a launch of its own nor the wait for one.  A barrier launches nothing.
const Ceiling* least_overhead(const std::vector<Ceiling>& ceilings, const std::string& device,
                              int threads) {
  const Ceiling* least = nullptr;
  for (const Ceiling& ceiling : ceilings) {
    const bool meant = ceiling.kind == "overhead" && ceiling.kernel != "barrier" &&
                       ceiling.device == device && ceiling.threads == threads;
    if (meant && can_bind(&ceiling) && (!least || *ceiling.value < *least->value)) {
      least = &ceiling;
    }
  }
  return least;
}

/// Kernels whose operands lie in a cache do all calls of a sample in one parallel region
/// (Task::repeat); a library starts its threads at every call, there too.
bool pays_each_launch(const Measurement& row) {
  return row.device != "cpu" || row.conditions.state != "hot" || !row.implementation.empty();
}

}  // namespace

bool can_bind(const Ceiling* ceiling) {
  return ceiling != nullptr && ceiling->value && ceiling->grade != 'X';
}

Limits limits_of(const Measurement& row, const std::vector<Ceiling>& ceilings) {
  const std::string level = row.conditions.level.empty() ? "dram" : row.conditions.level;
  Limits limits{.memory = best_bandwidth(ceilings, level, row.device, row.threads)};
  for (const std::string& format : peak_names(row.format)) {
    if (!limits.compute) limits.compute = best_compute(ceilings, format, row.device, row.threads);
  }
  const Ceiling* companion = find_ceiling(ceilings, row.companion);
  const bool computes = can_bind(companion) && companion->kind == "compute";
  if (computes && companion->kernel != exponential_probe) limits.compute = companion;
  if (can_bind(companion) && companion->kind == "bandwidth") limits.memory = companion;
  if (pays_each_launch(row)) {
    limits.overhead = least_overhead(ceilings, row.device, row.threads);
  }
  if (row.work.exponentials.value > 0) {
    limits.exponentials = best_exponentials(ceilings, row.format, row.device, row.threads);
  }
  return limits;
}

}  // namespace roofmark
