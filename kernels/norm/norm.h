// One RMSNorm over [rows, cols], and whether its result is right.
#pragma once

#include "core/parallel.h"
#include "core/shape.h"
#include "kernels/norm/norm.isa.h"
#include "kernels/norm/norm_model.h"

namespace roofmark {

/// Operands: x [rows, cols], then w [cols].  Whole rows are spread over threads; where there are
/// fewer rows than threads the rest have nothing to do: a decode step's single row is shorter than
/// a fork and join, and the sum over it keeps one order.
class Norm {
 public:
  Norm(NormLeaf leaf, const Shape& shape, int threads)
      : leaf_(leaf), rows_(shape.at("rows")), cols_(shape.at("cols")), threads_(threads) {}

  std::int64_t operands() const { return (rows_ + 1) * cols_; }
  std::int64_t results() const { return rows_ * cols_; }

  void run(const float* x, float* y) const {
    parallel(threads_, [&](int thread) {
      const auto [begin, end] = share_of(rows_, thread, threads_);
      leaf_(x + begin * cols_, x + rows_ * cols_, y + begin * cols_, end - begin, cols_, norm_eps);
    });
  }

  double error(const float* x, const float* y) const {
    return norm_error(x, x + rows_ * cols_, nullptr, y, DType::f32, rows_, cols_);
  }

 private:
  NormLeaf leaf_;
  std::int64_t rows_, cols_;
  int threads_;
};

}  // namespace roofmark
