// One matrix product C = A W^T by the BLAS, and whether its result is right.
#pragma once

#include <string>

#include "kernels/product.h"
#include "kernels/vendor/blas.h"

namespace roofmark {

/// Operands: w [n, k], then a [m, k].  Both are found in memory at every call.
class BlasGemm {
 public:
  BlasGemm(const Shape& shape, int threads) : product_(shape), threads_(threads) {}

  std::int64_t operands() const { return (product_.n + product_.m) * product_.k; }
  std::int64_t results() const { return product_.m * product_.n; }

  void run(const float* w, float* c) const {
    blas_sgemm(product_.m, product_.n, product_.k, activations(w), w, c, threads_);
  }

  /// 1024 random elements against float64, and every element by Freivalds' check.
  double error(const float* w, const float* c) const {
    const std::int64_t n = product_.n, k = product_.k;
    const float* a = activations(w);
    const double sampled = largest_error(c, results(), [&](std::int64_t i) {
      return expected_dot(a + i / n * k, w + i % n * k, k);
    });
    return worse(sampled, freivalds_error(product_, a, w, c, threads_));
  }

  std::string implementation() const { return blas_text(); }

 private:
  const float* activations(const float* w) const { return w + product_.n * product_.k; }

  Product product_;
  int threads_;
};

}  // namespace roofmark
