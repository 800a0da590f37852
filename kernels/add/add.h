// One residual add over [rows, cols], and whether its result is right.
#pragma once

#include <cmath>
#include <limits>

#include "core/parallel.h"
#include "core/shape.h"
#include "kernels/add/add.isa.h"
#include "kernels/rows.h"
#include "kernels/verify.h"

namespace roofmark {

/// Operands: x, then r, each [rows, cols].  Elements are spread over threads whatever their row.
class Add {
 public:
  Add(AddLeaf leaf, const Shape& shape, int threads)
      : leaf_(leaf), count_(elements(shape)), threads_(threads) {}

  std::int64_t operands() const { return 2 * count_; }
  std::int64_t results() const { return count_; }

  void run(const float* x, float* y) const {
    parallel(threads_, [&](int thread) {
      const auto [begin, end] = share_of(count_, thread, threads_, 16);
      leaf_(x + begin, x + count_ + begin, y + begin, end - begin);
    });
  }

  /// Tolerance: one rounding to f32.
  double error(const float* x, const float* y) const {
    return largest_error(y, count_, [&](std::int64_t i) {
      const double exact = static_cast<double>(x[i]) + static_cast<double>(x[count_ + i]);
      return Expected{
          exact, 1.001 * f32_rounding * std::abs(exact) + std::numeric_limits<float>::denorm_min()};
    });
  }

 private:
  AddLeaf leaf_;
  std::int64_t count_;
  int threads_;
};

}  // namespace roofmark
