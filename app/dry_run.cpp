#include "app/dry_run.h"

#include <cstdio>

#include "analyzer/numbers.h"
#include "analyzer/table.h"
#include "app/render.h"

namespace roofmark {
namespace {

Table table_of(const DryRun& dry_run) {
  Table table({{"id"}, {"seconds", Align::right}, {"memory_bytes", Align::right}, {"reason"}});
  for (const DryRun::Row& row : dry_run.rows) {
    table.add(
        {row.id, fixed(row.cost.seconds, 3), std::to_string(row.cost.memory_bytes), row.reason});
  }
  return table;
}

/// Seconds first, for people, and what it all takes last.
std::string lines_of(const DryRun& dry_run) {
  std::string said;
  char line[160];
  for (const DryRun::Row& row : dry_run.rows) {
    std::snprintf(line, sizeof line, "%7.2f s  ", row.cost.seconds);
    said += line + row.id + (row.reason.empty() ? "" : "  -- ") + row.reason + "\n";
  }
  std::snprintf(line, sizeof line,
                "%zu rows, about %.0f s and %.1f GB of memory; nothing was measured or written\n",
                dry_run.rows.size(), dry_run.total.seconds,
                static_cast<double>(dry_run.total.memory_bytes) * 1e-9);
  return said + line;
}

}  // namespace

DryRun dry_run_of(const Plan& plan, const Policy& policy, const std::map<int, RoughRates>& rates,
                  const Machine& machine) {
  DryRun dry_run;
  const std::vector<Cost> costs = costs_of(plan, policy, rates, machine);
  for (std::size_t i = 0; i < costs.size(); ++i) {
    const Case& what = plan.cases[i].what;
    dry_run.rows.push_back({what.id(), what.reason, costs[i]});
  }
  dry_run.total = cost_of(plan, policy, rates, machine);
  dry_run.available_bytes = machine.environment.memory_available_bytes;
  return dry_run;
}

std::string dry_run_text(const DryRun& dry_run, const std::string& output) {
  output_format(output);
  if (output == "json") return dry_run_json(dry_run);
  if (output == "csv") return table_of(dry_run).csv();
  if (output == "md") return table_of(dry_run).markdown();
  return lines_of(dry_run);
}

std::string memory_doubt(const DryRun& dry_run) {
  const auto& available = dry_run.available_bytes;
  if (!available || dry_run.total.memory_bytes <= *available) return {};
  return "this takes about " + iec(static_cast<double>(dry_run.total.memory_bytes)) +
         " of memory and " + iec(static_cast<double>(*available)) +
         " are available; rows whose operands find no memory will be skipped";
}

}  // namespace roofmark
