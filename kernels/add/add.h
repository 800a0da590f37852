// One residual add over [rows, cols], and whether its result is right.
#pragma once

#include "core/parallel.h"
#include "core/shape.h"
#include "kernels/add/add.isa.h"
#include "kernels/add/add_model.h"

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

  double error(const float* x, const float* y) const {
    return add_error(x, x + count_, y, DType::f32, count_);
  }

 private:
  AddLeaf leaf_;
  std::int64_t count_;
  int threads_;
};

}  // namespace roofmark
