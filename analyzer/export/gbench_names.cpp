// What a benchmark's name says: the words of a row.
#include <algorithm>
#include <charconv>
#include <optional>

#include "analyzer/export/gbench_import.h"
#include "analyzer/report/identity.h"
#include "core/case.h"

namespace roofmark {
namespace {

constexpr Format no_format{DType::none, DType::none, DType::none};

/// A whole number as it is usually written: "007" and "+7" are names.
std::optional<std::int64_t> whole(std::string_view text) {
  std::int64_t value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool read = result.ec == std::errc() && result.ptr == text.data() + text.size();
  if (!read || value < 0 || std::to_string(value) != text) return std::nullopt;
  return value;
}

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  for (std::size_t end = 0; end != std::string_view::npos;) {
    end = text.find('/');
    parts.push_back(text.substr(0, end));
    if (end != std::string_view::npos) text.remove_prefix(end + 1);
  }
  return parts;
}

/// "8" or "n:64" as the extent after `before`; nullopt: it is a word, or names one twice.
std::optional<Extent> argument(std::string_view part, const Shape& before) {
  const std::size_t colon = part.find(':');
  const bool named = colon != std::string_view::npos && colon > 0;
  const auto value = whole(named ? part.substr(colon + 1) : part);
  if (!value) return std::nullopt;
  const std::string name =
      named ? std::string(part.substr(0, colon)) : "arg" + std::to_string(before.extents.size());
  const bool taken = std::any_of(before.extents.begin(), before.extents.end(),
                                 [&](const Extent& extent) { return extent.name == name; });
  return taken ? std::nullopt : std::optional<Extent>({name, *value});
}

/// Which of its times the library takes: no part of what is called.
bool is_mode(std::string_view part) {
  return part == "real_time" || part == "manual_time" || part == "process_time";
}

void add_word(std::string& words, std::string_view word) {
  words += (words.empty() ? "" : ".") + std::string(word);
}

Conditions conditions_of(const Identity& parts) {
  return {.level = parts.condition("level"),
          .stores = parts.condition("stores"),
          .pages = parts.condition("pages"),
          .state = parts.condition("state"),
          .packed = parts.condition("packed"),
          .memory = parts.condition("memory"),
          .cores = parts.condition("cores"),
          .node = parts.condition("node")};
}

/// The row whose id that is, if it is one.
std::optional<Measurement> row_of_id(const std::string& id) {
  const Identity parts = identity(id);
  const auto format = format_from(parts.format);
  if (!format || parts.threads < 1) return std::nullopt;
  Measurement row;
  row.kernel = parts.kernel;
  row.variant = parts.variant;
  row.format = *format;
  row.device = parts.device;
  row.threads = parts.threads;
  row.conditions = conditions_of(parts);
  std::string_view rest = parts.shape;
  while (!rest.empty()) {
    const std::string_view extent = rest.substr(0, rest.find(' '));
    rest.remove_prefix(std::min(rest.size(), extent.size() + 1));
    const std::size_t equals = extent.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const auto value = whole(extent.substr(equals + 1));
    if (!value) return std::nullopt;
    row.shape.extents.push_back({std::string(extent.substr(0, equals)), *value});
  }
  row.id = case_id(row.kernel, row.variant, row.format, row.device, row.threads, row.shape,
                   row.conditions);
  return row.id == id ? std::optional(row) : std::nullopt;
}

}  // namespace

Measurement named_row(std::string_view name, int threads) {
  if (auto row = row_of_id(std::string(name))) return *row;
  Measurement row;
  bool arguments = false;  // seen
  for (const std::string_view part : split(name)) {
    if (part == "threads:" + std::to_string(threads)) continue;
    const bool first = row.kernel.empty() && !arguments;
    const auto extent = first ? std::nullopt : argument(part, row.shape);
    arguments = arguments || extent;
    if (extent) {
      row.shape.extents.push_back(*extent);
    } else {
      add_word(arguments || (is_mode(part) && !first) ? row.variant : row.kernel, part);
    }
  }
  if (row.variant.empty()) row.variant = "benchmark";
  row.device = "cpu";
  row.threads = threads;
  row.format = no_format;
  row.id = case_id(row.kernel, row.variant, row.format, row.device, row.threads, row.shape,
                   row.conditions);
  return row;
}

}  // namespace roofmark
