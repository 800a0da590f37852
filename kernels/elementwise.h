// What takes one array or two to another element by element, and whether its result is right.
#pragma once

#include <type_traits>
#include <vector>

#include "core/parallel.h"
#include "core/shape.h"
#include "kernels/cpu_task.h"
#include "kernels/native.h"
#include "kernels/rows.h"

namespace roofmark {

/// Operands: as many of [rows, cols].  Elements are spread over threads whatever their row.
/// error_of(operands..., result, type, count): <= 1 is correct.
template <class T, int OPERANDS, auto error_of>
class Elementwise {
  static_assert(OPERANDS == 1 || OPERANDS == 2);

 public:
  using Leaf = std::conditional_t<OPERANDS == 1, void (*)(const T* x, T* y, std::int64_t count),
                                  void (*)(const T* a, const T* b, T* y, std::int64_t count)>;

  Elementwise(Leaf leaf, const Shape& shape, int threads)
      : leaf_(leaf), count_(elements(shape)), threads_(threads) {}

  std::vector<Array> operands() const { return std::vector<Array>(OPERANDS, {type_of<T>, count_}); }
  std::vector<Array> results() const { return {{type_of<T>, count_}}; }

  void part(int thread, const Operands& x, const Results& y) const {
    constexpr std::int64_t line = 32;  // of 16-bit elements
    const auto [begin, end] = share_of(count_, thread, threads_, line);
    T* to = array_of<T>(y[0]) + begin;
    if constexpr (OPERANDS == 1) {
      leaf_(array_of<T>(x[0]) + begin, to, end - begin);
    } else {
      leaf_(array_of<T>(x[0]) + begin, array_of<T>(x[1]) + begin, to, end - begin);
    }
  }

  double error(const Operands& x, const Operands& y) const {
    if constexpr (OPERANDS == 1) {
      return error_of(x[0], y[0], type_of<T>, count_);
    } else {
      return error_of(x[0], x[1], y[0], type_of<T>, count_);
    }
  }

 private:
  Leaf leaf_;
  std::int64_t count_;
  int threads_;
};

}  // namespace roofmark
