#include "analyzer/export/series.h"

#include <algorithm>
#include <map>

#include "analyzer/timing.h"

namespace roofmark {
namespace {

constexpr const char* names[] = {"ok", "refused", "failed", "unsupported", "skipped", "unmeasured"};

/// What the analysis says of each row.
struct Judgements {
  std::map<std::string, const Ceiling*> ceilings;
  std::map<std::string, std::vector<const Point*>> points;

  explicit Judgements(const Analysis& analysis) {
    for (const Ceiling& ceiling : analysis.ceilings) ceilings.emplace(ceiling.id, &ceiling);
    for (const Point& point : analysis.points) points[point.id].push_back(&point);
  }
};

void put_kernel(Series& series, const std::vector<const Point*>& points) {
  const Point& first = *points.front();
  series.grade = first.grade;
  series.share = first.share_measured;
  series.bound = first.bound;
  series.ceiling = first.ceiling;
  series.reason = first.reason;
  for (const Point* point : points) {
    if (point->op.empty()) continue;
    series.operators += (series.operators.empty() ? "" : ", ") + point->phase + " " + point->op;
  }
}

void put_probe(Series& series, const Ceiling& ceiling) {
  series.kind = ceiling.kind;
  series.reason = ceiling.reason;
  // A ceiling that a kernel's pairs say has that kernel's grade, not its row's.
  if (ceiling.from == ceiling.id) series.grade = ceiling.grade;
}

void put_rate(Series& series, double work) {
  series.value = series.seconds ? quotient(work, *series.seconds) : std::nullopt;
  series.low = quotient(work, series.seconds_high);
  series.high = quotient(work, series.seconds_low);
}

void put_value(Series& series) {
  const Work& work = series.row->work;
  if (series.kind == "compute" || series.kind == "bandwidth") {
    series.unit = series.kind == "compute" ? "op/s" : "B/s";
    put_rate(series, series.kind == "compute" ? work.ops.value : work.bytes().value);
    return;
  }
  series.unit = "s";
  const bool each = series.kind == "latency" || series.kind == "overhead";
  const double calls = each && work.ops.value > 0 ? work.ops.value : 1;
  const auto per_call = [&](const Known<double>& time) {
    return time ? quotient(*time, calls) : std::nullopt;
  };
  series.value = per_call(series.seconds);
  series.low = per_call(series.seconds_low);
  series.high = per_call(series.seconds_high);
}

void take_values(Series& series) {
  for (Known<double>* figure : {&series.seconds, &series.seconds_low, &series.seconds_high,
                                &series.value, &series.low, &series.high, &series.share}) {
    figure->reset();
  }
}

std::string outcome_of(const Series& series) {
  if (series.row->status != Status::ok) return std::string(name(series.row->status));
  if (!series.value) return "unmeasured";
  return series.grade == 'X' ? "refused" : "ok";
}

Series one(const Measurement& row, const Judgements& said) {
  Series series{.id = row.id, .row = &row, .kind = "pace", .reason = row.reason};
  series.grade = row.contended ? 'C' : row.grade;
  const auto points = said.points.find(row.id);
  const auto ceiling = said.ceilings.find(row.id);
  if (row.role == Role::kernel) series.kind = "kernel";
  if (points != said.points.end()) put_kernel(series, points->second);
  if (ceiling != said.ceilings.end()) put_probe(series, *ceiling->second);
  const Timing timing = timing_of(row);
  series.seconds = timing.seconds;
  series.seconds_low = timing.low;
  series.seconds_high = timing.high;
  put_value(series);
  for (const double sample : row.samples_s) {
    series.measuring_s += sample * static_cast<double>(std::max<std::int64_t>(row.launches, 1));
  }
  series.outcome = outcome_of(series);
  if (series.outcome == "ok") return series;
  take_values(series);
  if (series.reason.empty()) series.reason = timing.reason;
  if (series.reason.empty()) series.reason = "it counts no work";
  return series;
}

}  // namespace

std::vector<Series> series_of(const Run& run, const Analysis& analysis) {
  const Judgements said(analysis);
  std::vector<Series> all;
  all.reserve(run.rows.size());
  for (const Measurement& row : run.rows) all.push_back(one(row, said));
  return all;
}

std::vector<std::pair<std::string, int>> outcomes(const std::vector<Series>& all) {
  std::vector<std::pair<std::string, int>> counts;
  for (const char* name : names) {
    const auto count = std::count_if(all.begin(), all.end(),
                                     [&](const Series& one) { return one.outcome == name; });
    counts.emplace_back(name, static_cast<int>(count));
  }
  return counts;
}

}  // namespace roofmark
