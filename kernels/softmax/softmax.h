// One softmax over [rows, cols], and whether its result is right.
#pragma once

#include <memory>

#include "core/parallel.h"
#include "core/shape.h"
#include "kernels/cpu_task.h"
#include "kernels/native.h"
#include "kernels/softmax/softmax.isa.h"
#include "kernels/softmax/softmax_model.h"

namespace roofmark {

/// Operands: x [rows, cols].  Whole rows are spread over threads; where there are fewer rows than
/// threads the rest have nothing to do, so that the sum over a row keeps one order.
template <class T>
class Softmax {
 public:
  Softmax(SoftmaxLeaf<T> leaf, const Shape& shape, int threads)
      : leaf_(leaf),
        rows_(shape.at("rows")),
        cols_(shape.at("cols")),
        threads_(threads),
        scratch_lines_(apart(2 * cols_ * 4) / 64),
        // Not written here: each thread first touches its own.
        scratch_(std::make_unique_for_overwrite<Line[]>(
            static_cast<std::size_t>(scratch_lines_ * threads))) {}

  std::vector<Array> operands() const { return {{type_of<T>, rows_ * cols_}}; }
  std::vector<Array> results() const { return {{type_of<T>, rows_ * cols_}}; }

  void part(int thread, const Operands& x, const Results& y) const {
    const auto [begin, end] = share_of(rows_, thread, threads_);
    leaf_(array_of<T>(x[0]) + begin * cols_, array_of<T>(y[0]) + begin * cols_,
          scratch_[static_cast<std::size_t>(thread * scratch_lines_)].values, end - begin, cols_);
  }

  /// Tolerance, with u = 2^-24: u |x - max| for rounding the argument of the exponential, 8 u for
  /// the exponential, the division and the scale, and u cols / 8 for a sum in at least 8 chains;
  /// of 16 bits 49 u + 2 u |x - max| more for a short exponential (core/exp.isa.h).
  double error(const Operands& x, const Operands& y) const {
    return softmax_error(x[0], y[0], type_of<T>, rows_, cols_, [&](double distance) {
      const double is_short = sizeof(T) == 2 ? 49 + 2 * distance : 0;
      return 8 + distance + static_cast<double>(cols_) / 8 + is_short;
    });
  }

 private:
  struct alignas(64) Line {
    float values[16];
  };

  SoftmaxLeaf<T> leaf_;
  std::int64_t rows_, cols_;
  int threads_;
  std::int64_t scratch_lines_;
  std::unique_ptr<Line[]> scratch_;  ///< two rows' exponentials, for each thread
};

}  // namespace roofmark
