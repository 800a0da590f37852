// Made-up histories: rounds of series whose noise is known, so that what the method says of them
// can be counted.  The same seed gives the same history with every standard library.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "analyzer/tracking/round.h"

namespace roofmark::simulation {

class Noise {
 public:
  explicit Noise(std::uint64_t seed) : engine_(seed) {}
  /// Uniform in [0, 1).
  double uniform();
  /// Standard normal (Box-Muller: std::normal_distribution is not the same everywhere).
  double normal();

 private:
  std::mt19937_64 engine_;
};

/// How a series scatters, as shares of its time.
struct Scatter {
  std::string name;
  double run_to_run = 0.01, within_run = 0.003;
  double drift = 0;           ///< per round
  double second_mode = 0;     ///< how far it lies above the first
  double in_second_mode = 0;  ///< share of rounds that are in it
  double outliers = 0;        ///< share of rounds that are slower by 5 to 30 %
  double strays = 0;          ///< share of rounds that are off by 5 to 30 %, either way
  double memory = 0;          ///< what series and the probe beside them share, per round
  double speeds = 0;          ///< how much longer the machine takes for all at its lower speed
};
/// What of a machine lasts from one round to the next.
struct MachineState {
  bool slow = false;  ///< at the lower of its speeds
};
/// Those that docs/method.md has a row of.
std::vector<Scatter> scatters();

/// A planted slowdown, as a share: of one series alone, and of the machine with all of them.
struct Planted {
  double kernel = 0, machine = 0;
  bool as_detectable = false;  ///< `kernel` is what a check says that it would have found
};

/// The medians of one round: `series` kernels, each with a probe beside it; the first is the one
/// with the plant.  `at`: which round of the history it is.  A machine of two speeds keeps one for
/// ten rounds on average, and then its kernels follow their probes by 80 to 100 %.
Round round_of(const Scatter& scatter, int series, int at, const Planted& planted,
               MachineState& machine, Noise& noise);

/// Values of one series, oldest first: 1 with that scatter, `step` more from `from` on.
std::vector<double> history(const Scatter& scatter, int rounds, int from, double step,
                            Noise& noise);

}  // namespace roofmark::simulation
