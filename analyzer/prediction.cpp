#include "analyzer/prediction.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace roofmark {
namespace {

/// A row that says how much of the roof its kernel reaches.
struct Reached {
  const Measurement* row;
  double share;
  std::vector<double> place;  ///< logarithms of its extents
};

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

/// Usable rows of kernels on that device whose operands lie in memory.
std::vector<Reached> reached_in(const Analysis& analysis, const Run& run, const Roofline& measured,
                                const std::string& device) {
  std::vector<Reached> all;
  for (const Measurement& row : run.rows) {
    if (row.role != Role::kernel || row.device != device || !row.conditions.level.empty()) continue;
    const auto point =
        std::find_if(analysis.points.begin(), analysis.points.end(),
                     [&](const Point& one) { return one.id == row.id && one.grade != 'X'; });
    if (point == analysis.points.end() || !point->seconds || *point->seconds <= 0) continue;
    const Known<Seconds> roof = stand(row.work, row.format, measured).seconds;
    if (!roof) continue;
    all.push_back({&row, roof->value / *point->seconds, place_of(row.shape)});
  }
  return all;
}

/// Between the two nearest rows that differ from `place` in one extent alone and enclose it.
Known<double> along_one_extent(const std::vector<const Reached*>& rows,
                               const std::vector<double>& place) {
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
    share = std::exp((1 - part) * std::log(below->share) + part * std::log(above->share));
  }
  return share;
}

Known<double> among_all(const std::vector<const Reached*>& rows, const std::vector<double>& place) {
  for (std::size_t i = 0; i < place.size(); ++i) {
    const auto [low, high] = std::minmax_element(
        rows.begin(), rows.end(),
        [&](const Reached* a, const Reached* b) { return a->place[i] < b->place[i]; });
    if (place[i] < (*low)->place[i] || place[i] > (*high)->place[i]) return std::nullopt;
  }
  double weights = 0, sum = 0;
  for (const Reached* row : rows) {
    double square = 0;
    for (std::size_t i = 0; i < place.size(); ++i) {
      square += (row->place[i] - place[i]) * (row->place[i] - place[i]);
    }
    if (square == 0) return row->share;
    weights += 1 / square;
    sum += std::log(row->share) / square;
  }
  return std::exp(sum / weights);
}

/// The largest share that one variant on one number of threads is expected to reach.
Known<double> interpolated(const std::vector<Reached>& all, const Layer& layer) {
  const std::vector<double> place = place_of(layer.shape);
  std::vector<std::vector<const Reached*>> series;
  for (const Reached& one : all) {
    if (one.row->kernel != layer.kernel || !(one.row->format == layer.format) ||
        !same_extents(one.row->shape, layer.shape)) {
      continue;
    }
    const auto same = std::find_if(series.begin(), series.end(), [&](const auto& rows) {
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
  Known<double> best;
  for (const auto& rows : series) {
    Known<double> share = along_one_extent(rows, place);
    if (!share && rows.size() > 1) share = among_all(rows, place);
    if (share && (!best || *share > *best)) best = share;
  }
  return best;
}

void predict(Layer& layer, const Analysis& analysis, const std::vector<Reached>& all) {
  if (!layer.point.empty()) {
    const auto point = std::find_if(analysis.points.begin(), analysis.points.end(),
                                    [&](const Point& one) { return one.id == layer.point; });
    if (point != analysis.points.end() && point->seconds) {
      layer.predicted = Seconds{*point->seconds};
      layer.provenance = "measured";
      return;
    }
  }
  const bool comparable = !layer.kernel.empty() && !layer.shape.extents.empty();
  const Known<double> share = comparable ? interpolated(all, layer) : std::nullopt;
  if (layer.seconds && share) {
    layer.predicted = *layer.seconds / *share;
    layer.provenance = "interpolated";
  } else if (layer.seconds) {
    layer.predicted = layer.seconds;
    layer.provenance = "ceiling";
  } else if (layer.attainable_theoretical && layer.attainable_theoretical->value > 0) {
    layer.predicted = layer.work.ops / *layer.attainable_theoretical;
    layer.provenance = "spec";
  }
}

}  // namespace

void put_predictions(Analysis& analysis, const Run& run, const Roofline& measured,
                     const std::string& device) {
  const std::vector<Reached> all = reached_in(analysis, run, measured, device);
  for (Layer& layer : analysis.layers) predict(layer, analysis, all);
  for (Total& total : analysis.totals) {
    total.predicted = Seconds{};
    for (const Layer& layer : analysis.layers) {
      if (layer.phase != total.phase) continue;
      if (total.predicted && layer.predicted) {
        *total.predicted += *layer.predicted * static_cast<double>(layer.count);
      } else {
        total.predicted.reset();
      }
    }
  }
}

}  // namespace roofmark
