// One RMSNorm over [rows, cols], and whether its result is right.
#pragma once

#include "core/parallel.h"
#include "core/shape.h"
#include "kernels/cpu_task.h"
#include "kernels/norm/norm.isa.h"
#include "kernels/norm/norm_model.h"

namespace roofmark {

/// Operands: x [rows, cols] and w [cols].  Whole rows are spread over threads; where there are
/// fewer rows than threads the rest have nothing to do: a decode step's single row is shorter than
/// a fork and join, and the sum over it keeps one order.
class Norm {
 public:
  Norm(NormLeaf leaf, const Shape& shape, int threads)
      : leaf_(leaf), rows_(shape.at("rows")), cols_(shape.at("cols")), threads_(threads) {}

  std::vector<Array> operands() const { return {{DType::f32, rows_ * cols_}, {DType::f32, cols_}}; }
  std::vector<Array> results() const { return {{DType::f32, rows_ * cols_}}; }

  void run(const Operands& x, const Results& y) const {
    parallel(threads_, [&](int thread) {
      const auto [begin, end] = share_of(rows_, thread, threads_);
      leaf_(array_of<float>(x[0]) + begin * cols_, array_of<float>(x[1]),
            array_of<float>(y[0]) + begin * cols_, end - begin, cols_, norm_eps);
    });
  }

  double error(const Operands& x, const Operands& y) const {
    return norm_error(x[0], x[1], nullptr, y[0], DType::f32, rows_, cols_);
  }

 private:
  NormLeaf leaf_;
  std::int64_t rows_, cols_;
  int threads_;
};

}  // namespace roofmark
