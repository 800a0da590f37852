// The readers of small text files refuse what is not what it should be.
#include "harness/proc_files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/harness/recorded.h"

namespace roofmark {
namespace {

using Cpus = std::vector<int>;

TEST(CpuList, RangesAndNumbersComeOutSortedAndOnce) {
  EXPECT_EQ(cpu_list("0-3,8,10-11\n"), (Cpus{0, 1, 2, 3, 8, 10, 11}));
  EXPECT_EQ(cpu_list("3,1,2-3"), (Cpus{1, 2, 3}));
  EXPECT_EQ(cpu_list("\n"), Cpus{});
}

TEST(CpuList, MalformedListsAreUnknown) {
  for (const char* text :
       {"a", "1-", "-1", "3-1", "1,,2", "1,", ",1", "0-4294967295", "1;2", "0x3"}) {
    EXPECT_EQ(cpu_list(text), std::nullopt) << text;
  }
}

TEST(OneLine, KeepsPrintableAsciiOfTheFirstLineOnly) {
  EXPECT_EQ(one_line("  Intel(R)   Xeon\t CPU \nsecond"), "Intel(R) Xeon CPU");
  EXPECT_EQ(one_line("a\x1b[31m\xff"), "a?[31m?");
  EXPECT_EQ(one_line(std::string("model\0rest", 10)), "model");
  EXPECT_EQ(one_line(std::string(5000, 'x')).size(), 200u);
}

TEST(WholeNumber, IsTheWholeTextOrNothing) {
  EXPECT_EQ(whole_number("-12"), -12);
  EXPECT_EQ(whole_number("0x410fd421", 16), 0x410fd421);
  for (const char* text : {"", "12 ", "1.5", "max", "99999999999999999999", "0x"}) {
    EXPECT_EQ(whole_number(text), std::nullopt) << text;
  }
}

TEST(WholeReal, IsAFiniteDecimalOrNothing) {
  EXPECT_EQ(whole_real("0.21"), 0.21);
  EXPECT_EQ(whole_real("17"), 17.0);
  for (const char* text : {"", "nan", "inf", "-1", "1e3", "1.2.3", "1 2"}) {
    EXPECT_EQ(whole_real(text), std::nullopt) << text;
  }
}

TEST(ValueOf, NeedsTheWholeKey) {
  EXPECT_EQ(value_of("MemTotalX: 1\nMemTotal:  2 kB\n", "MemTotal"), "2 kB");
  EXPECT_EQ(value_of("active_file 1\ninactive_file 7\n", "inactive_file"), "7");
  EXPECT_EQ(value_of("a: 1\n", "b"), std::nullopt);
}

TEST(ProcFiles, AbsentFoldersAndPipesAreUnknown) {
  const FakeMachine machine;
  machine.put("/proc/empty", "");
  ASSERT_EQ(mkfifo(machine.at("/proc/pipe").c_str(), 0600), 0);
  const ProcFiles files(machine.root());
  EXPECT_EQ(files.text("/proc/absent"), std::nullopt);
  EXPECT_EQ(files.text("/proc"), std::nullopt);
  EXPECT_EQ(files.text("/proc/pipe"), std::nullopt);  // would block for ever
  EXPECT_EQ(files.text("/proc/empty"), "");
  EXPECT_EQ(files.line("/proc/empty"), std::nullopt);
  EXPECT_TRUE(files.names("/proc/absent").empty());
}

}  // namespace
}  // namespace roofmark
