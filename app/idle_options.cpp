#include "app/idle_options.h"

#include <algorithm>

#include "analyzer/weight_formats.h"
#include "app/render.h"
#include "app/study_request.h"
#include "core/error.h"

namespace roofmark {
namespace {

bool has_phase(const std::vector<Workload>& workloads, Phase phase) {
  return std::any_of(workloads.begin(), workloads.end(),
                     [&](const Workload& workload) { return workload.phase == phase; });
}

/// --tp, or the largest of --sweep tp.
std::int64_t most_devices_of(const SettingRequest& setting) {
  std::int64_t most = setting.devices.value_or(1);
  for (const std::string& text : setting.sweeps) {
    const Swept swept = swept_from(text);
    if (swept.what != "tp") continue;
    for (const std::string& value : swept.values) {
      most = std::max(most, std::int64_t{std::stoll(value)});
    }
  }
  return most;
}

void refuse_idle_link(const AnalyzeRequest& request) {
  if (request.setting.link.empty()) return;
  if (most_devices_of(request.setting) == 1) {
    throw InputError(
        "--link says something of several devices (one sends nothing); add --tp, or leave it out");
  }
  if (accounting_of(request) == Accounting::llm_viewer) {
    throw InputError(
        "--link does not go with --accounting llm-viewer (that tool counts nothing that devices "
        "send); leave it out");
  }
}

}  // namespace

void refuse_idle_options(const AnalyzeRequest& request) {
  if (!request.scales.empty() && !request.sweet_spot) {
    throw InputError("--scales says something of --sweet-spot (which is not asked for); add it");
  }
  if (request.models.empty() && !request.run.empty() && !request.model_flags.empty() &&
      !request.sweet_spot) {
    throw InputError(
        listed(request.model_flags) + (request.model_flags.size() > 1 ? " say" : " says") +
        " something of a model (none is named, and a run alone is as it was measured); "
        "name one or leave this out");
  }
  if (request.models.empty() && !request.intermediates.empty()) {
    throw InputError(
        "--intermediates says something of a convolution network (none is named); name one "
        "(roofmark list networks)");
  }
  if (request.sweet_spot && !request.memory.empty()) {
    throw InputError(
        "--memory does not go with --sweet-spot (which compares times, whatever fits); leave it "
        "out");
  }
  refuse_idle_link(request);
}

void refuse_idle_options(const AnalyzeRequest& request, const std::vector<Workload>& workloads) {
  const SettingRequest& setting = request.setting;
  if (setting.chunk && !has_phase(workloads, Phase::prefill)) {
    throw InputError(
        "--chunk cuts a prompt in pieces (there is no prefill here); leave it out, or add prefill "
        "to --phase");
  }
  if (setting.decode_tokens == 1) return;
  if (setting.has_queries()) {
    throw InputError(
        "--decode-tokens does not go with --cached-tokens and --input-tokens (they say the new "
        "tokens of each query); leave it out");
  }
  if (!has_phase(workloads, Phase::decode)) {
    throw InputError(
        "--decode-tokens says something of decode (there is none here); leave it out, or add "
        "decode to --phase");
  }
  if (setting.generate) {
    throw InputError(
        "--decode-tokens does not go with --generate (each of whose steps makes one token); leave "
        "one of them out");
  }
}

std::string idle_head_note(const AnalyzeRequest& request, const Model& model,
                           const std::vector<Workload>& workloads) {
  if (!request.quantize_head) return {};
  Workload without = workloads.front();
  without.model = model;
  const WeightFormats asked(workloads.front()), otherwise(without);
  const auto same = [&](Part part) {
    return asked.stored(part, 128, 128) == otherwise.stored(part, 128, 128);
  };
  if (!same(Part::head) || !same(Part::embedding)) return {};
  return "--quantize-head changes nothing: in " + format_text(without) + " the head of " +
         model.name + " is " +
         (asked.as_published() ? "as published" : "as narrow as the layers' weights without it");
}

}  // namespace roofmark
