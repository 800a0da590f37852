#include "analyzer/prediction.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "analyzer/operators.h"
#include "analyzer/passes.h"

namespace roofmark {
namespace {

/// Zero cached tokens are an extent too.
double logarithm(std::int64_t extent) { return std::log(static_cast<double>(extent) + 1); }

std::vector<double> place_of(const Shape& shape) {
  std::vector<double> place;
  place.reserve(shape.extents.size());
  for (const Extent& extent : shape.extents) place.push_back(logarithm(extent.value));
  return place;
}

bool same_extents(const Shape& a, const Shape& b) {
  return std::equal(a.extents.begin(), a.extents.end(), b.extents.begin(), b.extents.end(),
                    [](const Extent& x, const Extent& y) { return x.name == y.name; });
}

/// What is compared of a call: a gemv is the product of one row.
Shape compared(const std::string& kernel, Shape shape) {
  if (kernel == "gemv") shape.extents.insert(shape.extents.begin(), {"m", 1});
  return shape;
}
std::string compared(const std::string& kernel) { return kernel == "gemv" ? "gemm" : kernel; }

}  // namespace

Predictor::Predictor(const Run& run, const Analysis& of_run, const std::string& device,
                     Roofline measured, Roofline theoretical, WorkModel exact)
    : measured_(std::move(measured)),
      theoretical_(std::move(theoretical)),
      exact_(std::move(exact)) {
  std::map<std::string_view, const Point*> points;  // of those alike one says what all say
  for (const Point& point : of_run.points) points.emplace(point.id, &point);
  for (const Measurement& row : run.rows) {
    if (row.role != Role::kernel || row.device != device || !row.conditions.level.empty()) continue;
    const auto found = points.find(row.id);
    if (found == points.end()) continue;
    const Point& point = *found->second;
    if (point.grade == 'X' || !point.seconds || *point.seconds <= 0) continue;
    const Known<Seconds> roof = stand(row.work, row.format, measured_).seconds;
    Shape shape = compared(row.kernel, row.shape);
    std::vector<double> place = place_of(shape);
    rows_[{compared(row.kernel), row.format.name()}].push_back(
        {&row, std::move(shape), Seconds{*point.seconds},
         roof ? Known<double>(roof->value / *point.seconds) : std::nullopt, std::move(place)});
  }
}

/// Between the two nearest rows that differ from `place` in one extent alone and enclose it.
Known<double> Predictor::along_one_extent(const Series& rows, const std::vector<double>& place) {
  Known<double> best, share;  // width of the enclosing interval, and what it says
  for (std::size_t axis = 0; axis < place.size(); ++axis) {
    const Reached *below = nullptr, *above = nullptr;
    for (const Reached* row : rows) {
      bool elsewhere = false;
      for (std::size_t i = 0; i < place.size(); ++i) {
        elsewhere = elsewhere || (i != axis && row->place[i] != place[i]);
      }
      if (elsewhere) continue;
      const double at = row->place[axis];
      if (at <= place[axis] && (!below || at > below->place[axis])) below = row;
      if (at >= place[axis] && (!above || at < above->place[axis])) above = row;
    }
    if (!below || !above) continue;
    const double width = above->place[axis] - below->place[axis];
    if (best && *best <= width) continue;
    best = width;
    const double part = width > 0 ? (place[axis] - below->place[axis]) / width : 0;
    share = std::exp((1 - part) * std::log(*below->share) + part * std::log(*above->share));
  }
  return share;
}

/// Weighted by distance from each; the share of a row at its own place.
double Predictor::among_all(const Series& rows, const std::vector<double>& place) {
  double weights = 0, sum = 0;
  for (const Reached* row : rows) {
    double square = 0;
    for (std::size_t i = 0; i < place.size(); ++i) {
      square += (row->place[i] - place[i]) * (row->place[i] - place[i]);
    }
    if (square == 0) return *row->share;
    weights += 1 / square;
    sum += std::log(*row->share) / square;
  }
  return std::exp(sum / weights);
}

Predictor::Expected Predictor::expected_of(const Series& rows, const std::vector<double>& place) {
  std::vector<double> nearest = place;  // of the places that the rows enclose
  double square = 0;
  for (std::size_t i = 0; i < place.size(); ++i) {
    const auto [low, high] = std::minmax_element(
        rows.begin(), rows.end(),
        [&](const Reached* a, const Reached* b) { return a->place[i] < b->place[i]; });
    nearest[i] = std::clamp(place[i], (*low)->place[i], (*high)->place[i]);
    square += (nearest[i] - place[i]) * (nearest[i] - place[i]);
  }
  const Known<double> share = along_one_extent(rows, nearest);
  return {share ? *share : among_all(rows, nearest), std::sqrt(square)};
}

Known<Predictor::Expected> Predictor::expected(const std::vector<Reached>& all,
                                               const Shape& shape) {
  const std::vector<double> place = place_of(shape);
  std::vector<Series> series;
  for (const Reached& one : all) {
    if (!one.share || !same_extents(one.shape, shape)) continue;
    const auto same = std::find_if(series.begin(), series.end(), [&](const Series& rows) {
      const Measurement& other = *rows.front()->row;
      return other.variant == one.row->variant && other.threads == one.row->threads &&
             other.conditions == one.row->conditions;
    });
    if (same == series.end()) {
      series.push_back({&one});
    } else {
      same->push_back(&one);
    }
  }
  if (series.empty()) return std::nullopt;
  std::vector<Expected> each;
  each.reserve(series.size());
  for (const Series& rows : series) each.push_back(expected_of(rows, place));
  Expected best{0, each.front().distance};
  for (const Expected& one : each) best.distance = std::min(best.distance, one.distance);
  for (const Expected& one : each) {
    best.share = std::max(best.share, one.share * std::exp(best.distance - one.distance));
  }
  return best;
}

Known<Seconds> Predictor::measured_roof(const CountedOperator& op, const Operator& row) const {
  if (row.format == op.format) return stand(op, measured_).seconds;
  return exact_ ? stand(exact_(row), row.format, measured_).seconds : std::nullopt;
}

Prediction Predictor::operator()(const CountedOperator& op) const {
  const Known<Seconds> roof = stand(op, measured_).seconds;
  const Operator row = measured({.kernel = op.kernel, .shape = op.shape, .format = op.format});
  const auto like = rows_.find({compared(op.kernel), row.format.name()});
  if (like != rows_.end() && !op.shape.extents.empty()) {
    const Shape shape = compared(op.kernel, row.shape);
    Known<Seconds> fastest;
    for (const Reached& one : like->second) {
      if (one.shape == shape) fastest = std::min(fastest.value_or(one.seconds), one.seconds);
    }
    if (fastest) return {fastest, "measured"};
    const Known<Seconds> own_roof = measured_roof(op, row);
    const Known<Expected> reached = own_roof ? expected(like->second, shape) : std::nullopt;
    if (reached) {
      return {*own_roof / reached->share, reached->distance > 0 ? "extrapolated" : "interpolated"};
    }
  }
  if (roof) return {roof, "ceiling"};
  const Known<Seconds> theory = stand(op, theoretical_).seconds;
  return theory ? Prediction{theory, "spec"} : Prediction{};
}

}  // namespace roofmark
