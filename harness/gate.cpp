#include "harness/gate.h"

#include <cmath>

namespace roofmark {
namespace {

constexpr double least_cpu_share = 0.99, least_quiet = 0.9;

bool is_steady(const CoreReading& before, const CoreReading& after) {
  if (before.clock_hz <= 0 || after.clock_hz <= 0) return true;
  return std::abs(after.clock_hz - before.clock_hz) <= before.clock_tolerance * before.clock_hz;
}

std::string gate_core(const CoreReading& before, const CoreReading& after) {
  const Stamp& from = before.end;
  const Stamp& to = after.begin;
  if (from.cpu != to.cpu) return "migrated";
  const double wall_s = to.wall_s - from.wall_s;
  if (wall_s > 0 && to.cpu_s - from.cpu_s < least_cpu_share * wall_s) return "cpu";
  if (to.involuntary_switches > from.involuntary_switches) return "switched";
  if (!is_steady(before, after)) return "clock";
  if (before.quiet < least_quiet || after.quiet < least_quiet) return "quiet";
  return {};
}

}  // namespace

std::string gate(const Reading& before, const Reading& after) {
  if (after.throttle_events > before.throttle_events) return "throttled";
  if (after.stolen_s > before.stolen_s) return "stolen";
  if (after.cores.size() != before.cores.size()) return "migrated";
  for (std::size_t i = 0; i < after.cores.size(); ++i) {
    const std::string flag = gate_core(before.cores[i], after.cores[i]);
    if (!flag.empty()) return flag;
  }
  return {};
}

bool clock_is_steady(const Reading& before, const Reading& after) {
  for (std::size_t i = 0; i < after.cores.size() && i < before.cores.size(); ++i) {
    if (!is_steady(before.cores[i], after.cores[i])) return false;
  }
  return true;
}

}  // namespace roofmark
