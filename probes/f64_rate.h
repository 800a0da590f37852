// Which GPUs compute in f64 at half the rate of f32, and which at a 32nd or a 64th.
#pragma once

#include "core/machine.h"

namespace roofmark {

/// Data-centre parts have as many f64 units as half their f32 units, others two per multiprocessor.
inline bool has_full_rate_f64(const Machine& machine) {
  const std::string& capability = machine.gpus.front().compute_capability;
  return capability == "8.0" || capability == "9.0" || capability == "10.0";
}

/// What a launch is shortened by elsewhere, so that it stays below some 10 ms.
constexpr int slow_f64_turns = 16;

}  // namespace roofmark
