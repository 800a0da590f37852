#include "analyzer/study.h"

#include <algorithm>

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
                                       "reason"};

std::vector<std::string> reasons_of(const Study& study) {
  std::vector<std::string> reasons;
  for (const StudyRow& row : study.rows) {
    const bool said = std::find(reasons.begin(), reasons.end(), row.reason) != reasons.end();
    if (!row.reason.empty() && !said) reasons.push_back(row.reason);
  }
  return reasons;
}

Table table_of(const Study& study) {
  const auto any = [&](auto has) { return std::any_of(study.rows.begin(), study.rows.end(), has); };
  const bool generation = any([](const StudyRow& row) { return row.generation.has_value(); });
  const bool devices = any([](const StudyRow& row) { return row.devices > 1; });
  std::vector<Column> columns{{"model"}, {"hardware"}, {"format"}, {"cache"}, {"phase"}};
  if (devices) columns.push_back({"devices", Align::right});
  for (const char* title : {"batch", "tokens", "work", "bytes", "time at roof", "tokens/s"}) {
    columns.push_back({title, Align::right});
  }
  columns.push_back({"bound"});
  columns.push_back({"memory", Align::right});
  columns.push_back({"fits"});
  if (generation) {
    columns.push_back({"generation", Align::right});
    columns.push_back({"per output token", Align::right});
  }
  Table table(columns);
  for (const StudyRow& row : study.rows) {
    std::vector<std::string> cells{row.model, row.hardware, row.format, row.kv, row.phase};
    if (devices) cells.push_back(std::to_string(row.devices));
    for (std::string& text : std::vector<std::string>{
             std::to_string(row.sequences), std::to_string(row.tokens),
             si(row.work.ops.value, "op"), si(row.work.bytes().value, "B"),
             row.seconds ? si(row.seconds->value, "s") : "unknown",
             row.tokens_per_second ? plain_number(*row.tokens_per_second) : "unknown", row.bound,
             iec(row.storage.peak.value), row.fits ? fits_cell(row) : "-"}) {
      cells.push_back(std::move(text));
    }
    if (generation) {
      cells.push_back(si(row.generation, "s"));
      cells.push_back(si(row.per_output_token, "s"));
    }
    table.add(std::move(cells));
  }
  return table;
}

}  // namespace

CountedWorkload counted_workload(Workload workload, const Setting& setting,
                                 const WorkModel& exact) {
  CountedWorkload counted{.setting = setting, .operators = count_all(workload, setting, exact)};
  counted.storage = storage_of(workload, setting);
  counted.workload = std::move(workload);
  return counted;
}

StudyRow study_row(const CountedWorkload& counted, const WorkModel& exact,
                   const Roofline& roofline) {
  const Workload& workload = counted.workload;
  const Query& first = workload.queries.front();
  const bool prefill = workload.phase == Phase::prefill;
  StudyRow row{.phase = std::string(name(workload.phase)),
               .format = format_text(workload),
               .kv = std::string(name(workload.kv)),
               .attention = std::string(name(workload.attention)),
               .devices = counted.setting.devices,
               .sequences = static_cast<std::int64_t>(workload.queries.size()),
               .tokens = prefill ? first.fresh : first.cached};
  Costing costing(roofline);
  const PassCost cost = costing.add_all(counted.operators);
  row.work = cost.work;
  row.link = cost.link;
  row.seconds = cost.seconds;
  row.bound = cost.bound();
  if (cost.seconds && cost.seconds->value > 0) {
    const double tokens = static_cast<double>(fresh_tokens(workload));
    row.tokens_per_second = tokens / cost.seconds->value;
    row.latency =
        prefill ? *cost.seconds : *cost.seconds * (static_cast<double>(row.sequences) / tokens);
  }
  row.storage = counted.storage;
  if (counted.setting.generate > 0 && prefill) {
    const Generation generation = generation_of(workload, counted.setting, exact, roofline);
    if (generation.seconds) row.generation = generation.seconds->value;
    if (generation.per_output_token) row.per_output_token = generation.per_output_token->value;
    row.storage = generation.storage;
  }
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
    table.add({row.model,
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
               row.reason});
  }
  return table.csv();
}

}  // namespace roofmark
