#include "analyzer/study.h"

#include <algorithm>
#include <map>

#include "analyzer/generation.h"
#include "analyzer/numbers.h"
#include "analyzer/operators.h"
#include "analyzer/passes.h"
#include "analyzer/plain_text.h"
#include "analyzer/table.h"
#include "analyzer/weight_formats.h"

namespace roofmark {
namespace {

std::string cell(const Known<double>& value) { return value ? exact(*value) : ""; }
std::string cell(const Known<Seconds>& value) { return value ? exact(value->value) : ""; }

std::string fits_cell(const StudyRow& row) { return !row.fits ? "" : *row.fits ? "yes" : "no"; }

constexpr const char* csv_columns[] = {"model",
                                       "hardware",
                                       "format",
                                       "cache",
                                       "attention",
                                       "phase",
                                       "devices",
                                       "batch",
                                       "tokens",
                                       "ops",
                                       "weight_bytes",
                                       "input_bytes",
                                       "output_bytes",
                                       "kv_bytes",
                                       "bytes",
                                       "link_bytes",
                                       "seconds",
                                       "latency_s",
                                       "tokens_per_second",
                                       "bound",
                                       "weights",
                                       "kv_cache",
                                       "peak",
                                       "fits",
                                       "generation_s",
                                       "per_output_token_s",
                                       "reason",
                                       "images_per_second",
                                       "predicted_s",
                                       "predicted_by_kernels",
                                       "predicted_generation_s",
                                       "predicted_per_output_token_s",
                                       "predicted_extrapolated",
                                       "seconds_at_least",
                                       "chunk"};

std::vector<std::string> reasons_of(const Study& study) {
  std::vector<std::string> reasons;
  for (const StudyRow& row : study.rows) {
    const bool said = std::find(reasons.begin(), reasons.end(), row.reason) != reasons.end();
    if (!row.reason.empty() && !said) reasons.push_back(row.reason);
  }
  return reasons;
}

/// Which columns the rows need.
struct Shown {
  explicit Shown(const Study& study) {
    for (const StudyRow& row : study.rows) {
      const StudyRow*& first = firsts[row.phase];
      compared = compared || (first && study.swept.empty());
      if (!first) first = &row;
      generation = generation || row.generation;
      predicted = predicted || row.predicted;
      extrapolated = extrapolated || row.extrapolated_share.value_or(0) > 0;
      devices = devices || row.devices > 1;
      chunk = chunk || row.chunk > 0;
      attention = attention || first->attention != row.attention;
      tokens = tokens || (is_counted(row) && row.kv != "");
      images = images || row.images_per_second || (is_counted(row) && row.kv.empty());
    }
  }
  bool generation = false, predicted = false, extrapolated = false, devices = false, chunk = false,
       attention = false, tokens = false, images = false;
  bool compared = false;  ///< things of one phase side by side, not points of a curve
  std::map<std::string, const StudyRow*> firsts;  ///< of each phase
};

/// How many times as fast as the first of its phase.
std::string speed_cell(const StudyRow& row, const Shown& shown) {
  const Known<Seconds>& first = shown.firsts.at(row.phase)->seconds;
  return first && row.seconds ? plain_number(*first / *row.seconds) : "-";
}

std::vector<Column> columns_of(const Shown& shown) {
  std::vector<Column> columns{{"model"}, {"hardware"}, {"format"}, {"cache"}};
  if (shown.attention) columns.push_back({"attention"});
  columns.push_back({"phase"});
  if (shown.devices) columns.push_back({"devices", Align::right});
  if (shown.chunk) columns.push_back({"chunk", Align::right});
  for (const char* title : {"batch", "tokens", "work", "bytes", "time at roof"}) {
    columns.push_back({title, Align::right});
  }
  columns.push_back({!shown.images   ? "tokens/s"
                     : !shown.tokens ? "images/s"
                                     : "tokens or images/s",
                     Align::right});
  if (shown.compared) columns.push_back({"times the first's speed", Align::right});
  if (shown.predicted) {
    columns.push_back({"predicted", Align::right});
    columns.push_back({"by kernels", Align::right});
    if (shown.extrapolated) columns.push_back({"extrapolated", Align::right});
  }
  columns.push_back({"bound"});
  columns.push_back({"memory", Align::right});
  columns.push_back({"fits"});
  if (shown.generation) {
    columns.push_back({"generation", Align::right});
    columns.push_back({"per output token", Align::right});
    if (shown.predicted) columns.push_back({"predicted generation", Align::right});
  }
  return columns;
}

Known<double> number(const Known<Seconds>& seconds) {
  return seconds ? Known<double>(seconds->value) : std::nullopt;
}

Known<Seconds> seconds_of(const Known<double>& seconds) {
  return seconds ? Known<Seconds>(Seconds{*seconds}) : std::nullopt;
}

std::string seconds_cell(const Known<Seconds>& seconds) {
  return seconds ? si(seconds->value, "s") : "unknown";
}

/// A row that could not be counted has no figures.
std::vector<std::string> cells_of(const StudyRow& row, const Shown& shown, std::size_t columns) {
  std::vector<std::string> cells{row.model, row.hardware};
  if (!is_counted(row)) {
    cells.resize(columns, "-");
    return cells;
  }
  const auto add = [&](std::string text) { cells.push_back(std::move(text)); };
  const bool tokens = !row.kv.empty();
  const Known<double>& rate = tokens ? row.tokens_per_second : row.images_per_second;
  add(row.format);
  add(tokens ? row.kv : "-");
  if (shown.attention) add(row.attention.empty() ? "-" : row.attention);
  add(row.phase);
  if (shown.devices) add(std::to_string(row.devices));
  if (shown.chunk) add(row.chunk > 0 ? std::to_string(row.chunk) : "-");
  add(std::to_string(row.sequences));
  add(tokens ? std::to_string(row.tokens) : "-");
  add(si(row.work.ops.value, "op"));
  add(si(row.work.bytes().value, "B"));
  add(time_text(row.seconds, row.at_least));
  add(rate ? plain_number(*rate) : "unknown");
  if (shown.compared) add(speed_cell(row, shown));
  if (shown.predicted) {
    add(seconds_cell(row.predicted));
    add(percent(row.kernels_share));
    if (shown.extrapolated) add(percent(row.extrapolated_share));
  }
  add(row.bound);
  add(iec(row.storage.peak.value));
  add(row.fits ? fits_cell(row) : "-");
  if (shown.generation && row.phase == name(Phase::prefill)) {
    add(time_text(seconds_of(row.generation), row.generation_at_least));
    add(time_text(seconds_of(row.per_output_token), row.per_output_token_at_least));
    if (shown.predicted) add(si(row.predicted_generation, "s"));
  }
  cells.resize(columns, "-");  // a decode is a step of the generation beside its prompt
  return cells;
}

Table table_of(const Study& study) {
  const Shown shown(study);
  const std::vector<Column> columns = columns_of(shown);
  Table table(columns);
  for (const StudyRow& row : study.rows) table.add(cells_of(row, shown, columns.size()));
  return table;
}

/// Of the first operator whose time is not known.
std::string why_unknown(const std::vector<CountedOperator>& operators, const Roofline& roofline) {
  for (const CountedOperator& op : operators) {
    const Standing standing = stand(op, roofline);
    if (!standing.seconds) return standing.reason;
  }
  return {};
}

}  // namespace

CountedWorkload counted_workload(Workload workload, const Setting& setting,
                                 const WorkModel& exact) {
  CountedWorkload counted{.setting = setting, .operators = count_all(workload, setting, exact)};
  counted.storage = storage_of(workload, setting);
  counted.workload = std::move(workload);
  return counted;
}

StudyRow study_row(const CountedWorkload& counted, const WorkModel& exact, const Roofline& roofline,
                   const Predict& predict) {
  const Workload& workload = counted.workload;
  const Query& first = workload.queries.front();
  const bool prefill = workload.phase == Phase::prefill;
  StudyRow row{.phase = std::string(name(workload.phase)),
               .format = format_text(workload),
               .kv = std::string(name(workload.kv)),
               .attention = std::string(name(workload.attention)),
               .devices = counted.setting.devices,
               .sequences = static_cast<std::int64_t>(workload.queries.size()),
               .tokens = prefill ? first.fresh : first.cached,
               .chunk = prefill ? counted.setting.chunk : 0};
  Costing costing(roofline, predict);
  const PassCost cost = costing.add_all(counted.operators);
  row.work = cost.work;
  row.link = cost.link;
  row.seconds = cost.seconds;
  if (!cost.seconds) row.at_least = cost.at_least;
  row.predicted = cost.predicted;
  row.kernels_share = cost.kernels_share();
  row.extrapolated_share = cost.extrapolated_share();
  row.bound = cost.bound();
  if (!cost.seconds) row.reason = why_unknown(counted.operators, roofline);
  if (cost.seconds && cost.seconds->value > 0) {
    const double tokens = static_cast<double>(fresh_tokens(workload));
    row.tokens_per_second = tokens / cost.seconds->value;
    row.latency =
        prefill ? *cost.seconds : *cost.seconds * (static_cast<double>(row.sequences) / tokens);
  }
  row.storage = counted.storage;
  if (counted.setting.generate > 0 && prefill) {
    const Generation generation =
        generation_of(workload, counted.setting, exact, roofline, predict);
    row.generation = number(generation.seconds);
    row.per_output_token = number(generation.per_output_token);
    row.generation_at_least = generation.at_least;
    row.per_output_token_at_least = generation.per_output_token_at_least;
    row.predicted_generation = number(generation.predicted);
    row.predicted_per_output_token = number(generation.predicted_per_output_token);
    row.storage = generation.storage;
  }
  if (roofline.memory) row.fits = row.storage.peak <= *roofline.memory;
  return row;
}

StudyRow study_row(const Analysis& of_network, const Format& format, const Roofline& roofline) {
  const NetworkFacts& facts = *of_network.network;
  const Total& total = of_network.totals.front();
  StudyRow row{.model = facts.name,
               .phase = total.phase,
               .format = format.name(),
               .sequences = facts.images,
               .work = total.work,
               .seconds = total.seconds,
               .at_least = total.at_least,
               .storage = *of_network.storage,
               .images_per_second = facts.images_per_second};
  row.bound = "unknown";
  double computing = 0, moving = 0;
  for (const Layer& layer : of_network.layers) {
    if (!layer.seconds && row.reason.empty()) row.reason = layer.reason;
    if (layer.seconds) (layer.bound == "compute" ? computing : moving) += layer.seconds->value;
  }
  if (row.seconds) row.bound = computing > moving ? "compute" : "memory";
  if (roofline.memory) row.fits = row.storage.peak <= *roofline.memory;
  return row;
}

std::string study_text(const Study& study) {
  std::string text = plain(study.title) + "\n\n" + table_of(study).text();
  for (const std::string& reason : reasons_of(study)) text += "\n" + plain(reason) + "\n";
  return text;
}

std::string study_markdown(const Study& study) {
  std::string text = "## " + markdown_text(study.title) + "\n\n" + table_of(study).markdown();
  for (const std::string& reason : reasons_of(study)) text += "\n" + markdown_text(reason) + "\n";
  return text;
}

std::string study_csv(const Study& study) {
  std::vector<Column> columns;
  for (const char* title : csv_columns) columns.push_back({title});
  Table table(columns);
  for (const StudyRow& row : study.rows) {
    const Work& work = row.work;
    std::vector<std::string> cells{row.model,
                                   row.hardware,
                                   row.format,
                                   row.kv,
                                   row.attention,
                                   row.phase,
                                   std::to_string(row.devices),
                                   std::to_string(row.sequences),
                                   std::to_string(row.tokens),
                                   exact(work.ops.value),
                                   exact(work.weights.value),
                                   exact(work.input().value),
                                   exact(work.output().value),
                                   exact((work.kv_read + work.kv_written).value),
                                   exact(work.bytes().value),
                                   exact(row.link.value),
                                   cell(row.seconds),
                                   cell(row.latency),
                                   cell(row.tokens_per_second),
                                   row.bound,
                                   exact(row.storage.weights.value),
                                   exact(row.storage.kv_cache.value),
                                   exact(row.storage.peak.value),
                                   fits_cell(row),
                                   cell(row.generation),
                                   cell(row.per_output_token),
                                   row.reason,
                                   cell(row.images_per_second),
                                   cell(row.predicted),
                                   cell(row.kernels_share),
                                   cell(row.predicted_generation),
                                   cell(row.predicted_per_output_token),
                                   cell(row.extrapolated_share),
                                   cell(row.at_least),
                                   row.chunk > 0 ? std::to_string(row.chunk) : ""};
    if (!is_counted(row)) {  // names and a reason alone
      for (std::size_t i = 2; i < cells.size(); ++i) {
        if (columns[i].title != "reason") cells[i].clear();
      }
    }
    table.add(std::move(cells));
  }
  return table.csv();
}

}  // namespace roofmark
