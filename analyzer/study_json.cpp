#include <cmath>
#include <nlohmann/json.hpp>

#include "analyzer/analysis_json.h"
#include "analyzer/study.h"

namespace roofmark {
namespace {

using Json = nlohmann::ordered_json;

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }
Json count(double value) {
  const std::optional<std::int64_t> whole = as_integer(value);
  return whole ? Json(*whole) : number(value);
}
Json number(const Known<double>& value) { return value ? number(*value) : Json(nullptr); }
Json number(const Known<Seconds>& value) { return value ? number(value->value) : Json(nullptr); }

Json word(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json figures_of(const StudyRow& row) {
  const Work& work = row.work;
  return {{"model", row.model},
          {"hardware", word(row.hardware)},
          {"format", word(row.format)},
          {"kv", word(row.kv)},
          {"attention", word(row.attention)},
          {"phase", word(row.phase)},
          {"devices", row.devices},
          {"batch", row.sequences},
          {"tokens", row.tokens},
          {"chunk", row.chunk > 0 ? Json(row.chunk) : Json(nullptr)},
          {"ops", count(work.ops.value)},
          {"weight_bytes", count(work.weights.value)},
          {"input_bytes", count(work.input().value)},
          {"output_bytes", count(work.output().value)},
          {"kv_bytes", count((work.kv_read + work.kv_written).value)},
          {"bytes", count(work.bytes().value)},
          {"link_bytes", count(row.link.value)},
          {"seconds", number(row.seconds)},
          {"seconds_at_least", number(row.at_least)},
          {"latency", number(row.latency)},
          {"tokens_per_second", number(row.tokens_per_second)},
          {"bound", row.bound},
          {"storage",
           {{"weights", count(row.storage.weights.value)},
            {"kv_cache", count(row.storage.kv_cache.value)},
            {"peak", count(row.storage.peak.value)}}},
          {"fits", row.fits ? Json(*row.fits) : Json(nullptr)},
          {"generation_seconds", number(row.generation)},
          {"time_per_output_token", number(row.per_output_token)},
          {"reason", word(row.reason)},
          {"images_per_second", number(row.images_per_second)},
          {"predicted_seconds", number(row.predicted)},
          {"predicted_by_kernels", number(row.kernels_share)},
          {"predicted_extrapolated", number(row.extrapolated_share)},
          {"predicted_generation_seconds", number(row.predicted_generation)},
          {"predicted_time_per_output_token", number(row.predicted_per_output_token)}};
}

/// What could not be counted has names and a reason alone.
Json json_of(const StudyRow& row) {
  Json json = figures_of(row);
  if (is_counted(row)) return json;
  for (auto& [key, value] : json.items()) {
    if (key != "model" && key != "hardware" && key != "reason") value = nullptr;
  }
  return json;
}

}  // namespace

std::string study_json(const Study& study) {
  Json json{{"schema", "roofmark.study/1"},
            {"title", study.title},
            {"swept", study.swept.empty() ? Json(nullptr) : Json(study.swept)},
            {"rows", Json::array()}};
  for (const StudyRow& row : study.rows) json["rows"].push_back(json_of(row));
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace roofmark
