// Many evaluations side by side: models, devices and settings as the rows of one table.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analyzer/analysis.h"
#include "analyzer/roofline.h"
#include "analyzer/setting.h"

namespace roofmark {

/// One phase of one model on one device in one setting.
struct StudyRow {
  std::string model, hardware, phase, format, kv, attention;
  std::int64_t devices = 1, sequences = 1, tokens = 0;  ///< tokens: of the prompt, or in the cache
  std::int64_t chunk = 0;  ///< most tokens of a query in one pass of a prefill; 0: all
  Work work;
  Bytes link;
  Known<Seconds> seconds, latency;
  Known<Seconds> at_least;  ///< where seconds are not known: as in Total
  Known<double> tokens_per_second;
  std::string bound;  ///< under which most of the time falls: compute | memory | link | unknown
  Storage storage;    ///< of one device
  Known<bool> fits;   ///< null where the device's memory is not known
  Known<double> generation;  ///< seconds of prompt and tokens, where a generation is asked for
  Known<double> per_output_token;
  Known<Seconds> generation_at_least, per_output_token_at_least;  ///< where those are not known
  Known<double> images_per_second;   ///< of a convolution network, which has no tokens
  Known<Seconds> predicted;          ///< on the machine of a run (prediction.h)
  Known<double> kernels_share;       ///< of that, what rows of kernels say and not roofs
  Known<double> extrapolated_share;  ///< of that, what rows of smaller or larger calls say
  Known<double> predicted_generation, predicted_per_output_token;
  std::string reason;  ///< why a row has no figures, or no seconds
  double x = 0;        ///< the value swept, on the curve
  std::string series;  ///< the curve it belongs to
};

struct Study {
  std::string title;
  std::string swept;  ///< batch, context, bits, tp, ...: x of a curve; empty: no numbers are swept
  std::vector<StudyRow> rows;
};

/// A workload counted once, to be put on many rooflines.
struct CountedWorkload {
  Workload workload;
  Setting setting;
  std::vector<CountedOperator> operators;  ///< of all its passes
  Storage storage;                         ///< of one device
};
CountedWorkload counted_workload(Workload workload, const Setting& setting, const WorkModel& exact);

/// The figures of a study's row, without the names of its model and hardware.  A generation is
/// counted here, step by step.
StudyRow study_row(const CountedWorkload& counted, const WorkModel& exact, const Roofline& roofline,
                   const Predict& predict = {});

/// The same of a convolution network that was analyzed (conv_layers.h).
StudyRow study_row(const Analysis& of_network, const Format& format, const Roofline& roofline);

/// Whether something could be counted at all.
inline bool is_counted(const StudyRow& row) { return !row.phase.empty(); }

/// One line per row.
std::string study_text(const Study& study);
std::string study_markdown(const Study& study);
/// SI units, unknown cells empty.
std::string study_csv(const Study& study);
std::string study_json(const Study& study);

/// Log-log curves of seconds over what is swept, one per series; hollow where it does not fit the
/// memory.  Throws InputError where fewer than two numbers are swept.
std::string study_svg(const Study& study);

}  // namespace roofmark
