// One softmax over [rows, cols], and whether its result is right.
#pragma once

#include <algorithm>
#include <cmath>

#include "core/parallel.h"
#include "core/shape.h"
#include "kernels/rows.h"
#include "kernels/softmax/softmax.isa.h"
#include "kernels/verify.h"

namespace roofmark {

/// Operands: x [rows, cols].  Whole rows are spread over threads; where there are fewer rows than
/// threads the rest have nothing to do, so that the sum over a row keeps one order.
class Softmax {
 public:
  Softmax(SoftmaxLeaf leaf, const Shape& shape, int threads)
      : leaf_(leaf), rows_(shape.at("rows")), cols_(shape.at("cols")), threads_(threads) {}

  std::int64_t operands() const { return rows_ * cols_; }
  std::int64_t results() const { return rows_ * cols_; }

  void run(const float* x, float* y) const {
    parallel(threads_, [&](int thread) {
      const auto [begin, end] = share_of(rows_, thread, threads_);
      leaf_(x + begin * cols_, y + begin * cols_, end - begin, cols_);
    });
  }

  /// Tolerance, with u = 2^-24: u |x - max| for rounding the argument of the exponential, 8 u for
  /// the exponential, the division and the scale, and u cols / 8 for a sum in at least 8 chains;
  /// and the largest exponential that is flushed to 0, 1.22e-38.
  double error(const float* x, const float* y) const {
    std::int64_t row = -1;
    double most = 0, sum = 0;
    return largest_error(y, results(), [&](std::int64_t i) {
      if (i / cols_ != row) {
        row = i / cols_;
        const float* in = x + row * cols_;
        most = *std::max_element(in, in + cols_);
        sum = 0;
        for (std::int64_t c = 0; c < cols_; ++c) sum += std::exp(in[c] - most);
      }
      if (std::isinf(x[i])) return Expected{0, 1.22e-38};
      const double exact = std::exp(x[i] - most) / sum;
      const double units = 8 + std::abs(x[i] - most) + static_cast<double>(cols_) / 8;
      return Expected{exact, f32_rounding * units * exact + 1.22e-38};
    });
  }

 private:
  SoftmaxLeaf leaf_;
  std::int64_t rows_, cols_;
  int threads_;
};

}  // namespace roofmark
