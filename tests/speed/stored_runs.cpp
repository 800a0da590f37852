// Fills a store with runs as if taken day by day: stored_runs STORE COUNT RUN.json [ROWS
// [SAMPLES]]. Each is RUN with times that vary by 1 % from run to run, cut to so many rows and
// samples a row.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>

#include "core/run_json.h"

namespace {

using namespace roofmark;

Run cut(Run run, std::size_t rows, std::size_t samples) {
  if (run.rows.size() > rows) run.rows.resize(rows);
  for (Measurement& row : run.rows) {
    const std::size_t kept = std::min(samples, row.samples_s.size());
    row.samples_s.resize(kept);
    row.flags.resize(kept);
    row.clock_hz.resize(kept);
    if (!row.load_bytes_s.empty()) row.load_bytes_s.resize(kept);
    if (row.pairs.size() > samples) row.pairs.resize(samples);
  }
  return run;
}

Run varied(Run run, int number, std::mt19937_64& random) {
  std::normal_distribution<double> noise(0, 0.01);
  const int day = number / 24, year = 2000 + day / 336, month = day / 28 % 12 + 1;
  char text[32];
  std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:00:00Z", year, month, day % 28 + 1,
                number % 24);
  run.started = text;
  std::snprintf(text, sizeof text, "%08x", static_cast<unsigned>(random()));
  run.id = text;
  std::snprintf(text, sizeof text, "c%d", number / 15);
  run.campaign = text;
  run.policy.preset = "standard";
  for (Measurement& row : run.rows) {
    const double factor = std::exp(noise(random));
    for (double& sample : row.samples_s) sample *= factor;
    for (Pair& pair : row.pairs) pair.kernel_s *= factor;
  }
  return run;
}

}  // namespace

int main(int count, char** words) try {
  if (count < 4) {
    std::cerr << "usage: stored_runs STORE COUNT RUN.json [ROWS [SAMPLES]]\n";
    return 2;
  }
  const auto number = [&](int at, std::size_t otherwise) {
    return count > at ? std::strtoull(words[at], nullptr, 10) : otherwise;
  };
  std::ifstream file(words[3], std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  const Run run = cut(read_run(text, words[3]), number(4, 20'000), number(5, 1'000'000));
  const std::filesystem::path folder = std::filesystem::path(words[1]) / run.machine.id;
  std::filesystem::create_directories(folder);
  std::mt19937_64 random(1);
  std::size_t bytes = 0;
  for (int i = 0; i < std::atoi(words[2]); ++i) {
    const std::string one = to_json(varied(run, i, random));
    char name[32];
    std::snprintf(name, sizeof name, "run-%06d.json", i);
    std::ofstream(folder / name, std::ios::binary) << one;
    bytes += one.size();
  }
  std::cout << words[2] << " runs of " << run.rows.size() << " rows, "
            << static_cast<double>(bytes) * 1e-6 << " MB\n";
  return 0;
} catch (const std::exception& error) {
  std::cerr << "stored_runs: " << error.what() << "\n";
  return 1;
}
