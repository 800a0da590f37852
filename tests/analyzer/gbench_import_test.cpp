// Google Benchmark's files as runs: what each version writes, and what is no such file.
#include "analyzer/export/gbench_import.h"

#include <gtest/gtest.h>

#include <cmath>

#include "analyzer/export/exports.h"
#include "analyzer/from_run.h"
#include "core/run_json.h"
#include "tests/analyzer/run_builder.h"
#include "tests/refusal.h"

namespace roofmark {
namespace {

constexpr const char* context_16 = R"("context": {"date": "2026-11-23T01:15:30+02:30",
  "host_name": "vm", "executable": "./b", "num_cpus": 2, "mhz_per_cpu": 2596,
  "cpu_scaling_enabled": false, "caches": [
  {"type": "Data", "level": 1, "size": 49152, "num_sharing": 1},
  {"type": "Instruction", "level": 1, "size": 32768, "num_sharing": 1}],
  "load_avg": [6.5,4.2,3.0], "library_build_type": "release"})";

std::string file(const std::string& rows, const std::string& context = context_16) {
  return "{" + context + ", \"benchmarks\": [" + rows + "]}";
}

/// An iteration as the library writes it; `more` goes on with a comma.
std::string iteration(const std::string& name, const std::string& time, int repetition = 0,
                      const std::string& more = "") {
  return "{\"name\": \"" + name + "\", \"family_index\": 0, \"per_family_instance_index\": 0, " +
         "\"run_name\": \"" + name + "\", \"run_type\": \"iteration\", \"repetitions\": 3, " +
         "\"repetition_index\": " + std::to_string(repetition) +
         ", \"threads\": 1, \"iterations\": 1000, \"real_time\": " + time +
         ", \"cpu_time\": 5.0e+02, \"time_unit\": \"ns\"" + more + "}";
}

Imported imported(const std::string& text, const std::string& machine = "") {
  Imported made = run_from_gbench(text, "b.json", machine);
  run_from_json(to_json(made.run), "written");  // what is made can be read
  return made;
}

void expect_refused(const std::string& text, const std::string& part) {
  const std::string said = refusal([&] { run_from_gbench(text, "b.json"); });
  EXPECT_NE(said.find(part), std::string::npos) << said;
  EXPECT_EQ(said.find('\n'), std::string::npos) << said;
}

TEST(GbenchImport, RepetitionsAreSamplesAndAggregatesAreNot) {
  const roofmark::Run run =
      imported(file(iteration("BM_a/8", "1.0e+03") + "," + iteration("BM_b", "4.0e+00") + "," +
                    iteration("BM_a/8", "2.0e+03", 1) +
                    R"(,{"name": "BM_a/8_mean", "run_name": "BM_a/8",
                                  "run_type": "aggregate", "aggregate_name": "mean",
                                  "iterations": 2, "real_time": 1.5e3, "cpu_time": 1,
                                  "time_unit": "ns"})"))
          .run;
  ASSERT_EQ(run.rows.size(), 2u);
  EXPECT_EQ(run.rows[0].id, "BM_a/benchmark/none/cpu/t1/arg0=8");
  EXPECT_EQ(run.rows[0].samples_s, (std::vector<double>{1e-6, 2e-6}));
  EXPECT_EQ(run.rows[0].launches, 1000);
  EXPECT_EQ(run.rows[0].grade, 'C');
  EXPECT_EQ(run.rows[1].samples_s, std::vector<double>{4e-9});
}

TEST(GbenchImport, EveryUnitBecomesSeconds) {
  for (const auto& [unit, seconds] : std::vector<std::pair<std::string, double>>{
           {"ns", 3e-9}, {"us", 3e-6}, {"ms", 3e-3}, {"s", 3.0}}) {
    std::string row = iteration("BM_a", "3");
    row.replace(row.find("\"ns\""), 4, "\"" + unit + "\"");
    EXPECT_EQ(imported(file(row)).run.rows[0].samples_s, std::vector<double>{seconds}) << unit;
  }
}

TEST(GbenchImport, BytesAreThoseOfACallWhicheverTimeTheirRateIsOf) {
  const std::string rate = R"(, "bytes_per_second": 1.28e+11)";
  const roofmark::Run run = imported(file(iteration("BM_cpu", "1.0e+03", 0, rate) + "," +
                                          iteration("BM_wall/real_time", "1.0e+03", 0, rate)))
                                .run;
  EXPECT_EQ(run.rows[0].work.bytes().value, 64'000);   // of 500 ns of CPU time
  EXPECT_EQ(run.rows[1].work.bytes().value, 128'000);  // of 1000 ns
  EXPECT_EQ(run.rows[1].variant, "real_time");
}

TEST(GbenchImport, ItemsAreNoOperationsAndOtherCountersAreLeftOutAloud) {
  const Imported made =
      imported(file(iteration("BM_a", "1", 0, R"(, "items_per_second": 5e9, "mine": 7)")));
  EXPECT_EQ(made.run.rows[0].work.ops.value, 0);
  ASSERT_EQ(made.notes.size(), 1u);
  EXPECT_NE(made.notes[0].find("items_per_second, mine"), std::string::npos);
}

TEST(GbenchImport, ErrorsFailAndSkippedOnesAreSkipped) {
  const roofmark::Run run =
      imported(file(iteration("BM_e", "0", 0,
                              R"(, "error_occurred": true, "error_message": "no device")") +
                    "," +
                    iteration("BM_s", "0", 0, R"(, "skipped": true, "skip_message": "too big")")))
          .run;
  EXPECT_EQ(run.rows[0].status, Status::failed);
  EXPECT_EQ(run.rows[0].reason, "no device");
  EXPECT_EQ(run.rows[1].status, Status::skipped);
  EXPECT_EQ(run.rows[1].reason, "too big");
  EXPECT_TRUE(run.rows[0].samples_s.empty() && run.rows[1].samples_s.empty());
}

TEST(GbenchImport, ATimeThatIsNoneFailsTheWholeBenchmark) {
  for (const char* time : {"NaN", "-NaN", "Infinity", "-Infinity", "0", "-1.0", "null", "1e300"}) {
    const roofmark::Run run =
        imported(file(iteration("BM_a", "5") + "," + iteration("BM_a", time, 1))).run;
    EXPECT_EQ(run.rows[0].status, Status::failed) << time;
    EXPECT_NE(run.rows[0].reason.find("real_time"), std::string::npos) << time;
  }
}

TEST(GbenchImport, NumbersThatAreNoneStayInTexts) {
  const roofmark::Run run =
      imported(file(iteration("BM_a<NaN>/\\\"NaN\\\", NaN", "5", 0,
                              R"(, "x": NaN, "y": -Infinity, "label": "Infinity")")))
          .run;
  EXPECT_EQ(run.rows[0].kernel, "BM_a<NaN>.\"NaN\", NaN");
  EXPECT_EQ(run.rows[0].implementation, "Infinity");
}

TEST(GbenchImport, NamesBecomeKernelVariantThreadsAndExtents) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"BM_a", "BM_a/benchmark/none/cpu/t2/"},
      {"BM_a/8/threads:2", "BM_a/benchmark/none/cpu/t2/arg0=8"},
      {"Fixture/Method/n:8/16/real_time", "Fixture.Method/real_time/none/cpu/t2/n=8,arg1=16"},
      {"BM_t<int, 4>/7/a/b", "BM_t<int, 4>/a.b/none/cpu/t2/arg0=7"},
      {"BM_a/-1/007", "BM_a.-1.007/benchmark/none/cpu/t2/"},
      {"BM_a/real_time", "BM_a/real_time/none/cpu/t2/"},
      {"BM_a/n:1/n:2", "BM_a/n:2/none/cpu/t2/n=1"},
      {"BM_a/min_time:0.500", "BM_a.min_time:0.500/benchmark/none/cpu/t2/"},
      {"64", "64/benchmark/none/cpu/t2/"},
  };
  for (const auto& [name, id] : cases) EXPECT_EQ(named_row(name, 2).id, id) << name;
}

TEST(GbenchImport, AnIdOfARowIsKept) {
  const std::string id = "gemv/openblas/w8a8/cpu/t8/n=4096,k=4096,state=cold,packed=yes";
  const Measurement row = named_row(id, 1);
  EXPECT_EQ(row.id, id);
  EXPECT_EQ(row.threads, 8);
  EXPECT_EQ(row.conditions.packed, "yes");
  EXPECT_EQ(row.format.name(), "w8a8");
  EXPECT_NE(named_row("gemv/openblas/w9a9/cpu/t8/n=1", 1).id, "gemv/openblas/w9a9/cpu/t8/n=1");
}

TEST(GbenchImport, AHostIsTheSameMachineWhateverRunsOnIt) {
  const std::string text = file(iteration("BM_a", "5"));
  std::string later = text, other = text, named = text;
  later.replace(later.find("2596"), 4, "3700");
  later.replace(later.find("6.5"), 3, "0.1");
  other.replace(other.find("\"vm\""), 4, "\"wm\"");
  const std::string id = imported(text).run.machine.id;
  EXPECT_EQ(id.size(), 16u);
  EXPECT_EQ(imported(later).run.machine.id, id);
  EXPECT_NE(imported(other).run.machine.id, id);
  EXPECT_EQ(imported(text, "board-7").run.machine.id, "board-7");
  EXPECT_EQ(to_json(imported(text).run).find("\"vm\""), std::string::npos);
}

TEST(GbenchImport, DatesBecomeUtc) {
  EXPECT_EQ(imported(file(iteration("BM_a", "5"))).run.started, "2026-11-22T22:45:30Z");
  const auto dated = [](const std::string& date) {
    std::string context = context_16;
    context.replace(context.find("2026-11-23T01:15:30+02:30"), 25, date);
    return file(iteration("BM_a", "5"), context);
  };
  EXPECT_EQ(imported(dated("2024-02-28T23:30:00-01:00")).run.started, "2024-02-29T00:30:00Z");
  EXPECT_EQ(imported(dated("2000-01-01T00:00:00-00:00")).run.started, "2000-01-01T00:00:00Z");
  EXPECT_EQ(imported(dated("1999-12-31T23:59:59-00:01")).run.started, "2000-01-01T00:00:59Z");
  for (const char* wrong : {"2026-02-29T00:00:00+00:00", "2026-11-23 01:15:30", "yesterday",
                            "2026-13-01T00:00:00+00:00", "2026-11-23T24:00:00+00:00",
                            "1970-01-01T00:00:00+01:00", ""}) {
    expect_refused(dated(wrong), "context.date");
  }
}

TEST(GbenchImport, LaterVersionsSayMore) {
  std::string context = context_16;
  context.insert(context.size() - 1,
                 R"(, "library_version": "v1.9.1", "json_schema_version": 1, "commit": "1a2b",
                    "compiler": "GCC 13")");
  const Build build = imported(file(iteration("BM_a", "5"), context)).run.build;
  EXPECT_EQ(build.commit, "1a2b");
  EXPECT_EQ(build.compiler, "GCC 13");
  EXPECT_EQ(build.features[0], (std::pair<std::string, std::string>("google-benchmark", "v1.9.1")));
  context.replace(context.find("version\": 1"), 11, "version\": 2");
  expect_refused(file(iteration("BM_a", "5"), context), "another schema");
}

TEST(GbenchImport, TheSameFileIsTheSameRun) {
  const std::string text = file(iteration("BM_a", "5"));
  EXPECT_EQ(to_json(imported(text).run), to_json(imported(text).run));
  EXPECT_NE(imported(text).run.id, imported(text + "\n").run.id);
}

TEST(GbenchImport, WhatIsNoSuchFileIsRefusedWithARemedy) {
  const std::string row = iteration("BM_a", "5");
  expect_refused("", "not JSON");
  expect_refused("[]", "--benchmark_out");
  expect_refused("{}", "--benchmark_out");
  expect_refused(R"({"schema": "roofmark.run/1"})", "--benchmark_out");
  expect_refused(file(row).substr(0, 200), "not JSON");
  expect_refused(file(""), "no benchmark");
  expect_refused(file(R"({"name": "a_mean", "run_type": "aggregate", "real_time": 1})"),
                 "aggregates alone");
  expect_refused(file(row + "," + row), "two benchmarks are called 'BM_a'");
  expect_refused(file(iteration("a.b", "1") + "," + iteration("a/b", "1")), "told apart");
  expect_refused(file(R"({"run_type": "iteration"})"), "name");
  expect_refused(file(iteration("BM_a", "\"5\"") + ", 7"), "benchmarks[1]");
  std::string unit = row;
  unit.replace(unit.find("\"ns\""), 4, "\"h\"");
  expect_refused(file(unit), "unknown unit 'h'");
  std::string without = context_16;
  without.replace(without.find("\"num_cpus\": 2,"), 14, "");
  expect_refused(file(row, without), "num_cpus");
}

TEST(GbenchImport, WhatIsExportedComesBack) {
  roofmark::Run run = zen5_run();
  run.id = "r1";
  run.started = "2026-11-22T02:10:00Z";
  run.machine.id = "m1";
  run.machine.cpu.caches = {{.level = 1, .size_bytes = 48 << 10}};
  run.rows = {stream_row("read", "dram", 1, 0x1p37)};
  run.rows.push_back(kernel_row("gemv", reading(0x1p36), 1, run.rows[0]));
  run.rows[1].id = "gemv/avx512/f32/cpu/t1/n=4096,k=4096,state=cold";
  run.rows[1].samples_s.back() = 2;
  const Analysis analysis = analyze_run(run);
  const std::vector<Series> series = series_of(run, analysis);
  const roofmark::Run back = imported(gbench_json({run, series})).run;
  ASSERT_EQ(back.rows.size(), 2u);
  EXPECT_EQ(back.started, run.started);
  EXPECT_EQ(back.rows[1].id, run.rows[1].id);
  for (std::size_t i = 0; i < back.rows.size(); ++i) {
    EXPECT_EQ(back.rows[i].work.bytes(), run.rows[i].work.bytes());
    EXPECT_EQ(back.rows[i].work.ops, run.rows[i].work.ops);
    ASSERT_EQ(back.rows[i].samples_s.size(), 1u);
    EXPECT_DOUBLE_EQ(back.rows[i].samples_s[0], *series[i].seconds);
  }
  // And what came back goes the same way once more.
  const Analysis again = analyze_run(back);
  const roofmark::Run twice = imported(gbench_json({back, series_of(back, again)})).run;
  EXPECT_EQ(twice.rows[1].id, back.rows[1].id);
  EXPECT_DOUBLE_EQ(twice.rows[1].samples_s[0], back.rows[1].samples_s[0]);
}

}  // namespace
}  // namespace roofmark
