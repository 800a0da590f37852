// The table of points: kernels under the ceilings.
#include <cstdio>
#include <set>
#include <string>

#include "analyzer/numbers.h"
#include "analyzer/report/identity.h"
#include "analyzer/report/tables.h"

namespace roofmark {
namespace {

/// "memory", "launch 80.0 %"; "memory, launch 24.0 %" where one is much of the time and does not
/// bind.
std::string bound_cell(const Point& point) {
  if (point.bound.empty()) return "-";
  const bool launch = point.bound == "launch";
  const bool mentioned = launch || point.overhead_share.value_or(0) >= noticeable_overhead;
  if (!mentioned || !point.overhead_share) return point.bound;
  return point.bound + (launch ? " " : ", launch ") + percent(point.overhead_share);
}

/// 2 digits, from 1e-8 of f32 to some percent of 4 bits.
std::string format_error_cell(Known<double> error) {
  char text[32] = "-";
  if (error) std::snprintf(text, sizeof text, "%.1e", *error);
  return text;
}

/// What some rows have, and so the table a column for.
struct Present {
  bool other_devices = false, packed = false, launched = false, costs = false;
};

Present present_in(const std::vector<PointGroup>& rows) {
  Present present;
  for (const PointGroup& row : rows) {
    const Identity parts = identity(row.point->id);
    present.other_devices |= parts.device != "cpu";
    present.packed |= !parts.condition("packed").empty();
    present.launched |= row.point->share_launched.has_value();
    present.costs |= row.point->format_error.has_value();
  }
  return present;
}

std::vector<Column> columns_for(const Present& present) {
  std::vector<Column> columns{{"operator"}, {"phase"}, {"variant"}, {"format"}, {"shape"}};
  if (present.packed) columns.push_back({"packed"});
  columns.insert(columns.end(), {place_column(!present.other_devices),
                                 {"data in"},
                                 {"time", Align::right},
                                 {"op/B", Align::right},
                                 {"achieved", Align::right},
                                 {"attainable", Align::right},
                                 {"of measured", Align::right}});
  if (present.launched) columns.push_back({"with launches", Align::right});
  columns.insert(columns.end(), {{"of theoretical", Align::right}, {"bound"}, {"grade"}});
  if (present.costs) columns.push_back({"format error", Align::right});
  return columns;
}

std::string or_dash(const std::string& text) { return text.empty() ? "-" : text; }

std::vector<std::string> cells_of(const PointGroup& group, const Present& present, bool contended) {
  const Point& row = *group.point;
  const Identity parts = identity(row.id);
  // A row no longer than a fork and join is not "1 % of the roof": its share is that of the
  // overhead.
  const bool launch = row.bound == "launch";
  std::vector<std::string> cells{group.names, or_dash(row.phase), parts.variant, parts.format,
                                 parts.shape};
  if (present.packed) cells.push_back(or_dash(parts.condition("packed")));
  cells.insert(cells.end(),
               {place_cell(!present.other_devices, parts.device, parts.threads), memory_name(parts),
                si(row.seconds, "s"), row.intensity ? plain_number(*row.intensity) : "-",
                point_rate(row, row.achieved),
                dash(row.attainable_measured, point_rate(row, row.attainable_measured)),
                launch ? "-" : percent(row.share_measured)});
  if (present.launched) cells.push_back(percent(row.share_launched));
  cells.insert(cells.end(), {launch ? "-" : percent(row.share_theoretical), bound_cell(row),
                             grade_cell(row.grade, contended)});
  if (present.costs) cells.push_back(format_error_cell(row.format_error));
  return cells;
}

}  // namespace

Table points_table(const std::vector<PointGroup>& rows, const std::set<std::string>& contended) {
  const Present present = present_in(rows);
  Table table(columns_for(present));
  for (const PointGroup& row : rows) {
    table.add(cells_of(row, present, contended.count(row.point->id) > 0));
  }
  return table;
}

}  // namespace roofmark
