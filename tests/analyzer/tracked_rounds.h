// Made-up rounds for tests of comparing: levels that alternate by a tenth of a percent.
#pragma once

#include <string>
#include <vector>

#include "analyzer/tracking/round.h"

namespace roofmark {

inline SeriesRound series_round(const std::string& id, double seconds, double companion = 1) {
  SeriesRound row;
  row.id = id;
  row.kernel = id.substr(0, id.find('/'));
  row.device = "cpu";
  row.seconds = seconds;
  row.companion = "read/v/f32/cpu/t1";
  row.companion_seconds = companion;
  row.relative = seconds / companion;
  row.share = 0.8 * companion / seconds;
  row.ops = row.bytes = 64;
  row.grade = 'A';
  return row;
}

inline SeriesRound probe_round(const std::string& id, double seconds) {
  SeriesRound row = series_round(id, seconds);
  row.role = Role::bandwidth_probe;
  row.companion.clear();
  row.companion_seconds = row.relative = std::nullopt;
  return row;
}

/// A round of these series, the i-th of its side.
inline Round tracked_round(int i, std::vector<SeriesRound> series) {
  Round round;
  round.run = "run" + std::to_string(i);
  round.started = "2026-11-22T02:" + std::to_string(10 + i) + ":00Z";
  round.machine = "machine";
  round.class_ = "class";
  round.preset = "standard";
  round.complete = true;
  for (SeriesRound& row : series) {
    const double factor = i % 2 == 0 ? 1.001 : 0.999;
    if (row.seconds) *row.seconds *= factor;
    if (row.relative) *row.relative *= factor;
    round.series.push_back(std::move(row));
  }
  return round;
}

inline std::vector<Round> tracked_rounds(int count, const std::vector<SeriesRound>& series) {
  std::vector<Round> rounds;
  for (int i = 0; i < count; ++i) rounds.push_back(tracked_round(i, series));
  return rounds;
}

}  // namespace roofmark
