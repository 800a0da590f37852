// The first word of the command line: what is no command gets exit code 2 and one line with the
// commands there are.
#include <gtest/gtest.h>

#include <cstdlib>

#include "harness/machine.h"
#include "tests/app/program.h"

namespace roofmark {
namespace {

const std::string known =
    " (doctor, run, analyze, report, baseline, export, import, list, compare, check, trend, "
    "selfcheck, "
    "index, hardware are there); see roofmark --help\n";

TEST(CommandLine, AnUnknownCommandIsNamedBesideTheKnownOnes) {
  const Outcome outcome = run_program({"bench"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.err, "roofmark: there is no command 'bench'" + known);
}

TEST(CommandLine, ACommandIsWanted) {
  const Outcome outcome = run_program({});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_EQ(outcome.err, "roofmark: no command is given" + known);
}

TEST(CommandLine, AWrongFlagIsToldWhereItsCommandsFlagsStand) {
  const auto ends_with = [](const Outcome& outcome, const std::string& end) {
    return outcome.code == 2 && outcome.err.ends_with(end);
  };
  EXPECT_TRUE(
      ends_with(run_program({"analyze", "--batch", "0"}), "; see roofmark analyze --help\n"));
  EXPECT_TRUE(ends_with(run_program({"--helpp"}), "; see roofmark --help\n"));
}

TEST(CommandLine, FlagsOfTheProgramNeedNone) {
  EXPECT_EQ(run_program({"--version"}).code, 0);
  EXPECT_EQ(run_program({"--help"}).code, 0);
  EXPECT_EQ(run_program({"--helpp"}).code, 2);
  EXPECT_EQ(run_program({"--help"}).out.find("Measures this machine"), 0u);
}

TEST(CommandLine, WhatCannotBeSaidIsNotPassedOver) {
  const std::vector<std::vector<std::string>> all{{"--version"},
                                                  {"--help"},
                                                  {"run", "--help"},
                                                  {"doctor"},
                                                  {"list", "models"},
                                                  {"doctor", "--output", "json"},
                                                  {"analyze", "llama-2-7b"},
                                                  {"run", "--dry-run", "--filter", "^fork_join"}};
  for (const std::vector<std::string>& arguments : all) {
    const Outcome outcome = run_program(arguments, "/dev/full");
    EXPECT_EQ(outcome.code, 3) << arguments[0];
    EXPECT_EQ(outcome.err,
              "roofmark: cannot write to standard output (No space left on device); free space or "
              "send it elsewhere\n");
  }
}

TEST(CommandLine, NamesTheSeedsThereAreInWholeNumbers) {
  expect_refused({"run", "--dry-run", "--seed", "-1"}, "not in range 0 to 9223372036854775807;");
}

// Half a team's work would be counted as that of all.
TEST(CommandLine, ATeamThatIsSmallerThanAskedIsRefused) {
  if (discover().allowance.max_threads < 2) GTEST_SKIP() << "one thread is all there is";
  const ScratchFolder folder;
  ::setenv("OMP_THREAD_LIMIT", "1", 1);
  expect_refused({"run", "--only", "probes", "--threads", "2", "--filter", "^barrier/", "-o",
                  folder / "r.json"},
                 "OpenMP starts 1 of 2 threads");
  ::unsetenv("OMP_THREAD_LIMIT");
  // Nothing was measured: nothing stands in the way of the next run of that name.
  EXPECT_TRUE(std::filesystem::is_empty(folder / ""));
}

}  // namespace
}  // namespace roofmark
