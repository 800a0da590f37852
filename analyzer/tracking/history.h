// The history of one series: its rounds, where it changed, and what changed around it.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "analyzer/table.h"
#include "analyzer/tracking/change_points.h"
#include "analyzer/tracking/verdict.h"

namespace roofmark {

struct HistoryPoint {
  std::string run, started;
  double seconds = 0;
  Known<double> share;
};

/// The environment of a point is not that of the point before.
struct Marker {
  std::size_t at = 0;  ///< the first point after it
  std::vector<Difference> differences;
};

struct History {
  std::string id;
  std::vector<HistoryPoint> points;  ///< rounds that count, oldest first
  std::size_t left_out = 0;          ///< rounds without a time, contended or refused
  std::vector<ChangePoint> changes;  ///< `at` is an index of points
  std::vector<Marker> markers;
};

/// Histories of all series of the rounds (one machine's, oldest first), in order of appearance.
/// Quick rounds and others are no single history: those of the newest round's sort are taken.
std::vector<History> histories(std::span<const Round> rounds);

/// Which rounds histories() leaves out as another sort, in words; empty: none.
std::string left_out_text(std::span<const Round> rounds);

/// What the series themselves leave out (contended, refused, without a time), counted, in words;
/// empty: nothing.
std::string disturbed_text(std::span<const History> all);

/// One character a point, from the fastest to the slowest of them: "▁▂▁▁▇▇▇"; at most `columns`,
/// the newest.  The whole height is 5 % of the fastest or more, so that noise looks like little.
std::string sparkline(std::span<const HistoryPoint> points, std::size_t columns);

/// For people: a line per series, those that changed last first.
Table history_table(std::span<const History> all);
/// For programs: a line per point, with the change point and the markers at it, and one without
/// figures for a series of which nothing is left.
Table history_figures(std::span<const History> all);
/// One series in words: its line, every change point with what changed around it.
std::string history_text(const History& history);
/// JSON (schema roofmark.history/1).  `notes`: what of the stored rounds is not in it.
std::string history_json(std::span<const History> all, std::span<const std::string> notes);
/// One self-contained page: a picture per series with change points and markers.
std::string history_page(std::span<const History> all, const std::string& title);
/// The same as a part of a run's page: the series that changed last in pictures, all of them in a
/// table that is folded away.  Empty where no series has three rounds.
std::string history_part(std::span<const History> all);

}  // namespace roofmark
