#include "analyzer/timing.h"

#include <cmath>
#include <map>

#include "core/statistics.h"

namespace roofmark {
namespace {

Known<double> positive(double value) {
  return std::isfinite(value) && value > 0 ? Known<double>(value) : std::nullopt;
}

/// Why there is no sample left to value the row by.
std::string nothing_left(const Measurement& row) {
  return row.samples_s.empty() ? "no sample was taken" : dropped_samples(row);
}

}  // namespace

Known<double> quotient(double a, double b) { return positive(a / b); }
Known<double> quotient(double a, const Known<double>& b) {
  return b ? quotient(a, *b) : std::nullopt;
}

std::string dropped_samples(const Measurement& row) {
  std::map<std::string, int> counts;
  int dropped = 0;
  for (const std::string& flag : row.flags) {
    if (flag.empty()) continue;
    ++counts[flag];
    ++dropped;
  }
  if (dropped == 0) return {};
  const int taken = static_cast<int>(row.samples_s.size());
  std::string text = (dropped == taken ? "all " : std::to_string(dropped) + " of ") +
                     std::to_string(taken) + " samples dropped:";
  const char* between = " ";
  for (const auto& [flag, count] : counts) {
    text += between + std::to_string(count) + " " + flag;
    between = ", ";
  }
  return text;
}

Timing timing_of(const Measurement& row) {
  if (row.status != Status::ok) {
    return {.reason = row.reason.empty() ? std::string(name(row.status)) : row.reason};
  }
  std::vector<double> times, clocks;
  for (std::size_t i = 0; i < row.samples_s.size(); ++i) {
    const std::string flag = i < row.flags.size() ? row.flags[i] : "";
    if (!flag.empty() && !(row.contended && is_usable(flag))) continue;
    times.push_back(row.samples_s[i]);
    if (i < row.clock_hz.size() && row.clock_hz[i] > 0) clocks.push_back(row.clock_hz[i]);
  }
  Timing timing;
  if (times.empty()) {
    timing.reason = nothing_left(row);
    return timing;
  }
  if (!clocks.empty()) timing.clock_hz = positive(median(clocks));
  if (!row.contended) {
    const Interval interval = median_interval(times);
    timing.seconds = positive(median(times));
    timing.low = positive(interval.low);
    timing.high = positive(interval.high);
  } else {
    std::vector<double> rates;
    rates.reserve(times.size());
    for (const double time : times) rates.push_back(1 / time);
    timing.seconds = quotient(1, quantile(rates, 0.9));
  }
  if (!timing.seconds) timing.reason = "its samples are no finite time";
  return timing;
}

}  // namespace roofmark
