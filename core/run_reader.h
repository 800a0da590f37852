// Parts of a run file that more than one reader needs.
#pragma once

#include <array>
#include <limits>
#include <string_view>

#include "core/format.h"
#include "core/machine.h"
#include "core/measurement.h"
#include "core/strict_json.h"

namespace roofmark {

inline constexpr double any_positive = std::numeric_limits<double>::max();
inline constexpr std::int64_t any_count = std::numeric_limits<std::int64_t>::max();
/// Names, reasons and paths: far above what is written, far below what would hurt.
inline constexpr std::size_t any_text = 1u << 20;

/// Facts that may be unknown: missing or null is nullopt.
Known<std::string> known_text(const JsonView& object, std::string_view key);
Known<double> known_number(const JsonView& object, std::string_view key, double low, double high);
Known<std::int64_t> known_integer(const JsonView& object, std::string_view key, std::int64_t low,
                                  std::int64_t high);
Known<int> known_int(const JsonView& object, std::string_view key, int low, int high);
Known<bool> known_boolean(const JsonView& object, std::string_view key);
Known<std::vector<std::string>> known_texts(const JsonView& object, std::string_view key);
/// Text where missing or null means none.
std::string text_or_empty(const JsonView& object, std::string_view key);
/// An integer that fits an int.
int small(const JsonView& object, std::string_view key, int low, int high);

/// The value among `all` whose name() is the text at `key`.
template <class T, std::size_t N>
T one_of(const JsonView& object, std::string_view key, const std::array<T, N>& all) {
  const JsonView json = object.at(key);
  const std::string text = json.text();
  std::string names;
  for (const T value : all) {
    if (name(value) == text) return value;
    names += (names.empty() ? "" : ", ") + std::string(name(value));
  }
  json.refuse("unknown value '" + text + "'", "it is one of " + names);
}

/// The three types of a format.
Format format_from_json(const JsonView& json);
DType dtype_at(const JsonView& object, std::string_view key);

inline constexpr const char* damaged = "the file is damaged or was edited; take the original again";

/// An id under which files are kept: letters, digits, '.', '_' and '-', no '.' first, so that it
/// names nothing outside its folder.
std::string file_name(const JsonView& json);

/// One row.  Throws InputError.
Measurement row_from(const JsonView& json);

/// The extents of a shape, each name once.
Shape shape_from(const JsonView& json);

/// How a run was or is to be taken.  Throws InputError.
Policy policy_from(const JsonView& json);

/// The machine of a run.  Throws InputError.
Machine machine_from(const JsonView& json);

}  // namespace roofmark
