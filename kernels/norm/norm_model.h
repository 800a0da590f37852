// What RMSNorm, LayerNorm and RMSNorm after a residual add must compute and move, what bounds them,
// and whether a result is right.
#pragma once

#include <map>
#include <optional>

#include "core/kernel.h"
#include "kernels/add/add_model.h"
#include "kernels/format_error.h"
#include "kernels/rows.h"
#include "kernels/verify.h"

namespace roofmark {

constexpr float norm_eps = 1e-5f;  // as Llama's configurations have it

/// RMSNorm's operations on a row beside those on its elements.  A sum of n squares has n - 1
/// additions; the division by n, the addition of eps and the reciprocal root make n + 2.
constexpr double rms_row_ops = 2;

/// `shared` vectors of one row's length are read once.  They are kept as wide as the activations,
/// whatever the projections are quantized to.
inline Work norm_work_of(const Shape& shape, const Format& format, double ops, double row_ops,
                         double shared) {
  Work work = elementwise_work(elements(shape), format, ops, 1, 1);
  const double width = bytes(format.activations);
  work.ops += Ops{row_ops * static_cast<double>(shape.at("rows"))};
  work.weights = Bytes{shared * static_cast<double>(shape.at("cols")) * width};
  work.read += work.weights;
  return work;
}

/// Per element a square and an add, a multiplication by the row's scale and one by w, two per row
/// more: 4 h + 2 of a row of h; x read, y written.  With extent scaled=0 there is no w.
inline Work norm_work(const Shape& shape, const Format& format) {
  const double scaled = static_cast<double>(shape.get("scaled", 1));
  return norm_work_of(shape, format, 3 + scaled, rms_row_ops, scaled);
}
/// Per element an add for the mean and a subtraction of it, a square and an add, a multiplication
/// by the row's scale, one by w, and the addition of b: 7 h, with those on a row alone left out, as
/// published counts of it leave them; x read, y written.
inline Work layer_norm_work(const Shape& shape, const Format& format) {
  return norm_work_of(shape, format, 7, 0, 2);
}

/// An add per element before those of RMSNorm; x and r read, their sum and y written.
inline Work add_norm_work(const Shape& shape, const Format& format) {
  Work work = norm_work_of(shape, format, 5, rms_row_ops, 1);
  const Bytes more{static_cast<double>(elements(shape)) * bytes(format.activations)};
  work.read += more;
  work.written += more;
  return work;
}

inline std::optional<Companion> norm_companion(const Shape&, int) {
  return Companion{"copy", {.level = "dram", .stores = "ordinary"}};
}

/// Rows of x become (x - mean) / sqrt(mean square of that + eps) w + b in R, where mean is 0 unless
/// there is a bias, and w 1 unless there is one.
template <class R>
void normalize(std::vector<R>& x, std::int64_t cols, const R* weight, const R* bias) {
  const R n = static_cast<R>(cols);
  for (R* row = x.data(); row < x.data() + x.size(); row += cols) {
    const auto sum = [&](auto term) {
      return static_cast<R>(sum_of(cols, SumDepth::sixteen, sum_type<R>, term));
    };
    const R mean = bias == nullptr ? 0 : sum([&](std::int64_t c) { return row[c]; }) / n;
    const R squares = sum([&](std::int64_t c) {
      const double left = row[c] - mean;
      return left * left;
    });
    const R scale = 1 / std::sqrt(squares / n + static_cast<R>(norm_eps));
    for (std::int64_t c = 0; c < cols; ++c) {
      row[c] = (row[c] - mean) * scale * (weight == nullptr ? 1 : weight[c]);
      if (bias != nullptr) row[c] += bias[c];
    }
  }
}

/// Kernel::format_error of all three.
inline double norm_format_error(const Shape& shape, const Format& format) {
  const SampledRows rows(shape.at("cols"));
  const bool scaled = shape.get("scaled", 1) != 0;
  return format_error_of({rows.count(), rows.cols}, format, [&]<class R>(const Drawn<R>& x, DType) {
    std::vector<R> y = x[0];
    normalize<R>(y, rows.cols, scaled ? x[1].data() : nullptr, nullptr);
    return y;
  });
}
inline double layer_norm_format_error(const Shape& shape, const Format& format) {
  const SampledRows rows(shape.at("cols"));
  return format_error_of({rows.count(), rows.cols, rows.cols}, format,
                         [&]<class R>(const Drawn<R>& x, DType) {
                           std::vector<R> y = x[0];
                           normalize(y, rows.cols, x[1].data(), x[2].data());
                           return y;
                         });
}
/// That of y: that of h, which is stored too, is part of it.
inline double add_norm_format_error(const Shape& shape, const Format& format) {
  const SampledRows rows(shape.at("cols"));
  return format_error_of({rows.count(), rows.count(), rows.cols}, format,
                         [&]<class R>(const Drawn<R>& x, DType stored) {
                           std::vector<R> h = x[0];
                           for (std::size_t i = 0; i < h.size(); ++i) {
                             h[i] = static_cast<R>(rounded(h[i] + x[1][i], stored));
                           }
                           normalize<R>(h, rows.cols, x[2].data(), nullptr);
                           return h;
                         });
}

/// What float64 says of a row.
struct NormRow {
  double mean, scale;  ///< 0 and 1 / sqrt(mean square + eps) for RMSNorm
  double spread;       ///< rms(x) scale: what an error of the mean is worth
};

inline NormRow norm_row(const void* x, DType type, std::int64_t begin, std::int64_t cols,
                        bool centred) {
  const auto n = static_cast<double>(cols);
  double sum = 0, squares = 0, left = 0;
  for (std::int64_t c = 0; c < cols; ++c) {
    const double value = value_at(x, type, begin + c);
    sum += value;
    squares += value * value;
  }
  const double mean = centred ? sum / n : 0;
  for (std::int64_t c = 0; c < cols; ++c) {
    const double value = value_at(x, type, begin + c) - mean;
    left += value * value;
  }
  const double scale = 1 / std::sqrt(left / n + static_cast<double>(norm_eps));
  return {mean, scale, std::sqrt(squares / n) * scale};
}

/// x, y: [rows, cols], weight, bias: [cols], all of that type; bias null: RMSNorm.
/// Tolerance: 1e-5 (1 + |y|), for LayerNorm 1e-5 (1 + |y| + |w| rms(x) / sqrt(var + eps)), and one
/// rounding to the type (that to f32 is among it).
inline double norm_error(const void* x, const void* weight, const void* bias, const void* y,
                         DType type, std::int64_t rows, std::int64_t cols) {
  std::map<std::int64_t, NormRow> seen;
  return largest_error(y, type, rows * cols, [&](std::int64_t i) {
    const std::int64_t r = i / cols, c = i % cols;
    auto at = seen.find(r);
    if (at == seen.end()) {
      at = seen.emplace(r, norm_row(x, type, r * cols, cols, bias != nullptr)).first;
    }
    const NormRow& row = at->second;
    const double w = value_at(weight, type, c);
    double exact = (value_at(x, type, i) - row.mean) * row.scale * w;
    double size = 1;
    if (bias != nullptr) {
      exact += value_at(bias, type, c);
      size += std::abs(w) * row.spread;
    }
    const double rounding = type == DType::f32 ? 0 : rounding_to(type, exact);
    return Expected{exact, 1e-5 * (size + std::abs(exact)) + rounding};
  });
}

}  // namespace roofmark
