#include "harness/probe_rates.h"

#include <algorithm>
#include <vector>

#include "core/pairs.h"
#include "core/statistics.h"

namespace roofmark {
namespace {

/// Of a probe's own row: the median of what was kept.
Known<double> own_seconds(const Measurement& row) {
  const std::vector<double> kept = kept_seconds(row);
  if (kept.size() < fewest_pairs) return std::nullopt;
  return median(kept);
}

}  // namespace

ProbeRates::ProbeRates(std::size_t cases) : left_(std::max<std::size_t>(4, cases / 10)) {}

void ProbeRates::note(const Measurement& row) {
  const bool is_probe = row.role != Role::kernel;
  const Known<double> seconds = is_probe ? own_seconds(row) : probe_seconds(row);
  if (!seconds) return;
  const auto [at, is_first] = least_s_.emplace(is_probe ? row.id : row.companion, *seconds);
  at->second = std::min(at->second, *seconds);
}

bool ProbeRates::is_slow(const Measurement& row) {
  const auto least = least_s_.find(row.companion);
  const Known<double> seconds = probe_seconds(row);
  if (least == least_s_.end() || !seconds || least->second >= least_probe_rate * *seconds)
    return false;
  if (left_ == 0) return false;
  --left_;
  return true;
}

std::vector<double> kept_seconds(const Measurement& row) {
  std::vector<double> kept;
  for (std::size_t i = 0; i < std::min(row.flags.size(), row.samples_s.size()); ++i) {
    if (row.flags[i].empty()) kept.push_back(row.samples_s[i]);
  }
  return kept;
}

const Measurement& beside_the_faster(const Measurement& first, const Measurement& second) {
  if (second.status == Status::failed) return second;
  const Known<double> one = probe_seconds(first), other = probe_seconds(second);
  if (!other) return first;
  return one && *one <= *other ? first : second;
}

}  // namespace roofmark
