// Levels of memory found in sweeps whose truth is known.
#include "analyzer/sweep.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "analyzer/from_run.h"
#include "analyzer/plateaus.h"
#include "tests/analyzer/run_builder.h"

namespace roofmark {
namespace {

constexpr double kib = 1024, mib = 1024 * kib;

struct Level {
  double ends;  ///< bytes
  double bytes_per_s;
};
const std::vector<Level> zen5{{48 * kib, 450e9}, {1 * mib, 220e9}, {32 * mib, 100e9}, {1e18, 36e9}};

/// Full speed up to a level's end, then a mix of both until four times that size: a cache that
/// holds a part of the working set still serves some of it.
double simulated(const std::vector<Level>& levels, double bytes) {
  double seconds = 0, before = 0;  // of one byte
  for (const Level& level : levels) {
    const double reached = std::min(1.0, std::max(0.0, std::log2(bytes / level.ends) / 2));
    const double share = (1 - reached) * (1 - before);
    seconds += share / level.bytes_per_s;
    before += share;
  }
  return 1 / seconds;
}

/// Caches of 48 KiB, 1 MiB and 32 MiB as the machine reports them, and rows of every size from 4
/// KiB to 256 MiB, `per_octave` each, their rates scattered by `noise`.
roofmark::Run sweep_run(const std::vector<Level>& levels, double noise, unsigned seed,
                        int per_octave = 2) {
  roofmark::Run run = zen5_run();
  run.machine.cpu.caches = {
      {1, 48 << 10, 64, 2, 1}, {2, 1 << 20, 64, 2, 1}, {3, 32 << 20, 64, 1, 8}};
  std::mt19937 random(seed);
  std::normal_distribution<double> scatter(0, noise);
  for (int i = 0; i <= 16 * per_octave; ++i) {
    const double bytes = std::round(4 * kib * std::exp2(static_cast<double>(i) / per_octave));
    Measurement row =
        stream_row("sweep", "sweep", 1, simulated(levels, bytes) * std::exp(scatter(random)));
    row.shape = {{"bytes", static_cast<std::int64_t>(bytes)}};
    row.id = case_id("sweep", "avx512", row.format, "cpu", 1, row.shape, row.conditions);
    run.rows.insert(run.rows.begin() + (i % 3 == 0 ? 0 : i / 2), row);  // runs are shuffled
  }
  return run;
}

Sweep only_sweep(const roofmark::Run& run) {
  const std::vector<Sweep> sweeps = analyze_run(run).sweeps;
  EXPECT_EQ(sweeps.size(), 1u);
  return sweeps.empty() ? Sweep{} : sweeps[0];
}

std::string levels_of(const Sweep& sweep) {
  std::string text;
  for (const Plateau& plateau : sweep.plateaus) text += (text.empty() ? "" : " ") + plateau.level;
  return text;
}

TEST(Sweep, FindsEveryLevelItsRateAndItsEndInTheNoise) {
  for (unsigned seed = 1; seed <= 50; ++seed) {
    for (const double noise : {0.002, 0.005, 0.01}) {
      const Sweep sweep = only_sweep(sweep_run(zen5, noise, seed, seed % 2 == 0 ? 2 : 4));
      ASSERT_EQ(levels_of(sweep), "l1 l2 l3 dram") << seed << " " << noise;
      for (std::size_t i = 0; i < 4; ++i) {
        const Plateau& plateau = sweep.plateaus[i];
        EXPECT_NEAR(plateau.value, zen5[i].bytes_per_s, 0.08 * zen5[i].bytes_per_s) << seed;
        EXPECT_LE(plateau.low, plateau.value);
        EXPECT_GE(plateau.high, plateau.value);
        if (i == 3) continue;
        EXPECT_GE(plateau.last_bytes, zen5[i].ends / 1.5) << seed << " " << noise;
        EXPECT_LE(plateau.last_bytes, zen5[i].ends * 1.5) << seed << " " << noise;
      }
      EXPECT_TRUE(sweep.notes.empty()) << sweep.notes[0];
    }
  }
}

TEST(Sweep, OfFewSizesInMemoryMayShowItOrNot) {
  roofmark::Run run = sweep_run(zen5, 0.005, 4);
  std::erase_if(run.rows, [](const Measurement& row) {
    return row.shape.at("bytes") > 128 << 20;  // four beyond the last cache, two beyond twice that
  });
  for (Measurement& row : run.rows) {
    if (row.shape.at("bytes") > 32 << 20) row.work.read = Bytes{36e9};
  }
  const Sweep shown = only_sweep(run);
  EXPECT_EQ(levels_of(shown), "l1 l2 l3 dram");
  EXPECT_TRUE(shown.notes.empty()) << shown.notes[0];
  std::erase_if(run.rows, [](const Measurement& row) { return row.shape.at("bytes") > 33 << 20; });
  const Sweep hidden = only_sweep(run);
  EXPECT_EQ(levels_of(hidden), "l1 l2 l3");
  EXPECT_TRUE(hidden.notes.empty()) << hidden.notes[0];
}

TEST(Sweep, KeepsEveryPointBySize) {
  const Sweep sweep = only_sweep(sweep_run(zen5, 0.02, 1));
  ASSERT_EQ(sweep.points.size(), 33u);
  for (std::size_t i = 1; i < sweep.points.size(); ++i) {
    EXPECT_GT(sweep.points[i].bytes, sweep.points[i - 1].bytes);
  }
  EXPECT_EQ(sweep.points[0].bytes, 4 * kib);
  EXPECT_EQ(sweep.threads, 1);
}

TEST(Sweep, SaysWhereAGuestIsToldOfMoreCacheThanItHas) {
  std::vector<Level> levels = zen5;
  levels[2].ends = 8 * mib;
  for (unsigned seed = 1; seed <= 20; ++seed) {
    const Sweep sweep = only_sweep(sweep_run(levels, 0.01, seed, 4));
    EXPECT_EQ(levels_of(sweep), "l1 l2 l3 dram") << seed;
    ASSERT_EQ(sweep.notes.size(), 1u) << seed;
    EXPECT_NE(sweep.notes[0].find("the machine reports 32.0 MiB of L3, and no plateau ends there: "
                                  "the nearest ends at "),
              std::string::npos)
        << sweep.notes[0];
  }
}

TEST(Sweep, SaysWhereALevelIsMissing) {
  std::vector<Level> levels = zen5;
  levels[2].bytes_per_s = levels[3].bytes_per_s;  // no faster than the memory
  const Sweep sweep = only_sweep(sweep_run(levels, 0.02, 3, 4));
  EXPECT_EQ(sweep.plateaus.size(), 3u);
  ASSERT_EQ(sweep.notes.size(), 2u);
  EXPECT_NE(sweep.notes[0].find("32.0 MiB of L3, and no plateau ends there"), std::string::npos);
  EXPECT_NE(sweep.notes[1].find("3 plateaus where 4 are expected (L1, L2, L3, DRAM)"),
            std::string::npos)
      << sweep.notes[1];
}

TEST(Sweep, OfOneRateIsOnePlateau) {
  for (unsigned seed = 1; seed <= 50; ++seed) {
    const Sweep sweep = only_sweep(sweep_run({{1e18, 36e9}}, 0.05, seed, 4));
    ASSERT_EQ(sweep.plateaus.size(), 1u) << seed;
    EXPECT_GE(sweep.plateaus[0].points, 62) << seed;  // the outermost may lie too far off
    EXPECT_NEAR(sweep.plateaus[0].value, 36e9, 0.03 * 36e9);
    EXPECT_EQ(sweep.notes.size(), 4u);  // three caches, and the number of levels
  }
}

TEST(Sweep, ADisturbedSizeCostsItsPlateauLittle) {
  for (const std::size_t disturbed : {5u, 20u, 40u}) {
    roofmark::Run run = sweep_run(zen5, 0.01, 2, 4);
    for (double& sample : run.rows[disturbed].samples_s) sample *= 2;
    const Sweep sweep = only_sweep(run);
    EXPECT_EQ(levels_of(sweep), "l1 l2 l3 dram") << disturbed;
    for (std::size_t i = 0; i < sweep.plateaus.size(); ++i) {
      EXPECT_NEAR(sweep.plateaus[i].value, zen5[i].bytes_per_s, 0.06 * zen5[i].bytes_per_s);
    }
  }
}

TEST(Sweep, OfSeveralThreadsReachesAsManyCaches) {
  roofmark::Run run = sweep_run(zen5, 0.01, 1);
  for (Measurement& row : run.rows) {
    row.threads = 2;
    row.work.read = 2 * row.work.read;
  }
  const Sweep sweep = only_sweep(run);
  ASSERT_EQ(sweep.caches.size(), 3u);
  EXPECT_EQ(sweep.caches[0].bytes, 96 * kib);
  EXPECT_EQ(sweep.caches[2].bytes, 32 * mib);  // one for eight cores
}

TEST(Sweep, LeavesOutWhatHasNoValueOrIsRefused) {
  roofmark::Run run = sweep_run(zen5, 0.01, 1);
  run.rows[0].status = Status::skipped;
  run.rows[1].work.read = Bytes{1e15};
  EXPECT_EQ(only_sweep(run).points.size(), 31u);
  EXPECT_EQ(analyze_run(run).ceilings.size(), 33u);
}

TEST(Sweep, IsOnePerNumberOfThreadsAndPlace) {
  roofmark::Run run = sweep_run(zen5, 0.01, 1);
  const roofmark::Run one = run;
  for (Measurement row : one.rows) {
    row.threads = 2;
    row.conditions.node = "0";
    row.id += ",node=0";
    run.rows.push_back(row);
  }
  const std::vector<Sweep> sweeps = analyze_run(run).sweeps;
  ASSERT_EQ(sweeps.size(), 2u);
  EXPECT_EQ(sweep_name(sweeps[0]), "sweep avx512, 2 threads, node 0");
  EXPECT_EQ(sweep_name(sweeps[1]), "sweep avx512, 1 thread");
}

std::vector<Flat> flats_of_octaves(const std::vector<double>& rates) {
  std::vector<double> sizes;
  for (std::size_t i = 0; i < rates.size(); ++i) sizes.push_back(std::exp2(static_cast<double>(i)));
  return flats_of(sizes, rates);
}

TEST(Plateaus, OfTooFewRatesAreNone) {
  EXPECT_TRUE(flats_of_octaves({}).empty());
  EXPECT_TRUE(flats_of_octaves({1, 1}).empty());
  EXPECT_EQ(flats_of_octaves({1, 1, 1}).size(), 1u);
}

TEST(Plateaus, ARiseBelongsToTheSameLevel) {
  std::vector<double> rates(6, 94);
  rates.insert(rates.end(), 8, 110);
  rates.insert(rates.end(), 6, 40);
  const std::vector<Flat> flats = flats_of_octaves(rates);
  ASSERT_EQ(flats.size(), 2u);
  EXPECT_EQ(flats[0].last, 13u);
  EXPECT_EQ(flats[0].value, 110);
  EXPECT_EQ(flats[1].value, 40);
}

TEST(Plateaus, ASteadyFallHasNone) {
  for (const double per_octave : {2.0, 1.5}) {
    std::vector<double> rates(16);
    for (int i = 0; i < 16; ++i) rates[i] = std::pow(per_octave, -i);
    EXPECT_TRUE(flats_of_octaves(rates).empty()) << per_octave;
  }
}

TEST(Plateaus, AStepOfATwentiethIsTheUnevennessOfOneLevel) {
  std::vector<double> rates(8, 100);
  rates.insert(rates.end(), 8, 95);
  ASSERT_EQ(flats_of_octaves(rates).size(), 1u);
  std::fill(rates.begin() + 8, rates.end(), 80);
  ASSERT_EQ(flats_of_octaves(rates).size(), 2u);
  EXPECT_EQ(flats_of_octaves(rates)[0].last, 7u);
  EXPECT_EQ(flats_of_octaves(rates)[1].value, 80);
}

}  // namespace
}  // namespace roofmark
