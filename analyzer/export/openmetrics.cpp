// Gauges for Prometheus and whatever else reads OpenMetrics 1.0.
#include <functional>

#include "analyzer/export/exports.h"
#include "analyzer/numbers.h"
#include "core/printable.h"

namespace roofmark {
namespace {

using Labels = std::vector<std::pair<const char*, std::string>>;

std::string label_value(const std::string& text) {
  std::string escaped;
  for (const char c : printable(text, std::string::npos)) {  // one line of UTF-8
    if (c == '\\' || c == '"') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string sample(const std::string& name, const Labels& labels, const std::string& value) {
  std::string text = name;
  const char* between = "{";
  for (const auto& [label, of] : labels) {
    text += std::string(between) + label + "=\"" + label_value(of) + "\"";
    between = ",";
  }
  return text + (labels.empty() ? " " : "} ") + value + "\n";
}

/// TYPE and HELP of a gauge, whose name ends in its unit where it has one.
std::string family(const std::string& name, const char* unit, const char* help) {
  std::string text = "# TYPE " + name + " gauge\n";
  if (*unit != '\0') text += "# UNIT " + name + " " + unit + "\n";
  return text + "# HELP " + name + " " + help + "\n";
}

Labels identity_labels(const Series& series) {
  return {{"id", series.id}, {"kernel", series.row->kernel}, {"device", series.row->device}};
}

/// A family with a sample per series that has such a figure; nothing where none has.
std::string figures(const Exported& exported, const std::string& name, const char* unit,
                    const char* help, const std::function<Known<double>(const Series&)>& figure) {
  std::string samples;
  for (const Series& series : exported.series) {
    const Known<double> value = figure(series);
    if (value) samples += sample(name, identity_labels(series), exact(*value));
  }
  return samples.empty() ? "" : family(name, unit, help) + samples;
}

std::string values(const Exported& exported, const char* name, const char* si_unit,
                   const char* unit, const char* help) {
  return figures(exported, name, unit, help, [&](const Series& series) {
    return series.unit == si_unit ? series.value : std::nullopt;
  });
}

std::string run_info(const Run& run) {
  const Labels labels{{"run", run.id},
                      {"machine", run.machine.id},
                      {"class", run.machine.class_},
                      {"version", run.build.version},
                      {"commit", run.build.commit},
                      {"preset", run.policy.preset}};
  return family("roofmark_run_info", "", "The run that all these figures are of.") +
         sample("roofmark_run_info", labels, "1") +
         family("roofmark_run_complete", "", "1: measured to its end; 0: interrupted.") +
         sample("roofmark_run_complete", {}, run.complete ? "1" : "0");
}

std::string series_info(const Exported& exported) {
  std::string text = family("roofmark_series_info", "",
                            "What a series is, to be joined by its id; grade A is the best.");
  for (const Series& series : exported.series) {
    if (!series.value) continue;
    text += sample("roofmark_series_info",
                   {{"id", series.id},
                    {"kind", series.kind},
                    {"variant", series.row->variant},
                    {"format", series.row->format.name()},
                    {"level", series.row->conditions.level},
                    {"threads", std::to_string(series.row->threads)},
                    {"grade", std::string(1, series.grade)}},
                   "1");
  }
  return text;
}

}  // namespace

std::string openmetrics(const Exported& exported) {
  std::string text = run_info(exported.run);
  text += family("roofmark_rows", "", "Rows of the run by outcome; all but ok have no value here.");
  for (const auto& [outcome, count] : outcomes(exported.series)) {
    text += sample("roofmark_rows", {{"outcome", outcome}}, std::to_string(count));
  }
  text += series_info(exported);
  text += values(exported, "roofmark_time_seconds", "s", "seconds",
                 "Median time of a call (kernels), an access (latency) or a launch (overhead).");
  text += values(exported, "roofmark_throughput_bytes_per_second", "B/s", "bytes_per_second",
                 "Median bandwidth of a probe.");
  text += values(exported, "roofmark_throughput_operations_per_second", "op/s",
                 "operations_per_second", "Median rate of a compute probe.");
  text += figures(exported, "roofmark_share_of_roof_ratio", "ratio",
                  "What a kernel reached of the roof that was measured beside it.",
                  [](const Series& series) { return series.share; });
  return text + "# EOF\n";
}

}  // namespace roofmark
