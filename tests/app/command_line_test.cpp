// The first word of the command line: what is no command gets exit code 2 and one line with the
// commands there are.
#include <gtest/gtest.h>

#include "tests/app/program.h"

namespace roofmark {
namespace {

const std::string known = " (doctor, run, analyze, report, list are there); see roofmark --help\n";

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

TEST(CommandLine, FlagsOfTheProgramNeedNone) {
  EXPECT_EQ(run_program({"--version"}).code, 0);
  EXPECT_EQ(run_program({"--help"}).code, 0);
  EXPECT_EQ(run_program({"--helpp"}).code, 2);
}

}  // namespace
}  // namespace roofmark
