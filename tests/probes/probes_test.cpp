// The probes do what they claim: right results on every instruction set of this CPU, exact work.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "core/case.h"
#include "core/pace.isa.h"
#include "harness/machine.h"
#include "probes/dot/dot.isa.h"
#include "probes/fma/fma.isa.h"
#include "probes/matrix/matrix.isa.h"
#include "probes/pipe_reference.h"
#include "probes/registry.h"
#include "probes/stream/stream_cpu.h"
#include "tests/fake_device.h"

namespace roofmark {
namespace {

FakeDevice small_machine() {
  FakeDevice device;
  device.machine_facts = discover();
  device.machine_facts.environment.huge_pages = "madvise";
  device.machine_facts.cpu.caches = {{.level = 1, .size_bytes = 32 << 10, .cores_sharing = 1},
                                     {.level = 2, .size_bytes = 256 << 10, .cores_sharing = 1},
                                     {.level = 3, .size_bytes = 4 << 20, .cores_sharing = 2}};
  return device;
}

/// Every probe case of this machine, `threads` threads.
template <class F>
void for_each_case(FakeDevice& device, int threads, F f) {
  const std::vector<Kernel> probes = all_probes();
  for (const Kernel& kernel : probes) {
    for (const Variant& variant : kernel.variants) {
      if (variant.device != "cpu") continue;
      const auto sites = variant.sites != nullptr ? variant.sites : kernel.sites;
      for (const Site& site : sites(device.machine_facts, variant, threads)) {
        const bool runs = variant.needs.empty() || device.machine_facts.has_isa(variant.needs);
        const int placed = static_cast<int>(site.cpus.size());
        const Case what{.kernel = &kernel,
                        .variant = &variant,
                        .shape = site.shape,
                        .conditions = site.conditions,
                        .threads = placed > 0 ? placed : threads,
                        .format = variant.format,
                        .cpus = site.cpus};
        if (runs && site.reason.empty()) f(what);
      }
    }
  }
}

/// A point of a curve whose neighbours tell as much.
bool is_one_of_many(const Case& what) {
  if (what.kernel->name == "sweep") return what.shape.at("bytes") > 1 << 20;
  return what.kernel->name == "loaded_latency" && what.shape.at("delay") > 0;
}

TEST(Probes, EveryProbeVerifiesItselfOnOneAndOnTwoThreads) {
  FakeDevice device = small_machine();
  for (const int threads : {1, 2}) {
    int cases = 0;
    for_each_case(device, threads, [&](const Case& what) {
      if (is_one_of_many(what)) return;
      EXPECT_LE(what.variant->prepare(what, device)->error(), 1.0) << what.id();
      ++cases;
    });
    EXPECT_GT(cases, 40);
  }
}

TEST(Probes, WorkIsExact) {
  FakeDevice device = small_machine();
  for_each_case(device, 2, [&](const Case& what) {
    const Work work = what.kernel->work(what.shape, what.format);
    if (what.kernel->role == Role::bandwidth_probe) {
      const double moved = static_cast<double>(what.shape.at("bytes")) *
                           static_cast<double>(what.shape.at("passes"));
      EXPECT_EQ(work.bytes(), Bytes{moved}) << what.id();
      const std::map<std::string, double> written = {
          {"read", 0},      {"sweep", 0},       {"write", 1},           {"copy", 0.5},
          {"mix", 1.0 / 3}, {"triad", 1.0 / 3}, {"schoenauer", 1.0 / 4}};
      EXPECT_DOUBLE_EQ(work.written.value, moved * written.at(what.kernel->name)) << what.id();
      const std::map<std::string, double> ops_per_byte = {{"triad", 2.0 / 12},
                                                          {"schoenauer", 2.0 / 16}};
      const auto ops = ops_per_byte.find(what.kernel->name);
      EXPECT_DOUBLE_EQ(work.ops.value, ops == ops_per_byte.end() ? 0 : moved * ops->second);
    }
    if (what.kernel->name == "fma" && what.variant->name == "avx512" &&
        what.format.name() == "f32") {
      // 56 250 turns x 24 instructions x 16 lanes x 2 operations x 2 threads
      EXPECT_EQ(work.ops, Ops{56'250.0 * 24 * 16 * 2 * 2});
    }
  });
}

TEST(Probes, OfProductsSayWhatACoreDoesInACycle) {
  const std::map<std::string, double> per_cycle = {{"fma avx2 f32", 32},
                                                   {"fma avx512 f32", 64},
                                                   {"fma avx512 f64", 32},
                                                   {"dot avx512_vnni w8a8", 256},
                                                   {"dot avx512_bf16 bf16-f32", 128},
                                                   {"matrix amx_int8 w8a8", 2048},
                                                   {"matrix amx_bf16 bf16-f32", 1024},
                                                   {"fma neon f32", 16},
                                                   {"dot neon_dot w8a8", 64},
                                                   {"matrix neon_i8mm w8a8", 128},
                                                   {"fma sve f32", 32}};
  Machine machine = discover();
  machine.cpu.sve_bytes = 32;
  int found = 0;
  for (const Kernel& kernel : all_probes()) {
    for (const Variant& variant : kernel.variants) {
      const auto expected =
          per_cycle.find(kernel.name + " " + variant.name + " " + variant.format.name());
      if (variant.device != "cpu" || expected == per_cycle.end()) continue;
      for (const int threads : {1, 2}) {
        EXPECT_EQ(variant.sites(machine, variant, threads).front().ops_per_cycle, expected->second)
            << expected->first;
      }
      ++found;
    }
  }
  EXPECT_GE(found, 4);
}

TEST(Stream, OfMemoryFarLargerThanALaunchEachTakesTheNextSlice) {
  const Site site =
      cpu_stream_site(stream_patterns[1], 2, std::int64_t{480} << 22, {.level = "dram"});
  EXPECT_EQ(site.shape.text(), "bytes=2013265920,passes=1,slices=15");
  EXPECT_EQ(stream_work<1>(site.shape, {}).written, Bytes{std::int64_t{128} << 20});
  const Site small = cpu_stream_site(stream_patterns[1], 2, 128 << 20, {.level = "dram"});
  EXPECT_EQ(small.shape.text(), "bytes=134217728,passes=1");

  FakeDevice device = small_machine();
  const std::vector<Kernel> probes = all_probes();
  const std::set<std::string> streams = {"read", "write", "copy", "mix", "triad", "schoenauer"};
  for (const char* vendor : {"AuthenticAMD", "GenuineIntel"}) {  // which ask in different ways
    device.machine_facts.cpu.vendor = vendor;
    for (const Kernel& kernel : probes) {
      if (!streams.contains(kernel.name)) continue;
      Case what{.kernel = &kernel,
                .variant = &kernel.variants.front(),
                .shape = {{"bytes", 2 * 3 * 12 * stream_step}, {"passes", 1}, {"slices", 3}},
                .conditions = {.level = "dram",
                               .stores = kernel.name == "read" ? "" : "ordinary",
                               .pages = "huge"},
                .threads = 2};
      const auto task = what.variant->prepare(what, device);
      for (int launch = 0; launch < 4; ++launch) {
        EXPECT_LE(task->error(), 1.0) << what.id() << " " << vendor;
        task->launch({});
      }
    }
  }
}

/// An x86 machine with every instruction set, and kinds of core where asked.
Machine made_up(std::vector<CoreKind> kinds) {
  Machine machine;
  machine.cpu.architecture = "x86_64";
  machine.cpu.cores = machine.cpu.threads = 6;
  machine.allowance.cpus = {0, 1, 2, 3, 4, 5};
  machine.allowance.max_threads = machine.allowance.cores = 6;
  machine.cpu.kinds = std::move(kinds);
  return machine;
}

TEST(Pipes, EachKindOfCoreHasARowOfOneAndOneOfAll) {
  const Machine hybrid = made_up(
      {{.name = "p", .cpus = {0, 1}, .cores = 2}, {.name = "e", .cpus = {2, 3, 4, 5}, .cores = 4}});
  const std::vector<Kernel> probes = all_probes();
  const auto fma = std::find_if(probes.begin(), probes.end(),
                                [](const Kernel& kernel) { return kernel.name == "fma"; });
  std::map<std::string, std::vector<std::vector<int>>> seen;
  for (const Site& site : fma->sites(hybrid, fma->variants.front(), 1)) {
    seen[site.conditions.cores].push_back(site.cpus);
  }
  EXPECT_EQ(seen[""], (std::vector<std::vector<int>>{{}}));
  EXPECT_EQ(seen["p"], (std::vector<std::vector<int>>{{0}, {0, 1}}));
  EXPECT_EQ(seen["e"], (std::vector<std::vector<int>>{{2}, {2, 3, 4, 5}}));
  EXPECT_EQ(fma->sites(hybrid, fma->variants.front(), 6).size(), 1u);
  EXPECT_EQ(fma->sites(made_up({}), fma->variants.front(), 1).size(), 1u);
}

/// Length of this machine's SVE vectors, which loops without a length of their own have.
int sve_bytes() {
  static const Machine machine = discover();
  return machine.cpu.sve_bytes.value_or(0);
}

/// Every loop of this build that this CPU can run, with its instruction set.
template <class F>
void for_each_loop(F f) {
  const Machine machine = discover();
#define ROOFMARK_LOOPS(isa, set)                                                     \
  if (machine.has_isa(#isa)) {                                                       \
    for (int i = 0; i < isa_##isa::set.count; ++i) f(#isa, isa_##isa::set.first[i]); \
  }
#define ROOFMARK_FMA(isa, bytes) ROOFMARK_LOOPS(isa, fma_loops)
  ROOFMARK_EACH_ISA_OF_fma(ROOFMARK_FMA)
#define ROOFMARK_DOT(isa, bytes) ROOFMARK_LOOPS(isa, dot_loops)
      ROOFMARK_EACH_ISA_OF_dot(ROOFMARK_DOT)
#define ROOFMARK_MATRIX(isa, bytes) ROOFMARK_LOOPS(isa, matrix_loops)
          ROOFMARK_EACH_ISA_OF_matrix(ROOFMARK_MATRIX)
}

TEST(Pipes, OneTurnTooFewIsWrong) {
  for_each_loop([](const char* isa, const PipeLoop& loop) {
    if (loop.step == PipeStep::rooted) return;  // each turn makes the same of its operands
    const int bytes = loop.vector_bytes > 0 ? loop.vector_bytes : sve_bytes();
    std::vector<std::byte> operands(static_cast<std::size_t>(4 * bytes)),
        start(static_cast<std::size_t>(loop.chains * bytes)), end = start;
    draw_operands(loop, bytes, 3, Operands::telling, operands.data(), start.data());
    loop.run(checked_turns, operands.data(), start.data(), end.data());
    EXPECT_LE(worst_error(loop, bytes, operands.data(), start.data(), end.data()), 1)
        << isa << " " << loop.kernel << " " << loop.type;
    loop.run(checked_turns - 1, operands.data(), start.data(), end.data());
    EXPECT_GT(worst_error(loop, bytes, operands.data(), start.data(), end.data()), 1)
        << isa << " " << loop.kernel << " " << loop.type;
  });
}

TEST(Pipes, EveryLaneOfEveryAccumulatorIsLookedAt) {
  for_each_loop([](const char* isa, const PipeLoop& loop) {
    const int bytes = loop.vector_bytes > 0 ? loop.vector_bytes : sve_bytes();
    std::vector<std::byte> operands(static_cast<std::size_t>(4 * bytes)),
        start(static_cast<std::size_t>(loop.chains * bytes)), end = start;
    draw_operands(loop, bytes, 3, Operands::telling, operands.data(), start.data());
    loop.run(checked_turns, operands.data(), start.data(), end.data());
    end.back() ^= std::byte{0x41};  // of the last lane
    EXPECT_FALSE(worst_error(loop, bytes, operands.data(), start.data(), end.data()) <= 1)
        << isa << " " << loop.kernel << " " << loop.type;
  });
}

TEST(Probes, WorkingSetsStayWithinHalfOfTheirLevelAndOutsideTheOneAbove) {
  FakeDevice device = small_machine();
  for_each_case(device, 2, [&](const Case& what) {
    const std::string& level = what.conditions.level;
    if (level.empty() || level == "sweep") return;
    const std::int64_t bytes = what.shape.at("bytes");
    // Bytes of all threads: more than what the level above holds, at most half of the level.
    const std::map<std::string, std::pair<std::int64_t, std::int64_t>> within = {
        {"l1", {0, 2 * (16 << 10)}},
        {"l2", {what.threads * (32 << 10), 2 * (128 << 10)}},
        {"l3", {what.threads * (256 << 10), 2 << 20}},
        {"dram", {(16 << 20) - (16 << 10), std::int64_t{1} << 40}}};
    EXPECT_GT(bytes, within.at(level).first) << what.id();
    EXPECT_LE(bytes, within.at(level).second) << what.id();
  });
}

/// Sites of the `read` probe in every variant.
std::vector<Site> read_sites(const Machine& machine, int threads) {
  std::vector<Site> all;
  for (const Kernel& kernel : all_probes()) {
    if (kernel.name != "read") continue;
    for (const Variant& variant : kernel.variants) {
      if (variant.device != "cpu") continue;
      for (Site& site : kernel.sites(machine, variant, threads)) all.push_back(std::move(site));
    }
  }
  return all;
}

TEST(Probes, ALevelThatCannotBeToldApartSaysWhy) {
  FakeDevice device = small_machine();
  device.machine_facts.cpu.caches[2].size_bytes = 512 << 10;  // half of it fits the L2s
  bool seen = false;
  for (const Site& site : read_sites(device.machine_facts, 2)) {
    if (site.conditions.level != "l3") continue;
    seen = true;
    EXPECT_NE(site.reason.find("told apart"), std::string::npos);
  }
  EXPECT_TRUE(seen);
}

TEST(Probes, SwitchedOffHugePagesAreAReason) {
  FakeDevice device = small_machine();
  device.machine_facts.environment.huge_pages = "never";
  for (const Site& site : read_sites(device.machine_facts, 1)) {
    EXPECT_EQ(site.reason.empty(), site.conditions.pages != "huge") << site.conditions.text();
  }
}

TEST(Pace, TheChainsComputeWhatTheySay) {
  std::uint64_t product = 3;
  for (int i = 0; i < 2 * chain_turn; ++i) product *= chain_factor;
  EXPECT_EQ(multiply_chain(2 * chain_turn, 3), product);
  EXPECT_EQ(add_chain(10, 3), 3u);          // less than a turn
  EXPECT_EQ(add_chain(chain_turn, 1), 0u);  // doubled 64 times
  const void* ring[3] = {&ring[1], &ring[2], &ring[0]};
  EXPECT_EQ(chase(chase_turn, ring), &ring[1]);  // five times around and one step
  EXPECT_EQ(chase(chase_turn - 1, ring), ring);  // less than a turn
}

}  // namespace
}  // namespace roofmark
