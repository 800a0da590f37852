// What the method says of made-up histories, counted.
#pragma once

#include <cstddef>
#include <cstdint>

#include "analyzer/tracking/verdict.h"
#include "tests/simulation/histories.h"

namespace roofmark::simulation {

struct Setting {
  int baseline = 15, rounds = 3, reruns = 5, series = 40, checks = 400;
  std::uint64_t seed = 1;
};

struct CheckCounts {
  std::size_t judged = 0;         ///< series without a plant, over all checks
  std::size_t flagged = 0;        ///< of those, called slower or faster before confirmation: by
                                  ///< the new rounds or with the reruns of what was unsettled
  std::size_t blamed = 0;         ///< of those, not put down to the machine
  std::size_t again = 0;          ///< series that were measured again, with or without a plant
  std::size_t false_checks = 0;   ///< checks that confirmed a slowdown of such a series, and,
                                  ///< where the machine has two speeds, blamed a kernel for it
  std::size_t found = 0;          ///< checks that confirmed the planted kernel as slower
  std::size_t named_kernel = 0;   ///< of those, put down to the kernel
  std::size_t named_machine = 0;  ///< checks that found the machine slower and blamed no kernel
};

/// Checks as `roofmark check` makes them: a baseline, new rounds, reruns of what is flagged.
CheckCounts run_checks(const Scatter& scatter, Planted planted, const Setting& setting);

struct StepCounts {
  std::size_t series = 0;
  std::size_t any = 0;    ///< series with any change point
  std::size_t found = 0;  ///< with one within `near` rounds of the step
};

/// Histories of `before` rounds and `after` more, those slower by `step` (0: flat).
StepCounts find_steps(const Scatter& scatter, int before, int after, double step, int near,
                      int series, std::uint64_t seed);

}  // namespace roofmark::simulation
