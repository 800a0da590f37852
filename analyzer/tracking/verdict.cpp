#include "analyzer/tracking/verdict.h"

#include <algorithm>

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

bool Comparison::regressed() const {
  return std::any_of(series.begin(), series.end(), [](const SeriesVerdict& one) {
    return one.verdict == Verdict::slower && one.confirmed;
  });
}

}  // namespace roofmark
