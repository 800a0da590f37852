#include "analyzer/tracking/usual_ratio.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "analyzer/tracking/change.h"
#include "core/statistics.h"

namespace roofmark {
namespace {

/// A round: logarithms.
struct AtProbe {
  double probe = 0, ratio = 0;
};

bool is_time(const Known<double>& value) { return value && std::isfinite(*value) && *value > 0; }

/// Of the rounds that know both.
std::vector<AtProbe> points(const Side& side) {
  std::vector<AtProbe> all;
  for (const SeriesRound* row : side.used) {
    if (!is_time(row->companion_seconds) || !is_time(row->relative)) continue;
    all.push_back({std::log(*row->companion_seconds), std::log(*row->relative)});
  }
  return all;
}

double median_probe(const std::vector<AtProbe>& points) {
  std::vector<double> probes;
  for (const AtProbe& one : points) probes.push_back(one.probe);
  return median(probes);
}

class Line {
 public:
  explicit Line(const std::vector<AtProbe>& points) {
    const auto count = static_cast<double>(points.size());
    for (const AtProbe& one : points) {
      mean_.probe += one.probe / count;
      mean_.ratio += one.ratio / count;
    }
    double squares = 0, products = 0;
    for (const AtProbe& one : points) {
      squares += (one.probe - mean_.probe) * (one.probe - mean_.probe);
      products += (one.probe - mean_.probe) * (one.ratio - mean_.ratio);
    }
    if (squares > 0) slope_ = products / squares;
  }

  double mean_probe() const { return mean_.probe; }
  double above(const AtProbe& one) const {
    return one.ratio - mean_.ratio - slope_ * (one.probe - mean_.probe);
  }

 private:
  AtProbe mean_;
  double slope_ = 0;
};

}  // namespace

Known<double> beyond_usual_ratio(const Side& before, const Side& after, double floor) {
  const std::vector<AtProbe> old = points(before), fresh = points(after);
  if (old.size() < fewest_rounds || fresh.empty()) return std::nullopt;
  const double slack = std::log1p(floor), probe = median_probe(fresh);
  const auto [least, most] = std::minmax_element(
      old.begin(), old.end(), [](const AtProbe& a, const AtProbe& b) { return a.probe < b.probe; });
  if (probe < least->probe - slack || probe > most->probe + slack) return std::nullopt;
  const Line line(old);
  if (std::fabs(probe - line.mean_probe()) <= slack) return std::nullopt;
  std::vector<double> rest;
  for (const AtProbe& one : fresh) rest.push_back(line.above(one));
  return median(rest);
}

}  // namespace roofmark
