#include "harness/gate.h"

#include <gtest/gtest.h>

#include <set>

namespace roofmark {
namespace {

/// Two readings of two quiet cores, 100 us apart, all of it on the CPU.
struct Readings {
  Reading before, after;
  Readings() {
    for (int thread = 0; thread < 2; ++thread) {
      CoreReading core{.clock_hz = 3.7e9, .quiet = 1.0};
      core.end = {.wall_s = 1.0, .cpu_s = 0.5, .involuntary_switches = 3, .cpu = thread};
      before.cores.push_back(core);
      core.begin = {.wall_s = 1.0001, .cpu_s = 0.5001, .involuntary_switches = 3, .cpu = thread};
      after.cores.push_back(core);
    }
  }
  std::string flag() const { return gate(before, after); }
};

TEST(Gate, KeepsAQuietSample) { EXPECT_EQ(Readings().flag(), ""); }

TEST(Gate, DropsASampleWhoseThreadWasSwitchedOut) {
  Readings r;
  r.after.cores[1].begin.involuntary_switches = 4;
  EXPECT_EQ(r.flag(), "switched");
}

TEST(Gate, DropsASampleWhoseThreadMoved) {
  Readings r;
  r.after.cores[0].begin.cpu = 1;
  EXPECT_EQ(r.flag(), "migrated");
}

TEST(Gate, DropsASampleOnTheCpuForLessThan99Percent) {
  Readings r;
  r.after.cores[1].begin.cpu_s = 0.5 + 0.985e-4;
  EXPECT_EQ(r.flag(), "cpu");
  r.after.cores[1].begin.cpu_s = 0.5 + 0.995e-4;
  EXPECT_EQ(r.flag(), "");
}

TEST(Gate, DropsASampleWhenStealRose) {
  Readings r;
  r.after.stolen_s = 0.01;
  EXPECT_EQ(r.flag(), "stolen");
}

TEST(Gate, DropsASampleWhenAThrottleCounterMoved) {
  Readings r;
  r.after.throttle_events = 1;
  EXPECT_EQ(r.flag(), "throttled");
}

TEST(Gate, DropsASampleWhoseClockMovedByMoreThanOnePercent) {
  Readings r;
  r.after.cores[1].clock_hz = 3.7e9 * 1.011;
  EXPECT_EQ(r.flag(), "clock");
  EXPECT_FALSE(clock_is_steady(r.before, r.after));
  r.after.cores[1].clock_hz = 3.7e9 * 0.991;
  EXPECT_EQ(r.flag(), "");
  EXPECT_TRUE(clock_is_steady(r.before, r.after));
}

TEST(Gate, AnUnknownClockIsNoReasonToDrop) {
  Readings r;
  r.before.cores[0].clock_hz = 0;
  EXPECT_EQ(r.flag(), "");
}

TEST(Gate, DropsASampleBesideABusySibling) {
  Readings r;
  r.before.cores[0].quiet = 0.89;
  EXPECT_EQ(r.flag(), "quiet");
  r.before.cores[0].quiet = 0.90;
  EXPECT_EQ(r.flag(), "");
  r.after.cores[1].quiet = 0.5;
  EXPECT_EQ(r.flag(), "quiet");
}

TEST(Gate, GivesEveryFlagThatARunMayHoldAndNoOther) {
  Readings throttled, stolen, migrated, cpu, switched, clock, quiet;
  throttled.after.throttle_events = 1;
  stolen.after.stolen_s = 1;
  migrated.after.cores[0].begin.cpu = 1;
  cpu.after.cores[0].begin.cpu_s = 0.5;
  switched.after.cores[0].begin.involuntary_switches = 4;
  clock.after.cores[0].clock_hz = 1e9;
  quiet.after.cores[0].quiet = 0;
  std::set<std::string> given;
  for (const Readings& r : {throttled, stolen, migrated, cpu, switched, clock, quiet}) {
    given.insert(r.flag());
  }
  std::set<std::string> known;
  for (const std::string_view flag : known_flags()) {
    EXPECT_TRUE(is_known_flag(flag)) << flag;
    known.emplace(flag);
  }
  EXPECT_EQ(given, known);
  EXPECT_FALSE(is_known_flag(""));
  EXPECT_FALSE(is_known_flag("zzz"));
}

}  // namespace
}  // namespace roofmark
