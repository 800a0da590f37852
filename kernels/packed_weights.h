// How 4-bit weights lie in memory for GPU products, so that one 16-byte load of a lane is one
// operand of a matrix instruction.  Written once when a model is loaded; nothing is lost or added
// but padding.
#pragma once

#include <cstdint>

#include "core/format.h"

namespace roofmark {

/// W [n, k] of two's complement nibbles in tiles of 8 rows and 128 columns, k innermost, both
/// extents padded to whole tiles: [n/8][k/128][32 lanes][16 bytes].  Lane 4 r + q has of row r the
/// columns 32 i + 8 q ... + 7 in its i-th word, i = 0 ... 3.  Within a word, for f16 activations
/// nibble j holds column 2 j and nibble j + 4 column 2 j + 1 (masks 000f000f << 4 j give pairs);
/// for int8 activations nibble 2 j holds column j and nibble 2 j + 1 column j + 4 (masks 0f0f0f0f
/// and f0f0f0f0 give quadruples).  Scales: f16, [n/8][k/128][4 pairs of rows][128/group][2 rows].
class PackedWeights {
 public:
  static constexpr std::int64_t rows = 8, columns = 128;

  /// group: 32 or 128.
  PackedWeights(std::int64_t n, std::int64_t k, std::int64_t group, DType activations)
      : tiles_((n + rows - 1) / rows),
        steps_((k + columns - 1) / columns),
        group_(group),
        in_pairs_(activations != DType::i8) {}

  std::int64_t weight_bytes() const { return tiles_ * steps_ * rows * columns / 2; }
  std::int64_t scale_bytes() const { return tiles_ * steps_ * rows * (columns / group_) * 2; }

  /// Where weight (row, column) is, in nibbles from the start, the low one of a byte first.
  std::int64_t nibble(std::int64_t row, std::int64_t column) const {
    const std::int64_t word = column % columns / 32, quarter = column % 32 / 8, j = column % 8;
    const std::int64_t lane = row % rows * 4 + quarter;
    const std::int64_t vector = (row / rows * steps_ + column / columns) * 32 + lane;
    const std::int64_t place = in_pairs_ ? j / 2 + j % 2 * 4 : j % 4 * 2 + j / 4;
    return (vector * 4 + word) * 8 + place;
  }
  /// Where the scale of weight (row, column) is, in elements.
  std::int64_t scale(std::int64_t row, std::int64_t column) const {
    const std::int64_t pair = (row / rows * steps_ + column / columns) * 4 + row % rows / 2;
    return (pair * (columns / group_) + column % columns / group_) * 2 + row % 2;
  }

 private:
  std::int64_t tiles_, steps_, group_;
  bool in_pairs_;
};

}  // namespace roofmark
