// The table of points: kernels under the ceilings.
#include <algorithm>
#include <cstdio>
#include <set>
#include <string>

#include "analyzer/numbers.h"
#include "analyzer/report/identity.h"
#include "analyzer/report/tables.h"

namespace roofmark {
namespace {

std::string bound_cell(const Point& point) {
  if (point.bound != "launch" || !point.overhead_share)
    return point.bound.empty() ? "-" : point.bound;
  return "launch " + percent(point.overhead_share);
}

/// 2 digits, from 1e-8 of f32 to some percent of 4 bits.
std::string format_error_cell(Known<double> error) {
  char text[32] = "-";
  if (error) std::snprintf(text, sizeof text, "%.1e", *error);
  return text;
}

}  // namespace

Table points_table(const std::vector<PointGroup>& rows, const std::set<std::string>& contended) {
  const bool cpu_alone = std::all_of(rows.begin(), rows.end(), [](const PointGroup& row) {
    return identity(row.point->id).device == "cpu";
  });
  const bool launched = std::any_of(rows.begin(), rows.end(), [](const PointGroup& row) {
    return row.point->share_launched.has_value();
  });
  std::vector<Column> columns{{"operator"},
                              {"phase"},
                              {"variant"},
                              {"format"},
                              {"shape"},
                              place_column(cpu_alone),
                              {"data in"},
                              {"time", Align::right},
                              {"op/B", Align::right},
                              {"achieved", Align::right},
                              {"attainable", Align::right},
                              {"of measured", Align::right}};
  if (launched) columns.push_back({"with launches", Align::right});
  columns.insert(columns.end(), {{"of theoretical", Align::right}, {"bound"}, {"grade"}});
  const bool costs = std::any_of(rows.begin(), rows.end(), [](const PointGroup& row) {
    return row.point->format_error.has_value();
  });
  if (costs) columns.push_back({"format error", Align::right});
  Table table(columns);
  for (const auto& [row, names] : rows) {
    const Identity parts = identity(row->id);
    // A row no longer than a fork and join is not "1 % of the roof": its share is that of the
    // overhead.
    const bool launch = row->bound == "launch";
    std::vector<std::string> cells{
        names,
        row->phase.empty() ? "-" : row->phase,
        parts.variant,
        parts.format,
        parts.shape,
        place_cell(cpu_alone, parts.device, parts.threads),
        memory_name(parts),
        si(row->seconds, "s"),
        row->intensity ? plain_number(*row->intensity) : "-",
        point_rate(*row, row->achieved),
        dash(row->attainable_measured, point_rate(*row, row->attainable_measured)),
        launch ? "-" : percent(row->share_measured)};
    if (launched) cells.push_back(percent(row->share_launched));
    cells.push_back(launch ? "-" : percent(row->share_theoretical));
    cells.push_back(bound_cell(*row));
    cells.push_back(grade_cell(row->grade, contended.count(row->id) > 0));
    if (costs) cells.push_back(format_error_cell(row->format_error));
    table.add(std::move(cells));
  }
  return table;
}

}  // namespace roofmark
