// The doctor's text and JSON of recorded machines.
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "analyzer/spec.h"
#include "app/doctor_json.h"
#include "app/doctor_text.h"
#include "harness/machine.h"

namespace roofmark {
namespace {

struct Examined {
  Machine machine;
  Surroundings around;
  std::vector<Finding> found;
};

Examined examine(const std::string& name) {
  const std::filesystem::path folder =
      std::filesystem::path(ROOFMARK_TEST_DATA) / "machines" / name;
  const Sources sources{folder / "root", folder / "topology.xml"};
  Examined seen{discover(sources), {}, {}};
  seen.around.here = false;
  seen.around.health = read_health(sources);
  if (const Uarch* uarch = uarch_of(seen.machine.cpu)) seen.around.uarch = uarch->title;
  seen.found = findings(seen.machine, seen.around);
  return seen;
}

std::string text_of(const std::string& name) {
  const Examined seen = examine(name);
  return doctor_text(seen.machine, seen.around, seen.found);
}

TEST(DoctorText, WarningsComeFirstAndLinesFitInAHundredColumns) {
  for (const char* name :
       {"vm-epyc-2c", "container-v1", "container-v2", "jetson-orin", "hostile"}) {
    const std::string text = text_of(name);
    EXPECT_LT(text.find("\nW-"), text.find("\nOK-")) << text;
    EXPECT_GT(text.find("\nOK-"), text.rfind("\nW-")) << text;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      EXPECT_LE(line.size(), 100u) << line;
      EXPECT_TRUE(line.empty() || line.back() != ' ') << line;
    }
  }
}

TEST(DoctorText, AContainersLimitsAreNamed) {
  const std::string text = text_of("container-v2");
  EXPECT_NE(text.find("allowed     CPUs 2-3,18, at most 1 thread\n"), std::string::npos) << text;
  EXPECT_NE(text.find("W-QUOTA             a quota of 0.500 CPUs"), std::string::npos) << text;
}

TEST(DoctorText, TheMicroArchitecturesOfRecordedMachinesAreKnown) {
  EXPECT_NE(text_of("vm-epyc-2c").find("Zen 5"), std::string::npos);
  EXPECT_NE(text_of("jetson-orin").find("Cortex-A78"), std::string::npos);
}

TEST(DoctorText, NothingHostileReachesTheTerminal) {
  for (const char c : text_of("hostile")) {
    EXPECT_TRUE(c == '\n' || (c >= ' ' && c <= '~')) << static_cast<int>(c);
  }
}

TEST(DoctorJson, HoldsTheMachineAsARunFileDoesAndEveryFinding) {
  const Examined seen = examine("container-v2");
  const auto json = nlohmann::json::parse(doctor_json(seen.machine, seen.found));
  EXPECT_EQ(json.at("schema"), "roofmark.doctor/1");
  EXPECT_EQ(json.at("machine").at("id"), seen.machine.id);
  EXPECT_EQ(json.at("machine").at("allowance").at("max_threads"), 1);
  ASSERT_EQ(json.at("findings").size(), seen.found.size());
  EXPECT_EQ(json.at("findings")[0].at("level"), seen.found[0].level());
  EXPECT_EQ(json.at("findings")[0].at("id"), seen.found[0].id);
}

}  // namespace
}  // namespace roofmark
