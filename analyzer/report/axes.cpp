#include "analyzer/report/axes.h"

#include <algorithm>
#include <cmath>

#include "analyzer/numbers.h"
#include "analyzer/plain_text.h"

namespace roofmark {

double LogAxis::at(double value) const {
  return from + (to - from) * std::log10(value / low) / std::log10(high / low);
}

double LogAxis::value_at(double pixel) const {
  return low * std::pow(high / low, (pixel - from) / (to - from));
}

double LogAxis::pixels_per_decade() const { return (to - from) / std::log10(high / low); }

std::vector<Tick> ticks(const LogAxis& axis, const std::string& unit) {
  std::vector<Tick> result;
  const bool narrow = axis.high / axis.low < 100;
  const int first = static_cast<int>(std::floor(std::log10(axis.low)));
  const int last = static_cast<int>(std::ceil(std::log10(axis.high)));
  const auto label = [&](double value) {
    // "1 Gop/s", not "1.00 Gop/s": a tick is exact.
    std::string text = unit.empty() ? exact(value) : si(value, unit);
    const std::size_t point = text.find('.');
    const std::size_t blank = std::min(text.find(' '), text.size());
    if (point < blank && text.find_first_not_of('0', point + 1) == blank)
      text.erase(point, blank - point);
    return text;
  };
  for (int decade = first; decade <= last; ++decade) {
    for (const int step : {1, 2, 5}) {
      const double value = step * std::pow(10.0, decade);
      if (value < axis.low * (1 - 1e-9) || value > axis.high * (1 + 1e-9)) continue;
      result.push_back({value, step == 1 || narrow ? label(value) : ""});
    }
  }
  return result;
}

std::vector<Box> text_boxes(double x, double y, double width, double height, double radians) {
  std::vector<Box> boxes;
  const int count = std::max(1, static_cast<int>(std::ceil(width / height)));
  const double length = width / count;
  const double c = std::cos(radians), s = std::sin(radians);
  for (int i = 0; i < count; ++i) {
    // The corners of one piece of the text, height upwards from its baseline.
    Box box{1e300, 1e300, -1e300, -1e300};
    for (const double along : {i * length, (i + 1) * length}) {
      for (const double up : {0.0, height}) {
        const double px = x + along * c + up * s, py = y + along * s - up * c;
        box = {std::min(box.left, px), std::min(box.top, py), std::max(box.right, px),
               std::max(box.bottom, py)};
      }
    }
    boxes.push_back(box);
  }
  return boxes;
}

double text_width(const std::string& text, double font_size) {
  constexpr double em_per_column =
      0.57;  // mean advance of DejaVu Sans and Arial, digits and capitals
  return static_cast<double>(display_width(text)) * em_per_column * font_size;
}

bool Placer::free(const std::vector<Box>& boxes) const {
  return std::none_of(boxes.begin(), boxes.end(), [&](const Box& a) {
    return std::any_of(taken_.begin(), taken_.end(), [&](const Box& b) {
      return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
    });
  });
}

void Placer::take(const std::vector<Box>& boxes) {
  taken_.insert(taken_.end(), boxes.begin(), boxes.end());
}

std::vector<double> spread(std::vector<double> positions, double gap, double low, double high) {
  // Clusters of touching labels, each centred on the mean of where its labels want to be.
  struct Cluster {
    double sum;
    int count;
  };
  std::vector<Cluster> clusters;
  const auto begin = [&](const Cluster& c) {
    const double size = (c.count - 1) * gap;
    const double wanted = c.sum / c.count - size / 2;
    return std::max(low, std::min(wanted, high - size));
  };
  for (const double position : positions) {
    clusters.push_back({position, 1});
    while (clusters.size() > 1) {
      const Cluster after = clusters.back(), before = clusters[clusters.size() - 2];
      if (begin(before) + before.count * gap <= begin(after)) break;
      clusters.pop_back();
      clusters.back() = {before.sum + after.sum, before.count + after.count};
    }
  }
  std::size_t at = 0;
  for (const Cluster& cluster : clusters) {
    for (int i = 0; i < cluster.count; ++i) positions[at++] = begin(cluster) + i * gap;
  }
  return positions;
}

}  // namespace roofmark
