#include "app/measured_machine.h"

#include <optional>

#include "analyzer/from_run.h"
#include "analyzer/overlay.h"
#include "analyzer/prediction.h"
#include "app/hardware_argument.h"
#include "app/quantity.h"
#include "app/work_model.h"
#include "core/error.h"
#include "core/printable.h"

namespace roofmark {
namespace {

/// The hardware asked for, refused where the run was not taken on it: its data sheet would stand
/// beside another machine's numbers.
Hardware asked_hardware(const AnalyzeRequest& request, const Run& run) {
  Hardware hardware = hardware_argument(request.hardware);
  const Machine& machine = run.machine;
  std::string devices;
  for (const std::string& device : run.policy.devices) {
    if (hardware.describes(machine, device)) return hardware;
    devices += (devices.empty() ? "" : " or ") + device;
  }
  throw InputError("--hardware " + hardware.name + " does not go with " + request.run + " (" +
                   hardware.title + " is not the " + devices + " of " +
                   printable(machine.class_.empty() ? machine.id : machine.class_) + ", " +
                   printable(machine.cpu.model.value_or("of an unknown CPU")) +
                   ", where it was taken); leave out --hardware, or --run");
}

void refuse_beside_a_run(const AnalyzeRequest& request) {
  const auto refuse = [](const char* flag, const char* why) {
    throw InputError(std::string(flag) + " does not go with --run (" + why +
                     "); leave one of them out");
  };
  if (!request.peaks.empty()) refuse("--peak", "a run has its own peaks");
  if (!request.memory.empty()) refuse("--memory", "a run's machine has its own memory");
  if (!request.engine.empty()) refuse("--engine", "a run's rows name their device");
}

/// `hardware` is kept by the caller for as long as the options are used.
RunOptions run_options_of(const AnalyzeRequest& request, const Run& run,
                          std::optional<Hardware>& hardware) {
  refuse_beside_a_run(request);
  RunOptions options;
  if (!request.hardware.empty()) {
    hardware = asked_hardware(request, run);
    options.hardware = &*hardware;
  }
  if (!request.bandwidth.empty())
    options.bandwidth =
        Bandwidth{quantity_from(request.bandwidth, "--bandwidth", bytes_per_second)};
  return options;
}

}  // namespace

MeasuredMachine measured_machine(const AnalyzeRequest& request, const Run& run) {
  MeasuredMachine machine;
  std::optional<Hardware> hardware;
  machine.of_run = analyze_run(run, run_options_of(request, run, hardware));
  machine.device = run.policy.devices.empty() ? "cpu" : run.policy.devices.front();
  machine.roofline =
      with_link(measured_roofline(run, machine.of_run, machine.device), request.setting);
  const Predictor predictor(run, machine.of_run, machine.device, machine.roofline,
                            theoretical_roofline(machine.of_run, machine.device),
                            registry_work_model());
  machine.predict = [predictor](const CountedOperator& op) { return predictor(op); };
  return machine;
}

}  // namespace roofmark
