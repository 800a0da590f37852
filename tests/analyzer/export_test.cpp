// What a run says to other tools: values that may be used, names that may say anything.
#include <gtest/gtest.h>

#include <set>

#include "analyzer/export/exports.h"
#include "analyzer/export/junit.h"
#include "analyzer/from_run.h"
#include "core/case.h"
#include "core/strict_json.h"
#include "tests/analyzer/run_builder.h"
#include "tests/text.h"

namespace roofmark {
namespace {

/// A run and what is exported of it.
struct Made {
  Run run;
  Analysis analysis;
  std::vector<Series> series;

  explicit Made(Run made) : run(std::move(made)) {
    analysis = analyze_run(run);
    series = series_of(run, analysis);
  }
  Made(const Made&) = delete;
  Made& operator=(const Made&) = delete;
  std::string as(std::string (*write)(const Exported&)) const { return write({run, series}); }
  JsonView json(std::string (*write)(const Exported&)) const {
    return JsonView::parse(as(write), "exported");
  }
  const Series& of(const std::string& id) const {
    for (const Series& one : series) {
      if (one.id == id) return one;
    }
    throw std::out_of_range(id);
  }
};

/// Powers of two: a peak of 2^38 op/s, 2^37 B/s of memory, a kernel at half of that.
Run exact_run() {
  Run run = zen5_run();
  run.id = "r1";
  run.started = "2026-11-22T02:10:00Z";
  run.complete = true;
  run.machine.id = "m1";
  run.machine.cpu.threads = 2;
  run.rows = {fma_row("avx512", 1, 64), stream_row("read", "dram", 1, 0x1p37)};
  run.rows.push_back(kernel_row("gemv", reading(0x1p36), 1, run.rows[1]));
  Measurement fork =
      timed("fork_join", "openmp", Role::overhead_probe, 1, {.ops = Ops{4}}, 0x1p-18);
  run.rows.push_back(fork);
  return run;
}

Measurement without_time(Status status, const std::string& id, const std::string& reason) {
  Measurement row = timed("gemm", id, Role::kernel, 1, reading(8), 1);
  row.id = id;
  row.status = status;
  row.reason = reason;
  row.samples_s.clear();
  row.flags.clear();
  row.clock_hz.clear();
  return row;
}

/// Beside the good ones a row of each other outcome.
Run every_outcome() {
  Run run = exact_run();
  run.rows.push_back(without_time(Status::failed, "wrong", "its error is 7 times the tolerance"));
  run.rows.push_back(without_time(Status::unsupported, "absent", "built without OpenBLAS"));
  run.rows.push_back(without_time(Status::skipped, "left", "too large"));
  Measurement stolen = timed("gemm", "avx2", Role::kernel, 1, reading(8), 1);
  stolen.id = "stolen";
  stolen.flags.assign(stolen.samples_s.size(), "stolen");
  run.rows.push_back(stolen);
  run.rows.push_back(fma_row("avx2", 1, 640));  // 20 times what the core can
  return run;
}

constexpr const char* hostile_kernel = "a\"b\\c'd<e>&f;--\n\x01 \xE2\x80\xAE \xEF\xBF\xBF%s{}";

Run hostile() {
  Run run = exact_run();
  Measurement& row = run.rows[2];
  row.kernel = hostile_kernel;
  row.reason = "]]> '); DROP TABLE roofmark_run; -- \n# EOF";
  row.id = case_id(row.kernel, row.variant, row.format, row.device, row.threads, row.shape,
                   row.conditions);
  return run;
}

TEST(Series, AProbeIsARateAndAKernelATime) {
  const Made made(exact_run());
  EXPECT_EQ(made.series[0].kind, "compute");
  EXPECT_EQ(made.series[0].value, 0x1p38);
  EXPECT_EQ(made.series[0].unit, "op/s");
  EXPECT_EQ(made.series[1].value, 0x1p37);
  EXPECT_EQ(made.series[1].unit, "B/s");
  EXPECT_EQ(made.series[2].value, 1.0);
  EXPECT_EQ(made.series[2].unit, "s");
  EXPECT_EQ(made.series[2].share, 0.5);
  EXPECT_FALSE(made.series[2].bigger_is_better());
  EXPECT_TRUE(made.series[1].bigger_is_better());
}

TEST(Series, OverheadIsPerCallAndSecondsArePerLaunch) {
  const Made made(exact_run());
  EXPECT_EQ(made.series[3].kind, "overhead");
  EXPECT_EQ(made.series[3].value, 0x1p-20);
  EXPECT_EQ(made.series[3].seconds, 0x1p-18);
}

TEST(Series, TheIntervalOfARateIsThatOfTheTimeTurnedRound) {
  roofmark::Run run = exact_run();
  run.rows[1].samples_s = {1, 1, 1, 1, 2, 2, 2, 4, 4, 4};
  const Made made(run);
  const Series& read = made.series[1];
  ASSERT_TRUE(read.low && read.high);
  EXPECT_EQ(*read.low, 0x1p37 / *read.seconds_high);
  EXPECT_EQ(*read.high, 0x1p37 / *read.seconds_low);
  EXPECT_LT(*read.low, *read.value);
}

TEST(Series, WhatHasNoValueToUseHasNoneAndSaysWhy) {
  const Made made(every_outcome());
  for (const auto& [id, outcome] :
       std::vector<std::pair<std::string, std::string>>{{"wrong", "failed"},
                                                        {"absent", "unsupported"},
                                                        {"left", "skipped"},
                                                        {"stolen", "unmeasured"},
                                                        {"fma/avx2/f32/cpu/t1", "refused"}}) {
    const Series& one = made.of(id);
    EXPECT_EQ(one.outcome, outcome);
    EXPECT_FALSE(one.value || one.seconds || one.low || one.high) << id;
    EXPECT_NE(one.reason, "") << id;
  }
  EXPECT_EQ(made.of("fma/avx2/f32/cpu/t1").grade, 'X');
  int all = 0;
  for (const auto& [outcome, number] : outcomes(made.series)) all += number;
  EXPECT_EQ(all, 9);
}

TEST(Exports, NoTrackerIsToldWhatWasRefused) {
  const Made made(every_outcome());
  const std::vector<JsonView> benchmarks = made.json(gbench_json).at("benchmarks").elements();
  EXPECT_EQ(benchmarks.size(), 4u);
  EXPECT_EQ(made.json(bmf_json).members().size(), 4u);
  EXPECT_EQ(
      made.json(gha_smaller_json).elements().size() + made.json(gha_bigger_json).elements().size(),
      4u);
  EXPECT_EQ(count_of(made.as(openmetrics), "roofmark_series_info{"), 4u);
  EXPECT_NE(made.as(openmetrics).find("roofmark_rows{outcome=\"refused\"} 1\n"), std::string::npos);
  EXPECT_NE(
      made.as(gbench_json).find("1 refused, 1 failed, 1 unsupported, 1 skipped, 1 unmeasured"),
      std::string::npos);
}

TEST(Exports, DatabasesAndGatesSeeEveryRow) {
  const Made made(every_outcome());
  EXPECT_EQ(count_of(made.as(sql), "INSERT INTO roofmark_series"), 9u);
  const std::string xml = made.as(junit);
  EXPECT_EQ(count_of(xml, "<testcase "), 9u);
  EXPECT_EQ(count_of(xml, "<failure "), 1u);
  EXPECT_EQ(count_of(xml, "<skipped "), 4u);
  EXPECT_NE(xml.find("tests=\"9\" failures=\"1\" errors=\"0\" skipped=\"4\""), std::string::npos);
}

TEST(Exports, GoogleBenchmarkGetsOneIterationPerSeriesInNanoseconds) {
  const Made made(exact_run());
  const JsonView json = made.json(gbench_json);
  std::set<std::string> names;
  for (const JsonView& row : json.at("benchmarks").elements()) {
    EXPECT_TRUE(names.insert(row.at("name").text()).second);
    EXPECT_EQ(row.at("run_type").text(), "iteration");
    EXPECT_EQ(row.at("time_unit").text(), "ns");
  }
  const JsonView kernel = json.at("benchmarks").elements()[2];
  EXPECT_EQ(kernel.at("real_time").number(0, 1e300), 1e9);
  EXPECT_EQ(kernel.at("bytes_per_second").number(0, 1e300), 0x1p36);
  EXPECT_EQ(kernel.at("items_per_second").number(0, 1e300), 0x1p35);
}

TEST(Exports, TheTwoFilesOfOneActionHoldEachSeriesOnce) {
  const Made made(exact_run());
  std::set<std::string> names;
  for (const auto write : {gha_smaller_json, gha_bigger_json}) {
    for (const JsonView& row : made.json(write).elements()) {
      EXPECT_TRUE(names.insert(row.at("name").text()).second);
      EXPECT_EQ(row.at("unit").text() == "s", write == gha_smaller_json);
    }
  }
  EXPECT_EQ(names.size(), 4u);
}

TEST(Exports, BencherGetsMeasuresInSiUnitsWithTheirInterval) {
  const Made made(exact_run());
  const JsonView json = made.json(bmf_json);
  const JsonView read = json.at(made.series[1].id).at("bytes-per-second");
  EXPECT_EQ(read.at("value").number(0, 1e300), 0x1p37);
  EXPECT_EQ(read.at("lower_value").number(0, 1e300), 0x1p37);
  EXPECT_EQ(json.at(made.series[2].id).at("share-of-roof").at("value").number(0, 2), 0.5);
}

TEST(Exports, TheSameRunGivesTheSameBytes) {
  const Made one(every_outcome()), other(every_outcome());
  for (const auto write : {gbench_json, bmf_json, gha_smaller_json, openmetrics, sql, junit}) {
    EXPECT_EQ(one.as(write), other.as(write));
  }
}

TEST(Exports, ARunWithoutRowsIsExportedToo) {
  roofmark::Run run = exact_run();
  run.rows.clear();
  run.started.clear();
  const Made made(run);
  for (const auto write : {gbench_json, bmf_json, gha_smaller_json, openmetrics, sql, junit}) {
    EXPECT_NE(made.as(write), "");
  }
}

TEST(Exports, AHostileNameStaysOneNameOfOneLine) {
  const Made made(hostile());
  const std::string xml = made.as(junit);
  EXPECT_EQ(xml.find('\x01'), std::string::npos);
  EXPECT_EQ(xml.find("\xEF\xBF\xBF"), std::string::npos);
  EXPECT_NE(xml.find("a&quot;b\\c'd&lt;e&gt;&amp;f;--\\x0a\\x01 \\u202e \\uffff"),
            std::string::npos);
  EXPECT_EQ(xml.find("]]>"), std::string::npos);
  const std::string metrics = made.as(openmetrics);
  EXPECT_EQ(count_of(metrics, "# EOF"), 1u);
  EXPECT_NE(metrics.find("a\\\"b\\\\c'd<e>&f"), std::string::npos);
  EXPECT_EQ(count_of(made.as(sql), ";\nINSERT"), 5u);
  EXPECT_NE(made.as(sql).find("'a\"b\\c''d<e>&f;--\n"), std::string::npos);
  EXPECT_NE(made.as(sql).find("''); DROP TABLE"), std::string::npos);
  EXPECT_EQ(made.json(bmf_json).members()[2].first, made.series[2].id);
}

TEST(Exports, ATextThatIsNoTextCostsNoFile) {
  roofmark::Run run = exact_run();
  run.rows[2].kernel = std::string("n\0l", 3) + "\xFF\xC0";
  const Made made(run);
  EXPECT_EQ(made.json(gbench_json).at("benchmarks").elements().size(), 4u);
  EXPECT_EQ(made.as(sql).find('\0'), std::string::npos);
  EXPECT_EQ(made.as(junit).find('\xFF'), std::string::npos);
}

TEST(Junit, WhatJudgesMayUseItsOwnWords) {
  TestSuite suite{.name = "check", .started = "2026-11-22T02:10:00Z", .host = "board"};
  suite.cases.push_back({.group = "gemv",
                         .name = "gemv/avx2",
                         .time_s = 0.25,
                         .result = TestCase::Result::failed,
                         .type = "slower",
                         .message = "7.4 % slower [6.8 8.1]"});
  const std::string xml = junit_xml(suite);
  EXPECT_NE(xml.find("<failure type=\"slower\" message=\"7.4 % slower [6.8 8.1]\">"
                     "7.4 % slower [6.8 8.1]</failure>"),
            std::string::npos);
  EXPECT_NE(xml.find("timestamp=\"2026-11-22T02:10:00\""), std::string::npos);
  EXPECT_NE(xml.find("time=\"0.250000\""), std::string::npos);
}

}  // namespace
}  // namespace roofmark
