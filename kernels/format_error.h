// What a number format costs an operator, whoever computes in it.
//
// The operator is computed twice on numbers drawn from N(0, 1): in float64 on the numbers
// themselves; and on what the format keeps of them, in f32 or what the format adds up in, its
// result rounded to the type that it is stored in.  The format's error is the root mean square of
// the difference, relative to that of the float64 result.  How a variant orders its sums and
// approximates its exponentials is its own (Task::error()); here sums are added up as most do,
// which shows in f32 alone.
//
// Rows are sampled, and at most 4096 long: errors of terms are independent, so that what is longer
// or more errs alike.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <random>
#include <type_traits>
#include <vector>

#include "core/format.h"
#include "core/shape.h"

namespace roofmark {

/// From N(0, 1), the same with every standard library.
class NormalNumbers {
 public:
  std::vector<double> operator()(std::int64_t count);

 private:
  std::mt19937_64 random_{1};
};

class RelativeError {
 public:
  void add(double result, double exact) {
    errors_ += (result - exact) * (result - exact);
    squares_ += exact * exact;
  }
  /// 0 where there was nothing.
  double value() const;

 private:
  double errors_ = 0, squares_ = 0;
};

/// The number of that floating-point type nearest to x; of tf32 that of 10 bits of fraction.
/// Integers are their own matter: x.
double rounded(double x, DType type);
std::vector<double> rounded(std::vector<double> values, DType type);

/// Rounds to whole numbers of `most` at most, times one scale: largest magnitude / most, rounded to
/// `scale_type`.
void quantize(double* values, std::int64_t count, double most, DType scale_type);

/// Terms that are added up exactly before they enter a sum.
enum class SumDepth {
  one = 1,       ///< each sum is a chain, as those of many outputs at once are
  sixteen = 16,  ///< of one row in the lanes of a vector, and in matrix units
};

/// Sum of term(i) for i in [0, count).
template <class Term>
double sum_of(std::int64_t count, SumDepth depth, DType accumulate, Term term) {
  const auto step = static_cast<std::int64_t>(depth);
  double sum = 0;
  for (std::int64_t begin = 0; begin < count; begin += step) {
    const std::int64_t end = std::min(count, begin + step);
    double part = 0;
    for (std::int64_t i = begin; i < end; ++i) part += term(i);
    sum = rounded(sum + part, accumulate);
  }
  return sum;
}

/// Of products over several tokens: no matrix unit takes f32.
inline SumDepth depth_of_products(DType operands) {
  return operands == DType::f32 ? SumDepth::one : SumDepth::sixteen;
}

/// What arithmetic in R adds up in.
template <class R>
constexpr DType sum_type = std::is_same_v<R, float> ? DType::f32 : DType::f64;

/// Elements that stand for all where each is on its own.
constexpr std::int64_t sampled_elements = 8192;

/// Rows that do where what errs is a row's: its sum or its scale.
struct SampledRows {
  std::int64_t rows, cols;

  explicit SampledRows(std::int64_t all_cols)
      : rows(0), cols(std::clamp<std::int64_t>(all_cols, 1, 4096)) {
    rows = std::max<std::int64_t>(16, sampled_elements / cols);
  }
  std::int64_t count() const { return rows * cols; }
};

template <class R>
using Drawn = std::vector<std::vector<R>>;

/// Of an operator over floating-point activations: operation(Drawn<R>, type) computes in R from as
/// many numbers as `counts` says, and returns a std::vector<R>; `type` is what it stores on the way
/// in (f64: as it is).
template <class Operation>
double format_error_of(std::initializer_list<std::int64_t> counts, const Format& format,
                       Operation operation) {
  NormalNumbers normal;
  Drawn<double> drawn;
  Drawn<float> kept;
  for (const std::int64_t count : counts) {
    drawn.push_back(normal(count));
    const std::vector<double> stored = rounded(drawn.back(), format.activations);
    kept.emplace_back(stored.begin(), stored.end());
  }
  const std::vector<double> exact = operation(drawn, DType::f64);
  const std::vector<float> results = operation(kept, format.activations);
  RelativeError error;
  for (std::size_t i = 0; i < exact.size(); ++i) {
    error.add(rounded(static_cast<double>(results[i]), format.activations), exact[i]);
  }
  return error.value();
}

/// Of y = W x.  Scales of 8-bit weights are one per output, of 4-bit ones one per `group` (0: per
/// output), in f16; activations of 8 bits have one of the largest of all tokens (of at most 24),
/// and their results one that makes a standard deviation requantized_deviation steps
/// (kernels/product.h).
double product_format_error(const Shape& shape, const Format& format);

}  // namespace roofmark
