// A gate's verdicts as test cases: what fails there fails here, once.
#include <gtest/gtest.h>

#include <cmath>

#include "analyzer/tracking/compare.h"
#include "analyzer/tracking/comparison_text.h"
#include "tests/analyzer/tracked_rounds.h"

namespace roofmark {
namespace {

const std::string probe = "read/v/f32/cpu/t1";

std::string id(int i) { return "gemv/v/f32/cpu/t1/n=" + std::to_string(i); }

/// A confirmed check: each series takes `factors[i]` as long as before, the probe beside it
/// `memory` times.
Comparison checked(const std::vector<double>& factors, double memory = 1) {
  std::vector<SeriesRound> then{probe_round(probe, 1)}, now{probe_round(probe, memory)};
  for (std::size_t i = 0; i < factors.size(); ++i) {
    then.push_back(series_round(id(static_cast<int>(i)), 1, 1));
    now.push_back(series_round(id(static_cast<int>(i)), factors[i], memory));
  }
  const auto before = tracked_rounds(15, then), after = tracked_rounds(3, now);
  Comparison comparison = compare(before, after, {.baseline = "main"});
  confirm(comparison, before, after, after, {});
  explain(comparison);
  return comparison;
}

std::string junit_of(const Comparison& comparison, FailOn fail_on = FailOn::regression) {
  return comparison_junit(comparison, fail_on, tracked_round(0, {}));
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(ComparisonJunit, ASlowerKernelIsTheOneFailure) {
  const std::string xml = junit_of(checked({1.2, 1, 1}));
  EXPECT_TRUE(has(xml, "tests=\"4\" failures=\"1\" errors=\"0\" skipped=\"0\"")) << xml;
  EXPECT_TRUE(has(xml, "<testcase classname=\"roofmark.gemv\" name=\"" + id(0) + "\" time="))
      << xml;
  EXPECT_TRUE(has(xml, "<failure type=\"slower\" message=\"slower +20.1 % [")) << xml;
  EXPECT_TRUE(has(xml, "kernel, confirmed: its ceiling did not move")) << xml;
  EXPECT_TRUE(has(xml, "timestamp=\"2026-11-22T02:10:00\"")) << xml;
  EXPECT_TRUE(has(xml, id(1) + ": same")) << xml;
}

TEST(ComparisonJunit, AMachineFailsOnceAndItsKernelsAreSkipped) {
  const Comparison comparison = checked({1.2, 1.2, 1.2}, 1.2);
  ASSERT_TRUE(comparison.regressed());
  const std::string xml = junit_of(comparison);
  EXPECT_TRUE(has(xml, "tests=\"5\" failures=\"1\" errors=\"0\" skipped=\"4\"")) << xml;
  EXPECT_TRUE(has(xml, "name=\"machine slower\"")) << xml;
  EXPECT_TRUE(has(xml, "4 of 4 series slower by 20.1 to 20.1 %")) << xml;
}

TEST(ComparisonJunit, WhatTheGatePassesIsNoFailure) {
  EXPECT_TRUE(has(junit_of(checked({1, 0.8})), "failures=\"0\" errors=\"0\" skipped=\"0\""));
  const Comparison slower = checked({1.2, 1});
  EXPECT_TRUE(has(junit_of(slower, FailOn::never), "failures=\"0\" errors=\"0\" skipped=\"1\""));
  Comparison unsure = slower;
  unsure.series[1].verdict = Verdict::inconclusive;
  EXPECT_TRUE(has(junit_of(unsure), "failures=\"0\""));
  EXPECT_TRUE(has(junit_of(unsure, FailOn::inconclusive), "failures=\"1\""));
  unsure.series[1].verdict = Verdict::failed;
  unsure.series[1].cause = Cause::none;
  EXPECT_TRUE(has(junit_of(unsure, FailOn::never), "failures=\"1\""));
}

TEST(Comparison, SaysTheLeastSlowdownThatWouldHaveBeenFound) {
  Comparison comparison;
  EXPECT_FALSE(comparison.detectable());
  EXPECT_EQ(comparison_foot(comparison), "\n");
  for (const double share : {0.05, 0.2, 0.03, HUGE_VAL}) {
    comparison.series.push_back({.id = "s" + std::to_string(comparison.series.size())});
    comparison.series.back().detectable = share;
  }
  comparison.series.push_back({.id = "new", .verdict = Verdict::added});
  const Known<Detectable> found = comparison.detectable();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->series, 3u);
  EXPECT_EQ(found->median, 0.05);
  EXPECT_EQ(found->worst, 0.2);
  EXPECT_EQ(found->worst_series, "s1");
  EXPECT_TRUE(has(comparison_foot(comparison),
                  "found: +5.0 % in half of 3 series, +20.0 % in the worst (s1)\n"));
}

}  // namespace
}  // namespace roofmark
