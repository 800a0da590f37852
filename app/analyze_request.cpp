#include "app/analyze_request.h"

#include <algorithm>
#include <map>

#include "analyzer/operators.h"
#include "analyzer/weight_formats.h"
#include "app/quantity.h"
#include "core/error.h"
#include "core/printable.h"

namespace roofmark {
namespace {

Format format_called(const std::string& text, const std::string& flag) {
  const auto format = working_format_from(text);
  if (!format) {
    throw InputError(
        flag + ": \"" + printable(text, 40) +
        "\" is not a format; write f64, f32, tf32, f16, bf16, fp8, w8a8, w4a16 or w4a8");
  }
  return *format;
}

/// As published where the format is, else as wide as the activations.
DType cache_type_of(const AnalyzeRequest& request, const Model& model, const Format& format) {
  if (request.kv_dtype.empty()) {
    return format == published_format(model) ? published_cache(model) : format.activations;
  }
  const auto type = dtype_from(request.kv_dtype);
  const bool stored = type && *type != DType::none && *type != DType::tf32 && *type != DType::i32 &&
                      *type != DType::i16;
  if (!stored) {
    throw InputError("--kv-dtype: \"" + printable(request.kv_dtype, 40) +
                     "\" is no type a cache is kept in; write f32, f16, bf16, fp8, i8 or i4");
  }
  return *type;
}

/// Wherever they are from and whatever they are called.
bool same_dimensions(Model a, const Model& b) {
  a.name = b.name;
  a.source = b.source;
  a.dtype_assumed = b.dtype_assumed;
  return a == b;
}

bool wants(const AnalyzeRequest& request, Phase phase) {
  return std::find(request.phases.begin(), request.phases.end(), name(phase)) !=
         request.phases.end();
}

std::vector<std::vector<Workload>> workloads_in(const AnalyzeRequest& request, const Model& model,
                                                const Format& otherwise) {
  Attention attention =
      accounting_of(request) == Accounting::llm_viewer ? Attention::eager : Attention::flash;
  if (request.attention == "flash") attention = Attention::flash;
  if (request.attention == "eager") attention = Attention::eager;
  std::vector<Format> formats;
  for (const std::string& dtype : request.dtypes)
    formats.push_back(format_called(dtype, "--dtype"));
  if (formats.empty()) formats.push_back(otherwise);
  std::vector<std::vector<Workload>> sets;
  for (const Format& format : formats) {
    const DType cache =
        cache_type_of(request, model, format);  // first: GCC 11 leaks what an initializer
                                                // list holds when a later part throws
    std::vector<Workload> set;
    for (const Phase phase : {Phase::prefill, Phase::decode}) {
      if (!wants(request, phase)) continue;
      set.push_back({model, phase,
                     queries_of(phase, request.batch.value_or(1), request.context.value_or(2048)),
                     format, cache, attention});
    }
    sets.push_back(std::move(set));
  }
  return sets;
}

/// Which of the run's workloads stand for it: those of the attention asked for, else of the fused
/// one where the run has timed it, else of the eager one where it was planned.
Attention attention_of(const AnalyzeRequest& request, const Run& run) {
  for (const Attention asked : {Attention::flash, Attention::eager})
    if (request.attention == name(asked)) return asked;
  const auto& rows = run.rows;
  const auto& workloads = run.policy.workloads;
  const bool timed = std::any_of(rows.begin(), rows.end(), [](const Measurement& row) {
    return row.kernel == "attention" && !row.samples_s.empty();
  });
  const bool planned =
      std::any_of(workloads.begin(), workloads.end(),
                  [](const Workload& workload) { return workload.attention == Attention::eager; });
  return timed || !planned ? Attention::flash : Attention::eager;
}

struct Peak {
  std::string format;
  std::string_view value;
};

/// "bf16=155T" is the format bf16-f32 and the value "155T".
Peak peak_of(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos) {
    throw InputError("--peak: \"" + printable(text, 40) +
                     "\" names no value; write it like bf16=155T");
  }
  return {format_called(text.substr(0, equals), "--peak").name(),
          std::string_view(text).substr(equals + 1)};
}

/// The given peaks into the engine's.
void set_peaks(Engine& engine, const std::vector<std::string>& given) {
  std::map<std::string, std::string> seen;
  for (const std::string& text : given) {
    const Peak peak = peak_of(text);
    const auto [before, is_new] = seen.emplace(peak.format, text);
    if (!is_new) {
      throw InputError("--peak: " + printable(before->second, 40) + " and " + printable(text, 40) +
                       " are of the same format (" + peak.format + "); keep one of them");
    }
    engine.peaks[peak.format] = OpRate{quantity_from(peak.value, "--peak")};
  }
}

}  // namespace

Accounting accounting_of(const AnalyzeRequest& request) {
  for (const Accounting known : {Accounting::exact, Accounting::llm_viewer}) {
    if (request.accounting == name(known)) return known;
  }
  throw InputError("--accounting: \"" + printable(request.accounting, 40) +
                   "\" is not in this version (it has exact and llm-viewer); use one of them");
}

Roofline roofline_of(const AnalyzeRequest& request) {
  Roofline roofline;
  if (!request.hardware.empty()) {
    const Hardware& hardware = find_hardware(request.hardware);
    roofline = {hardware.title, hardware.engine(), hardware.bandwidth, hardware.memory};
  } else if (!request.peaks.empty() || !request.bandwidth.empty()) {
    roofline.name = "the given roofline";
  }
  set_peaks(roofline.engine, request.peaks);
  if (!request.bandwidth.empty()) {
    roofline.bandwidth = Bandwidth{quantity_from(request.bandwidth, "--bandwidth")};
  }
  return roofline;
}

std::vector<std::string> doubts_about(const AnalyzeRequest& request) {
  std::vector<std::string> doubts;
  const auto add = [&](std::string_view text, std::string_view flag, std::string_view unit) {
    const std::string doubt = quantity_doubt(text, flag, unit);
    if (!doubt.empty()) doubts.push_back(doubt);
  };
  for (const std::string& text : request.peaks) add(peak_of(text).value, "--peak", "op/s");
  if (!request.bandwidth.empty()) add(request.bandwidth, "--bandwidth", "B/s");
  return doubts;
}

std::vector<std::vector<Workload>> workloads_of(const AnalyzeRequest& request, const Model& model) {
  return workloads_in(request, model, published_format(model));
}

std::vector<std::vector<Workload>> workloads_of(const AnalyzeRequest& request, const Model& model,
                                                const Run& run) {
  const bool as_measured = !request.batch && !request.context && request.dtypes.empty() &&
                           request.kv_dtype.empty() && accounting_of(request) == Accounting::exact;
  const Attention attention = attention_of(request, run);
  std::vector<std::vector<Workload>> sets;
  for (const Workload& workload : run.policy.workloads) {
    if (!as_measured || workload.attention != attention ||
        !same_dimensions(workload.model, model) || !wants(request, workload.phase)) {
      continue;
    }
    const auto same_format =
        std::find_if(sets.begin(), sets.end(), [&](const std::vector<Workload>& set) {
          return set.front().format == workload.format && set.front().kv == workload.kv;
        });
    if (same_format == sets.end()) {
      sets.push_back({workload});
    } else {
      same_format->push_back(workload);
    }
  }
  if (!sets.empty()) return sets;
  const auto& measured = run.policy.workloads;
  return workloads_in(request, model, measured.empty() ? Format{} : measured.front().format);
}

}  // namespace roofmark
