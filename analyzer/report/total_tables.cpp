// Tables of what a model needs as a whole, and of what would help.
#include <algorithm>

#include "analyzer/numbers.h"
#include "analyzer/report/tables.h"

namespace roofmark {
namespace {

/// The first for which there is memory.
const Change* best_of(const Advice& advice) {
  for (const Change& change : advice.changes) {
    if (change.fits.value_or(true)) return &change;
  }
  return nullptr;
}

std::string factor(const Change& change) { return plain_number(*change.gain) + " x"; }

}  // namespace

Table storage_table(const Analysis& analysis) {
  Table table({{"memory"}, {"size", Align::right}});
  if (!analysis.storage) return table;
  table.add({"weights", iec(analysis.storage->weights.value)});
  if (!analysis.network) table.add({"key/value cache", iec(analysis.storage->kv_cache.value)});
  table.add({analysis.network ? "weights and live activations" : "both with activations",
             iec(analysis.storage->peak.value)});
  return table;
}

Table totals_table(const Analysis& analysis) {
  const Known<NetworkFacts>& network = analysis.network;  // then there are no tokens
  const bool predicted = std::any_of(analysis.totals.begin(), analysis.totals.end(),
                                     [](const Total& row) { return row.predicted.has_value(); });
  const bool extrapolated =
      std::any_of(analysis.totals.begin(), analysis.totals.end(),
                  [](const Total& row) { return row.extrapolated_share.value_or(0) > 0; });
  std::vector<Column> columns{
      {"phase"}, {"work", Align::right}, {"bytes", Align::right}, {"time at roof", Align::right}};
  if (!network) {
    columns.push_back({"to first token", Align::right});
    columns.push_back({"per output token", Align::right});
  }
  columns.push_back({network ? "images/s at roof" : "tokens/s at roof", Align::right});
  if (predicted) {
    columns.push_back({"predicted", Align::right});
    columns.push_back({"by kernels", Align::right});
  }
  if (extrapolated) columns.push_back({"extrapolated", Align::right});
  Table table(columns);
  for (const Total& row : analysis.totals) {
    const bool prefill = row.phase == name(Phase::prefill);
    const std::string latency = time_text(row.latency, row.latency_at_least);
    const Known<double>& rate = network ? network->images_per_second : row.tokens_per_second;
    std::vector<std::string> cells{row.phase, si(row.work.ops.value, "op"),
                                   si(row.work.bytes().value, "B"),
                                   time_text(row.seconds, row.at_least)};
    if (!network) {
      cells.push_back(prefill ? latency : "-");
      cells.push_back(prefill ? "-" : latency);
    }
    cells.push_back(rate ? plain_number(*rate) : "unknown");
    if (predicted) {
      cells.push_back(row.predicted ? si(row.predicted->value, "s") : "unknown");
      cells.push_back(percent(row.kernels_share));
    }
    if (extrapolated) cells.push_back(percent(row.extrapolated_share));
    table.add(std::move(cells));
  }
  return table;
}

Table generation_table(const Analysis& analysis) {
  Table table({{"figures"},
               {"sequences", Align::right},
               {"tokens each", Align::right},
               {"work", Align::right},
               {"bytes", Align::right},
               {"to first token", Align::right},
               {"per output token", Align::right},
               {"in all", Align::right},
               {"tokens/s", Align::right}});
  if (!analysis.generation) return table;
  const Generation& row = *analysis.generation;
  const auto add = [&](const char* figures, const Known<Seconds>& first,
                       const Known<Seconds>& per_token, const Known<Seconds>& all,
                       const Generation& least) {
    const double tokens = static_cast<double>(row.sequences * row.tokens);
    const bool known = all && all->value > 0;
    table.add(
        {figures, std::to_string(row.sequences), std::to_string(row.tokens),
         si(row.work.ops.value, "op"), si(row.work.bytes().value, "B"),
         time_text(first, least.first_token_at_least),
         row.tokens > 1 || per_token ? time_text(per_token, least.per_output_token_at_least) : "-",
         time_text(all, least.at_least), known ? plain_number(tokens / all->value) : "unknown"});
  };
  add("at the roof", row.first_token, row.per_output_token, row.seconds, row);
  if (row.predicted) {
    add("predicted", row.predicted_first_token, row.predicted_per_output_token, row.predicted, {});
  }
  return table;
}

Table advice_table(const Analysis& analysis) {
  Table table({{"operator"},
               {"phase"},
               {"share", Align::right},
               {"bound"},
               {"why"},
               {"helps most"},
               {"gain", Align::right}});
  for (const Advice& advice : analysis.answers) {
    const Change* best = best_of(advice);
    table.add({advice.op.empty() ? "all" : advice.op, advice.phase, percent(advice.share),
               advice.bound, advice.why, best ? best->what : "-", best ? factor(*best) : "-"});
  }
  return table;
}

Table changes_table(const Analysis& analysis) {
  Table table({{"phase"},
               {"change"},
               {"flags"},
               {"time for the same work", Align::right},
               {"gain", Align::right}});
  for (const Advice& advice : analysis.answers) {
    if (!advice.op.empty()) continue;
    if (advice.changes.empty()) table.add({advice.phase, "nothing that was tried", "-", "-", "-"});
    for (const Change& change : advice.changes) {
      const bool fits = change.fits.value_or(true);
      table.add({advice.phase, change.what + (fits ? "" : " (more than the memory holds)"),
                 change.flags, si(change.seconds->value, "s"), factor(change)});
    }
  }
  return table;
}

}  // namespace roofmark
