// One residual add over [rows, cols], and whether its result is right.
#pragma once

#include "core/parallel.h"
#include "core/shape.h"
#include "kernels/add/add.isa.h"
#include "kernels/add/add_model.h"
#include "kernels/cpu_task.h"

namespace roofmark {

/// Operands: x and r, each [rows, cols].  Elements are spread over threads whatever their row.
class Add {
 public:
  Add(AddLeaf leaf, const Shape& shape, int threads)
      : leaf_(leaf), count_(elements(shape)), threads_(threads) {}

  std::vector<Array> operands() const { return {{DType::f32, count_}, {DType::f32, count_}}; }
  std::vector<Array> results() const { return {{DType::f32, count_}}; }

  void run(const Operands& x, const Results& y) const {
    parallel(threads_, [&](int thread) {
      const auto [begin, end] = share_of(count_, thread, threads_, 16);
      leaf_(array_of<float>(x[0]) + begin, array_of<float>(x[1]) + begin,
            array_of<float>(y[0]) + begin, end - begin);
    });
  }

  double error(const Operands& x, const Operands& y) const {
    return add_error(x[0], x[1], y[0], DType::f32, count_);
  }

 private:
  AddLeaf leaf_;
  std::int64_t count_;
  int threads_;
};

}  // namespace roofmark
