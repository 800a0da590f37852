// Whatever a run holds, no analysis of it holds a number that is none.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "analyzer/from_run.h"
#include "tests/analyzer/run_builder.h"

namespace roofmark {
namespace {

/// Every number of an analysis.
std::vector<double> numbers_of(const Analysis& analysis) {
  std::vector<double> all;
  const auto add = [&](const Known<double>& value) {
    if (value) all.push_back(*value);
  };
  for (const Ceiling& c : analysis.ceilings) {
    for (const auto& value : {c.value, c.low, c.high, c.theoretical, c.datasheet, c.share})
      add(value);
  }
  for (const Point& p : analysis.points) {
    for (const auto& value : {p.intensity, p.achieved, p.attainable_measured,
                              p.attainable_theoretical, p.share_measured, p.share_theoretical,
                              p.seconds, p.low, p.high, p.overhead_share, p.share_spread}) {
      add(value);
    }
  }
  return all;
}

/// A row of anything: extreme numbers, missing parts, every role and state.
Measurement random_row(std::mt19937_64& random, const std::string& companion) {
  const auto choose = [&](auto... values) {
    const std::common_type_t<decltype(values)...> all[] = {values...};
    return all[random() % sizeof...(values)];
  };
  const auto amount = [&] { return choose(0.0, 1.0, 3e9, 1e308, 5e-324); };
  Measurement row = timed(choose("read", "copy", "fma", "gemv"), choose("avx512", "avx2", "?", ""),
                          choose(Role::kernel, Role::compute_probe, Role::bandwidth_probe,
                                 Role::latency_probe, Role::overhead_probe),
                          choose(1, 2, 65536), {}, 1, choose(0, 1, 2, 7, 12));
  row.work = {.ops = Ops{amount()}, .read = Bytes{amount()}, .written = Bytes{amount()}};
  row.id += "#" + std::to_string(random() % 8);
  row.companion = companion;
  row.conditions.level = choose("", "l1", "l2", "dram");
  row.status = choose(Status::ok, Status::ok, Status::ok, Status::failed);
  row.contended = random() % 3 == 0;
  row.grade = choose('A', 'B', 'C');
  for (std::size_t i = 0; i < row.samples_s.size(); ++i) {
    row.samples_s[i] = choose(1.0, 1e-9, 5e-324, 1e308);
    row.flags[i] = choose("", "", "quiet", "stolen");
    row.clock_hz[i] = choose(0.0, 4e9, 1e308, 5e-324);
    row.pairs.push_back({choose(1.0, 5e-324, 1e308), choose(1.0, 5e-324, 1e308)});
  }
  return row;
}

TEST(FromRunProperty, NoNumberThatComesOutIsEverInfiniteOrNaN) {
  std::mt19937_64 random(1);
  std::size_t seen = 0;
  for (int trial = 0; trial < 3000; ++trial) {
    roofmark::Run run = zen5_run();
    std::string companion;
    for (int i = 0; i < 8; ++i) {
      run.rows.push_back(random_row(random, companion));
      if (random() % 2 == 0) companion = run.rows.back().id;
    }
    const Known<Bandwidth> bandwidth =
        trial % 2 ? Known<Bandwidth>(Bandwidth{0x1p34}) : std::nullopt;
    for (const double value : numbers_of(analyze_run(run, {.bandwidth = bandwidth}))) {
      ASSERT_TRUE(std::isfinite(value)) << "trial " << trial;
      ++seen;
    }
  }
  EXPECT_GT(seen, 10000u);
}

}  // namespace
}  // namespace roofmark
