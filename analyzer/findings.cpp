#include "analyzer/findings.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "analyzer/bounds.h"
#include "analyzer/numbers.h"
#include "core/statistics.h"

namespace roofmark {
namespace {

constexpr double same_clock = 0.02;

/// Where rows are comparable: device, kind of core, NUMA node.
using Place = std::tuple<std::string, std::string, std::string>;

Place place_of(const Ceiling& ceiling) { return {ceiling.device, ceiling.cores, ceiling.node}; }

std::string text_of(const Place& place) {
  const auto& [device, cores, node] = place;
  std::string text = device == "cpu" ? "" : " of " + device;
  if (!cores.empty()) text += " on " + cores + " cores";
  if (!node.empty()) text += " on node " + node;
  return text;
}

bool usable(const Ceiling& ceiling) { return ceiling.value && ceiling.grade != 'X'; }

void add_best_threads(std::vector<std::string>& notes, const std::vector<Ceiling>& ceilings) {
  std::map<Place, std::map<int, double>>
      rates;  // best of any instruction set and pages, by threads
  for (const Ceiling& ceiling : ceilings) {
    if (!usable(ceiling) || ceiling.level != "dram" || ceiling.kernel != "read") continue;
    double& rate = rates[place_of(ceiling)][ceiling.threads];
    rate = std::max(rate, *ceiling.value);
  }
  for (const auto& [place, by_threads] : rates) {
    if (by_threads.size() < 2) continue;
    const auto best =
        std::max_element(by_threads.begin(), by_threads.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; });
    const auto& [most, rate] = *by_threads.rbegin();
    std::string note = "dram read" + text_of(place) + ": best at " + std::to_string(best->first) +
                       " of " + std::to_string(most) + " threads, " + si(best->second, "B/s");
    if (best->first != most) note += " (all of them: " + si(rate, "B/s") + ")";
    notes.push_back(note);
  }
}

/// One instruction set's clock at one number of threads.
struct Clock {
  std::string isa;
  double hz = 0;             ///< median over its rows
  double low = 0, high = 0;  ///< of its rows

  /// By more than a clock that wanders from row to row explains.
  bool differs_from(const Clock& other) const {
    return std::abs(hz / other.hz - 1) > same_clock && (high < other.low || low > other.high);
  }
};

std::string clocks_text(const std::vector<Clock>& clocks) {
  const auto scalar = std::find_if(clocks.begin(), clocks.end(),
                                   [](const Clock& clock) { return clock.isa == "scalar"; });
  const auto fastest = std::max_element(clocks.begin(), clocks.end(),
                                        [](const Clock& a, const Clock& b) { return a.hz < b.hz; });
  const Clock& usual = scalar != clocks.end() ? *scalar : *fastest;
  std::string text;
  for (const Clock& clock : clocks) {
    if (!clock.differs_from(usual)) continue;
    text += (text.empty() ? "" : ", ") + clock.isa + " runs at " + si(clock.hz, "Hz");
  }
  return text.empty() ? text : text + "; " + usual.isa + " at " + si(usual.hz, "Hz");
}

void add_clocks(std::vector<std::string>& notes, const std::vector<Ceiling>& ceilings) {
  std::map<std::pair<Place, int>, std::map<std::string, std::vector<double>>> seen;
  for (const Ceiling& ceiling : ceilings) {
    const bool steady = ceiling.grade == 'A' || ceiling.grade == 'B';
    if (!steady || ceiling.device != "cpu" || ceiling.kind != "compute" || !ceiling.clock_hz) {
      continue;
    }
    seen[{place_of(ceiling), ceiling.threads}][isa_of(ceiling.variant)].push_back(
        *ceiling.clock_hz);
  }
  for (const auto& [where, isas] : seen) {
    std::vector<Clock> clocks;
    for (const auto& [isa, all] : isas) {
      const auto [low, high] = std::minmax_element(all.begin(), all.end());
      clocks.push_back({isa, median(all), *low, *high});
    }
    const std::string text = clocks_text(clocks);
    if (text.empty()) continue;
    const int threads = where.second;
    notes.push_back("clock" + text_of(where.first) + " at " + std::to_string(threads) +
                    (threads == 1 ? " thread: " : " threads: ") + text);
  }
}

}  // namespace

std::vector<std::string> findings(const std::vector<Ceiling>& ceilings,
                                  const std::vector<Sweep>& sweeps) {
  std::vector<std::string> notes;
  add_best_threads(notes, ceilings);
  add_clocks(notes, ceilings);
  for (const Sweep& sweep : sweeps) {
    notes.insert(notes.end(), sweep.notes.begin(), sweep.notes.end());
  }
  return notes;
}

}  // namespace roofmark
