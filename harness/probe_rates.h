// How fast each probe ran beside the kernels of a run: which kernels met it at an unusual moment.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "core/measurement.h"

namespace roofmark {

class ProbeRates {
 public:
  /// At most one in ten of `cases` is found slow, and four of a few: where a machine is disturbed
  /// throughout, another visit finds it no other.
  explicit ProbeRates(std::size_t cases);

  /// Takes note of how fast the probe ran that is this row, or that was timed beside it.
  void note(const Measurement& row);

  /// The probe beside this row ran below least_probe_rate of its fastest median so far.
  bool is_slow(const Measurement& row);

 private:
  std::size_t left_;
  std::map<std::string, double> least_s_;  ///< least median seconds per launch, by a probe's id
};

/// The samples of a row that no gate dropped.
std::vector<double> kept_seconds(const Measurement& row);

/// The one of two visits beside which the probe ran faster; a row without pairs is never it, but
/// for a wrong result, which no other visit takes back.
const Measurement& beside_the_faster(const Measurement& first, const Measurement& second);

}  // namespace roofmark
