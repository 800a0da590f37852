// One RMSNorm over [rows, cols], and whether its result is right.
#pragma once

#include <cmath>

#include "core/parallel.h"
#include "core/shape.h"
#include "kernels/norm/norm.isa.h"
#include "kernels/rows.h"
#include "kernels/verify.h"

namespace roofmark {

/// Operands: x [rows, cols], then w [cols].  Whole rows are spread over threads; where there are
/// fewer rows than threads the rest have nothing to do: a decode step's single row is shorter than
/// a fork and join, and the sum over it keeps one order.
class Norm {
 public:
  static constexpr float eps = 1e-5f;  // as Llama's configurations have it

  Norm(NormLeaf leaf, const Shape& shape, int threads)
      : leaf_(leaf), rows_(shape.at("rows")), cols_(shape.at("cols")), threads_(threads) {}

  std::int64_t operands() const { return (rows_ + 1) * cols_; }
  std::int64_t results() const { return rows_ * cols_; }

  void run(const float* x, float* y) const {
    parallel(threads_, [&](int thread) {
      const auto [begin, end] = share_of(rows_, thread, threads_);
      leaf_(x + begin * cols_, x + rows_ * cols_, y + begin * cols_, end - begin, cols_, eps);
    });
  }

  /// Tolerance: 1e-5 (1 + |y|), as the leaves promise.
  double error(const float* x, const float* y) const {
    std::int64_t row = -1;
    double scale = 0;
    return largest_error(y, results(), [&](std::int64_t i) {
      if (i / cols_ != row) {
        row = i / cols_;
        scale = scale_of(x + row * cols_);
      }
      const double exact = x[i] * scale * x[rows_ * cols_ + i % cols_];
      return Expected{exact, 1e-5 * (1 + std::abs(exact))};
    });
  }

 private:
  double scale_of(const float* row) const {
    double squares = 0;
    for (std::int64_t c = 0; c < cols_; ++c) squares += static_cast<double>(row[c]) * row[c];
    return 1 / std::sqrt(squares / static_cast<double>(cols_) + eps);
  }

  NormLeaf leaf_;
  std::int64_t rows_, cols_;
  int threads_;
};

}  // namespace roofmark
