#include "analyzer/plateaus.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "core/statistics.h"

namespace roofmark {
namespace {

constexpr std::size_t fewest = 3;        // rates of a piece: two say nothing of their scatter
constexpr double least_scatter = 0.015;  // below it samples of one level differ by chance
constexpr double least_slope = 0.30;     // per octave: a staircase of levels falls by 0.25
constexpr double least_step = 0.10;      // between plateaus

double mean_distance(std::span<const double> values, double from) {
  double sum = 0;
  for (const double value : values) sum += std::abs(value - from);
  return sum / static_cast<double>(values.size());
}

/// A piece of the curve: octaves of size, logarithms of the rate.
struct Piece {
  std::span<const double> octaves, logs;

  double scatter_of_level() const { return mean_distance(logs, median(logs)); }

  /// Around the line of least squares; infinite where that is as good as level.
  double scatter_of_slope() const {
    const double n = static_cast<double>(logs.size());
    double x = 0, y = 0, xx = 0, xy = 0;
    for (std::size_t i = 0; i < logs.size(); ++i) {
      x += octaves[i] / n;
      y += logs[i] / n;
    }
    for (std::size_t i = 0; i < logs.size(); ++i) {
      xx += (octaves[i] - x) * (octaves[i] - x);
      xy += (octaves[i] - x) * (logs[i] - y);
    }
    const double slope = xy / xx;
    if (!(std::abs(slope) >= least_slope)) return HUGE_VAL;
    double sum = 0;
    for (std::size_t i = 0; i < logs.size(); ++i) {
      sum += std::abs(logs[i] - y - slope * (octaves[i] - x));
    }
    return sum / n;
  }
};

/// How much rates of one level differ by chance: most neighbours stand on the same one.
double least_scatter_of(std::span<const double> logs) {
  std::vector<double> steps;
  for (std::size_t i = 1; i < logs.size(); ++i) steps.push_back(std::abs(logs[i] - logs[i - 1]));
  // Of normal noise the lower quartile of steps is 0.45, the mean distance 0.8 of its deviation.
  return std::max(least_scatter, 1.5 * quantile(steps, 0.25));
}

Flat flat(std::span<const double> rates, std::size_t first, std::size_t last) {
  return {first, last, median(rates.subspan(first, last - first + 1))};
}

/// Those that do not fall are one with what is before them, however often.
std::vector<Flat> falling(std::span<const double> rates, const std::vector<Flat>& flats) {
  std::vector<Flat> result;
  for (Flat next : flats) {
    while (!result.empty() && std::log(result.back().value / next.value) < least_step) {
      next = flat(rates, result.back().first, next.last);
      result.pop_back();
    }
    result.push_back(next);
  }
  return result;
}

/// The cheapest way to the rates before some end: its last piece.
struct Best {
  double cost = 0;
  std::size_t begin = 0;  ///< of the last piece
  bool level = false;
};

std::vector<Best> cheapest(std::span<const double> octaves, std::span<const double> logs) {
  const auto [low, high] = std::minmax_element(logs.begin(), logs.end());
  const double single = std::log(std::max(*high - *low, 1.0));
  const double parameter = 0.5 * std::log(static_cast<double>(logs.size()));
  const double least = least_scatter_of(logs);
  std::vector<Best> best(logs.size() + 1);
  for (std::size_t end = 1; end <= logs.size(); ++end) {
    best[end] = {best[end - 1].cost + single, end - 1, false};
    for (std::size_t begin = 0; begin + fewest <= end; ++begin) {
      const std::size_t count = end - begin;
      const Piece piece{octaves.subspan(begin, count), logs.subspan(begin, count)};
      const auto offer = [&](double scatter, double price, bool level) {
        const double cost =
            best[begin].cost + price +
            static_cast<double>(count) * (std::log(2 * std::max(scatter, least)) + 1);
        if (cost < best[end].cost) best[end] = {cost, begin, level};
      };
      offer(piece.scatter_of_level(), 3 * parameter, true);
      offer(piece.scatter_of_slope(), 4 * parameter, false);
    }
  }
  return best;
}

}  // namespace

std::vector<Flat> flats_of(std::span<const double> sizes, std::span<const double> rates) {
  assert(sizes.size() == rates.size());
  if (rates.size() < fewest) return {};
  std::vector<double> octaves, logs;
  for (const double size : sizes) octaves.push_back(std::log2(size));
  for (const double rate : rates) logs.push_back(std::log(rate));
  const std::vector<Best> best = cheapest(octaves, logs);
  std::vector<Flat> flats;
  for (std::size_t end = logs.size(); end > 0; end = best[end].begin) {
    if (best[end].level) flats.push_back(flat(rates, best[end].begin, end - 1));
  }
  std::reverse(flats.begin(), flats.end());
  return falling(rates, flats);
}

}  // namespace roofmark
