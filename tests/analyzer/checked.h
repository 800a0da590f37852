// A check of made-up rounds, and the verdict of one of its series.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "analyzer/tracking/compare.h"
#include "tests/analyzer/tracked_rounds.h"

namespace roofmark {

inline const std::string a = "gemv/v/f32/cpu/t1/n=1", b = "gemv/v/f32/cpu/t1/n=2";

inline const SeriesVerdict& of(const Comparison& comparison, const std::string& id) {
  for (const SeriesVerdict& one : comparison.series) {
    if (one.id == id) return one;
  }
  static const SeriesVerdict none;
  ADD_FAILURE() << "no verdict of " << id;
  return none;
}

/// A check: three rounds, and two reruns of the same.
inline Comparison checked(const std::vector<Round>& before, const std::vector<SeriesRound>& now) {
  const std::vector<Round> after = tracked_rounds(3, now), again = tracked_rounds(2, now);
  Comparison comparison = compare(before, after, {});
  confirm(comparison, before, after, again, {});
  explain(comparison);
  return comparison;
}

}  // namespace roofmark
