#include "analyzer/sweep.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>

#include "analyzer/ceilings.h"
#include "analyzer/numbers.h"
#include "analyzer/plateaus.h"
#include "core/statistics.h"

namespace roofmark {
namespace {

constexpr double agree_within = 2;  // between the end of a plateau and the size of a cache
constexpr int fewest_points = 3;    // that show a plateau

bool same_series(const Sweep& sweep, const Measurement& row) {
  return sweep.device == row.device && sweep.variant == row.variant &&
         sweep.threads == row.threads && sweep.conditions == row.conditions;
}

std::string upper(std::string level) {
  for (char& c : level) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return level;
}

/// Caches that threads bound one per core reach: they fill one instance after the other.
std::vector<CacheReach> caches_of(const Cpu& cpu, int threads) {
  std::vector<CacheReach> caches;
  for (const Cache& cache : cpu.caches) {
    const std::string level = "l" + std::to_string(cache.level);
    if (!caches.empty() && caches.back().level == level) continue;  // of another kind of core
    const int cores = cpu.cores > 0 ? std::min(threads, cpu.cores) : threads;
    const int sharing = std::max(1, cache.cores_sharing);
    const int instances = (cores + sharing - 1) / sharing;
    caches.push_back({level, static_cast<double>(cache.size_bytes) * instances});
  }
  return caches;
}

void fit(Sweep& sweep) {
  std::vector<double> sizes, values;
  for (const SweepPoint& point : sweep.points) {
    sizes.push_back(point.bytes);
    values.push_back(point.value);
  }
  for (const Flat& flat : flats_of(sizes, values)) {
    const auto own = std::span(values).subspan(flat.first, flat.last - flat.first + 1);
    const Interval interval = median_interval(own);
    sweep.plateaus.push_back({.value = flat.value,
                              .low = interval.low,
                              .high = interval.high,
                              .first_bytes = sweep.points[flat.first].bytes,
                              .last_bytes = sweep.points[flat.last].bytes,
                              .points = static_cast<int>(own.size())});
  }
}

/// Levels that the sweep has enough sizes of, nearest first: sizes above `beyond` times the level
/// before, which serves a part of those just above it.
std::vector<std::string> levels_passed(const Sweep& sweep, double beyond) {
  std::vector<std::string> levels;
  double inner = 0;
  const auto add = [&](const std::string& level, double capacity) {
    const auto of_level = [&](const SweepPoint& point) {
      return point.bytes > beyond * inner && point.bytes <= capacity;
    };
    if (std::count_if(sweep.points.begin(), sweep.points.end(), of_level) >= fewest_points) {
      levels.push_back(level);
    }
    inner = capacity;
  };
  for (const CacheReach& cache : sweep.caches) add(cache.level, cache.bytes);
  add("dram", std::numeric_limits<double>::infinity());
  return levels;
}

/// By size and not by place in the order: a level may be missing while another shows twice.
void name_levels(Sweep& sweep) {
  if (sweep.caches.empty()) return;
  for (Plateau& plateau : sweep.plateaus) {
    const double middle = std::sqrt(plateau.first_bytes * plateau.last_bytes);
    const auto holds = std::find_if(sweep.caches.begin(), sweep.caches.end(),
                                    [&](const CacheReach& cache) { return middle <= cache.bytes; });
    plateau.level = holds == sweep.caches.end() ? "dram" : holds->level;
  }
}

/// Where no plateau ends near that cache, and where the nearest one does; empty: one ends there.
std::string disagreement(const Sweep& sweep, const CacheReach& cache) {
  Known<double> nearest;
  const auto factor = [&](double end) { return std::max(cache.bytes / end, end / cache.bytes); };
  for (std::size_t i = 0; i + 1 < sweep.plateaus.size(); ++i) {
    const double end = sweep.plateaus[i].last_bytes;
    if (!nearest || factor(end) < factor(*nearest)) nearest = end;
  }
  if (nearest && factor(*nearest) <= agree_within) return {};
  return "the machine reports " + iec(cache.bytes) + " of " + upper(cache.level) +
         ", and no plateau ends there" + (nearest ? ": the nearest ends at " + iec(*nearest) : "");
}

void compare(Sweep& sweep) {
  const double smallest = sweep.points.front().bytes, largest = sweep.points.back().bytes;
  for (const CacheReach& cache : sweep.caches) {
    if (cache.bytes < agree_within * smallest || cache.bytes * agree_within > largest) continue;
    const std::string text = disagreement(sweep, cache);
    if (!text.empty()) sweep.notes.push_back(sweep_name(sweep) + ": " + text);
  }
  const std::vector<std::string> levels = levels_passed(sweep, agree_within);
  const std::size_t most = levels_passed(sweep, 1).size(), found = sweep.plateaus.size();
  if (sweep.caches.empty() || (found >= levels.size() && found <= most)) return;
  std::string names;
  for (const std::string& level : levels) names += (names.empty() ? "" : ", ") + upper(level);
  sweep.notes.push_back(sweep_name(sweep) + ": " + std::to_string(sweep.plateaus.size()) +
                        (sweep.plateaus.size() == 1 ? " plateau" : " plateaus") + " where " +
                        std::to_string(levels.size()) + " are expected (" + names + ")");
}

}  // namespace

std::string sweep_name(const Sweep& sweep) {
  std::string name = "sweep " + sweep.variant + ", " + std::to_string(sweep.threads) +
                     (sweep.threads == 1 ? " thread" : " threads");
  const Conditions& where = sweep.conditions;
  if (!where.cores.empty()) name += ", " + where.cores + " cores";
  if (!where.node.empty()) name += ", node " + where.node;
  if (!where.pages.empty()) name += ", " + where.pages + " pages";
  return name;
}

std::vector<Sweep> sweeps_of(const Run& run, const std::vector<Ceiling>& ceilings) {
  std::vector<Sweep> sweeps;
  for (const Measurement& row : run.rows) {
    if (row.conditions.level != "sweep") continue;
    const Ceiling* ceiling = find_ceiling(ceilings, row.id);
    const double bytes = static_cast<double>(row.shape.get("bytes", 0));
    if (!ceiling || !ceiling->value || ceiling->grade == 'X' || bytes <= 0) continue;
    auto at = std::find_if(sweeps.begin(), sweeps.end(),
                           [&](const Sweep& sweep) { return same_series(sweep, row); });
    if (at == sweeps.end()) {
      at = sweeps.insert(at, {.device = row.device,
                              .variant = row.variant,
                              .conditions = row.conditions,
                              .threads = row.threads});
    }
    at->points.push_back({row.id, bytes, *ceiling->value, ceiling->grade});
  }
  std::stable_sort(sweeps.begin(), sweeps.end(),
                   [](const Sweep& a, const Sweep& b) { return a.threads > b.threads; });
  for (Sweep& sweep : sweeps) {
    std::stable_sort(sweep.points.begin(), sweep.points.end(),
                     [](const SweepPoint& a, const SweepPoint& b) { return a.bytes < b.bytes; });
    if (sweep.device == "cpu") sweep.caches = caches_of(run.machine.cpu, sweep.threads);
    fit(sweep);
    name_levels(sweep);
    compare(sweep);
  }
  return sweeps;
}

}  // namespace roofmark
