// What takes two arrays to a third element by element, and whether its result is right.
#pragma once

#include <vector>

#include "core/parallel.h"
#include "core/shape.h"
#include "kernels/cpu_task.h"
#include "kernels/native.h"
#include "kernels/rows.h"

namespace roofmark {

/// Operands: two of [rows, cols].  Elements are spread over threads whatever their row.
/// error_of(first, second, result, type, count): <= 1 is correct.
template <class T, double (*error_of)(const void*, const void*, const void*, DType, std::int64_t)>
class Pairwise {
 public:
  using Leaf = void (*)(const T* a, const T* b, T* y, std::int64_t count);

  Pairwise(Leaf leaf, const Shape& shape, int threads)
      : leaf_(leaf), count_(elements(shape)), threads_(threads) {}

  std::vector<Array> operands() const { return {{type_of<T>, count_}, {type_of<T>, count_}}; }
  std::vector<Array> results() const { return {{type_of<T>, count_}}; }

  void part(int thread, const Operands& x, const Results& y) const {
    constexpr std::int64_t line = 32;  // of 16-bit elements
    const auto [begin, end] = share_of(count_, thread, threads_, line);
    leaf_(array_of<T>(x[0]) + begin, array_of<T>(x[1]) + begin, array_of<T>(y[0]) + begin,
          end - begin);
  }

  double error(const Operands& x, const Operands& y) const {
    return error_of(x[0], x[1], y[0], type_of<T>, count_);
  }

 private:
  Leaf leaf_;
  std::int64_t count_;
  int threads_;
};

}  // namespace roofmark
