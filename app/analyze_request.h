// What `roofmark analyze` is asked, as it stands on the command line, and what that means.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analyzer/accounting.h"
#include "analyzer/roofline.h"
#include "app/setting_request.h"
#include "core/measurement.h"
#include "core/model.h"

namespace roofmark {

struct AnalyzeRequest {
  std::vector<std::string> models, phases{"prefill", "decode"}, dtypes, peaks;
  std::string run, hardware, engine, kv_dtype, attention, accounting = "exact", bandwidth, memory;
  std::string intermediates, scales, output = "table", out;
  bool quantize_head = false;  ///< the head too has the layers' weights
  bool output_said = false;    ///< whether --output was given
  bool sweet_spot = false;
  std::optional<std::int64_t> batch, context;  ///< default 1 and 2048
  SettingRequest setting;
  std::vector<std::string> model_flags;  ///< those given that say something of a model
};

/// Throws InputError where the accounting is not one of this version's.
Accounting accounting_of(const AnalyzeRequest& request);

/// The engine asked for (else the first) of the hardware asked for, with its peaks, bandwidth and
/// memory replaced by those given; without hardware those given alone; with nothing an empty one.
/// Throws InputError.
Roofline roofline_of(const AnalyzeRequest& request);

/// A format and the group of its 4-bit weights, 0: not said.
struct AskedFormat {
  Format format;
  std::int64_t group = 0;
};
/// That which --dtype says in these words.  Throws InputError.
AskedFormat format_asked(const std::string& dtype);

/// Those of --dtype; none where that is not given.  Throws InputError.
std::vector<Format> formats_asked(const AnalyzeRequest& request);

/// The quantization sweet spot that is asked for: of each product of the model with up to --batch
/// sequences (default 1024), or without a model of weights alone.  Throws InputError where
/// something is asked that does not go with it.
/// `predict`: by the kernels of a run, where there is one.
Analysis sweet_spot_analysis(const AnalyzeRequest& request, const Model* model,
                             const Roofline& roofline, const WorkModel& exact,
                             const Predict& predict = {});

/// What is odd about what is asked though it can be done, a line each.
std::vector<std::string> doubts_about(const AnalyzeRequest& request);

/// What is asked of a model, one set of workloads (one per phase) for each format asked for; none:
/// the format of the model's checkpoint (published_format), whose cache is as published too.  Else
/// the cache has the activations' type unless asked otherwise; attention is flash, with llm-viewer
/// accounting eager, as that tool's default is. Throws InputError.
std::vector<std::vector<Workload>> workloads_of(const AnalyzeRequest& request, const Model& model);

/// The same beside a run: where nothing but phases and attention is asked, the workloads of that
/// model that the run measured, with the attention asked for, else flash where the run timed it and
/// eager where it could not; else in the run's first format instead of the model's own.
std::vector<std::vector<Workload>> workloads_of(const AnalyzeRequest& request, const Model& model,
                                                const Run& run);

}  // namespace roofmark
