// One gated activation over [rows, cols], and whether its result is right.
#pragma once

#include "core/parallel.h"
#include "core/shape.h"
#include "kernels/activation/activation.isa.h"
#include "kernels/activation/activation_model.h"
#include "kernels/cpu_task.h"
#include "kernels/native.h"

namespace roofmark {

/// Operands: gate and up, each [rows, cols].  Elements are spread over threads whatever their row.
template <class T>
class Activation {
 public:
  Activation(ActivationLeaf<T> leaf, const Shape& shape, int threads)
      : leaf_(leaf), count_(elements(shape)), threads_(threads) {}

  std::vector<Array> operands() const { return {{type_of<T>, count_}, {type_of<T>, count_}}; }
  std::vector<Array> results() const { return {{type_of<T>, count_}}; }

  void run(const Operands& x, const Results& y) const {
    parallel(threads_, [&](int thread) {
      const auto [begin, end] =
          share_of(count_, thread, threads_, 32);  // a line of 16-bit elements
      leaf_(array_of<T>(x[0]) + begin, array_of<T>(x[1]) + begin, array_of<T>(y[0]) + begin,
            end - begin);
    });
  }

  double error(const Operands& x, const Operands& y) const {
    return activation_error(x[0], x[1], y[0], type_of<T>, count_);
  }

 private:
  ActivationLeaf<T> leaf_;
  std::int64_t count_;
  int threads_;
};

}  // namespace roofmark
