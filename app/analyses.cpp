// Every analysis that is asked for: of models and networks, on specs or on a run.
#include "app/analyses.h"

#include "analyzer/advice.h"
#include "analyzer/conv_layers.h"
#include "analyzer/from_run.h"
#include "analyzer/layers.h"
#include "analyzer/overlay.h"
#include "analyzer/prediction.h"
#include "app/hardware_argument.h"
#include "app/model_argument.h"
#include "app/network_argument.h"
#include "app/quantity.h"
#include "app/study_request.h"
#include "app/work_model.h"
#include "core/error.h"
#include "core/printable.h"

namespace roofmark {
namespace {

/// What one argument of the command line is: a network, or a model.
struct Subject {
  std::optional<ConvNetwork> network;
  std::optional<Model> model;
};

Subject subject_of(const std::string& argument) {
  Subject subject{network_argument(argument), std::nullopt};
  if (!subject.network) subject.model = model_argument(argument);
  return subject;
}

/// Those of a network, one for each format asked for.
std::vector<Analysis> of_network(const AnalyzeRequest& request, const ConvNetwork& network,
                                 const Roofline& roofline) {
  if (request.sweet_spot) {
    throw InputError("--sweet-spot is of products of a language model (" + network.name +
                     " is a convolution network); name a model of roofmark list models");
  }
  for (const std::string& flag : request.model_flags) {
    if (flag == "--batch" || flag == "--dtype") continue;
    throw InputError(flag + " says something of a language model (" + network.name +
                     " is a convolution network); leave it out");
  }
  const Intermediates intermediates =
      request.intermediates == "stored" ? Intermediates::stored : Intermediates::fused;
  std::vector<Analysis> analyses;
  for (const Format& format : network_formats(request)) {
    analyses.push_back(
        analyze_network(network, request.batch.value_or(1), format, intermediates, roofline));
  }
  return analyses;
}

void refuse_what_networks_alone_have(const AnalyzeRequest& request, const Model& model) {
  if (request.intermediates.empty()) return;
  throw InputError("--intermediates says something of a convolution network (" + model.name +
                   " is none; --attention says what a model stores); leave it out");
}

/// One set of workloads on one roofline, with what would help.
Analysis analysis_of(const AnalyzeRequest& request, const std::vector<Workload>& workloads,
                     const WorkModel& work, const Roofline& roofline) {
  const Setting setting = setting_of(request.setting, accounting_of(request));
  Analysis analysis = analyze_model(workloads, setting, work, roofline);
  if (setting.generate > 0 && !analysis.generation) {
    throw InputError(
        "--generate begins with a prompt (there is no prefill here); leave out --phase, or add "
        "prefill to it");
  }
  analysis.answers = advice_on(workloads, setting, work, roofline, analysis);
  return analysis;
}

void warn_of_assumed_type(Analysis& analysis, const AnalyzeRequest& request, const Model& model) {
  const bool said = !request.dtypes.empty() || request.setting.has_bits() ||
                    accounting_of(request) == Accounting::tra;
  if (!model.dtype_assumed || said) return;
  analysis.warnings.push_back({model.name +
                               " has no torch_dtype: float32 is assumed, as Hugging Face does; say "
                               "another with --dtype"});
}

std::vector<Analysis> of_model(const AnalyzeRequest& request, const Model& model,
                               const Roofline& roofline, const WorkModel& work) {
  refuse_what_networks_alone_have(request, model);
  if (request.sweet_spot) return {sweet_spot_analysis(request, &model, roofline, work)};
  std::vector<Analysis> analyses;
  for (const auto& workloads : workloads_of(request, model)) {
    analyses.push_back(analysis_of(request, workloads, work, roofline));
    warn_of_assumed_type(analyses.back(), request, model);
  }
  return analyses;
}

std::vector<Analysis> of_model(const AnalyzeRequest& request, const Model& model, const Run& run,
                               const Roofline& roofline, const WorkModel& work) {
  refuse_what_networks_alone_have(request, model);
  if (request.sweet_spot) return {sweet_spot_analysis(request, &model, roofline, work)};
  std::vector<Analysis> analyses;
  for (const auto& workloads : workloads_of(request, model, run)) {
    analyses.push_back(analysis_of(request, workloads, work, roofline));
  }
  return analyses;
}

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
    options.bandwidth = Bandwidth{quantity_from(request.bandwidth, "--bandwidth")};
  return options;
}

}  // namespace

std::vector<Analysis> analyses_on_specs(const AnalyzeRequest& request) {
  if (request.models.empty() && !request.sweet_spot) {
    throw InputError("nothing to analyze; name a model (roofmark list models) or a run with --run");
  }
  const WorkModel work = registry_work_model();
  std::vector<Analysis> analyses;
  for (const std::string& hardware : hardware_names(request)) {
    AnalyzeRequest on_one = request;
    on_one.hardware = hardware;
    const Roofline roofline = with_link(roofline_of(on_one), request.setting);
    if (request.models.empty()) {
      analyses.push_back(sweet_spot_analysis(request, nullptr, roofline, work));
    }
    for (const std::string& argument : request.models) {
      const Subject subject = subject_of(argument);
      for (Analysis& one : subject.network ? of_network(request, *subject.network, roofline)
                                           : of_model(request, *subject.model, roofline, work)) {
        analyses.push_back(std::move(one));
      }
    }
  }
  return analyses;
}

std::vector<Analysis> analyses_on_run(const AnalyzeRequest& request, const Run& run) {
  std::optional<Hardware> hardware;
  const Analysis of_run = analyze_run(run, run_options_of(request, run, hardware));
  if (request.models.empty() && !request.sweet_spot) return {of_run};
  const std::string device = run.policy.devices.empty() ? "cpu" : run.policy.devices.front();
  const Roofline roofline = with_link(measured_roofline(run, of_run, device), request.setting);
  const WorkModel work = registry_work_model();
  if (request.models.empty()) return {sweet_spot_analysis(request, nullptr, roofline, work)};
  std::vector<Analysis> analyses;
  for (const std::string& argument : request.models) {
    const Subject subject = subject_of(argument);
    for (Analysis& one : subject.network ? of_network(request, *subject.network, roofline)
                                         : of_model(request, *subject.model, run, roofline, work)) {
      // A sweet spot is of the ceilings, not of the rows beside them.
      if (request.sweet_spot) {
        analyses.push_back(std::move(one));
        continue;
      }
      analyses.push_back(with_model(of_run, std::move(one), device));
      put_predictions(analyses.back(), run, roofline, device);
    }
  }
  return analyses;
}

}  // namespace roofmark
