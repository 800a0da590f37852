#include "analyzer/from_run.h"

#include <algorithm>

#include "analyzer/consistency.h"
#include "analyzer/operators.h"
#include "analyzer/points.h"

namespace roofmark {
namespace {

std::string title_of(const Machine& machine) {
  const std::string cpu = machine.cpu.model.value_or("unknown CPU");
  return machine.class_.empty() ? cpu : machine.class_ + " (" + cpu + ")";
}

/// Everything of that device that may serve as a limit.
template <class Use>
void for_each_usable(const Analysis& analysis, const std::string& device, const char* kind,
                     Use use) {
  for (const Ceiling& ceiling : analysis.ceilings) {
    const bool usable = ceiling.value && ceiling.grade != 'X';
    if (usable && ceiling.device == device && ceiling.kind == kind) use(ceiling);
  }
}

}  // namespace

Analysis analyze_run(const Run& run, const RunOptions& options) {
  const RunFacts facts{.uarch = uarch_of(run.machine.cpu),
                       .hardware = options.hardware,
                       .bandwidth = options.bandwidth};
  std::vector<Operator> asked;
  for (const Workload& workload : run.policy.workloads) {
    const std::vector<Operator> of_one = operators(workload);
    asked.insert(asked.end(), of_one.begin(), of_one.end());
  }
  Analysis analysis;
  analysis.title = title_of(run.machine);
  analysis.ceilings = ceilings_of(run, facts);
  analysis.points = points_of(run, analysis.ceilings, asked);
  analysis.warnings = inconsistencies(run, analysis.ceilings, facts);
  return analysis;
}

Roofline measured_roofline(const Run& run, const Analysis& analysis, const std::string& device) {
  Roofline roofline;
  roofline.name = title_of(run.machine);
  roofline.engine.name = device;
  for_each_usable(analysis, device, "compute", [&](const Ceiling& ceiling) {
    OpRate& peak = roofline.engine.peaks[ceiling.format];
    peak = std::max(peak, OpRate{*ceiling.value});
  });
  Known<Bandwidth> read, any;
  for_each_usable(analysis, device, "bandwidth", [&](const Ceiling& ceiling) {
    if (ceiling.level != "dram") return;
    const Bandwidth value{*ceiling.value};
    any = std::max(any.value_or(value), value);
    if (ceiling.kernel == "read") read = std::max(read.value_or(value), value);
  });
  roofline.bandwidth = read ? read : any;
  if (device == "cpu" && run.machine.memory_bytes) {
    roofline.memory = Bytes{static_cast<double>(*run.machine.memory_bytes)};
  }
  return roofline;
}

}  // namespace roofmark
