// One matrix-vector product y = W x, by a leaf or by the BLAS, and whether its result is right.
#pragma once

#include <string>

#include "core/parallel.h"
#include "kernels/cpu_task.h"
#include "kernels/gemv/gemv.isa.h"
#include "kernels/product.h"
#include "kernels/vendor/blas.h"

namespace roofmark {

/// Operands: w [n, k] and x [k].
class Gemv {
 public:
  std::vector<Array> operands() const {
    return {{DType::f32, product_.n * product_.k}, {DType::f32, product_.k, true}};
  }
  std::vector<Array> results() const { return {{DType::f32, product_.n}}; }

  double error(const Operands& x, const Operands& y) const {
    const std::int64_t k = product_.k;
    const float *w = array_of<float>(x[0]), *vector = array_of<float>(x[1]);
    return largest_error(array_of<float>(y[0]), product_.n,
                         [&](std::int64_t i) { return expected_dot(w + i * k, vector, k); });
  }

 protected:
  Gemv(const Shape& shape, int threads) : product_(shape), threads_(threads) {}

  Product product_;
  int threads_;
};

/// Each thread takes its own block of rows.
class NativeGemv final : public Gemv {
 public:
  NativeGemv(GemvLeaf leaf, const Shape& shape, int threads) : Gemv(shape, threads), leaf_(leaf) {}

  void run(const Operands& x, const Results& y) const {
    parallel(threads_, [&](int thread) {
      const auto [begin, end] = share_of(product_.n, thread, threads_);
      leaf_(array_of<float>(x[0]) + begin * product_.k, array_of<float>(x[1]),
            array_of<float>(y[0]) + begin, end - begin, product_.k);
    });
  }

 private:
  GemvLeaf leaf_;
};

class BlasGemv final : public Gemv {
 public:
  BlasGemv(const Shape& shape, int threads) : Gemv(shape, threads) {}

  void run(const Operands& x, const Results& y) const {
    blas_sgemv(product_.n, product_.k, array_of<float>(x[0]), array_of<float>(x[1]),
               array_of<float>(y[0]), threads_);
  }
  std::string implementation() const { return blas_text(); }
};

}  // namespace roofmark
