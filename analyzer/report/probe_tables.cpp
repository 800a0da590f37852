#include "analyzer/report/probe_tables.h"

#include <isas.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string_view>
#include <tuple>

#include "analyzer/bounds.h"
#include "analyzer/numbers.h"
#include "analyzer/report/identity.h"
#include "analyzer/report/tables.h"
#include "analyzer/sweep.h"

namespace roofmark {
namespace {

constexpr std::size_t most_in_matrix = 8;  // CPUs: wider tables wrap on a terminal

const CacheReach* cache_of(const Sweep& sweep, const std::string& level) {
  const auto found = std::find_if(sweep.caches.begin(), sweep.caches.end(),
                                  [&](const CacheReach& cache) { return cache.level == level; });
  return found == sweep.caches.end() ? nullptr : &*found;
}

#define ROOFMARK_ROW(isa, architecture, vector_bytes, test) std::string_view(#isa),
constexpr std::string_view known_isas[] = {ROOFMARK_EACH_KNOWN_ISA(ROOFMARK_ROW)};
#undef ROOFMARK_ROW

/// Narrowest first, unknown ones last.
std::size_t width_rank(const std::string& isa) {
  const auto* known = std::find(std::begin(known_isas), std::end(known_isas), isa);
  return static_cast<std::size_t>(known - std::begin(known_isas));
}

/// What rows of several instruction sets have in common.
struct Limit {
  std::string name, device;
  int threads = 1;
  std::map<std::string, const Ceiling*> by_isa{};  ///< the fastest variant
};

/// "117 Gop/s 99.8 % A"
std::string rate_cell(const Ceiling& ceiling, const std::set<std::string>& contended) {
  return ceiling_value(ceiling, ceiling.value) +
         (ceiling.share ? " " + percent(ceiling.share) : "") + " " + ceiling.grade +
         (contended.count(ceiling.id) > 0 ? " contended" : "");
}

std::string grade_of(const Ceiling& ceiling) { return std::string(1, ceiling.grade); }

/// Between logical CPUs a and b.
struct Hop {
  int a, b;
  const Ceiling* ceiling;
};

std::vector<Hop> hops_of(const std::vector<const Ceiling*>& rows) {
  std::vector<Hop> hops;
  for (const Ceiling* row : rows) {
    const Identity parts = identity(row->id);
    hops.push_back({static_cast<int>(parts.extent("a")), static_cast<int>(parts.extent("b")), row});
  }
  return hops;
}

Table matrix(const std::vector<Hop>& hops, const std::set<int>& cpus) {
  std::map<std::pair<int, int>, std::string> cells;
  for (const Hop& hop : hops) {
    const std::string text = si(hop.ceiling->value, "s");
    cells[{hop.a, hop.b}] = cells[{hop.b, hop.a}] = text;
  }
  std::vector<Column> columns{{"from \\ to", Align::right}};
  for (const int cpu : cpus) columns.push_back({"CPU " + std::to_string(cpu), Align::right});
  Table table(columns);
  for (const int from : cpus) {
    std::vector<std::string> line{"CPU " + std::to_string(from)};
    for (const int to : cpus) {
      const auto cell = cells.find({from, to});
      line.push_back(cell == cells.end() ? "-" : cell->second);
    }
    table.add(std::move(line));
  }
  return table;
}

}  // namespace

Table by_instruction_set(const std::vector<const Ceiling*>& rows,
                         const std::set<std::string>& contended) {
  std::set<std::pair<std::size_t, std::string>> isas;
  std::vector<Limit> limits;  // in the order of the rows
  for (const Ceiling* row : rows) {
    const std::string isa = isa_of(row->variant), name = limit_name(*row);
    isas.emplace(width_rank(isa), isa);
    auto at = std::find_if(limits.begin(), limits.end(), [&](const Limit& limit) {
      return limit.name == name && limit.device == row->device && limit.threads == row->threads;
    });
    if (at == limits.end()) {
      at = limits.insert(at, {.name = name, .device = row->device, .threads = row->threads});
    }
    const Ceiling*& cell = at->by_isa[isa];
    if (!cell || *cell->value < *row->value) cell = row;
  }
  const bool cpu_alone = std::all_of(limits.begin(), limits.end(),
                                     [](const Limit& limit) { return limit.device == "cpu"; });
  std::vector<Column> columns{{"ceiling"}, place_column(cpu_alone)};
  for (const auto& [rank, isa] : isas) columns.push_back({isa, Align::right});
  Table table(columns);
  for (const Limit& limit : limits) {
    std::vector<std::string> line{limit.name, place_cell(cpu_alone, limit.device, limit.threads)};
    for (const auto& [rank, isa] : isas) {
      const auto cell = limit.by_isa.find(isa);
      line.push_back(cell == limit.by_isa.end() ? "-" : rate_cell(*cell->second, contended));
    }
    table.add(std::move(line));
  }
  return table;
}

Table plateaus_table(const std::vector<Sweep>& sweeps) {
  Table table({{"sweep"},
               {"level"},
               {"from", Align::right},
               {"to", Align::right},
               {"measured", Align::right},
               {"[low high]"},
               {"points", Align::right},
               {"cache reported", Align::right}});
  for (const Sweep& sweep : sweeps) {
    for (const Plateau& plateau : sweep.plateaus) {
      const CacheReach* cache = cache_of(sweep, plateau.level);
      table.add({sweep_name(sweep), level_name(plateau.level), iec(plateau.first_bytes),
                 iec(plateau.last_bytes), si(plateau.value, "B/s"),
                 si_interval(plateau.low, plateau.high, plateau.value, "B/s"),
                 std::to_string(plateau.points), cache ? iec(cache->bytes) : "-"});
    }
  }
  return table;
}

Table sweep_table(const Sweep& sweep) {
  Table table({{"working set", Align::right}, {"measured", Align::right}, {"grade"}});
  for (const SweepPoint& point : sweep.points) {
    table.add({iec(point.bytes), si(point.value, "B/s"), std::string(1, point.grade)});
  }
  return table;
}

Table loaded_latency_table(const std::vector<const Ceiling*>& rows) {
  std::vector<const Ceiling*> sorted = rows;
  const auto key = [](const Ceiling* row) {
    return std::tuple(row->threads, row->load.value_or(0), -identity(row->id).extent("delay"));
  };
  std::stable_sort(sorted.begin(), sorted.end(),
                   [&](const Ceiling* a, const Ceiling* b) { return key(a) < key(b); });
  Table table({{"others read", Align::right},
               {"latency", Align::right},
               {"[low high]"},
               {"threads", Align::right},
               {"grade"}});
  for (const Ceiling* row : sorted) {
    table.add({row->load ? si(row->load, "B/s") : "unknown", si(row->value, "s"),
               si_interval(row->low, row->high, row->value.value_or(0), "s"),
               std::to_string(row->threads), grade_of(*row)});
  }
  return table;
}

Table core_to_core_table(const std::vector<const Ceiling*>& rows) {
  std::vector<Hop> hops = hops_of(rows);
  std::set<int> cpus;
  for (const Hop& hop : hops) cpus.insert({hop.a, hop.b});
  if (cpus.size() <= most_in_matrix) return matrix(hops, cpus);
  std::stable_sort(hops.begin(), hops.end(), [](const Hop& a, const Hop& b) {
    return *a.ceiling->value < *b.ceiling->value;
  });
  Table table({{std::to_string(hops.size()) + " pairs"},
               {"between"},
               {"measured", Align::right},
               {"grade"}});
  const std::pair<const char*, const Hop*> chosen[] = {
      {"fastest", &hops.front()}, {"median", &hops[hops.size() / 2]}, {"slowest", &hops.back()}};
  for (const auto& [name, hop] : chosen) {
    table.add({name, "CPU " + std::to_string(hop->a) + " and " + std::to_string(hop->b),
               si(hop->ceiling->value, "s"), grade_of(*hop->ceiling)});
  }
  return table;
}

std::vector<std::pair<std::string, Table>> probe_tables(const Analysis& analysis,
                                                        const Ladder& rows,
                                                        const std::set<std::string>& contended) {
  std::vector<std::pair<std::string, Table>> all;
  const auto add = [&](const char* title, Table table) {
    if (!table.empty()) all.emplace_back(title, std::move(table));
  };
  add("Rates of single instructions and functions, no kernel's roof",
      by_instruction_set(rows.rates, contended));
  add("Levels of the memory, from sweeps over sizes", plateaus_table(analysis.sweeps));
  add("Latency of the memory under load", loaded_latency_table(rows.loaded_latency));
  add("Core to core", core_to_core_table(rows.core_to_core));
  return all;
}

}  // namespace roofmark
