#include "analyzer/from_run.h"

#include <algorithm>
#include <utility>

#include "analyzer/consistency.h"
#include "analyzer/findings.h"
#include "analyzer/operators.h"
#include "analyzer/points.h"
#include "analyzer/sweep.h"

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

/// What is asked for as it is, else what is found in the machine's power mode.
const Hardware* data_sheet(const Run& run, const std::string& device, const Hardware* asked) {
  if (asked && asked->describes(run.machine, device)) return asked;
  const Hardware* found = hardware_of(run.machine, device);
  return found ? &in_mode_of(*found, run.machine) : nullptr;
}

RunFacts facts_of(const Run& run, const RunOptions& options) {
  const Machine& machine = run.machine;
  RunFacts facts;
  facts.cpu = {uarch_of(machine.cpu), data_sheet(run, "cpu", options.hardware), {}};
  for (const CoreKind& kind : machine.cpu.kinds) {
    facts.kinds[kind.name] = uarch_of(machine.cpu, kind.name);
  }
  facts.gpu.hardware = data_sheet(run, "cuda", options.hardware);
  if (!machine.gpus.empty()) facts.gpu.uarch = uarch_of(machine.gpus.front());
  const bool one_memory = !machine.gpus.empty() && machine.gpus.front().integrated;
  const bool cpu_first = run.policy.devices.empty() || run.policy.devices.front() == "cpu";
  if (cpu_first || one_memory) facts.cpu.bandwidth = options.bandwidth;
  if (!cpu_first || one_memory) facts.gpu.bandwidth = options.bandwidth;
  return facts;
}

}  // namespace

Analysis analyze_run(const Run& run, const RunOptions& options) {
  const RunFacts facts = facts_of(run, options);
  std::vector<Operator> asked;
  for (const Workload& workload : run.policy.workloads) {
    for (const auto& of_one :
         {operators(workload), dynamic_quantization(workload), layer_norms(workload)}) {
      asked.insert(asked.end(), of_one.begin(), of_one.end());
    }
  }
  for (Operator& op : asked) op = measured(std::move(op));
  Analysis analysis;
  analysis.title = analysis.hardware = title_of(run.machine);
  analysis.ceilings = ceilings_of(run, facts);
  analysis.points = points_of(run, analysis.ceilings, asked);
  analysis.warnings = inconsistencies(run, analysis.ceilings, facts);
  analysis.sweeps = sweeps_of(run, analysis.ceilings);
  analysis.notes = findings(analysis.ceilings, analysis.sweeps);
  return analysis;
}

Roofline measured_roofline(const Run& run, const Analysis& analysis, const std::string& device) {
  Roofline roofline;
  roofline.name = title_of(run.machine);
  roofline.engine.name = device;
  for_each_usable(analysis, device, "compute", [&](const Ceiling& ceiling) {
    raise_compute(roofline, ceiling, OpRate{*ceiling.value});
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
  if (device != "cpu" && !run.machine.gpus.empty()) {
    roofline.memory = Bytes{static_cast<double>(run.machine.gpus.front().memory_bytes)};
  }
  return roofline;
}

}  // namespace roofmark
