#include "analyzer/export/junit.h"

#include <algorithm>
#include <cmath>

#include "analyzer/export/exports.h"
#include "analyzer/numbers.h"
#include "core/printable.h"

namespace roofmark {
namespace {

/// Escaped for elements and for attributes in double quotes.
std::string xml(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

/// What XML 1.0 has no character for: U+FFFE and U+FFFF, which printable() keeps.
std::string allowed(std::string text) {
  for (const std::string_view none : {"\xEF\xBF\xBE", "\xEF\xBF\xBF"}) {
    for (std::size_t at = text.find(none); at != std::string::npos; at = text.find(none, at)) {
      text.replace(at, none.size(), none.back() == '\xBE' ? "\\ufffe" : "\\uffff");
    }
  }
  return text;
}

/// A text in one line.  Whole: names that begin alike stay different.
std::string line(std::string_view text) { return xml(allowed(printable(text, std::string::npos))); }

std::string attribute(const char* name, std::string_view value) {
  return std::string(" ") + name + "=\"" + line(value) + "\"";
}

/// The schemas want a decimal without an exponent.
std::string decimal(double seconds) { return fixed(std::isfinite(seconds) ? seconds : 0, 6); }

/// "unknown" where it is empty: the schemas want a character.
std::string something(const std::string& text) { return text.empty() ? "unknown" : text; }

std::string without_zone(const std::string& started) {
  return started.empty() ? "1970-01-01T00:00:00" : started.substr(0, started.find('Z'));
}

std::string text_of(const TestCase& test) {
  std::string text = "    <testcase" + attribute("classname", something(test.group)) +
                     attribute("name", something(test.name)) +
                     attribute("time", decimal(test.time_s));
  if (test.result == TestCase::Result::passed) return text + "/>\n";
  const char* element = test.result == TestCase::Result::failed ? "failure" : "skipped";
  text += std::string(">\n      <") + element + attribute("type", something(test.type)) +
          attribute("message", test.message);
  // Some viewers show the text alone, others the message alone.
  if (test.result == TestCase::Result::failed) {
    return text + ">" + line(test.message) + "</failure>\n    </testcase>\n";
  }
  return text + "/>\n    </testcase>\n";
}

std::string count_of(const TestSuite& suite, TestCase::Result result) {
  return std::to_string(std::count_if(suite.cases.begin(), suite.cases.end(),
                                      [&](const TestCase& test) { return test.result == result; }));
}

/// Whole lines, each made printable.
std::string lines(const std::string& text) {
  std::string all;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    all += line(rest.substr(0, end)) + "\n";
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  }
  return all;
}

}  // namespace

std::string junit_xml(const TestSuite& suite) {
  double time_s = 0;
  for (const TestCase& test : suite.cases) time_s += test.time_s;
  std::string text =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite id=\"0\" "
      "package=\"\"" +
      attribute("name", something(suite.name)) + attribute("hostname", something(suite.host)) +
      attribute("timestamp", without_zone(suite.started)) +
      attribute("tests", std::to_string(suite.cases.size())) +
      attribute("failures", count_of(suite, TestCase::Result::failed)) + " errors=\"0\"" +
      attribute("skipped", count_of(suite, TestCase::Result::skipped)) +
      attribute("time", decimal(time_s)) + ">\n    <properties>\n";
  for (const auto& [name, value] : suite.properties) {
    text +=
        "      <property" + attribute("name", something(name)) + attribute("value", value) + "/>\n";
  }
  text += "    </properties>\n";
  for (const TestCase& test : suite.cases) text += text_of(test);
  return text + "    <system-out>" + lines(suite.out) +
         "</system-out>\n    <system-err></system-err>\n  </testsuite>\n</testsuites>\n";
}

std::string junit(const Exported& exported) {
  const Run& run = exported.run;
  TestSuite suite{.name = "roofmark", .started = run.started, .host = run.machine.class_};
  suite.properties = {{"run", run.id},
                      {"machine", run.machine.id},
                      {"version", run.build.version},
                      {"commit", run.build.commit},
                      {"preset", run.policy.preset},
                      {"complete", run.complete ? "yes" : "no"}};
  for (const Series& series : exported.series) {
    TestCase test{.group = "roofmark." + series.row->kernel,
                  .name = series.id,
                  .time_s = series.measuring_s,
                  .type = series.outcome,
                  .message = series.outcome == "ok" || series.outcome == "failed"
                                 ? series.reason
                                 : series.outcome + ": " + series.reason};
    if (series.outcome == "failed") test.result = TestCase::Result::failed;
    if (series.outcome != "failed" && series.outcome != "ok") {
      test.result = TestCase::Result::skipped;
    }
    suite.cases.push_back(std::move(test));
    if (!series.value) continue;
    suite.out += series.id + ": " + si(series.value, series.unit);
    if (series.low && series.high) {
      suite.out += " " + si_interval(series.low, series.high, *series.value, series.unit);
    }
    if (series.share) suite.out += ", " + percent(series.share) + " of the measured roof";
    suite.out += std::string(", grade ") + series.grade + "\n";
  }
  return junit_xml(suite);
}

}  // namespace roofmark
