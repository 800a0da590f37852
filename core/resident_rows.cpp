#include "core/resident_rows.h"

#include <algorithm>

namespace roofmark {

std::int64_t l2_bytes(const Machine& machine, int threads) {
  std::int64_t least = 0;
  for (const Cache& cache : machine.cpu.caches) {
    if (cache.level != 2) continue;
    const int sharing = std::max(1, cache.cores_sharing);
    const std::int64_t bytes = cache.size_bytes * ((threads + sharing - 1) / sharing);
    least = least == 0 ? bytes : std::min(least, bytes);
  }
  return least;
}

std::optional<Shape> resident_shape(const Kernel& kernel, const Operator& op, std::int64_t l2,
                                    int threads) {
  const auto with = [&](std::int64_t rows) {
    Shape shape = op.shape;
    for (auto& [name, extent] : shape.extents) {
      if (name == kernel.rows_extent) extent = rows;
    }
    return shape;
  };
  const double one = kernel.work(with(1), op.format).bytes().value;
  const double each = kernel.work(with(2), op.format).bytes().value - one;
  const double room = static_cast<double>(l2) / 2 - (one - each);
  if (each <= 0 || room < each * threads) return std::nullopt;
  return with(static_cast<std::int64_t>(room / each / threads) * threads);
}

}  // namespace roofmark
