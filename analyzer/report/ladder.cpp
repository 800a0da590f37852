#include "analyzer/report/ladder.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "analyzer/report/identity.h"

namespace roofmark {
namespace {

bool positive(Known<double> value) { return value && std::isfinite(*value) && *value > 0; }

/// The figure a ceiling is ranked by: as measured, else its bound, else the data sheet's.
double rank_value(const Ceiling& ceiling) {
  for (const Known<double>& value : {ceiling.value, ceiling.theoretical, ceiling.datasheet}) {
    if (positive(value)) return *value;
  }
  return 0;
}

/// Drawn where it was measured, or where nothing was measured but a bound is known (specs alone).
bool drawable(const Ceiling& ceiling) {
  if (ceiling.value || ceiling.grade == 'X') return usable(ceiling);
  return positive(ceiling.theoretical) || positive(ceiling.datasheet);
}

/// Of one kernel and variant: measured before not, grades A and B before C, then the higher.
bool better(const Ceiling* a, const Ceiling* b) {
  const auto key = [](const Ceiling* c) {
    return std::tuple(usable(*c), c->grade != 'C', rank_value(*c));
  };
  return key(a) > key(b);
}

/// Of one level: measured before not, reads before other mixes (most of what inference moves is
/// read), then the higher of whatever grade: a narrow instruction set's good row is no better known
/// limit of the level than a wide one's disturbed row above it, and too low a roof flatters.
bool nearer_the_roof(const Ceiling* a, const Ceiling* b) {
  const auto key = [](const Ceiling* c) {
    return std::tuple(usable(*c), c->kernel == "read", rank_value(*c));
  };
  return key(a) > key(b);
}

int kind_rank(const std::string& kind) {
  return kind == "compute" ? 0 : kind == "bandwidth" ? 1 : kind == "latency" ? 2 : 3;
}

/// What may bound a kernel by its intensity.  The link between a GPU and its host may not: kernels
/// move no bytes over it; nor may sizes of a sweep, or rates that are no product's.
bool on_roofline(const Ceiling& ceiling) {
  if (ceiling.kind == "compute") return is_product(ceiling);
  return ceiling.kind == "bandwidth" && ceiling.level != "link" && ceiling.level != "sweep";
}

/// Nearest first; the link to the host lies beyond the memory.
int level_rank(const std::string& level) {
  constexpr std::array order{"", "l1", "shared", "l2", "l3", "l4", "dram", "link"};
  return static_cast<int>(std::find(order.begin(), order.end(), level) - order.begin());
}

bool reads_before(const Ceiling* a, const Ceiling* b) {
  const auto key = [](const Ceiling* c) {
    const bool ranked = c->kind == "bandwidth" || is_product(*c);
    return std::tuple(kind_rank(c->kind), c->device, level_rank(c->level),
                      ranked ? "" : c->kernel + " " + c->format, -c->threads,
                      ranked ? -rank_value(*c) : 0.0, c->id);
  };
  return key(a) < key(b);
}

void sort_for_reading(std::vector<const Ceiling*>& rows) {
  std::stable_sort(rows.begin(), rows.end(), reads_before);
}

std::vector<CeilingGroup> empty_groups() {
  return {{"Other products", {}}, {"Other bandwidths", {}}, {"Latency", {}}, {"Overheads", {}}};
}

/// Its place in empty_groups().
std::size_t group_of(const Ceiling& ceiling) {
  return static_cast<std::size_t>(kind_rank(ceiling.kind));
}

int phase_rank(const std::string& phase) {
  return phase == "prefill" ? 0 : phase == "decode" ? 1 : phase.empty() ? 3 : 2;
}

/// Of each group (by `key`) the one that `comes_first`.
template <class Key, class Order>
std::vector<const Ceiling*> best_of_each(const std::vector<const Ceiling*>& all, Key key,
                                         Order comes_first) {
  std::map<decltype(key(*all[0])), const Ceiling*> best;
  for (const Ceiling* ceiling : all) {
    const auto [at, fresh] = best.emplace(key(*ceiling), ceiling);
    if (!fresh && comes_first(ceiling, at->second)) at->second = ceiling;
  }
  std::vector<const Ceiling*> chosen;
  chosen.reserve(best.size());
  for (const auto& [group, ceiling] : best) chosen.push_back(ceiling);
  std::sort(chosen.begin(), chosen.end(), reads_before);
  return chosen;
}

void fill(Panel& panel, const Analysis& analysis, bool heads) {
  std::vector<const Ceiling*> slopes, flats;
  for (const Ceiling& ceiling : analysis.ceilings) {
    if (ceiling.device != panel.device || !drawable(ceiling) || !on_roofline(ceiling)) continue;
    // The memory is often fastest below all threads, and then that is what the device can do.
    const bool elsewhere = ceiling.threads != panel.threads;
    if (elsewhere && !(heads && ceiling.level == "dram" && ceiling.kernel == "read")) continue;
    (ceiling.kind == "bandwidth" ? slopes : flats).push_back(&ceiling);
  }
  const auto of_one_variant = [](const Ceiling& c) {
    return std::tuple(c.level, c.kernel, c.variant, c.threads);
  };
  panel.slopes = best_of_each(
      best_of_each(slopes, of_one_variant, better), [](const Ceiling& c) { return c.level; },
      nearer_the_roof);
  panel.flats = best_of_each(
      flats, [](const Ceiling& c) { return std::pair(c.format, c.variant); }, better);
  for (const Ceiling* slope : slopes) {
    const bool taken =
        std::find(panel.slopes.begin(), panel.slopes.end(), slope) != panel.slopes.end();
    const bool own = slope->threads == panel.threads;
    if (!taken && own && usable(*slope)) panel.others.push_back(slope);
  }
  for (const Point& point : analysis.points) {
    const Identity parts = identity(point.id);
    if (parts.device == panel.device && parts.threads == panel.threads)
      panel.points.push_back(&point);
  }
}

}  // namespace

bool usable(const Ceiling& ceiling) { return ceiling.grade != 'X' && positive(ceiling.value); }

bool usable(const Point& point) { return point.grade != 'X' && positive(point.seconds); }

bool plottable(const Point& point) {
  // Where something binds it but nothing was attainable, it stands above a roof that is too low.
  const bool placed = point.attainable_measured || point.attainable_theoretical ||
                      point.bound == "unknown" || point.bound.empty();
  return usable(point) && placed && positive(point.intensity) && positive(point.achieved);
}

std::vector<Panel> panels(const Analysis& analysis) {
  std::set<std::pair<std::string, int>> places;  // with the most threads first
  for (const Ceiling& ceiling : analysis.ceilings) {
    if (on_roofline(ceiling) && drawable(ceiling)) {
      places.emplace(ceiling.device, -ceiling.threads);
    }
  }
  for (const Point& point : analysis.points) {
    const Identity parts = identity(point.id);
    if (plottable(point)) places.emplace(parts.device, -parts.threads);
  }
  std::vector<Panel> result;
  for (const auto& [device, threads] : places) {
    Panel panel;
    panel.device = device;
    panel.threads = -threads;
    fill(panel, analysis, heads_its_device(result, panel));
    result.push_back(std::move(panel));
  }
  return result;
}

bool heads_its_device(const std::vector<Panel>& all, const Panel& panel) {
  const auto first = std::find_if(all.begin(), all.end(),
                                  [&](const Panel& other) { return other.device == panel.device; });
  return first == all.end() || first->threads == panel.threads;
}

Ladder ladder(const Analysis& analysis) {
  std::set<const Ceiling*> roof;
  const std::vector<Panel> all = panels(analysis);
  for (const Panel& panel : all) {
    if (!heads_its_device(all, panel)) continue;
    roof.insert(panel.slopes.begin(), panel.slopes.end());
    roof.insert(panel.flats.begin(), panel.flats.end());
  }
  std::set<std::string> binding;
  for (const Point& point : analysis.points) binding.insert(point.ceiling);
  Ladder result;
  std::vector<CeilingGroup> groups = empty_groups();
  for (const Ceiling& ceiling : analysis.ceilings) {
    const bool binds = usable(ceiling) && binding.count(ceiling.id) > 0;
    if (ceiling.grade == 'X') {
      result.refused.push_back(&ceiling);
    } else if (roof.count(&ceiling) || binds || (usable(ceiling) && ceiling.level == "link")) {
      result.roof.push_back(&ceiling);
    } else if (!ceiling.value) {
      result.missing.push_back(&ceiling);
    } else if (ceiling.kind == "compute" && !is_product(ceiling)) {
      result.rates.push_back(&ceiling);
    } else if (ceiling.kernel == "loaded_latency") {
      result.loaded_latency.push_back(&ceiling);
    } else if (ceiling.kernel == "core_to_core") {
      result.core_to_core.push_back(&ceiling);
    } else if (ceiling.level != "sweep") {
      groups[group_of(ceiling)].rows.push_back(&ceiling);
    }
  }
  for (CeilingGroup& group : groups) {
    if (!group.rows.empty()) result.others.push_back(std::move(group));
  }
  for (CeilingGroup& group : result.others) sort_for_reading(group.rows);
  for (auto* list : {&result.roof, &result.refused, &result.missing, &result.rates,
                     &result.loaded_latency, &result.core_to_core}) {
    sort_for_reading(*list);
  }
  return result;
}

std::vector<PointGroup> grouped(const std::vector<const Point*>& points) {
  std::vector<PointGroup> groups;
  std::map<std::pair<std::string, std::string>, std::size_t> places;
  for (const Point* point : points) {
    const auto [at, fresh] = places.emplace(std::pair(point->id, point->phase), groups.size());
    if (fresh) {
      groups.push_back({point, point_name(*point)});
    } else {
      groups[at->second].names += ", " + point_name(*point);
    }
  }
  return groups;
}

PointList point_list(const Analysis& analysis) {
  std::vector<const Point*> measured, refused, missing;
  for (const Point& point : analysis.points) {
    (point.grade == 'X' ? refused : point.seconds ? measured : missing).push_back(&point);
  }
  const auto key = [](const Point* point) {
    const Identity parts = identity(point->id);
    return std::tuple(phase_rank(point->phase), point->phase, parts.device, -parts.threads,
                      positive(point->seconds) ? -*point->seconds : 0.0, point->id);
  };
  for (auto* list : {&measured, &refused, &missing}) {
    std::stable_sort(list->begin(), list->end(),
                     [&](const Point* a, const Point* b) { return key(a) < key(b); });
  }
  return {grouped(measured), grouped(refused), grouped(missing)};
}

}  // namespace roofmark
