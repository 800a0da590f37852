// One dynamic quantization over [rows, cols], and whether its result is right.
#pragma once

#include <cstdint>
#include <limits>

#include "core/parallel.h"
#include "core/shape.h"
#include "kernels/cpu_task.h"
#include "kernels/native.h"
#include "kernels/quantize/quantize.isa.h"
#include "kernels/quantize/quantize_model.h"

namespace roofmark {

/// Operands: x [rows, cols].  Results: q [rows, cols] and scales [rows].  Whole rows are spread
/// over threads.
template <class T>
class Quantize {
 public:
  static constexpr int poison = 0x80;  ///< -128, which no element is

  Quantize(QuantizeLeaf<T> leaf, const Shape& shape, int threads)
      : leaf_(leaf), rows_(shape.at("rows")), cols_(shape.at("cols")), threads_(threads) {}

  std::vector<Array> operands() const { return {{type_of<T>, rows_ * cols_}}; }
  std::vector<Array> results() const { return {{DType::i8, rows_ * cols_}, {DType::f32, rows_}}; }

  void part(int thread, const Operands& x, const Results& y) const {
    const auto [begin, end] = share_of(rows_, thread, threads_);
    leaf_(array_of<T>(x[0]) + begin * cols_, array_of<std::int8_t>(y[0]) + begin * cols_,
          array_of<float>(y[1]) + begin, end - begin, cols_);
  }

  /// Every element is there, and of up to 64 rows, the first and last among them, all are right.
  double error(const Operands& x, const Operands& y) const {
    const auto* q = array_of<signed char>(y[0]);
    for (std::int64_t i = 0; i < rows_ * cols_; ++i) {
      if (q[i] == -128) return std::numeric_limits<double>::infinity();
    }
    const std::int64_t step = std::max<std::int64_t>(1, rows_ / 64);
    double error = row_error(x, y, 0);
    for (std::int64_t i = 0; i < rows_; i += step) {
      error = worse(error, row_error(x, y, rows_ - 1 - i));
    }
    return error;
  }

 private:
  double row_error(const Operands& x, const Operands& y, std::int64_t row) const {
    return quantized_row_error(array_of<T>(x[0]) + row * cols_, type_of<T>, cols_,
                               array_of<signed char>(y[0]) + row * cols_,
                               array_of<float>(y[1])[row]);
  }

  QuantizeLeaf<T> leaf_;
  std::int64_t rows_, cols_;
  int threads_;
};

}  // namespace roofmark
