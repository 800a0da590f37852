// Runs made by hand, whose ceilings and points are known exactly.
#include "analyzer/from_run.h"

#include <gtest/gtest.h>

#include "analyzer/ceilings.h"
#include "analyzer/operators.h"
#include "tests/analyzer/run_builder.h"

namespace roofmark {
namespace {

constexpr double clock_hz = test_clock_hz;

const Ceiling& ceiling(const Analysis& analysis, const std::string& id) {
  const Ceiling* found = find_ceiling(analysis.ceilings, id);
  if (!found) throw std::out_of_range(id);
  return *found;
}

TEST(FromRun, AComputeCeilingIsOpsOverTheMedianTime) {
  roofmark::Run run = zen5_run();
  run.rows = {fma_row("avx512", 2, 63)};
  run.rows[0].samples_s = {1, 2, 1, 0.5, 1, 1, 1, 1, 1, 1};
  const Ceiling found = analyze_run(run).ceilings.at(0);
  EXPECT_EQ(found.kind, "compute");
  EXPECT_EQ(found.value, 63 * 2 * clock_hz);
  EXPECT_EQ(found.theoretical, 64 * 2 * clock_hz);
  EXPECT_EQ(found.share, 63.0 / 64);
  EXPECT_EQ(found.low, 63 * 2 * clock_hz);
  EXPECT_EQ(found.grade, 'A');
}

TEST(FromRun, TheBoundFollowsTheClockOfTheRowItself) {
  roofmark::Run run = zen5_run();
  run.rows = {fma_row("avx512", 1, 63)};
  for (double& clock : run.rows[0].clock_hz) clock = 2 * clock_hz;
  EXPECT_EQ(analyze_run(run).ceilings[0].theoretical, 64 * 2 * clock_hz);
}

TEST(FromRun, AValueAboveItsBoundIsRefusedAndNeverACeiling) {
  roofmark::Run run = zen5_run();
  const Measurement fair = fma_row("avx2", 1, 32);
  const Measurement impossible = fma_row("avx512", 1, 70);
  const Measurement memory = stream_row("read", "dram", 1, 0x1p30);
  run.rows = {fair, impossible, memory,
              kernel_row("gemm", {.ops = Ops{0x1p36}, .read = Bytes{1}}, 1, impossible)};
  const Analysis analysis = analyze_run(run);
  EXPECT_EQ(ceiling(analysis, impossible.id).grade, 'X');
  EXPECT_EQ(ceiling(analysis, impossible.id).value, 70 * clock_hz);  // kept, and said
  EXPECT_FALSE(ceiling(analysis, impossible.id).reason.empty());
  EXPECT_EQ(analysis.points.at(0).ceiling, fair.id);
  EXPECT_EQ(analysis.points[0].attainable_measured, 32 * clock_hz);
  EXPECT_EQ(measured_roofline(run, analysis, "cpu").engine.peaks.at("f32"), OpRate{32 * clock_hz});
}

TEST(FromRun, TwoPercentAboveTheBoundIsStillAMeasurement) {
  roofmark::Run run = zen5_run();
  run.rows = {fma_row("avx512", 1, 65.25)};
  EXPECT_EQ(analyze_run(run).ceilings[0].grade, 'A');
}

TEST(FromRun, ACopyIsBoundedByTheSlowerOfItsDirections) {
  roofmark::Run run = zen5_run();
  const double bytes = 32 * clock_hz;
  run.rows = {stream_row("copy", "l1", 1, bytes, bytes),
              stream_row("triad", "l1", 2, 4 * bytes, bytes)};
  const Analysis analysis = analyze_run(run);
  EXPECT_EQ(analysis.ceilings[0].theoretical, 128 * clock_hz);  // 64 written, 64 read meanwhile
  EXPECT_EQ(analysis.ceilings[1].theoretical,
            160 * 2 * clock_hz);  // 128 read, 32 written meanwhile
}

TEST(FromRun, AMemoryBoundIsWhatTheUserSays) {
  roofmark::Run run = zen5_run();
  run.rows = {stream_row("read", "dram", 1, 0x1p30)};
  const Ceiling unknown = analyze_run(run).ceilings[0];
  EXPECT_EQ(unknown.theoretical, std::nullopt);
  EXPECT_EQ(unknown.grade, 'B');
  EXPECT_NE(unknown.reason.find("--bandwidth"), std::string::npos);
  const Ceiling said = analyze_run(run, {.bandwidth = Bandwidth{0x1p31}}).ceilings[0];
  EXPECT_EQ(said.theoretical, 0x1p31);
  EXPECT_EQ(said.share, 0.5);
  EXPECT_EQ(said.grade, 'A');
}

TEST(FromRun, OnAnUnknownCpuEveryTheoreticalIsNullWithAReason) {
  roofmark::Run run = zen5_run();
  run.machine.cpu.model_number = 0x50;
  run.rows = {fma_row("avx512", 1, 1000), stream_row("read", "l1", 1, 0x1p60)};
  for (const Ceiling& found : analyze_run(run).ceilings) {
    EXPECT_EQ(found.theoretical, std::nullopt);
    EXPECT_EQ(found.share, std::nullopt);
    EXPECT_FALSE(found.reason.empty());
    EXPECT_EQ(found.grade, 'B');
  }
}

TEST(FromRun, WithoutAClockThereIsNoTheoretical) {
  roofmark::Run run = zen5_run();
  run.rows = {fma_row("avx512", 1, 1000)};
  for (double& clock : run.rows[0].clock_hz) clock = 0;
  EXPECT_EQ(analyze_run(run).ceilings[0].theoretical, std::nullopt);
  EXPECT_NE(analyze_run(run).ceilings[0].grade, 'X');
}

TEST(FromRun, MoreThreadsThanCoresDoNotRaiseTheBound) {
  roofmark::Run run = zen5_run();
  run.rows = {fma_row("avx512", 4, 16)};
  EXPECT_EQ(analyze_run(run).ceilings[0].theoretical, std::nullopt);  // a VM may tell any topology
  run.machine.environment.hypervisor = "none";
  EXPECT_EQ(analyze_run(run).ceilings[0].theoretical, 64 * 2 * clock_hz);
}

TEST(FromRun, AContendedRowIsThe90thPercentileOfWhatIsUsable) {
  roofmark::Run run = zen5_run();
  run.rows = {fma_row("avx512", 1, 1, DType::f32)};
  Measurement& row = run.rows[0];
  row.work.ops = Ops{10 * 64 * clock_hz};
  row.contended = true;
  row.samples_s.clear();
  for (int i = 0; i <= 10; ++i) row.samples_s.push_back(1.0 / (i + 1));  // rates 1..11
  row.flags.assign(11, "quiet");
  row.flags[3] = "switched";
  row.flags[4] = "clock";
  row.clock_hz.assign(11, 1000 * clock_hz);
  row.samples_s.push_back(1e-9);
  row.flags.emplace_back("stolen");
  row.clock_hz.push_back(clock_hz);
  const Ceiling found = analyze_run(run).ceilings[0];
  EXPECT_NEAR(*found.value, 10 * 10 * 64 * clock_hz, 1e-12 * *found.value);
  EXPECT_EQ(found.low, std::nullopt);
  EXPECT_EQ(found.grade, 'C');
}

TEST(FromRun, ARowWhoseSamplesWereAllDroppedHasNoValueAndSaysWhy) {
  roofmark::Run run = zen5_run();
  run.rows = {fma_row("avx512", 1, 64)};
  run.rows[0].flags.assign(10, "stolen");
  run.rows[0].contended = true;
  const Ceiling found = analyze_run(run).ceilings[0];
  EXPECT_EQ(found.value, std::nullopt);
  EXPECT_EQ(found.reason, "all 10 samples dropped: 10 stolen");
}

TEST(FromRun, LatencyAndOverheadRowsAreSecondsAndNoRoof) {
  roofmark::Run run = zen5_run();
  Measurement clock = timed("clock", "imul", Role::latency_probe, 1, {.ops = Ops{1024}}, 0.5);
  Measurement quiet = timed("quiet", "nop", Role::compute_probe, 1, {.ops = Ops{0x1p40}}, 0.5);
  clock.format = quiet.format = {DType::none, DType::none, DType::none};
  const Measurement fork = timed("fork_join", "openmp", Role::overhead_probe, 2, {}, 0.25);
  const Measurement barrier =
      timed("barrier", "openmp", Role::overhead_probe, 2, {.ops = Ops{256}}, 0.5);
  run.rows = {clock, quiet, fork, barrier};
  const Analysis analysis = analyze_run(run);
  EXPECT_EQ(analysis.ceilings[0].kind, "latency");
  EXPECT_EQ(analysis.ceilings[0].value, 0.5 / 1024);
  ASSERT_EQ(analysis.ceilings.size(), 3u);  // the pace of a core is no limit of anything
  EXPECT_EQ(analysis.ceilings[1].kind, "overhead");
  EXPECT_EQ(analysis.ceilings[1].value, 0.25);
  EXPECT_EQ(analysis.ceilings[2].value, 0.5 / 256);  // one barrier
  EXPECT_TRUE(measured_roofline(run, analysis, "cpu").engine.peaks.empty());
}

TEST(FromRun, ExponentialsHaveACeilingOfTheirOwn) {
  roofmark::Run run = zen5_run();
  Measurement exponentials =
      timed("exp", "avx512", Role::compute_probe, 1, {.ops = Ops{0x1p60}}, 1);
  exponentials.format = {DType::none, DType::f32, DType::f32};
  run.rows = {fma_row("avx512", 1, 64), exponentials};
  const Analysis analysis = analyze_run(run);
  EXPECT_EQ(analysis.ceilings[1].kind, "compute");
  EXPECT_EQ(analysis.ceilings[1].value, 0x1p60);
  EXPECT_EQ(analysis.ceilings[1].datasheet, std::nullopt);
  EXPECT_EQ(best_compute(analysis.ceilings, "f32", "cpu", 1), &analysis.ceilings[0]);
}

TEST(FromRun, AComputeBoundKernelIsComparedByOperations) {
  roofmark::Run run = zen5_run();
  const Measurement fma = fma_row("avx512", 2, 64);
  const Measurement gemm = kernel_row("gemm", {.ops = Ops{0x1p39}, .read = Bytes{0x1p20}}, 2, fma);
  run.rows = {stream_row("read", "dram", 2, 0x1p30), fma, gemm};
  const Point point = analyze_run(run).points.at(0);
  EXPECT_EQ(point.bound, "compute");
  EXPECT_EQ(point.share_measured, 0.5);  // 2^38 of 64 x 2 x 2^32 = 2^39
  EXPECT_EQ(point.share_theoretical, 0.5);
  EXPECT_EQ(point.grade, 'A');
}

TEST(FromRun, AShareAboveItsBoundIsRefusedWithASuspicion) {
  roofmark::Run run = zen5_run();
  const Measurement memory = stream_row("read", "dram", 1, 0x1p30);
  run.rows = {memory, fma_row("avx512", 1, 64), kernel_row("gemv", reading(0x1p31), 1, memory)};
  const Point point = analyze_run(run).points.at(0);
  EXPECT_EQ(point.share_measured, 2);  // never clamped
  EXPECT_EQ(point.grade, 'X');
  EXPECT_NE(point.reason.find("cache"), std::string::npos);
}

TEST(FromRun, AKernelThatComputesNothingIsMeasuredInBytes) {
  roofmark::Run run = zen5_run();
  const Measurement memory = stream_row("read", "dram", 1, 0x1p30);
  run.rows = {memory, kernel_row("embedding", {.read = Bytes{0x1p29}}, 1, memory)};
  const Point point = analyze_run(run).points.at(0);
  EXPECT_EQ(point.intensity, 0);
  EXPECT_EQ(point.achieved, 0x1p29);
  EXPECT_EQ(point.attainable_measured, 0x1p30);
  EXPECT_EQ(point.share_measured, 0.5);
}

TEST(FromRun, WithoutItsCompanionRowAKernelIsComparedWithTheBestOfItsLevel) {
  roofmark::Run run = zen5_run();
  Measurement gemv = kernel_row("gemv", reading(0x1p29), 1, stream_row("copy", "dram", 1, 1));
  run.rows = {stream_row("read", "dram", 1, 0x1p30), fma_row("avx512", 1, 64), gemv};
  const Point point = analyze_run(run, {.bandwidth = Bandwidth{0x1p31}}).points.at(0);
  EXPECT_EQ(point.share_measured, 0.5);
  EXPECT_EQ(point.grade, 'B');
  EXPECT_FALSE(point.reason.empty());
}

TEST(FromRun, WithoutAnyCeilingAKernelIsAPointWithAReason) {
  roofmark::Run run = zen5_run();
  run.rows = {kernel_row("gemv", reading(0x1p29), 1, stream_row("read", "dram", 1, 1))};
  const Point point = analyze_run(run).points.at(0);
  EXPECT_EQ(point.bound, "unknown");
  EXPECT_EQ(point.share_measured, std::nullopt);
  EXPECT_EQ(point.achieved, 0x1p28);
  EXPECT_EQ(point.grade, 'C');
  EXPECT_FALSE(point.reason.empty());
}

TEST(FromRun, CeilingsOfOtherThreadsOrFormatsDoNotCount) {
  roofmark::Run run = zen5_run();
  const Measurement fma = fma_row("avx512", 1, 64);
  Measurement gemm = kernel_row("gemm", {.ops = Ops{0x1p30}, .read = Bytes{1}}, 1, fma);
  gemm.threads = 2;
  gemm.companion.clear();
  run.rows = {fma, fma_row("avx512", 2, 32, DType::f64), gemm};
  EXPECT_EQ(analyze_run(run).points.at(0).attainable_measured, std::nullopt);
}

TEST(FromRun, FailedAndUnsupportedRowsStayAsPointsWithTheirReason) {
  roofmark::Run run = zen5_run();
  Measurement failed = timed("gemv", "openblas", Role::kernel, 1, reading(0x1p20), 1, 0);
  failed.status = Status::failed;
  failed.reason = "wrong result";
  Measurement absent = failed;
  absent.status = Status::unsupported;
  absent.reason = "built without OpenBLAS";
  run.rows = {failed, absent, fma_row("avx512", 1, 64)};
  run.rows[2].status = Status::unsupported;
  run.rows[2].reason = "needs avx512, which this CPU lacks";
  const Analysis analysis = analyze_run(run);
  ASSERT_EQ(analysis.points.size(), 2u);
  EXPECT_EQ(analysis.points[0].reason, "wrong result");
  EXPECT_EQ(analysis.points[0].seconds, std::nullopt);
  EXPECT_EQ(analysis.points[1].reason, "built without OpenBLAS");
  EXPECT_EQ(analysis.ceilings[0].value, std::nullopt);
  EXPECT_EQ(analysis.ceilings[0].reason, "needs avx512, which this CPU lacks");
}

TEST(FromRun, EveryOperatorThatUsesARowIsAPoint) {
  roofmark::Run run = zen5_run();
  Workload workload;
  workload.model = {.name = "small",
                    .family = "llama",
                    .layers = 2,
                    .hidden = 64,
                    .intermediate = 96,
                    .heads = 4,
                    .kv_heads = 4,
                    .head_dim = 16,
                    .vocabulary = 100};
  workload.phase = Phase::decode;
  workload.queries = {{.cached = 7, .fresh = 1}};
  run.policy.workloads = {workload};
  const Measurement memory = stream_row("read", "dram", 1, 0x1p30);
  for (const Operator& op : operators(workload)) {
    if (op.name != "q_proj") continue;
    Measurement row = kernel_row(op.kernel, reading(0x1p29), 1, memory);
    row.shape = op.shape;
    row.format = op.format;
    run.rows = {memory, row};
  }
  std::vector<std::string> names;
  for (const Point& point : analyze_run(run).points) {
    names.push_back(point.op);
    EXPECT_EQ(point.phase, "decode");
  }
  EXPECT_EQ(names, (std::vector<std::string>{"q_proj", "k_proj", "v_proj", "out_proj"}));
  // The same shape with its operands in a cache is no operator's.
  run.rows.back().conditions = {.level = "l2", .state = "hot"};
  const std::vector<Point> resident = analyze_run(run).points;
  ASSERT_EQ(resident.size(), 1u);
  EXPECT_EQ(resident[0].op, "");
}

TEST(FromRun, RowsThatLieInACacheStandUnderItsRoof) {
  roofmark::Run run = zen5_run();
  const Measurement memory = stream_row("copy", "dram", 1, 0x1p29, 0x1p29);
  const Measurement cache = stream_row("copy", "l2", 1, 0x1p32, 0x1p32);
  Measurement norm = kernel_row("norm", reading(0x1p32), 1, cache);
  norm.conditions = {.level = "l2", .state = "hot"};
  run.rows = {memory, cache, fma_row("avx512", 1, 64), norm};
  Point point = analyze_run(run).points.at(0);
  EXPECT_EQ(point.share_measured, 0.5);
  EXPECT_EQ(point.ceiling, cache.id);
  EXPECT_NE(point.grade, 'X') << "four times what memory gives, and no more than the cache does";
  // Without the probe beside it too.
  run.rows.back().companion.clear();
  point = analyze_run(run).points.at(0);
  EXPECT_EQ(point.share_measured, 0.5);
  EXPECT_EQ(point.ceiling, cache.id);
}

TEST(FromRun, AnEmptyRunIsAnEmptyAnalysis) {
  const Analysis analysis = analyze_run({});
  EXPECT_TRUE(analysis.ceilings.empty());
  EXPECT_TRUE(analysis.points.empty());
  EXPECT_TRUE(analysis.warnings.empty());
}

TEST(FromRun, PairsThatPhysicsTiesTogetherWarnWithBothRows) {
  roofmark::Run run = zen5_run();
  run.rows = {fma_row("avx512", 1, 64),
              fma_row("avx2", 1, 24),
              fma_row("avx512", 1, 24, DType::f64),
              fma_row("avx512", 2, 50),
              stream_row("read", "l2", 1, 30),
              stream_row("copy", "l2", 1, 40, 40)};
  const std::vector<Warning> warnings = analyze_run(run).warnings;
  ASSERT_EQ(warnings.size(), 4u);
  const auto names_both = [&](std::size_t i, std::size_t a, std::size_t b) {
    return warnings[i].what.find(run.rows[a].id + " ") != std::string::npos &&
           warnings[i].what.find(run.rows[b].id + " ") != std::string::npos;
  };
  EXPECT_TRUE(names_both(0, 0, 1)) << warnings[0].what;
  EXPECT_TRUE(names_both(1, 2, 0)) << warnings[1].what;
  EXPECT_TRUE(names_both(2, 3, 0)) << warnings[2].what;
  EXPECT_TRUE(names_both(3, 4, 5)) << warnings[3].what;
}

}  // namespace
}  // namespace roofmark
