// Every analysis that is asked for: of models and networks, on specs or on a run.
#include "app/analyses.h"

#include "analyzer/advice.h"
#include "analyzer/layers.h"
#include "analyzer/overlay.h"
#include "app/idle_options.h"
#include "app/measured_machine.h"
#include "app/study_request.h"
#include "app/subject.h"
#include "app/work_model.h"
#include "core/error.h"
#include "core/model_json.h"

namespace roofmark {
namespace {

/// Those of a network, one for each format asked for.
std::vector<Analysis> of_network(const AnalyzeRequest& request, const ConvNetwork& network,
                                 const Roofline& roofline) {
  if (request.sweet_spot) {
    throw InputError("--sweet-spot is of products of a language model (" + network.name +
                     " is a convolution network); name a model of roofmark list models");
  }
  std::vector<Analysis> analyses;
  for (const Format& format : network_formats(request, network)) {
    analyses.push_back(analysis_of_network(request, network, format, roofline));
  }
  return analyses;
}

/// One set of workloads on one roofline, with what would help.
Analysis analysis_of(const AnalyzeRequest& request, const std::vector<Workload>& workloads,
                     const WorkModel& work, const Roofline& roofline, const Predict& predict = {}) {
  const Setting setting = setting_of(request.setting, accounting_of(request));
  require_prompt(setting, workloads);
  refuse_idle_options(request, workloads);
  Analysis analysis = analyze_model(workloads, setting, work, roofline, predict);
  analysis.answers = advice_on(workloads, setting, work, roofline, analysis);
  for (std::string& caveat : caveats(analysis.answers)) {
    analysis.notes.push_back(std::move(caveat));
  }
  return analysis;
}

void note_idle_head(Analysis& analysis, const AnalyzeRequest& request, const Model& model,
                    const std::vector<Workload>& workloads) {
  std::string note = idle_head_note(request, model, workloads);
  if (!note.empty()) analysis.notes.push_back(std::move(note));
}

void warn_of_assumed_type(Analysis& analysis, const AnalyzeRequest& request, const Model& model) {
  const bool said = !request.dtypes.empty() || request.setting.has_bits() ||
                    accounting_of(request) == Accounting::tra;
  if (!model.dtype_assumed || said) return;
  const bool quantized = model.quantization.weights != DType::none;
  analysis.warnings.push_back(
      {model.name + "'s configuration has neither torch_dtype nor dtype: " +
       std::string(torch_name(model.dtype)) + " is assumed" +
       (quantized ? " beside the quantized weights" : "") +
       ", which transformers before 5 loads (5 takes what the checkpoint holds); say another with "
       "--dtype"});
}

std::vector<Analysis> of_model(const AnalyzeRequest& request, const Model& model,
                               const Roofline& roofline, const WorkModel& work) {
  refuse_what_networks_alone_have(request, model);
  if (request.sweet_spot) return {sweet_spot_analysis(request, &model, roofline, work)};
  std::vector<Analysis> analyses;
  for (const auto& workloads : workloads_of(request, model)) {
    analyses.push_back(analysis_of(request, workloads, work, roofline));
    note_idle_head(analyses.back(), request, model, workloads);
    warn_of_assumed_type(analyses.back(), request, model);
  }
  return analyses;
}

std::vector<Analysis> of_model(const AnalyzeRequest& request, const Model& model, const Run& run,
                               const MeasuredMachine& machine, const WorkModel& work) {
  refuse_what_networks_alone_have(request, model);
  if (request.sweet_spot) {
    return {sweet_spot_analysis(request, &model, machine.roofline, work, machine.predict)};
  }
  std::vector<Analysis> analyses;
  for (const auto& workloads : workloads_of(request, model, run)) {
    analyses.push_back(analysis_of(request, workloads, work, machine.roofline, machine.predict));
    note_idle_head(analyses.back(), request, model, workloads);
  }
  return analyses;
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
  const MeasuredMachine machine = measured_machine(request, run);
  if (request.models.empty() && !request.sweet_spot) return {machine.of_run};
  const WorkModel work = registry_work_model();
  if (request.models.empty()) {
    return {sweet_spot_analysis(request, nullptr, machine.roofline, work)};
  }
  std::vector<Analysis> analyses;
  for (const std::string& argument : request.models) {
    const Subject subject = subject_of(argument);
    for (Analysis& one : subject.network ? of_network(request, *subject.network, machine.roofline)
                                         : of_model(request, *subject.model, run, machine, work)) {
      // A sweet spot says itself where it is from the run's rows.
      analyses.push_back(request.sweet_spot
                             ? std::move(one)
                             : with_model(machine.of_run, std::move(one), machine.device));
    }
  }
  return analyses;
}

}  // namespace roofmark
