// One softmax over [rows, cols], and whether its result is right.
#pragma once

#include "core/parallel.h"
#include "core/shape.h"
#include "kernels/cpu_task.h"
#include "kernels/softmax/softmax.isa.h"
#include "kernels/softmax/softmax_model.h"

namespace roofmark {

/// Operands: x [rows, cols].  Whole rows are spread over threads; where there are fewer rows than
/// threads the rest have nothing to do, so that the sum over a row keeps one order.
class Softmax {
 public:
  Softmax(SoftmaxLeaf leaf, const Shape& shape, int threads)
      : leaf_(leaf), rows_(shape.at("rows")), cols_(shape.at("cols")), threads_(threads) {}

  std::vector<Array> operands() const { return {{DType::f32, rows_ * cols_}}; }
  std::vector<Array> results() const { return {{DType::f32, rows_ * cols_}}; }

  void run(const Operands& x, const Results& y) const {
    parallel(threads_, [&](int thread) {
      const auto [begin, end] = share_of(rows_, thread, threads_);
      leaf_(array_of<float>(x[0]) + begin * cols_, array_of<float>(y[0]) + begin * cols_,
            end - begin, cols_);
    });
  }

  /// Tolerance, with u = 2^-24: u |x - max| for rounding the argument of the exponential, 8 u for
  /// the exponential, the division and the scale, and u cols / 8 for a sum in at least 8 chains.
  double error(const Operands& x, const Operands& y) const {
    return softmax_error(x[0], y[0], DType::f32, rows_, cols_, [&](double distance) {
      return 8 + distance + static_cast<double>(cols_) / 8;
    });
  }

 private:
  SoftmaxLeaf leaf_;
  std::int64_t rows_, cols_;
  int threads_;
};

}  // namespace roofmark
