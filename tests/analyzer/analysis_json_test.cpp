// The JSON of an analysis: its keys, its nulls, no number that is not one.
#include "analyzer/analysis_json.h"

#include <gtest/gtest.h>

#include <limits>

#include "analyzer/models.h"
#include "core/strict_json.h"
#include "tests/analyzer/made_up_run.h"

namespace roofmark {
namespace {

JsonView parsed(const Analysis& analysis) {
  return JsonView::parse(analysis_json(analysis), "analysis.json");
}

std::vector<std::string> keys(const JsonView& object) {
  std::vector<std::string> names;
  for (const auto& [name, value] : object.members()) names.push_back(name);
  return names;
}

TEST(AnalysisJson, HasEveryKeyOfACeilingAndOfAPoint) {
  const JsonView json = parsed(made_up::analysis());
  EXPECT_EQ(keys(json.at("ceilings").elements()[0]),
            (std::vector<std::string>{
                "id",        "device",  "kind",         "level", "format", "kernel",
                "variant",   "threads", "cores",        "node",  "value",  "from",
                "clock_hz",  "bus",     "load_bytes_s", "low",   "high",   "theoretical",
                "datasheet", "share",   "grade",        "reason"}));
  EXPECT_EQ(keys(json.at("points").elements()[0]),
            (std::vector<std::string>{"id",
                                      "operator",
                                      "phase",
                                      "intensity",
                                      "achieved",
                                      "attainable_measured",
                                      "attainable_theoretical",
                                      "share_measured",
                                      "share_theoretical",
                                      "share_spread",
                                      "bound",
                                      "ceiling",
                                      "seconds",
                                      "low",
                                      "high",
                                      "overhead_share",
                                      "seconds_launched",
                                      "share_launched",
                                      "implementation",
                                      "format_error",
                                      "grade",
                                      "reason"}));
  EXPECT_EQ(json.at("ceilings").elements().size(), made_up::analysis().ceilings.size());
  EXPECT_EQ(json.at("points").elements().size(), made_up::analysis().points.size());
  EXPECT_FALSE(json.has("layers"));
}

TEST(AnalysisJson, WritesNullForWhatIsUnknownOrNotFinite) {
  Analysis analysis;
  analysis.ceilings.push_back({.id = "a",
                               .kind = "compute",
                               .value = std::numeric_limits<double>::quiet_NaN(),
                               .high = std::numeric_limits<double>::infinity(),
                               .reason = "why"});
  const JsonView ceiling = parsed(analysis).at("ceilings").elements()[0];
  for (const char* key : {"value", "low", "high", "theoretical", "share", "level"}) {
    EXPECT_FALSE(ceiling.has(key)) << key;
  }
  EXPECT_EQ(ceiling.at("reason").text(), "why");
}

TEST(AnalysisJson, KeepsEveryDigit) {
  Analysis analysis;
  analysis.ceilings.push_back({.id = "a", .kind = "latency", .value = 1.0 / 3});
  EXPECT_EQ(parsed(analysis).at("ceilings").elements()[0].at("value").number(0, 1), 1.0 / 3);
}

TEST(AnalysisJson, CountsAreIntegersWhereTheyAreWholeAndFit) {
  EXPECT_EQ(as_integer(0x1p62), std::int64_t{1} << 62);
  EXPECT_EQ(as_integer(0), 0);
  for (const double other : {0.5, 0x1p63, std::numeric_limits<double>::infinity(),
                             std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_FALSE(as_integer(other)) << other;
  }
}

TEST(AnalysisJson, IsValidWhateverNamesHold) {
  Analysis analysis;
  analysis.title = "\xff\xfe broken \"quotes\" \x01";
  EXPECT_EQ(parsed(analysis).at("title").text(), "\uFFFD\uFFFD broken \"quotes\" \x01");
}

TEST(AnalysisJson, DescribesTheModelItsLayersTotalsAndStorage) {
  Analysis analysis;
  analysis.model = find_model("llama-2-7b");
  analysis.kv_per_token = Bytes{524288};
  analysis.layers.push_back({.op = "q_proj",
                             .phase = "decode",
                             .count = 32,
                             .work = {.ops = Ops{10},
                                      .read = Bytes{70},
                                      .written = Bytes{8},
                                      .weights = Bytes{50},
                                      .kv_read = Bytes{5},
                                      .kv_written = Bytes{2}},
                             .intensity = 10.0 / 78,
                             .attainable = OpRate{3},
                             .bound = "memory",
                             .seconds = Seconds{2}});
  analysis.totals.push_back({.phase = "decode", .tokens_per_second = 0.5});
  analysis.storage = Storage{Bytes{1}, Bytes{2}, Bytes{3}};
  const JsonView json = parsed(analysis);
  EXPECT_EQ(json.at("model").at("parameters").integer(0, 1LL << 40), 6738415616);
  EXPECT_EQ(json.at("model").at("kv_bytes_per_token").number(0, 1e9), 524288);
  const JsonView layer = json.at("layers").elements()[0];
  EXPECT_EQ(layer.at("operator").text(), "q_proj");
  EXPECT_EQ(layer.at("count").integer(0, 100), 32);
  EXPECT_EQ(layer.at("weight_bytes").number(0, 1e9), 50);
  EXPECT_EQ(layer.at("input_bytes").number(0, 1e9), 15);
  EXPECT_EQ(layer.at("output_bytes").number(0, 1e9), 6);
  EXPECT_EQ(layer.at("kv_bytes").number(0, 1e9), 7);
  EXPECT_EQ(layer.at("bytes").number(0, 1e9), 78);
  EXPECT_EQ(layer.at("attainable").number(0, 1e9), 3);
  EXPECT_EQ(json.at("totals").elements()[0].at("tokens_per_second").number(0, 1), 0.5);
  EXPECT_EQ(json.at("storage").at("peak").number(0, 1e9), 3);
}

}  // namespace
}  // namespace roofmark
