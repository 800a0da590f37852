#include "tests/simulation/histories.h"

#include <array>
#include <cmath>
#include <numbers>
#include <span>

#include "core/statistics.h"

namespace roofmark::simulation {
namespace {

constexpr int samples = 20;  // kept ones of a row

/// Logarithm of what all rounds of a series have besides their samples.
double round_level(const Scatter& scatter, int at, Noise& noise) {
  double level = scatter.run_to_run * noise.normal() + scatter.drift * at;
  if (noise.uniform() < scatter.in_second_mode) level += std::log1p(scatter.second_mode);
  if (noise.uniform() < scatter.outliers) level += std::log1p(0.05 + 0.25 * noise.uniform());
  if (scatter.strays > 0 && noise.uniform() < scatter.strays) {
    level += (noise.uniform() < 0.5 ? 1 : -1) * std::log1p(0.05 + 0.25 * noise.uniform());
  }
  return level;
}

/// How much longer all takes at the machine's speed of this round, as a logarithm.
double speed_level(const Scatter& scatter, MachineState& machine, Noise& noise) {
  constexpr double change = 0.1;  // of its speed, from one round to the next
  if (scatter.speeds == 0) return 0;
  if (noise.uniform() < change) machine.slow = !machine.slow;
  return machine.slow ? std::log1p(scatter.speeds) : 0;
}

/// How far the i-th kernel follows the machine's speed: 0.9, 1.0, 0.8, 0.95, 0.85 and so on.
double follows(int i) {
  constexpr std::array shares{0.9, 1.0, 0.8, 0.95, 0.85};
  return shares[static_cast<std::size_t>(i) % shares.size()];
}

/// Median of the samples of a row at that level.
double median_at(double level, const Scatter& scatter, Noise& noise) {
  std::array<double, samples> times{};
  for (double& time : times) time = std::exp(level + scatter.within_run * noise.normal());
  return median(times);
}

}  // namespace

double Noise::uniform() { return static_cast<double>(engine_() >> 11) * 0x1p-53; }

double Noise::normal() {
  const double radius = std::sqrt(-2 * std::log(1 - uniform()));
  return radius * std::cos(2 * std::numbers::pi * uniform());
}

std::vector<Scatter> scatters() {
  return {{.name = "1 %"},
          {.name = "2 %", .run_to_run = 0.02},
          {.name = "1 %, drifts by 1 % in 15 rounds", .drift = 0.01 / 15},
          {.name = "two modes 4 % apart, 3 of 10 rounds in the second",
           .run_to_run = 0.005,
           .second_mode = 0.04,
           .in_second_mode = 0.3},
          {.name = "1 %, 1 of 20 rounds slower by 5 to 30 %", .outliers = 0.05},
          {.name = "1 %, 1 of 20 rounds off by 5 to 30 %, either way", .strays = 0.05},
          {.name = "1 %, a machine of two speeds 30 % apart", .speeds = 0.30},
          {.name = "1 %, a machine of two speeds 2.6 % apart", .speeds = 0.026},
          {.name = "1 %, bound by a memory that moves by 10 %", .memory = 0.10}};
}

Round round_of(const Scatter& scatter, int series, int at, const Planted& planted,
               MachineState& machine, Noise& noise) {
  Round round;
  round.run = "run" + std::to_string(at);
  round.machine = "machine";
  round.preset = "standard";
  round.complete = true;
  const double memory = scatter.memory * noise.normal() + std::log1p(planted.machine);
  const double speed = speed_level(scatter, machine, noise);
  for (int i = 0; i < series; ++i) {
    SeriesRound row;
    row.id = "gemv/v/f32/cpu/t1/n=" + std::to_string(i);
    row.kernel = "gemv";
    row.ops = row.bytes = 1;
    row.grade = 'A';
    const double own = round_level(scatter, at, noise) + (i == 0 ? std::log1p(planted.kernel) : 0);
    const double probe = memory + speed + 0.25 * scatter.run_to_run * noise.normal();
    row.companion = "read/v/f32/cpu/t1/level=dram";
    row.seconds = median_at(own + memory + follows(i) * speed, scatter, noise);
    row.companion_seconds = median_at(probe, scatter, noise);
    row.relative = *row.seconds / *row.companion_seconds;
    round.series.push_back(row);
  }
  return round;
}

std::vector<double> history(const Scatter& scatter, int rounds, int from, double step,
                            Noise& noise) {
  std::vector<double> values;
  for (int at = 0; at < rounds; ++at) {
    const double level = round_level(scatter, at, noise) + (at >= from ? std::log1p(step) : 0);
    values.push_back(median_at(level, scatter, noise));
  }
  return values;
}

}  // namespace roofmark::simulation
