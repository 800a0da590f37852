#include "analyzer/tracking/evidence.h"

#include <cmath>

#include "analyzer/numbers.h"
#include "core/statistics.h"

namespace roofmark {
namespace {

constexpr double same_work = 1e-9;  // counted in doubles, added up in any order

bool differs(double a, double b) {
  return std::fabs(a - b) > same_work * std::max(std::fabs(a), std::fabs(b));
}

}  // namespace

std::string Side::failure() const {
  std::string reason;
  for (const SeriesRound* row : rows) {
    if (row->status == Status::failed) reason = row->reason;
  }
  return reason;
}

Sides sides_of(std::span<const Round> rounds) {
  Sides sides;
  for (const Round& round : rounds) {
    for (const SeriesRound& row : round.series) {
      Side& side = sides[row.id];
      side.rows.push_back(&row);
      side.failed += row.status == Status::failed;
      const bool refused = row.grade == 'X';
      side.refused += refused;
      side.contended += row.contended;
      if (row.seconds && !row.contended && !refused) side.used.push_back(&row);
    }
  }
  return sides;
}

bool was_measured(const SeriesRound& row) {
  return row.status == Status::ok || row.status == Status::failed;
}

std::vector<double> values(const Side& side, Figure figure) {
  std::vector<double> all;
  for (const SeriesRound* row : side.used) {
    const Known<double>& value = row->*figure;
    if (value && std::isfinite(*value) && *value > 0) all.push_back(*value);
  }
  return all;
}

Known<double> median_of(const Side& side, Figure figure) {
  const std::vector<double> all = values(side, figure);
  return all.empty() ? std::nullopt : Known<double>(median(all));
}

SeriesSide summary(const Side& side) {
  SeriesSide said;
  said.rounds = side.used.size();
  said.seconds = median_of(side, &SeriesRound::seconds);
  said.share = median_of(side, &SeriesRound::share);
  if (const SeriesRound* last = side.last()) {
    said.code_hash = last->code_hash;
    said.implementation = last->implementation;
  }
  return said;
}

std::string obstacle(const Side& before, const Side& after) {
  const SeriesRound &old = *before.last(), &fresh = *after.last();
  if (differs(old.ops, fresh.ops) || differs(old.bytes, fresh.bytes)) {
    return "its work is counted otherwise: " + si(old.ops, "op") + " and " + iec(old.bytes) +
           " before, " + si(fresh.ops, "op") + " and " + iec(fresh.bytes) + " now";
  }
  const auto above = [](const Side& side) { return side.used.empty() && side.refused > 0; };
  if (above(before)) return "it was above its bound before (grade X)";
  if (above(after)) return "it is above its bound (grade X)";
  return {};
}

}  // namespace roofmark
