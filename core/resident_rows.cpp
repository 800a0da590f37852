#include "core/resident_rows.h"

#include <algorithm>

namespace roofmark {
namespace {

constexpr std::int64_t least_cols = 64;

Shape with(Shape shape, const std::string& extent, std::int64_t value) {
  for (auto& [name, count] : shape.extents) {
    if (name == extent) count = value;
  }
  return shape;
}

/// Rows for each thread whose bytes are no more than `room`.
std::int64_t rows_in(double room, const Kernel& kernel, const Shape& shape, const Format& format,
                     int threads) {
  const auto bytes = [&](std::int64_t rows) {
    return kernel.work(with(shape, kernel.rows_extent, rows), format).bytes().value;
  };
  const double one = bytes(1), each = bytes(2) - one;
  if (each <= 0) return 0;
  return std::max<std::int64_t>(0,
                                static_cast<std::int64_t>((room - (one - each)) / each / threads));
}

}  // namespace

std::optional<Shape> resident_shape(const Kernel& kernel, const Operator& op, std::int64_t room,
                                    int threads) {
  Shape shape = op.shape;
  for (std::int64_t cols = shape.get("cols", 0);; cols /= 2) {
    const std::int64_t rows = rows_in(static_cast<double>(room), kernel, shape, op.format, threads);
    if (rows > 0) return with(shape, kernel.rows_extent, rows * threads);
    if (cols / 2 < least_cols) return std::nullopt;
    shape = with(shape, "cols", cols / 2);
  }
}

}  // namespace roofmark
