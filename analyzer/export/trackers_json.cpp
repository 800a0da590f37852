// JSON for trackers of benchmarks: Bencher and github-action-benchmark.
#include <nlohmann/json.hpp>

#include "analyzer/export/exports.h"
#include "analyzer/numbers.h"

namespace roofmark {
namespace {

using Json = nlohmann::ordered_json;

std::string dump(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

/// A name that Bencher makes a measure of where there is none: lower case and hyphens.
const char* measure_of(const std::string& unit) {
  if (unit == "op/s") return "operations-per-second";
  return unit == "B/s" ? "bytes-per-second" : "seconds";
}

Json metric(double value, const Known<double>& low, const Known<double>& high) {
  Json json{{"value", value}};
  if (low) json["lower_value"] = *low;
  if (high) json["upper_value"] = *high;
  return json;
}

std::string gha(const Exported& exported, bool bigger) {
  Json all = Json::array();
  for (const Series& series : exported.series) {
    if (!series.value || series.bigger_is_better() != bigger) continue;
    Json json{{"name", series.id}, {"unit", series.unit}, {"value", *series.value}};
    if (series.low && series.high) {
      json["range"] = "[" + exact(*series.low) + " " + exact(*series.high) + "]";
    }
    std::string extra = std::string("grade ") + series.grade;
    if (series.share) extra += "\n" + percent(series.share) + " of the measured roof";
    json["extra"] = extra + "\nrun " + exported.run.id;
    all.push_back(std::move(json));
  }
  return dump(all);
}

}  // namespace

std::string bmf_json(const Exported& exported) {
  Json all = Json::object();
  for (const Series& series : exported.series) {
    if (!series.value) continue;
    Json& measures = all[series.id];
    measures[measure_of(series.unit)] = metric(*series.value, series.low, series.high);
    if (series.share) measures["share-of-roof"] = metric(*series.share, {}, {});
  }
  return dump(all);
}

std::string gha_smaller_json(const Exported& exported) { return gha(exported, false); }
std::string gha_bigger_json(const Exported& exported) { return gha(exported, true); }

}  // namespace roofmark
