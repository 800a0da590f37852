#include "analyzer/table.h"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <string_view>
#include <utility>

#include "analyzer/plain_text.h"

namespace roofmark {
namespace {

constexpr std::size_t markdown_columns = 200;  // a page scrolls

/// The cell with blanks on the side away from its alignment.
std::string padded(const std::string& cell, std::size_t width, Align align) {
  const std::size_t own = display_width(cell);
  const std::string blanks(width > own ? width - own : 0, ' ');
  return align == Align::left ? cell + blanks : blanks + cell;
}

bool is_number(const std::string& cell) {
  double value = 0;
  const char* end = cell.data() + cell.size();
  const auto result = std::from_chars(cell.data(), end, value);
  return result.ec == std::errc() && result.ptr == end;
}

}  // namespace

Table::Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

void Table::add(std::vector<std::string> cells) {
  assert(cells.size() == columns_.size());
  rows_.push_back(std::move(cells));
}

std::string Table::text(std::size_t widest_cell) const {
  const auto shown = [&](const std::string& cell) {
    return widest_cell == std::string::npos ? plain(cell) : plain_within(cell, widest_cell);
  };
  std::vector<std::vector<std::string>> lines(1);
  for (const Column& column : columns_) lines[0].push_back(column.title);
  for (const auto& row : rows_) {
    lines.emplace_back();
    for (const std::string& cell : row) lines.back().push_back(shown(cell));
  }
  std::vector<std::size_t> widths(columns_.size());
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i)
      widths[i] = std::max(widths[i], display_width(line[i]));
  }
  std::string result;
  for (const auto& line : lines) {
    std::string written;
    for (std::size_t i = 0; i < line.size(); ++i) {
      written += (i ? "  " : "") + padded(line[i], widths[i], columns_[i].align);
    }
    written.erase(written.find_last_not_of(' ') + 1);
    result += written + "\n";
  }
  return result;
}

std::string Table::markdown() const {
  std::string result = "|";
  for (const Column& column : columns_) result += " " + markdown_text(column.title) + " |";
  result += "\n|";
  for (const Column& column : columns_) result += column.align == Align::left ? "---|" : "--:|";
  result += "\n";
  for (const auto& row : rows_) {
    result += "|";
    for (const std::string& cell : row) {
      result += " " + markdown_text(plain_within(cell, markdown_columns)) + " |";
    }
    result += "\n";
  }
  return result;
}

std::string Table::csv() const {
  std::string result;
  const auto add_line = [&](const auto& cells, auto&& text_of) {
    bool first = true;
    for (const auto& cell : cells) {
      result += (first ? "" : ",") + csv_cell(text_of(cell));
      first = false;
    }
    result += "\n";
  };
  add_line(columns_, [](const Column& column) { return column.title; });
  for (const auto& row : rows_) add_line(row, [](const std::string& cell) { return cell; });
  return result;
}

std::string csv_cell(const std::string& cell) {
  std::string text = plain(cell);
  const std::size_t first = text.find_first_not_of(' ');
  const bool formula = first != std::string::npos &&
                       std::string_view("=+-@").find(text[first]) != std::string_view::npos;
  if (formula && !is_number(text)) text.insert(0, "'");
  if (text.find_first_of(",\"") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

std::string markdown_text(const std::string& text) {
  std::string result;
  for (const char c : plain(text)) {
    if (c == '<') {
      result += "&lt;";
    } else if (c == '>') {
      result += "&gt;";
    } else if (c == '&') {
      result += "&amp;";
    } else {
      if (std::string_view("\\`*_[]|~#!$").find(c) != std::string_view::npos) result += '\\';
      result += c;
    }
  }
  return result;
}

}  // namespace roofmark
