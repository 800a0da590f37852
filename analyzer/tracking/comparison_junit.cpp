// A gate's verdicts as test cases.
#include <algorithm>

#include "analyzer/export/junit.h"
#include "analyzer/numbers.h"
#include "analyzer/tracking/comparison_text.h"

namespace roofmark {
namespace {

bool is_common(Cause cause) { return cause == Cause::machine || cause == Cause::environment; }

/// The verdict in a sentence: "slower +7.4 % [+6.8 +8.1], kernel: its ceiling did not move with
/// it".
std::string sentence(const SeriesVerdict& one, bool across_machines) {
  std::string text(name(one.verdict));
  const std::string change = change_text(one, across_machines), reason = reason_text(one);
  if (!change.empty()) text += " " + change;
  return reason.empty() ? text : text + ", " + reason;
}

TestCase case_of(const SeriesVerdict& one, const Comparison& comparison, FailOn fail_on) {
  TestCase test{.group = "roofmark." + one.kernel, .name = one.id};
  const bool fine = one.verdict == Verdict::same || one.verdict == Verdict::faster;
  if (fine) return test;
  test.result = fails(one, fail_on) && !is_common(one.cause) ? TestCase::Result::failed
                                                             : TestCase::Result::skipped;
  test.type = name(one.verdict);
  test.message = sentence(one, comparison.across_machines);
  return test;
}

/// What moved many series at once fails once, and they do not.
TestCase case_of(const CommonCause& common, const Comparison& comparison, FailOn fail_on) {
  const std::string cause(name(common.cause)), direction(name(common.direction));
  TestCase test{.group = "roofmark", .name = cause + " " + direction, .type = cause};
  if (common.direction != Verdict::slower) return test;
  const bool any = std::any_of(
      comparison.series.begin(), comparison.series.end(), [&](const SeriesVerdict& one) {
        return one.cause == common.cause && one.verdict == common.direction && fails(one, fail_on);
      });
  test.result = any ? TestCase::Result::failed : TestCase::Result::skipped;
  test.message = common_text(common);
  return test;
}

std::string values(const SeriesVerdict& one, const Comparison& comparison) {
  std::string text = one.id + ": " + sentence(one, comparison.across_machines);
  if (one.before.seconds && one.after.seconds) {
    text += ", " + si(*one.before.seconds, "s") + " -> " + si(*one.after.seconds, "s");
  }
  return text + "\n";
}

}  // namespace

std::string comparison_junit(const Comparison& comparison, FailOn fail_on, const Round& newest) {
  TestSuite suite{.name = "roofmark check", .started = newest.started, .host = newest.class_};
  suite.properties = {
      {"before", comparison.before}, {"rounds before", std::to_string(comparison.rounds_before)},
      {"after", comparison.after},   {"rounds after", std::to_string(comparison.rounds_after)},
      {"machine", newest.machine},   {"preset", newest.preset}};
  for (const Difference& one : comparison.differences) {
    suite.properties.emplace_back("differs", difference_text(one));
  }
  for (const CommonCause& common : comparison.causes) {
    suite.cases.push_back(case_of(common, comparison, fail_on));
  }
  for (const SeriesVerdict& one : comparison.series) {
    suite.cases.push_back(case_of(one, comparison, fail_on));
    suite.out += values(one, comparison);
  }
  return junit_xml(suite);
}

}  // namespace roofmark
