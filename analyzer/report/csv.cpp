// The report as CSV: one line per ceiling, plateau, point, layer and total, for spreadsheets and
// data frames.
#include <algorithm>
#include <cassert>
#include <map>
#include <span>
#include <string_view>

#include "analyzer/numbers.h"
#include "analyzer/report/identity.h"
#include "analyzer/report/report.h"
#include "analyzer/report/tables.h"
#include "analyzer/sweep.h"

namespace roofmark {
namespace {

/// One table, so that a column means the same in every line; what does not apply to a line is
/// empty.
constexpr std::string_view columns[] = {"run",
                                        "row",
                                        "id",
                                        "name",
                                        "phase",
                                        "kernel",
                                        "variant",
                                        "format",
                                        "device",
                                        "level",
                                        "threads",
                                        "shape",
                                        "count",
                                        "ops",
                                        "bytes",
                                        "seconds",
                                        "seconds_low",
                                        "seconds_high",
                                        "intensity_op_per_byte",
                                        "value",
                                        "low",
                                        "high",
                                        "unit",
                                        "theoretical",
                                        "datasheet",
                                        "attainable_measured",
                                        "attainable_theoretical",
                                        "share_measured",
                                        "share_theoretical",
                                        "seconds_launched",
                                        "share_launched",
                                        "bound",
                                        "ceiling",
                                        "grade",
                                        "contended",
                                        "reason",
                                        "phase_share",
                                        "link_bytes",
                                        "tokens_per_second",
                                        "latency_s",
                                        "per_output_token_s",
                                        "predicted_s",
                                        "provenance",
                                        "first",
                                        "last",
                                        "gain_first",
                                        "gain_last",
                                        "weight_bytes",
                                        "input_bytes",
                                        "output_bytes",
                                        "kv_read_bytes",
                                        "kv_written_bytes",
                                        "reads",
                                        "from",
                                        "predicted_latency_s",
                                        "predicted_per_output_token_s",
                                        "seconds_at_least",
                                        "predicted_extrapolated",
                                        "state",
                                        "packed",
                                        "implementation",
                                        "format_error"};

using Cells = std::map<std::string_view, std::string>;

std::string cell(Known<double> value) { return value ? exact(*value) : ""; }
std::string cell(Known<Seconds> value) { return value ? exact(value->value) : ""; }

Cells cells_of(const Ceiling& row) {
  const bool rate = row.kind == "compute" || row.kind == "bandwidth";
  Cells cells{{"row", "ceiling"}, {"id", row.id}, {"kernel", row.kernel}, {"variant", row.variant}};
  cells["name"] = ceiling_name(row);
  cells["format"] = row.format;
  cells["device"] = row.device;
  cells["level"] = row.level;
  cells["threads"] = std::to_string(row.threads);
  cells["shape"] = identity(row.id).shape;
  if (!rate) {
    cells["seconds"] = cell(row.value);
    cells["seconds_low"] = cell(row.low);
    cells["seconds_high"] = cell(row.high);
  }
  cells["value"] = cell(row.value);
  cells["low"] = cell(row.low);
  cells["high"] = cell(row.high);
  cells["unit"] = row.kind == "compute" ? "op/s" : row.kind == "bandwidth" ? "B/s" : "s";
  cells["theoretical"] = cell(row.theoretical);
  cells["datasheet"] = cell(row.datasheet);
  cells["share_theoretical"] = cell(row.share);
  cells["bound"] = row.kind;
  cells["grade"] = std::string(1, row.grade);
  cells["reason"] = row.reason;
  return cells;
}

Cells cells_of(const Point& row) {
  const Identity parts = identity(row.id);
  Cells cells{{"row", "point"}, {"id", row.id}, {"name", point_name(row)}, {"phase", row.phase}};
  cells["kernel"] = parts.kernel;
  cells["variant"] = parts.variant;
  cells["format"] = parts.format;
  cells["device"] = parts.device;
  cells["level"] = parts.condition("level");
  cells["threads"] = parts.threads ? std::to_string(parts.threads) : "";
  cells["shape"] = parts.shape;
  cells["seconds"] = cell(row.seconds);
  cells["seconds_low"] = cell(row.low);
  cells["seconds_high"] = cell(row.high);
  cells["intensity_op_per_byte"] = cell(row.intensity);
  cells["value"] = cell(row.achieved);
  cells["unit"] = row.intensity && *row.intensity == 0 ? "B/s" : "op/s";
  cells["attainable_measured"] = cell(row.attainable_measured);
  cells["attainable_theoretical"] = cell(row.attainable_theoretical);
  cells["share_measured"] = cell(row.share_measured);
  cells["share_theoretical"] = cell(row.share_theoretical);
  cells["seconds_launched"] = cell(row.seconds_launched);
  cells["share_launched"] = cell(row.share_launched);
  cells["bound"] = row.bound;
  cells["ceiling"] = row.ceiling;
  cells["grade"] = std::string(1, row.grade);
  cells["reason"] = row.reason;
  cells["state"] = parts.condition("state");
  cells["packed"] = parts.condition("packed");
  cells["implementation"] = row.implementation;
  cells["format_error"] = cell(row.format_error);
  return cells;
}

/// A plateau and the sweep that it was found in.
struct SweptLevel {
  const Sweep& sweep;
  const Plateau& plateau;
};

std::vector<SweptLevel> levels_of(const std::vector<Sweep>& sweeps) {
  std::vector<SweptLevel> levels;
  for (const Sweep& sweep : sweeps) {
    for (const Plateau& plateau : sweep.plateaus) levels.push_back({sweep, plateau});
  }
  return levels;
}

Cells cells_of(const SweptLevel& row) {
  Cells cells{{"row", "plateau"}, {"name", sweep_name(row.sweep)}, {"kernel", "sweep"}};
  cells["variant"] = row.sweep.variant;
  cells["device"] = row.sweep.device;
  cells["level"] = row.plateau.level;
  cells["threads"] = std::to_string(row.sweep.threads);
  cells["shape"] =
      "from=" + exact(row.plateau.first_bytes) + " to=" + exact(row.plateau.last_bytes);
  cells["count"] = std::to_string(row.plateau.points);
  cells["value"] = exact(row.plateau.value);
  cells["low"] = cell(row.plateau.low);
  cells["high"] = cell(row.plateau.high);
  cells["unit"] = "B/s";
  return cells;
}

void put_work(Cells& cells, const Work& work) {
  cells["ops"] = exact(work.ops.value);
  cells["bytes"] = exact(work.bytes().value);
  cells["weight_bytes"] = exact(work.weights.value);
  cells["input_bytes"] = exact(work.input().value);
  cells["output_bytes"] = exact(work.output().value);
  cells["kv_read_bytes"] = exact(work.kv_read.value);
  cells["kv_written_bytes"] = exact(work.kv_written.value);
}

/// Words in one cell, as extents of shapes are.
std::string spaced(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

Cells cells_of(const Layer& row) {
  Cells cells{{"row", "layer"}, {"name", row.op}, {"phase", row.phase}, {"bound", row.bound}};
  cells["count"] = std::to_string(row.count);
  put_work(cells, row.work);
  cells["reads"] = spaced(row.reads);
  cells["seconds"] = cell(row.seconds);
  cells["seconds_at_least"] = cell(row.at_least);
  cells["intensity_op_per_byte"] = exact(row.intensity);
  cells["value"] = row.attainable ? exact(row.attainable->value) : "";
  cells["unit"] = "op/s";
  cells["reason"] = row.reason;
  cells["kernel"] = row.kernel;
  cells["format"] = row.format.name();
  cells["shape"] = row.shape.text();
  std::replace(cells["shape"].begin(), cells["shape"].end(), ',', ' ');
  cells["attainable_theoretical"] =
      row.attainable_theoretical ? exact(row.attainable_theoretical->value) : "";
  cells["share_measured"] = cell(row.share_measured);
  cells["share_theoretical"] = cell(row.share_theoretical);
  cells["phase_share"] = cell(row.share);
  cells["link_bytes"] = exact(row.link.value);
  cells["predicted_s"] = cell(row.predicted);
  cells["provenance"] = row.provenance;
  return cells;
}

/// What totals and generations have in common.
template <class Sum>
Cells cells_of_sum(const char* kind, const Sum& row) {
  Cells cells{{"row", kind}};
  put_work(cells, row.work);
  cells["link_bytes"] = exact(row.link.value);
  cells["seconds"] = cell(row.seconds);
  cells["seconds_at_least"] = cell(row.at_least);
  cells["tokens_per_second"] = cell(row.tokens_per_second);
  cells["predicted_s"] = cell(row.predicted);
  cells["predicted_extrapolated"] = cell(row.extrapolated_share);
  return cells;
}

Cells cells_of(const Total& row) {
  Cells cells = cells_of_sum("total", row);
  cells["name"] = cells["phase"] = row.phase;
  const bool prefill = row.phase == name(Phase::prefill);
  cells[prefill ? "latency_s" : "per_output_token_s"] = cell(row.latency);
  return cells;
}

Cells cells_of(const Generation& row) {
  Cells cells = cells_of_sum("generation", row);
  cells["name"] = std::to_string(row.tokens) + " tokens";
  cells["count"] = std::to_string(row.sequences);
  cells["latency_s"] = cell(row.first_token);
  cells["per_output_token_s"] = cell(row.per_output_token);
  cells["predicted_latency_s"] = cell(row.predicted_first_token);
  cells["predicted_per_output_token_s"] = cell(row.predicted_per_output_token);
  return cells;
}

Cells cells_of(const NetworkCounting& row) {
  Cells cells{{"row", "counting"}, {"name", row.counting}, {"unit", row.unit}};
  cells["ops"] = exact(row.ops);
  cells["bytes"] = exact(row.bytes);
  cells["intensity_op_per_byte"] = exact(row.intensity);
  return cells;
}

Cells cells_of(const QuantizedRoof& row) {
  Cells cells{{"row", "quantization"}, {"name", row.quantization.name}, {"unit", "rows"}};
  cells["format"] = row.quantization.format.name();
  cells["bytes"] = exact(row.quantization.weight_bytes);
  cells["value"] = cell(row.ridge);
  cells["ceiling"] = row.peak ? exact(row.peak->value) : "";
  cells["reason"] = row.reason;
  return cells;
}

Cells cells_of(const RowRange& row) {
  Cells cells{{"row", "sweet_spot"}, {"name", row.best}, {"unit", "rows"}};
  cells["first"] = std::to_string(row.first);
  cells["last"] = row.last > 0 ? std::to_string(row.last) : "";
  return cells;
}

/// A range of one operator.
struct OperatorRange {
  const OperatorSweetSpot& op;
  const BatchRange& range;
};

std::vector<OperatorRange> ranges_of(const SweetSpot& spot) {
  std::vector<OperatorRange> all;
  for (const OperatorSweetSpot& op : spot.operators) {
    for (const BatchRange& range : op.ranges) all.push_back({op, range});
  }
  return all;
}

Cells cells_of(const OperatorRange& row) {
  Cells cells{{"row", "operator_sweet_spot"}, {"id", row.op.op}, {"phase", row.op.phase}};
  cells["name"] = row.range.best;
  cells["unit"] = "sequences";
  cells["first"] = std::to_string(row.range.first);
  cells["last"] = std::to_string(row.range.last);
  cells["gain_first"] = cell(row.range.gain_first);
  cells["gain_last"] = cell(row.range.gain_last);
  cells["from"] = row.range.from;
  return cells;
}

class Sheet {
 public:
  Sheet() : table_(titles()) {}

  template <class Rows>
  void add(const std::string& run, const Rows& rows, const std::set<std::string>& contended) {
    for (const auto& row : rows) {
      Cells cells = cells_of(row);
      cells["run"] = run;
      if (contended.count(cells["id"])) cells["contended"] = "yes";
      std::vector<std::string> line;
      for (const std::string_view column : columns) line.push_back(cells[column]);
      assert(cells.size() == std::size(columns) && "a cell without its column");
      table_.add(std::move(line));
    }
  }
  std::string text() const { return table_.csv(); }

 private:
  static std::vector<Column> titles() {
    std::vector<Column> all;
    for (const std::string_view column : columns) all.push_back({std::string(column)});
    return all;
  }
  Table table_;
};

}  // namespace

std::string csv_report(std::span<const Section> sections) {
  Sheet sheet;
  for (const Section& section : sections) {
    const std::string run = section.run ? section.run->id : section.analysis->title;
    const std::set<std::string> contended = contended_ids(section.run);
    sheet.add(run, section.analysis->ceilings, contended);
    sheet.add(run, levels_of(section.analysis->sweeps), contended);
    sheet.add(run, section.analysis->points, contended);
    sheet.add(run, section.analysis->layers, contended);
    sheet.add(run, section.analysis->totals, contended);
    const Known<Generation>& generation = section.analysis->generation;
    if (generation) sheet.add(run, std::span(&*generation, 1), contended);
    if (section.analysis->network) {
      sheet.add(run, section.analysis->network->countings, contended);
    }
    if (!section.analysis->sweet_spot) continue;
    const SweetSpot& spot = *section.analysis->sweet_spot;
    sheet.add(run, spot.roofs, contended);
    sheet.add(run, spot.ranges, contended);
    sheet.add(run, ranges_of(spot), contended);
  }
  return sheet.text();
}

}  // namespace roofmark
