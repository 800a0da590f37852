#include "analyzer/tracking/verdict.h"

#include <algorithm>
#include <cmath>

#include "core/statistics.h"

namespace roofmark {

std::string_view name(Verdict verdict) {
  switch (verdict) {
    case Verdict::same:
      return "same";
    case Verdict::faster:
      return "faster";
    case Verdict::slower:
      return "slower";
    case Verdict::inconclusive:
      return "inconclusive";
    case Verdict::not_comparable:
      return "not comparable";
    case Verdict::added:
      return "new";
    case Verdict::missing:
      return "missing";
    case Verdict::failed:
      return "failed";
  }
  return "";
}

std::string_view name(Cause cause) {
  switch (cause) {
    case Cause::none:
      return "";
    case Cause::machine:
      return "machine";
    case Cause::kernel:
      return "kernel";
    case Cause::library:
      return "library";
    case Cause::environment:
      return "environment";
  }
  return "";
}

std::size_t Comparison::count(Verdict verdict) const {
  return static_cast<std::size_t>(
      std::count_if(series.begin(), series.end(),
                    [&](const SeriesVerdict& one) { return one.verdict == verdict; }));
}

bool Comparison::compared() const {
  return std::any_of(series.begin(), series.end(), [](const SeriesVerdict& one) {
    return one.time || one.relative || one.verdict == Verdict::inconclusive;
  });
}

bool is_unchanged(const SeriesVerdict& one) {
  return one.cause == Cause::library && one.before.implementation == one.after.implementation;
}

bool fails(const SeriesVerdict& one, FailOn fail_on) {
  if (one.verdict == Verdict::failed) return true;
  const bool slower = one.verdict == Verdict::slower;
  if (slower && one.confirmed) return fail_on != FailOn::never;
  return (slower || one.verdict == Verdict::inconclusive) && fail_on == FailOn::inconclusive;
}

Known<Detectable> Comparison::detectable() const {
  std::vector<double> all;
  Detectable found;
  for (const SeriesVerdict& one : series) {
    if (!one.detectable || !std::isfinite(*one.detectable)) continue;
    all.push_back(*one.detectable);
    if (all.size() > 1 && *one.detectable <= found.worst) continue;
    found.worst = *one.detectable;
    found.worst_series = one.id;
  }
  if (all.empty()) return std::nullopt;
  found.series = all.size();
  found.median = median(all);
  return found;
}

bool Comparison::regressed() const {
  return std::any_of(series.begin(), series.end(), [](const SeriesVerdict& one) {
    return one.verdict == Verdict::slower && one.confirmed;
  });
}

}  // namespace roofmark
