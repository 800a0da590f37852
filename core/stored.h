// What the operands of a product occupy in memory: weights, quantized or not, the same for reading
// them as for keeping them, and activations.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/format.h"
#include "core/shape.h"
#include "core/units.h"

namespace roofmark {

/// How weights lie in memory.  Where `group` is not 0, blocks of `rows` outputs by `group` inputs
/// share a scale and, where zero_bits is not 0, a zero point.
struct Stored {
  DType type = DType::f32;
  std::int64_t rows = 1, group = 0;
  int scale_bits = 16, zero_bits = 0;
  bool operator==(const Stored&) const = default;
};

/// A matrix [n, k]: n k elements, and ceil(n / rows) ceil(k / group) scales and zero points.
inline Bytes stored_bytes(std::int64_t n, std::int64_t k, const Stored& stored) {
  const double elements = static_cast<double>(n) * static_cast<double>(k);
  if (stored.group == 0) return Bytes{elements * bytes(stored.type)};
  const auto parts = [](std::int64_t whole, std::int64_t part) {
    return (whole + part - 1) / part;
  };
  const std::int64_t down = parts(n, std::max<std::int64_t>(stored.rows, 1)),
                     across = parts(k, stored.group);
  const double blocks = static_cast<double>(down) * static_cast<double>(across);
  return Bytes{elements * bytes(stored.type) + blocks * (stored.scale_bits + stored.zero_bits) / 8};
}

/// That of a product's weights [n, k], from the extents `group`, and where they are not 1, 16 and
/// 0, `group_rows`, `scale_bits` and `zero_bits`.  Where nothing is said of groups, weights of
/// 8-bit integers have a scale for each output (W8A8 per channel, Xiao et al. 2023,
/// arXiv:2211.10438).
inline Stored stored_of(const Shape& shape, DType type) {
  return {.type = type,
          .rows = shape.get("group_rows", 1),
          .group = shape.get("group", type == DType::i8 ? shape.at("k") : 0),
          .scale_bits = static_cast<int>(shape.get("scale_bits", 16)),
          .zero_bits = static_cast<int>(shape.get("zero_bits", 0))};
}

/// The same, the other way about: adds those extents, where it is not what is stored_of() without.
inline void put_stored(Shape& shape, const Stored& stored) {
  if (stored.group == 0 || stored == stored_of(shape, stored.type)) return;
  shape.extents.push_back({"group", stored.group});
  if (stored.rows != 1) shape.extents.push_back({"group_rows", stored.rows});
  if (stored.scale_bits != 16) shape.extents.push_back({"scale_bits", stored.scale_bits});
  if (stored.zero_bits != 0) shape.extents.push_back({"zero_bits", stored.zero_bits});
}

/// Bytes of each activation that a product reads and writes: as wide as it computes in, or where
/// the shape says so (extent `activation_bits`) as what stands between products, which it narrows
/// itself.
inline double activation_bytes(const Shape& shape, const Format& format) {
  return static_cast<double>(shape.get("activation_bits", bits(format.activations))) / 8;
}

}  // namespace roofmark
