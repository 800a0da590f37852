#include "app/gpu_worker.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>

#include "app/commands.h"
#include "core/case.h"
#include "core/error.h"
#include "core/run_json.h"
#include "harness/cuda_devices.h"
#include "harness/pinning.h"
#include "kernels/registry.h"
#include "probes/registry.h"

namespace roofmark {
namespace {

constexpr int most_deaths = 5;
constexpr const char* nothing = "null\n";

/// Far longer than any case takes: the first loads libraries of hundreds of megabytes.
double limit_of(const Policy& policy) { return 120 + 20 * policy.case_limit_s; }

std::string described(const Case& what) {
  return journal_row(row_without_time(what, Status::ok, {}));
}

/// The registry's case that a row without samples describes.
Case case_of(const Measurement& row, std::span<const Kernel> registry) {
  for (const Kernel& kernel : registry) {
    if (kernel.name != row.kernel) continue;
    for (const Variant& variant : kernel.variants) {
      if (variant.name == row.variant && variant.device == row.device &&
          variant.format == row.format) {
        return {&kernel,     &variant,   row.shape,  row.conditions,
                row.threads, row.device, row.format, {}};
      }
    }
  }
  throw InputError("no kernel measures " + row.id +
                   " (the worker is another build); install one build");
}

std::optional<Measurement> next_row() {
  std::string line;
  if (!std::getline(std::cin, line) || line == "null") return std::nullopt;
  return row_from_journal(line, "worker input");
}

/// Measures one case; a GPU that failed while doing so is asked whether it lives.
Measurement measure_here(const Plan& plan, const Policy& policy, Device& device,
                         const Measurement* earlier, bool& usable) {
  const PlannedCase& planned = plan.cases.front();
  try {
    return measure_case(planned, plan, policy, device, {}, earlier);
  } catch (const MeasurementError& error) {
    try {
      device.synchronize();
    } catch (const MeasurementError&) {
      usable = false;  // the error sticks to the process
    }
    return row_without_time(planned.what, Status::failed, error.what());
  }
}

}  // namespace

GpuWorker::GpuWorker(std::vector<std::string> command, const Run& run, const Plan& plan,
                     StopAsked stop)
    : plan_(plan),
      header_(journal_header(run)),
      limit_s_(limit_of(run.policy)),
      stop_(std::move(stop)),
      worker_(std::move(command)) {}

Measurement GpuWorker::measure(const PlannedCase& planned, const Measurement* earlier) {
  const Case& what = planned.what;
  if (!what.reason.empty()) return row_without_time(what, Status::unsupported, what.reason);
  if (deaths_ >= most_deaths) {
    return row_without_time(what, Status::skipped,
                            "the process that measures the GPU died " +
                                std::to_string(most_deaths) +
                                " times in a row; see the rows before");
  }
  std::string request;
  if (!worker_.is_alive()) {
    worker_.start();
    request = header_;
  }
  request += described(what);
  request += planned.companion < 0 ? nothing : described(plan_.cases[planned.companion].what);
  request += earlier == nullptr ? nothing : journal_row(*earlier);
  const Answer answer = worker_.ask(request, limit_s_, stop_);
  if (!answer.line) return failed(what, answer.death);
  try {
    Measurement row = row_from_journal(*answer.line, "answer");
    deaths_ = 0;
    return row;
  } catch (const InputError& error) {
    worker_.end();  // nobody knows what it would answer next
    return failed(what, std::string("answered what is no row (") + error.what() + ")");
  }
}

Measurement GpuWorker::failed(const Case& what, const std::string& reason) {
  ++deaths_;
  return row_without_time(what, Status::failed, "the process that measured it " + reason);
}

int serve_cases(int answers) {
  std::vector<Kernel> registry = all_probes();
  merge(registry, all_kernels());
  std::string line;
  if (!std::getline(std::cin, line)) return exit_done;
  const Run run = run_from_journal(line + "\n", "worker input");
  let_this_thread_run_on(run.machine.allowance.cpus);
  const auto device = make_cuda_device(run.machine);
  for (bool usable = true; usable;) {
    const auto wanted = next_row();
    if (!wanted) return exit_done;
    Plan plan;
    plan.cases.push_back({case_of(*wanted, registry), -1});
    if (const auto companion = next_row()) {
      plan.cases.push_back({case_of(*companion, registry), -1});
      plan.cases.front().companion = 1;
    }
    const auto earlier = next_row();
    const Measurement row =
        measure_here(plan, run.policy, *device, earlier ? &*earlier : nullptr, usable);
    if (!write_line(answers, journal_row(row))) return exit_done;
  }
  return exit_measurement;
}

void add_worker(CLI::App& app, Command& chosen) {
  CLI::App* command = app.add_subcommand("worker", "measure the GPU cases that roofmark run sends");
  command->group("");
  command->callback([&chosen] { chosen = [] { return serve_cases(become_worker()); }; });
}

std::vector<std::string> gpu_worker_command() { return {own_program(), "worker"}; }

}  // namespace roofmark
