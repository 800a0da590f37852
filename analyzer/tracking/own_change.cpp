#include "analyzer/tracking/own_change.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "core/statistics.h"

namespace roofmark {
namespace {

constexpr double loosely = 0.25;         // of a probe's change, by which a kernel may not follow it
constexpr double follows = 0.5;          // of a probe's change: whoever moves so far moves with it
constexpr std::size_t fewest_peers = 3;  // fewer may be the exception themselves

/// What the ratios of other kernels did whose probes moved as this one's did.  A change of a kernel
/// shows in all of its formats and shapes: its own series are no witnesses.
std::optional<double> shared_change(const BesideProbe& one, std::span<const BesideProbe> all) {
  std::vector<double> ratios;
  for (const BesideProbe& other : all) {
    const bool alike = other.probe_moved && (other.probe > 0) == (one.probe > 0);
    if (alike && other.device == one.device && other.kernel != one.kernel) {
      ratios.push_back(other.ratio);
    }
  }
  if (ratios.size() < fewest_peers) return std::nullopt;
  return median(ratios);
}

}  // namespace

bool is_beyond_probe(double ratio, double probe, int direction, double floor) {
  return direction * ratio > std::max(std::log1p(floor), loosely * std::fabs(probe));
}

Whose whose_change(const BesideProbe& one, int direction, std::span<const BesideProbe> all,
                   double floor) {
  if (!one.probe_moved) return Whose::kernel;
  const double least = std::log1p(floor), moved = std::fabs(one.probe);
  const std::optional<double> shared = shared_change(one, all);
  const double own = one.ratio - shared.value_or(0);
  if (!is_beyond_probe(own, one.probe, direction, floor)) return Whose::probe;
  const bool against = (one.probe > 0) != (direction > 0);
  if (shared || !against) return Whose::kernel;
  const double slowed = direction * one.time;
  if (slowed > least || -slowed >= follows * moved) return Whose::kernel;
  return std::fabs(slowed) <= least ? Whose::probe : Whose::unclear;
}

}  // namespace roofmark
