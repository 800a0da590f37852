// `roofmark export` and `roofmark import`, run as the program.
#include <gtest/gtest.h>

#include <filesystem>
#include <iterator>

#include "core/run_json.h"
#include "tests/app/program.h"
#include "tests/core/run_fixture.h"

namespace roofmark {
namespace {

constexpr const char* results = R"({"context": {"date": "2026-11-23T00:00:00+00:00",
  "host_name": "vm", "num_cpus": 2, "caches": []}, "benchmarks": [
  {"name": "BM_a/8", "run_name": "BM_a/8", "run_type": "iteration", "repetition_index": 0,
   "threads": 1, "iterations": 10, "real_time": 2.5e+03, "cpu_time": 2.5e+03, "time_unit": "ns",
   "odd": NaN}]})";

TEST(ExportCommand, WhatIsImportedIsKeptOnceAndExported) {
  const ScratchFolder folder;
  const std::string file = folder.write("b.json", results);
  const std::string store = folder / "store";
  const std::vector<std::string> import{"import", file,        "--format", "gbench",     "--store",
                                        store,    "--machine", "board-7",  "--campaign", "main"};
  const Outcome first = run_program(import);
  ASSERT_EQ(first.code, 0) << first.err;
  EXPECT_NE(first.err.find("left out: odd"), std::string::npos) << first.err;
  const std::string kept = first.out.substr(0, first.out.size() - 1);
  EXPECT_EQ(std::filesystem::path(kept).parent_path(), std::filesystem::path(store) / "board-7");
  EXPECT_NE(contents(kept).find("\"campaign\": \"main\""), std::string::npos);
  const Outcome again = run_program(import);
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(again.out, first.out);
  EXPECT_NE(again.err.find("imported before"), std::string::npos);
  const Outcome exported = run_program({"export", kept, "--format", "bmf"});
  EXPECT_EQ(exported.code, 0) << exported.err;
  EXPECT_NE(exported.out.find("\"BM_a/benchmark/none/cpu/t1/arg0=8\""), std::string::npos);
  EXPECT_NE(exported.out.find("\"value\": 2.5e-06"), std::string::npos);
  expect_refused({"export", kept, "--format", "csv", "-o", kept}, "a measured run is kept in it");
  expect_refused({"import", kept, "--format", "gbench", "-o", folder / "o.json"},
                 "no results of Google Benchmark");
}

TEST(ExportCommand, WhatCannotBeWrittenWholeIsNotThere) {
  const ScratchFolder folder;
  const std::string run = folder.write("run.json", to_json(small_run())), csv = folder / "a.csv";
  EXPECT_EQ(run_program({"export", run, "--format", "csv"}, "/dev/full").code, 3);
  const FileLimit limit(1000);
  const Outcome outcome = run_program({"export", run, "--format", "csv", "-o", csv});
  EXPECT_EQ(outcome.code, 3);
  EXPECT_EQ(outcome.err, "roofmark: cannot write " + csv +
                             " (File too large); raise the limit on files (ulimit -f)\n");
  const auto files = std::filesystem::directory_iterator(folder / "");
  EXPECT_EQ(std::distance(begin(files), end(files)), 1) << "the run alone";
  const Outcome said = run_program({"export", run, "--format", "csv"});
  EXPECT_EQ(said.code, 3);
  EXPECT_NE(said.err.find("cannot write to standard output (File too large)"), std::string::npos);
}

TEST(ExportCommand, WhatCannotBeMeantIsRefusedBeforeAnythingIsRead) {
  const ScratchFolder folder;
  const std::string file = folder.write("b.json", results);
  expect_refused({"export", "nowhere.json", "--format", "xls"}, "unknown format 'xls'");
  expect_refused({"export", "nowhere.json", "--format", "csv"}, "cannot read nowhere.json");
  expect_refused({"export", "nowhere.json", "--format", "csv", "--better", "bigger"}, "--better");
  expect_refused({"export", file, "--format", "csv"}, "b.json");
  expect_refused({"export", "nowhere.json"}, "--format");
  expect_refused({"import", file, "--format", "csv"}, "--format");
  expect_refused(
      {"import", file, "--format", "gbench", "--machine", "../up", "-o", folder / "o.json"},
      "'../up' cannot name a file");
  expect_refused({"import", file, "--format", "gbench", "-o", folder / "no/o.json"},
                 "there is no folder");
  std::string elsewhere = results;
  elsewhere.replace(elsewhere.find("\"num_cpus\": 2"), 13, "\"num_cpus\": 654321");
  expect_refused({"import", folder.write("e.json", elsewhere), "--format", "gbench", "--here", "-o",
                  folder / "o.json"},
                 "it did not run on this machine (it says 654321 CPUs");
  EXPECT_FALSE(std::filesystem::exists(folder / "o.json"));
}

}  // namespace
}  // namespace roofmark
