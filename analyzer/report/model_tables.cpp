#include "analyzer/report/model_tables.h"

#include "analyzer/numbers.h"
#include "analyzer/report/tables.h"

namespace roofmark {
namespace {

constexpr double mebi = 0x1p20;

Table countings_table(const NetworkFacts& network) {
  Table table({{"counted"},
               {"operations", Align::right},
               {"bytes", Align::right},
               {"MiB", Align::right},
               {"intensity", Align::right}});
  for (const NetworkCounting& row : network.countings) {
    table.add({row.counting, fixed(row.ops / 1e9, 3) + " G" + row.unit,
               fixed(row.bytes / 1e6, 1) + " MB", fixed(row.bytes / mebi, 2),
               plain_number(row.intensity) + " " + row.unit + "/B"});
  }
  return table;
}

Table quantizations_table(const SweetSpot& spot) {
  Table table({{"quantization"},
               {"computes in"},
               {"bytes/weight", Align::right},
               {"peak", Align::right},
               {"per row", Align::right},
               {"ridge (rows)", Align::right},
               {"why unknown"}});
  for (const QuantizedRoof& roof : spot.roofs) {
    const auto rate = [](const Known<OpRate>& value) {
      return value ? si(value->value, "op/s") : std::string("unknown");
    };
    table.add({roof.quantization.name, computing_format(roof.quantization.format).name(),
               exact(roof.quantization.weight_bytes), rate(roof.peak), rate(roof.slope),
               roof.ridge ? fixed(*roof.ridge, 2) : "unknown",
               roof.reason.empty() ? "-" : roof.reason});
  }
  return table;
}

Table crossovers_table(const SweetSpot& spot) {
  Table table({{"from rows", Align::right}, {"on"}});
  for (const Crossover& crossover : spot.crossovers) {
    table.add({fixed(crossover.rows, 2),
               crossover.to + (crossover.overtakes ? " is faster than " : " is level with ") +
                   crossover.from});
  }
  return table;
}

Table ranges_table(const SweetSpot& spot) {
  Table table({{"rows"}, {"best"}});
  for (const RowRange& range : spot.ranges) {
    const std::string end = range.last > 0 ? " to " + std::to_string(range.last) : " and more";
    table.add({std::to_string(range.first) + end, range.best});
  }
  return table;
}

Table operators_table(const SweetSpot& spot) {
  Table table({{"product"},
               {"phase"},
               {"sequences"},
               {"best"},
               {"times as fast as W16A16", Align::right},
               {"from"},
               {"why unknown"}});
  for (const OperatorSweetSpot& op : spot.operators) {
    for (const BatchRange& range : op.ranges) {
      const auto gain = [](const Known<double>& value) {
        return value ? fixed(*value, 2) : std::string("unknown");
      };
      const std::string first = gain(range.gain_first), last = gain(range.gain_last);
      const bool one = range.first == range.last;
      table.add({op.op, op.phase,
                 std::to_string(range.first) + (one ? "" : " to " + std::to_string(range.last)),
                 range.best, first == last ? first : first + " to " + last, range.from, "-"});
    }
    if (op.ranges.empty()) table.add({op.op, op.phase, "-", "unknown", "-", "-", op.reason});
  }
  return table;
}

}  // namespace

std::vector<std::pair<std::string, Table>> model_tables(const Analysis& analysis) {
  std::vector<std::pair<std::string, Table>> tables{
      {"Layers", layers_table(analysis)},
      {"Totals", totals_table(analysis)},
      {"Generation", generation_table(analysis)},
      {"Storage", storage_table(analysis)},
      {"What binds, and what would help most", advice_table(analysis)},
      {"What changes would gain", changes_table(analysis)}};
  if (analysis.network) {
    tables.emplace_back("Counted by convention", countings_table(*analysis.network));
  }
  if (analysis.sweet_spot) {
    const SweetSpot& spot = *analysis.sweet_spot;
    const std::string scales =
        spot.scales == WeightScales::none ? "ideal 4-bit weights" : "scales of 128 4-bit weights";
    tables.emplace_back("Products of m rows, weights alone (" + scales + ")",
                        quantizations_table(spot));
    tables.emplace_back("Crossovers of weights alone", crossovers_table(spot));
    tables.emplace_back("Sweet spot of weights alone: the most precise of the fastest",
                        ranges_table(spot));
    tables.emplace_back(
        "Sweet spot of each product: the most precise within 1 % of the fastest, scales, inputs "
        "and outputs counted",
        operators_table(spot));
  }
  return tables;
}

}  // namespace roofmark
