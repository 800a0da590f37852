// How 4-bit weights lie in memory for products on CPUs: packed once when a model is loaded, so that
// each lane of a vector adds up an output of its own.
#pragma once

#include <cstdint>
#include <string>

#include "core/shape.h"

namespace roofmark {

/// W [n, k] in panels of `rows` outputs, each [k / 8][rows] words of 32 bits; both extents are
/// padded, n to whole panels and k to whole groups.  A word holds 8 weights of its row as w + 8: in
/// its byte b = 0 ... 3 the low nibble is weight b and the high one weight b + 4.  Scales: f16,
/// [n / rows][k / group][rows].
class Nibbles {
 public:
  /// group: a multiple of 8.
  Nibbles(std::int64_t n, std::int64_t k, std::int64_t rows, std::int64_t group)
      : rows_(rows),
        group_(group),
        panels_((n + rows - 1) / rows),
        groups_((k + group - 1) / group) {}

  std::int64_t panels() const { return panels_; }
  std::int64_t groups() const { return groups_; }
  std::int64_t columns() const { return groups_ * group_; }  ///< k, padded
  std::int64_t panel_bytes() const { return columns() / 2 * rows_; }
  std::int64_t panel_scales() const { return groups_ * rows_; }

  /// Where weight (row, column) is, in nibbles from the start, the low one of a byte first.
  std::int64_t nibble(std::int64_t row, std::int64_t column) const {
    const std::int64_t word = (row / rows_ * (columns() / 8) + column / 8) * rows_ + row % rows_;
    return word * 8 + column % 4 * 2 + column % 8 / 4;
  }
  /// Where the scale of weight (row, column) is, in elements.
  std::int64_t scale(std::int64_t row, std::int64_t column) const {
    return (row / rows_ * groups_ + column / group_) * rows_ + row % rows_;
  }

 private:
  std::int64_t rows_, group_, panels_, groups_;
};

/// Why kernels on CPUs cannot take 4-bit weights of that shape, or empty.
inline std::string nibble_group_refusal(const Shape& shape) {
  const std::int64_t group = shape.get("group", 0);
  if (group >= 8 && group <= 1024 && group % 8 == 0) return {};
  return "4-bit weights share a scale in groups of a multiple of 8, at most 1024";
}

}  // namespace roofmark
