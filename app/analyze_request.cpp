#include "app/analyze_request.h"

#include <algorithm>
#include <cstdio>
#include <map>

#include "analyzer/operators.h"
#include "analyzer/sweet_spot_of_model.h"
#include "analyzer/weight_formats.h"
#include "app/format_argument.h"
#include "app/hardware_argument.h"
#include "app/quantity.h"
#include "core/error.h"
#include "core/printable.h"

namespace roofmark {
namespace {

/// "w8a16": bits of weights and activations, floating point from 16 on.
std::optional<Format> widths_from(const std::string& text) {
  int weights = 0, activations = 0, used = 0;
  const int read = std::sscanf(text.c_str(), "w%2da%2d%n", &weights, &activations, &used);
  if (read != 2 || static_cast<std::size_t>(used) != text.size()) return std::nullopt;
  SettingRequest widths;
  widths.weight_bits = weights;
  widths.activation_bits = activations;
  return format_of(widths, {DType::f16, DType::f16, DType::f32});
}

Format format_called(const std::string& text, const std::string& flag) {
  if (const auto format = working_format_from(text)) return *format;
  if (const auto format = widths_from(text)) return *format;
  throw InputError(flag + ": \"" + printable(text, 40) +
                   "\" is not a format; write f64, f32, tf32, f16, bf16, fp8, w8a8, w8a16, w4a16 "
                   "or w4a8");
}

/// As published where the format is, else as wide as the activations.
DType cache_type_of(const AnalyzeRequest& request, const Model& model, const Format& format) {
  if (const auto type = cache_of(request.setting, format)) {
    if (request.kv_dtype.empty()) return *type;
    throw InputError("--kv-bits does not go with --kv-dtype (both say the cache's); leave one out");
  }
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

/// Wherever they are from, whatever they are called and however long a context they are made for.
bool same_dimensions(Model a, const Model& b) {
  a.name = b.name;
  a.source = b.source;
  a.dtype_assumed = b.dtype_assumed;
  a.context = b.context;  // which a run does not hold
  a.stretched = b.stretched;
  return a == b;
}

bool wants(const AnalyzeRequest& request, Phase phase) {
  return std::find(request.phases.begin(), request.phases.end(), name(phase)) !=
         request.phases.end();
}

bool asks(const AnalyzeRequest& request, std::string_view flag) {
  return std::find(request.model_flags.begin(), request.model_flags.end(), flag) !=
         request.model_flags.end();
}

/// What is computed in one pass, and as what.
struct Passing {
  Phase phase;
  std::vector<Query> queries;
};

std::vector<Passing> listed_queries(const AnalyzeRequest& request) {
  if (request.context) {
    throw InputError(
        "--context does not go with --cached-tokens and --input-tokens (they say the context of "
        "each query); leave it out");
  }
  std::vector<Query> queries = queries_of(request.setting, request.batch);
  const bool one_each = std::all_of(queries.begin(), queries.end(),
                                    [](const Query& query) { return query.fresh == 1; });
  Phase phase = one_each ? Phase::decode : Phase::prefill;
  if (asks(request, "--phase")) {
    if (request.phases.size() > 1) {
      throw InputError(
          "--phase prefill,decode does not go with --cached-tokens and --input-tokens (they are "
          "one pass); name one of them");
    }
    phase = wants(request, Phase::prefill) ? Phase::prefill : Phase::decode;
  }
  return {{phase, std::move(queries)}};
}

std::vector<Passing> passings(const AnalyzeRequest& request) {
  const bool as_tra =
      accounting_of(request) == Accounting::tra && !request.context && !asks(request, "--phase");
  if (request.setting.has_queries() || as_tra) return listed_queries(request);
  std::vector<Passing> all;
  for (const Phase phase : {Phase::prefill, Phase::decode}) {
    if (!wants(request, phase)) continue;
    all.push_back(
        {phase, queries_of(phase, request.batch.value_or(1), request.context.value_or(2048))});
    if (phase == Phase::prefill) continue;
    for (Query& query : all.back().queries) query.fresh = request.setting.decode_tokens;
  }
  return all;
}

std::vector<AskedFormat> formats_of(const AnalyzeRequest& request, const Format& otherwise) {
  const SettingRequest& setting = request.setting;
  if (!request.dtypes.empty() && (setting.weight_bits || setting.activation_bits)) {
    throw InputError(
        "--dtype does not go with --weight-bits and --activation-bits (both say the widths); leave "
        "one of them out");
  }
  std::vector<AskedFormat> formats;
  for (const std::string& dtype : request.dtypes) {
    formats.push_back(format_asked(dtype));
  }
  if (formats.empty()) {
    formats.push_back({setting.has_bits() ? format_of(setting, otherwise) : otherwise});
  }
  return formats;
}

std::vector<std::vector<Workload>> workloads_in(const AnalyzeRequest& request, const Model& model,
                                                const Format& otherwise) {
  if (request.quantize_head && accounting_of(request) != Accounting::exact) {
    throw InputError("--quantize-head is of exact accounting (" + request.accounting +
                     " has one width for all weights); leave it out");
  }
  if (!request.attention.empty() && accounting_of(request) == Accounting::tra) {
    throw InputError(
        "--attention does not go with tra accounting (that tool has one attention); leave it out");
  }
  Attention attention =
      accounting_of(request) == Accounting::llm_viewer ? Attention::eager : Attention::flash;
  if (request.attention == "flash") attention = Attention::flash;
  if (request.attention == "eager") attention = Attention::eager;
  std::vector<std::vector<Workload>> sets;
  for (const auto& [format, group] : formats_of(request, otherwise)) {
    const DType cache =
        cache_type_of(request, model, format);  // first: GCC 11 leaks what an initializer
                                                // list holds when a later part throws
    std::vector<Workload> set;
    for (Passing& pass : passings(request)) {
      set.push_back({model, pass.phase, std::move(pass.queries), format, cache, attention});
      set.back().group = group;
      if (request.quantize_head) set.back().model.quantization.head = true;
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

/// Into the first set of its format, cache, groups and batch that has no such phase, or a new one:
/// each set is a prefill and the decode after it.  What was measured on several devices is one.
void add_to(std::vector<std::vector<Workload>>& sets, const Workload& workload) {
  for (std::vector<Workload>& set : sets) {
    const Workload& first = set.front();
    if (first.format != workload.format || first.kv != workload.kv ||
        first.group != workload.group || first.queries.size() != workload.queries.size()) {
      continue;
    }
    const auto same = std::find_if(
        set.begin(), set.end(), [&](const Workload& one) { return one.phase == workload.phase; });
    if (same == set.end()) {
      set.push_back(workload);
      return;
    }
    if (same->queries == workload.queries) return;
  }
  sets.push_back({workload});
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
    engine.peaks[peak.format] = OpRate{quantity_from(peak.value, "--peak", ops_per_second)};
  }
}

}  // namespace

Accounting accounting_of(const AnalyzeRequest& request) {
  if (const auto known = accounting_from(request.accounting)) return *known;
  throw InputError("--accounting: \"" + printable(request.accounting, 40) +
                   "\" is not in this version (it has exact, llm-viewer and tra); use one of them");
}

Roofline roofline_of(const AnalyzeRequest& request) {
  Roofline roofline;
  if (!request.hardware.empty()) {
    const Hardware hardware = hardware_argument(request.hardware);
    const Engine& engine = hardware.engine(request.engine);
    const bool several = hardware.engines.size() > 1;
    roofline = {hardware.title + (several ? ", " + engine.name : std::string()), engine,
                hardware.bandwidth, hardware.memory};
  } else if (!request.engine.empty()) {
    throw InputError("--engine " + printable(request.engine, 40) +
                     " is one of a device's (none is named); name it with --hardware");
  } else if (!request.peaks.empty() || !request.bandwidth.empty()) {
    roofline.name = "the given roofline";
  }
  set_peaks(roofline.engine, request.peaks);
  if (!request.bandwidth.empty()) {
    roofline.bandwidth =
        Bandwidth{quantity_from(request.bandwidth, "--bandwidth", bytes_per_second)};
  }
  if (!request.memory.empty()) roofline.memory = Bytes{size_from(request.memory, "--memory")};
  return roofline;
}

AskedFormat format_asked(const std::string& dtype) {
  const FormatArgument argument = format_argument(dtype);
  return {format_called(argument.name, "--dtype"), argument.group};
}

std::vector<Format> formats_asked(const AnalyzeRequest& request) {
  std::vector<Format> formats;
  for (const std::string& dtype : request.dtypes)
    formats.push_back(format_called(dtype, "--dtype"));
  return formats;
}

Analysis sweet_spot_analysis(const AnalyzeRequest& request, const Model* model,
                             const Roofline& roofline, const WorkModel& exact,
                             const Predict& predict) {
  for (const std::string& flag : request.model_flags) {
    const bool known =
        flag == "--phase" || flag == "--batch" || flag == "--context" || flag == "--quantize-head";
    if (model && known) continue;
    throw InputError(flag + " does not go with --sweet-spot" +
                     (model ? " (it compares formats of a model's products, counted exactly)"
                            : " of a device alone (no model is named)") +
                     "; leave it out");
  }
  const WeightScales scales = request.scales == "128" ? WeightScales::per_128 : WeightScales::none;
  Analysis analysis;
  analysis.hardware = roofline.name;
  analysis.title =
      "quantization sweet spot" + (roofline.name.empty() ? "" : " on " + roofline.name);
  if (!model) {
    analysis.sweet_spot = sweet_spot(roofline, scales, sixteen_bits_on(roofline));
    return analysis;
  }
  const std::int64_t context = request.context.value_or(2048);
  const std::int64_t most = request.batch.value_or(1024);
  Model asked = *model;
  asked.quantization.head |= request.quantize_head;
  const auto workload = [&](Phase phase, std::int64_t sequences, const Format& format) {
    return Workload{asked, phase, queries_of(phase, sequences, context), format, DType::f16};
  };
  analysis.title =
      model->name + ", " + analysis.title + ", 1 to " + std::to_string(most) + " sequences";
  std::vector<Phase> phases;
  for (const Phase phase : {Phase::prefill, Phase::decode}) {
    if (!wants(request, phase)) continue;
    phases.push_back(phase);
    analysis.title += ", " + std::string(name(phase));
    if (phase == Phase::prefill) analysis.title += " of " + std::to_string(context) + " tokens";
  }
  analysis.sweet_spot =
      sweet_spot_of_model(workload, phases, most, exact, roofline, scales, predict);
  return analysis;
}

std::vector<std::string> doubts_about(const AnalyzeRequest& request) {
  std::vector<std::string> doubts;
  const auto add = [&](std::string_view text, std::string_view flag, const RateUnit& unit) {
    const std::string doubt = quantity_doubt(text, flag, unit);
    if (!doubt.empty()) doubts.push_back(doubt);
  };
  for (const std::string& text : request.peaks) add(peak_of(text).value, "--peak", ops_per_second);
  if (!request.bandwidth.empty()) add(request.bandwidth, "--bandwidth", bytes_per_second);
  const bool bare = !request.memory.empty() && request.memory.back() <= '9';
  if (bare && size_from(request.memory, "--memory") < 1e6) {
    doubts.push_back("--memory: " + printable(request.memory, 40) + " is taken as " +
                     printable(request.memory, 40) + " bytes (it has no prefix); write it like " +
                     printable(request.memory, 40) + "Gi if that was meant");
  }
  return doubts;
}

std::vector<std::vector<Workload>> workloads_of(const AnalyzeRequest& request, const Model& model) {
  // Transformer Roofline Analyzer takes float16 where a configuration does not say its type.
  const bool half = accounting_of(request) == Accounting::tra && model.dtype_assumed;
  return workloads_in(request, model,
                      half ? Format{DType::f16, DType::f16, DType::f32} : published_format(model));
}

std::vector<std::vector<Workload>> workloads_of(const AnalyzeRequest& request, const Model& model,
                                                const Run& run) {
  const SettingRequest& setting = request.setting;
  const bool as_measured = !request.batch && !request.context && request.dtypes.empty() &&
                           request.kv_dtype.empty() && !setting.has_queries() &&
                           !setting.has_bits() && setting.decode_tokens == 1 &&
                           !request.quantize_head && accounting_of(request) == Accounting::exact;
  const Attention attention = attention_of(request, run);
  std::vector<std::vector<Workload>> sets;
  for (const Workload& workload : run.policy.workloads) {
    if (!as_measured || workload.attention != attention ||
        !same_dimensions(workload.model, model) || !wants(request, workload.phase)) {
      continue;
    }
    Workload asked = workload;
    asked.model = model;
    add_to(sets, asked);
  }
  if (!sets.empty()) return sets;
  const auto& measured = run.policy.workloads;
  return workloads_in(request, model, measured.empty() ? Format{} : measured.front().format);
}

}  // namespace roofmark
