// The doctor's text and JSON of recorded machines.
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

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
  seen.found = findings(seen.machine, seen.around);
  return seen;
}

std::string text_of(const std::string& name) {
  const Examined seen = examine(name);
  return doctor_text(seen.machine, seen.around, seen.found);
}

TEST(DoctorText, WarningsComeFirstAndLinesFitInAHundredColumns) {
  for (const char* name : {"vm-epyc-2c", "container-v1", "container-v2", "jetson-orin", "hostile",
                           "i9-13900k", "raspberry-pi-5"}) {
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

TEST(DoctorText, NodesKindsOfCoreAndVectorLengthsAreNamed) {
  const std::string epyc = text_of("epyc-9554-2s");
  EXPECT_NE(
      epyc.find("nodes       0: CPUs 0-63,128-191, 384 GiB; 1: CPUs 64-127,192-255, 384 GiB\n"),
      std::string::npos)
      << epyc;
  const std::string hybrid = text_of("i9-13900k");
  EXPECT_NE(hybrid.find("core kinds  p: 8 cores, CPUs 0-15; e: 16 cores, CPUs 16-31\n"),
            std::string::npos)
      << hybrid;
  EXPECT_NE(text_of("graviton3").find("sve         vectors of 256 bits\n"), std::string::npos);
}

TEST(DoctorText, AFileToAddIsPrintedAsItIs) {
  Examined seen = examine("i9-13900k");
  seen.machine.cpu.model_number = 250;
  const std::vector<Finding> found = findings(seen.machine, seen.around);
  ASSERT_EQ(found[0].files.size(), 2u);
  const std::string text = doctor_text(seen.machine, seen.around, found);
  for (const Finding::File& file : found[0].files) {
    EXPECT_NE(text.find('\n' + file.path + ":\n" + file.text), std::string::npos) << text;
  }
  const auto json = nlohmann::json::parse(doctor_json(seen.machine, found));
  EXPECT_EQ(json.at("findings")[0].at("files")[1].at("text"), found[0].files[1].text);
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
