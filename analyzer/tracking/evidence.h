// The rounds of one series on both sides, sorted into those that count and the reasons of others.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "analyzer/tracking/verdict.h"

namespace roofmark {

/// One side of a series.
struct Side {
  std::vector<const SeriesRound*> rows;  ///< all, oldest first
  std::vector<const SeriesRound*> used;  ///< with a time, not contended, not refused
  std::size_t contended = 0, refused = 0, failed = 0;
  const SeriesRound* last() const { return rows.empty() ? nullptr : rows.back(); }
  /// Why the newest that failed did; empty: none did.
  std::string failure() const;
};
using Sides = std::map<std::string, Side>;
/// By id.
Sides sides_of(std::span<const Round> rounds);

/// Whether a row says that it was measured: a row that cannot run here is none.
bool was_measured(const SeriesRound& row);

/// A figure of a row that may be unknown.
using Figure = Known<double> SeriesRound::*;
/// Its values in the rounds that count.
std::vector<double> values(const Side& side, Figure figure);
Known<double> median_of(const Side& side, Figure figure);
SeriesSide summary(const Side& side);

/// Why the two cannot be compared; empty: they can.
std::string obstacle(const Side& before, const Side& after);

}  // namespace roofmark
