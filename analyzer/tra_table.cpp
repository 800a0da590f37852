#include "analyzer/tra_table.h"

#include <algorithm>
#include <array>
#include <vector>

#include "analyzer/numbers.h"
#include "analyzer/plain_text.h"

namespace roofmark {
namespace {

constexpr std::size_t columns = 7;
using Row = std::array<std::string, columns>;

Row cells_of(std::string node, std::string blocks, const Work& work) {
  const double flops = work.ops.value, moved = work.bytes().value;
  return {std::move(node),
          std::move(blocks),
          tra_decimal(flops, "FLOPs"),
          tra_binary(work.weights.value),
          tra_binary((work.read - work.weights).value),
          tra_binary(work.written.value),
          tra_decimal(moved > 0 ? flops / moved : 0, "FLOPs/Bytes")};
}

enum class Side { left, centre, right };

std::string padded(const std::string& text, std::size_t width, Side side) {
  const std::size_t left = width - display_width(text);
  const std::size_t before = side == Side::left ? 0 : side == Side::right ? left : left / 2;
  return std::string(before, ' ') + text + std::string(left - before, ' ');
}

std::string table_text(const std::vector<Row>& rows) {
  std::array<std::size_t, columns> widths{};
  for (std::size_t c = 0; c < columns; ++c) {
    widths[c] =
        display_width(rows.front()[c]) + 2;  // the tool's headings have that much room at least
    for (const Row& row : rows) widths[c] = std::max(widths[c], display_width(row[c]));
  }
  std::string text;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    for (std::size_t c = 0; c < columns; ++c) {
      const Side side = c == 0 ? Side::left : c == 1 ? Side::centre : Side::right;
      text += "| " + padded(rows[r][c], widths[c], side) + " ";
    }
    text += "|\n";
    if (r > 0) continue;
    for (const std::size_t width : widths) text += "|" + std::string(width + 2, '-');
    text += "|\n";
  }
  return text;
}

std::string phase_table(const Analysis& analysis, const Total& total) {
  const std::string blocks = std::to_string(analysis.model->layers);
  std::vector<Row> rows{{"Node", "Block Count", "Compute", "Bandwidth (Weight)",
                         "Bandwidth (Input)", "Bandwidth (Output)", "Operational Intensity"}};
  for (const Layer& layer : analysis.layers) {
    if (layer.phase != total.phase) continue;
    rows.push_back(
        cells_of(plain(layer.op), std::to_string(layer.count) + " / " + blocks, layer.work));
  }
  rows.push_back({});
  rows.push_back(cells_of("Total (" + blocks + " Blocks)", "N/A", total.work));
  return table_text(rows);
}

std::string storage_line(const Storage& storage, bool experts) {
  std::string text = "Minimum Storage Requirement: (Weights) " + tra_binary(storage.weights.value) +
                     " + (KV-cache) " + tra_binary(storage.kv_cache.value);
  if (experts) {
    text += " + (Additional Experts) " + tra_binary(storage.inactive_experts.value);
  }
  return text + " + (Embedding Table) " + tra_binary(storage.embedding_table.value) + " = " +
         tra_binary(storage.peak.value) + "\n";
}

}  // namespace

std::string tra_decimal(double value, const char* unit) {
  constexpr std::array large{"", "k", "M", "G", "T", "P", "E", "Z", "Y"};
  constexpr std::array small{"", "m", "\u03bc", "n"};
  std::size_t step = 0;
  double power = 1;
  if (value >= 1 || value == 0) {
    for (; value / power >= 1000 && step + 1 < large.size(); ++step) power *= 1000;
    return fixed(value / power, 2) + " " + large[step] + unit;
  }
  for (; value * power < 1 && step + 1 < small.size(); ++step) power *= 1000;
  return fixed(value * power, 2) + " " + small[step] + unit;
}

std::string tra_binary(double bytes) {
  constexpr std::array prefixes{"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi"};
  std::size_t step = 0;
  for (; bytes >= 1024 && step + 1 < prefixes.size(); ++step) bytes /= 1024;
  return fixed(bytes, 2) + " " + prefixes[step] + "B";
}

std::string tra_text(std::span<const Analysis> analyses) {
  std::string text;
  for (const Analysis& analysis : analyses) {
    text += (text.empty() ? "" : "\n\n") + plain(analysis.title) + "\n";
    for (const Total& total : analysis.totals) {
      text += "\n" + phase_table(analysis, total) + "\n";
      if (total.storage) {
        text += storage_line(*total.storage, analysis.model->experts.count > 0);
      }
      if (total.seconds) {
        text +=
            "time at the roof: " + si(total.seconds->value, "s") +
            (total.tokens_per_second ? ", " + plain_number(*total.tokens_per_second) + " tokens/s"
                                     : "") +
            "\n";
      }
    }
    for (const Warning& warning : analysis.warnings) text += plain(warning.what) + "\n";
  }
  return text;
}

}  // namespace roofmark
