// JUnit XML, as CI systems show it, of any list of judged things.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace roofmark {

struct TestCase {
  std::string group, name;  ///< JUnit's classname and name
  double time_s = 0;        ///< that the test took
  enum class Result { passed, failed, skipped } result = Result::passed;
  std::string type;     ///< of what went wrong: "failed", "slower"
  std::string message;  ///< one sentence; not of passed ones
};

struct TestSuite {
  std::string name, started, host;  ///< started: UTC, ISO 8601
  std::vector<std::pair<std::string, std::string>> properties;
  std::vector<TestCase> cases;
  std::string out;  ///< printed by the suite
};

/// One suite, in the order that the schemas of Ant's and of Jenkins's JUnit both take: properties,
/// test cases, system-out, system-err; no element of a test case but its failure.  Text that XML
/// cannot hold is written as printable() (core/printable.h) writes it.
std::string junit_xml(const TestSuite& suite);

}  // namespace roofmark
