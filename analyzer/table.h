// A table of text cells, written for a terminal, for Markdown or as CSV.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace roofmark {

enum class Align { left, right };

struct Column {
  std::string title;
  Align align = Align::left;
};

class Table {
 public:
  explicit Table(std::vector<Column> columns);

  /// One cell per column (asserted).
  void add(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }
  const std::vector<Column>& columns() const { return columns_; }
  const std::vector<std::vector<std::string>>& rows() const { return rows_; }

  static constexpr std::size_t text_columns = 100;  ///< longer names push the rest off any screen

  /// Aligned columns, two spaces apart, no trailing blanks.  Cells are made plain (plain_text.h)
  /// and shortened to that many columns; npos: whole.
  std::string text(std::size_t widest_cell = text_columns) const;
  /// A GitHub table: pipes and markup escaped, cells made plain and shortened to 200 columns.
  std::string markdown() const;
  /// RFC 4180 with LF line ends and a header line.  Cells are whole; control characters go, and a
  /// text cell that a spreadsheet would run as a formula (= + - @ first) gets an apostrophe before
  /// it.  Numbers, negative ones too, stay as they are.
  std::string csv() const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

/// One cell as csv() writes it.
std::string csv_cell(const std::string& cell);

/// Text that Markdown shows as it is: no markup, link, HTML or table syntax in it acts.
std::string markdown_text(const std::string& text);

}  // namespace roofmark
