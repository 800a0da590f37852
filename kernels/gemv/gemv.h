// One matrix-vector product y = W x, by a leaf or by the BLAS, and whether its result is right.
#pragma once

#include <string>

#include "core/parallel.h"
#include "kernels/gemv/gemv.isa.h"
#include "kernels/product.h"
#include "kernels/vendor/blas.h"

namespace roofmark {

/// Operands: w [n, k], then x [k].
class Gemv {
 public:
  std::int64_t operands() const { return (product_.n + 1) * product_.k; }
  std::int64_t results() const { return product_.n; }

  double error(const float* w, const float* y) const {
    const std::int64_t k = product_.k;
    return largest_error(y, results(),
                         [&](std::int64_t i) { return expected_dot(w + i * k, vector(w), k); });
  }

 protected:
  Gemv(const Shape& shape, int threads) : product_(shape), threads_(threads) {}

  const float* vector(const float* w) const { return w + product_.n * product_.k; }

  Product product_;
  int threads_;
};

/// Each thread takes its own block of rows.
class NativeGemv final : public Gemv {
 public:
  NativeGemv(GemvLeaf leaf, const Shape& shape, int threads) : Gemv(shape, threads), leaf_(leaf) {}

  void run(const float* w, float* y) const {
    parallel(threads_, [&](int thread) {
      const auto [begin, end] = share_of(product_.n, thread, threads_);
      leaf_(w + begin * product_.k, vector(w), y + begin, end - begin, product_.k);
    });
  }

 private:
  GemvLeaf leaf_;
};

class BlasGemv final : public Gemv {
 public:
  BlasGemv(const Shape& shape, int threads) : Gemv(shape, threads) {}

  void run(const float* w, float* y) const {
    blas_sgemv(product_.n, product_.k, w, vector(w), y, threads_);
  }
  std::string implementation() const { return blas_text(); }
};

}  // namespace roofmark
