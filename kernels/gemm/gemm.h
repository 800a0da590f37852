// One matrix product C = A W^T by the BLAS, and whether its result is right.
#pragma once

#include <string>

#include "kernels/cpu_task.h"
#include "kernels/product.h"
#include "kernels/vendor/blas.h"

namespace roofmark {

/// Operands: w [n, k], found in memory at every call, and a [m, k].
class BlasGemm {
 public:
  BlasGemm(const Shape& shape, int threads) : product_(shape), threads_(threads) {}

  std::vector<Array> operands() const {
    return {{DType::f32, product_.n * product_.k}, {DType::f32, product_.m * product_.k, true}};
  }
  std::vector<Array> results() const { return {{DType::f32, product_.m * product_.n}}; }

  void run(const Operands& x, const Results& y) const {
    blas_sgemm(product_.m, product_.n, product_.k, array_of<float>(x[1]), array_of<float>(x[0]),
               array_of<float>(y[0]), threads_);
  }

  /// 1024 random elements against float64, and every element by Freivalds' check.
  double error(const Operands& x, const Operands& y) const {
    return product_error({product_, x[1], x[0], y[0], Format{}, DType::f32}, threads_);
  }

  std::string implementation() const { return blas_text(); }

 private:
  Product product_;
  int threads_;
};

}  // namespace roofmark
