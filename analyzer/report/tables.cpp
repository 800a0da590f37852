#include "analyzer/report/tables.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <string>

#include "analyzer/numbers.h"
#include "analyzer/report/identity.h"

namespace roofmark {
namespace {

std::string unit_of(const Ceiling& ceiling) {
  return ceiling.kind == "compute" ? "op/s" : ceiling.kind == "bandwidth" ? "B/s" : "s";
}

std::string row_name(const Ceiling* ceiling) {
  return ceiling_name(*ceiling) + " (" + place_name(ceiling->device, ceiling->threads) + ")";
}

std::string row_name(const PointGroup& group) {
  const Point& point = *group.point;
  const Identity parts = identity(point.id);
  std::string name = group.names;
  if (!point.phase.empty()) name += " " + point.phase;
  if (!parts.variant.empty()) name += " " + parts.variant;
  if (!parts.format.empty()) name += " " + parts.format;
  if (!parts.shape.empty()) name += " " + parts.shape;
  if (!parts.condition("level").empty()) name += " in " + memory_name(parts);
  return name + (parts.threads ? " (" + place_name(parts.device, parts.threads) + ")" : "");
}

/// A reason taken apart: its words, with a gap for each number, and the numbers.  A digit inside a
/// word (zen5, avx512) is no number.
struct Pattern {
  std::vector<std::string> words;  ///< one more than there are numbers
  std::vector<std::string> numbers;
};

Pattern pattern_of(const std::string& why) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto inside = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; };
  Pattern pattern{{""}, {}};
  for (std::size_t i = 0; i < why.size();) {
    std::size_t end = i;
    while (end < why.size() && (digit(why[end]) || (end > i && why[end] == '.'))) ++end;
    while (end > i && why[end - 1] == '.') --end;
    const bool number = end > i && (end == why.size() || !inside(why[end])) &&
                        (i == 0 || (!inside(why[i - 1]) && why[i - 1] != '.'));
    if (number) {
      pattern.numbers.push_back(why.substr(i, end - i));
      pattern.words.emplace_back();
    }
    const std::size_t next = std::max(end, i + 1);
    if (!number) pattern.words.back() += why.substr(i, next - i);
    i = next;
  }
  return pattern;
}

/// "3", or "3 to 9" where rows differ.
std::string range_of(const std::string& range, const std::string& number) {
  const std::string to = " to ";
  const std::size_t at = range.find(to);
  const std::string low = range.substr(0, at);
  const std::string high = at == std::string::npos ? low : range.substr(at + to.size());
  const auto less = [](const std::string& a, const std::string& b) {
    return std::stod(a) < std::stod(b);
  };
  const std::string& least = less(number, low) ? number : low;
  const std::string& most = less(high, number) ? number : high;
  return least == most ? least : least + to + most;
}

/// Reasons that differ in their numbers alone are one, with ranges.
class Reasons {
 public:
  void add(const std::string& why, const std::string& row) {
    const Pattern pattern = pattern_of(why);
    for (std::size_t i = 0; i < patterns_.size(); ++i) {
      if (patterns_[i].words != pattern.words) continue;
      for (std::size_t n = 0; n < pattern.numbers.size(); ++n) {
        std::string& range = patterns_[i].numbers[n];
        range = range_of(range, pattern.numbers[n]);
      }
      reasons_[i].rows.push_back(row);
      return;
    }
    patterns_.push_back(pattern);
    reasons_.push_back({why, {row}});
  }

  std::vector<Reason> all() const {
    std::vector<Reason> all = reasons_;
    for (std::size_t i = 0; i < all.size(); ++i) {
      all[i].why = patterns_[i].words[0];
      for (std::size_t n = 0; n < patterns_[i].numbers.size(); ++n) {
        all[i].why += patterns_[i].numbers[n] + patterns_[i].words[n + 1];
      }
    }
    return all;
  }

 private:
  std::vector<Pattern> patterns_;  ///< parallel to reasons_, the numbers as ranges
  std::vector<Reason> reasons_;
};

const std::string& reason_of(const Ceiling* row) { return row->reason; }
const std::string& reason_of(const PointGroup& row) { return row.point->reason; }

template <class Rows>
void add_reasons(Reasons& reasons, const Rows& rows, const std::string& otherwise) {
  for (const auto& row : rows) {
    const std::string& why = reason_of(row).empty() ? otherwise : reason_of(row);
    if (!why.empty()) reasons.add(why, row_name(row));
  }
}

void count(Quality& quality, char grade, bool usable, bool has_value) {
  if (grade == 'X') ++quality.refused;
  if (grade != 'X' && !has_value) ++quality.missing;
  if (!usable) return;
  if (grade == 'A') ++quality.a;
  if (grade == 'B') ++quality.b;
  if (grade == 'C') ++quality.c;
}

/// A layer's place under a roof; "-" where it computes nothing and op/s would say nothing.
std::string layer_rate(const Layer& layer, const Known<OpRate>& rate, const char* otherwise) {
  if (layer.work.ops.value == 0) return "-";
  return rate ? si(rate->value, "op/s") : otherwise;
}

/// What binds it, where pieces of a prompt differ in that most of its time; where no peak is known
/// that memory alone is counted.
std::string layer_bound(const Layer& layer) {
  if (layer.bound_share) return layer.bound + " (" + percent(layer.bound_share) + " of its time)";
  if (!layer.at_least || layer.seconds) return layer.bound;
  return "memory alone: no peak known for " + computing_format(layer.format).name();
}

/// What moves: through memory, or between devices.
std::string layer_bytes(const Layer& layer) {
  return layer.link.value > 0 ? si(layer.link.value, "B") + " sent"
                              : si(layer.work.bytes().value, "B");
}

}  // namespace

Column place_column(bool cpu_alone) {
  return cpu_alone ? Column{"threads", Align::right} : Column{"device"};
}

std::string place_cell(bool cpu_alone, const std::string& device, int threads) {
  if (cpu_alone) return threads ? std::to_string(threads) : "-";
  return panel_name(device, threads);
}

std::string grade_cell(char grade, bool contended) {
  return std::string(1, grade) + (contended ? " contended" : "");
}

std::string dash(Known<double> value, const std::string& text) { return value ? text : "-"; }

std::set<std::string> contended_ids(const Run* run) {
  std::set<std::string> ids;
  if (!run) return ids;
  for (const Measurement& row : run->rows) {
    if (row.contended) ids.insert(row.id);
  }
  return ids;
}

Table ceilings_table(const std::vector<const Ceiling*>& rows,
                     const std::set<std::string>& contended) {
  const bool cpu_alone =
      std::all_of(rows.begin(), rows.end(), [](const auto* row) { return row->device == "cpu"; });
  Table table({{"ceiling"},
               place_column(cpu_alone),
               {"theoretical", Align::right},
               {"data sheet", Align::right},
               {"measured", Align::right},
               {"[low high]"},
               {"share", Align::right},
               {"clock", Align::right},
               {"grade"}});
  for (const Ceiling* row : rows) {
    table.add({ceiling_name(*row), place_cell(cpu_alone, row->device, row->threads),
               dash(row->theoretical, ceiling_value(*row, row->theoretical)),
               dash(row->datasheet, ceiling_value(*row, row->datasheet)),
               ceiling_value(*row, row->value),
               si_interval(row->low, row->high, row->value.value_or(0), unit_of(*row)),
               percent(row->share), dash(row->clock_hz, si(row->clock_hz, "Hz")),
               row->value ? grade_cell(row->grade, contended.count(row->id) > 0) : "-"});
  }
  return table;
}

Table layers_table(const Analysis& analysis) {
  // Beside a run: both rooflines, what was achieved and the two shares.
  const bool measured = !analysis.ceilings.empty();
  std::vector<Column> columns{{"operator"},
                              {"phase"},
                              {"count", Align::right},
                              {"work", Align::right},
                              {"bytes", Align::right},
                              {"op/B", Align::right},
                              {measured ? "measured roof" : "attainable", Align::right},
                              {"bound"},
                              {"time at roof", Align::right},
                              {"share", Align::right}};
  if (measured) {
    for (const char* title : {"theoretical roof", "threads", "achieved", "of measured",
                              "of theoretical", "predicted", "from"}) {
      columns.push_back({title, Align::right});
    }
  }
  Table table(columns);
  for (const Layer& row : analysis.layers) {
    std::vector<std::string> cells{row.op,
                                   row.phase,
                                   std::to_string(row.count),
                                   si(row.work.ops.value, "op"),
                                   layer_bytes(row),
                                   plain_number(row.intensity),
                                   layer_rate(row, row.attainable, "unknown"),
                                   layer_bound(row),
                                   time_text(row.seconds, row.at_least),
                                   percent(row.share)};
    if (measured) {
      const char* unit = row.work.ops.value > 0 ? "op/s" : "B/s";
      cells.push_back(layer_rate(row, row.attainable_theoretical, "-"));
      const Identity point = identity(row.point);
      cells.push_back(
          place_cell(point.device.empty() || point.device == "cpu", point.device, point.threads));
      cells.push_back(row.achieved ? si(*row.achieved, unit) : "-");
      cells.push_back(percent(row.share_measured));
      cells.push_back(percent(row.share_theoretical));
      cells.push_back(row.predicted ? si(row.predicted->value, "s") : "-");
      cells.push_back(row.provenance.empty() ? "-" : row.provenance);
    }
    table.add(std::move(cells));
  }
  return table;
}

std::vector<Reason> refused_rows(const Analysis& analysis) {
  Reasons reasons;
  add_reasons(reasons, ladder(analysis).refused, "above what the machine can do");
  add_reasons(reasons, point_list(analysis).refused, "above what the machine can do");
  return reasons.all();
}

std::vector<Reason> missing_rows(const Analysis& analysis) {
  Reasons reasons;
  add_reasons(reasons, ladder(analysis).missing, "not measured");
  add_reasons(reasons, point_list(analysis).missing, "not measured");
  return reasons.all();
}

std::vector<Reason> implementations(const Analysis& analysis) {
  Reasons reasons;
  for (const PointGroup& group : point_list(analysis).measured) {
    const Point& point = *group.point;
    if (!point.implementation.empty()) reasons.add(point.implementation, point.id);
  }
  return reasons.all();
}

std::vector<Reason> remarks(const Analysis& analysis) {
  Reasons reasons;
  const Ladder rows = ladder(analysis);
  add_reasons(reasons, rows.roof, "");
  for (const CeilingGroup& group : rows.others) add_reasons(reasons, group.rows, "");
  add_reasons(reasons, rows.rates, "");
  add_reasons(reasons, rows.loaded_latency, "");
  add_reasons(reasons, rows.core_to_core, "");
  add_reasons(reasons, point_list(analysis).measured, "");
  for (const Layer& layer : analysis.layers) {
    if (!layer.reason.empty()) reasons.add(layer.reason, layer.op + " " + layer.phase);
  }
  return reasons.all();
}

std::string row_names(const Reason& reason, std::size_t most) {
  std::string text;
  for (std::size_t i = 0; i < std::min(most, reason.rows.size()); ++i) {
    text += (i ? ", " : "") + reason.rows[i];
  }
  const std::size_t left = reason.rows.size() - std::min(most, reason.rows.size());
  return text + (left ? " and " + std::to_string(left) + " more" : "");
}

Quality quality(const Section& section) {
  Quality result;
  for (const Ceiling& row : section.analysis->ceilings) {
    count(result, row.grade, usable(row), row.value.has_value());
  }
  std::set<std::string> seen;  // a row is a point of every operator that it serves
  for (const Point& row : section.analysis->points) {
    if (!seen.insert(row.id).second) continue;
    count(result, row.grade, usable(row), row.seconds.has_value());
  }
  if (!section.run) return result;
  result.interrupted = !section.run->complete;
  for (const Measurement& row : section.run->rows) {
    result.contended += row.contended;
    result.failed += row.status == Status::failed;
  }
  return result;
}

std::string quality_line(const Quality& quality) {
  std::string text = "rows of grade A: " + std::to_string(quality.a) +
                     ", B: " + std::to_string(quality.b) +
                     ", C (read with care): " + std::to_string(quality.c);
  const auto add = [&](int rows, const char* what) {
    if (rows) text += "; " + std::to_string(rows) + " " + what;
  };
  add(quality.contended, "contended (a neighbour disturbed the samples)");
  add(quality.refused, "refused (above what the machine can do)");
  add(quality.failed, "failed");
  add(quality.missing, "without a value");
  if (quality.interrupted) text += "; the run was interrupted and is not complete";
  return text;
}

}  // namespace roofmark
