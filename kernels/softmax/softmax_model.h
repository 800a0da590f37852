// What a softmax must compute and move, what bounds it, and whether a result is right.
#pragma once

#include <cmath>
#include <map>
#include <optional>

#include "core/kernel.h"
#include "kernels/format_error.h"
#include "kernels/rows.h"
#include "kernels/verify.h"

namespace roofmark {

/// Per element maximum, subtraction, exponential, addition and scale, each counted as one; x read
/// and y written.  Masked elements count: they are in memory.
inline Work softmax_work(const Shape& shape, const Format& format) {
  Work work = elementwise_work(elements(shape), format, 5, 1, 1);
  work.exponentials = Ops{static_cast<double>(elements(shape))};
  return work;
}

inline std::optional<Companion> softmax_companion(const Shape&, int) {
  return Companion{"copy", {.level = "dram", .stores = "ordinary"}};
}

/// Kernel::format_error.
inline double softmax_format_error(const Shape& shape, const Format& format) {
  const SampledRows rows(shape.at("cols"));
  return format_error_of({rows.count()}, format, [&]<class R>(const Drawn<R>& x, DType) {
    std::vector<R> y = x[0];
    for (R* row = y.data(); row < y.data() + y.size(); row += rows.cols) {
      const R most = *std::max_element(row, row + rows.cols);
      for (std::int64_t c = 0; c < rows.cols; ++c) row[c] = std::exp(row[c] - most);
      const auto sum = static_cast<R>(sum_of(rows.cols, SumDepth::sixteen, sum_type<R>,
                                             [&](std::int64_t c) { return row[c]; }));
      for (std::int64_t c = 0; c < rows.cols; ++c) row[c] /= sum;
    }
    return y;
  });
}

/// What a float64 softmax says of a row.
struct SoftmaxRow {
  double most, sum;  ///< largest element, and sum of e^(x - most)
};

inline SoftmaxRow softmax_row(const void* x, DType type, std::int64_t begin, std::int64_t cols) {
  SoftmaxRow row{value_at(x, type, begin), 0};
  for (std::int64_t c = 1; c < cols; ++c)
    row.most = std::max(row.most, value_at(x, type, begin + c));
  for (std::int64_t c = 0; c < cols; ++c)
    row.sum += std::exp(value_at(x, type, begin + c) - row.most);
  return row;
}

/// x, y: [rows, cols] of that type.  units_of(max - x) is the tolerance of an element in units of
/// 2^-24 of its value; the largest exponential that is flushed to 0, 1.22e-38, and one rounding to
/// the type are added (that to f32 is among the units).
template <class UnitsOf>
double softmax_error(const void* x, const void* y, DType type, std::int64_t rows, std::int64_t cols,
                     UnitsOf units_of) {
  std::map<std::int64_t, SoftmaxRow> seen;
  return largest_error(y, type, rows * cols, [&](std::int64_t i) {
    const std::int64_t r = i / cols;
    auto at = seen.find(r);
    if (at == seen.end()) at = seen.emplace(r, softmax_row(x, type, r * cols, cols)).first;
    const double distance = at->second.most - value_at(x, type, i);
    if (std::isinf(distance)) return Expected{0, 1.22e-38};
    const double exact = std::exp(-distance) / at->second.sum;
    const double rounding = type == DType::f32 ? 0 : rounding_to(type, exact);
    return Expected{exact, f32_rounding * units_of(distance) * exact + 1.22e-38 + rounding};
  });
}

/// The units_of of the GPU's variants: 2.25 |x - max| for rounding the argument of the exponential
/// twice and for the constant log2 e; up to 5 for each of four exponentials in the way of an
/// element to its row; 32 + 20 for the sum in chains of at most 32 and two trees; and the mean
/// distance of what is summed, at most 2.25 (1 + log cols) < 40.
inline double softmax_gpu_units(double distance) { return 128 + 2.25 * distance; }

}  // namespace roofmark
