// What a cache's and activations' formats cost causal attention.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "kernels/format_error.h"

namespace roofmark {

/// Up to 64 fresh tokens after cached ones, up to 256 keys in all, which stand for any number: what
/// a key errs by counts as much as its weight, and weights add up to 1.
struct SampledAttention {
  std::int64_t fresh, keys, dim;
  std::int64_t heads;  ///< over one head of keys and values

  explicit SampledAttention(const Shape& shape)
      : fresh(std::clamp<std::int64_t>(shape.at("fresh"), 1, 64)),
        keys(fresh + std::clamp<std::int64_t>(shape.at("cached"), 0, 256 - fresh)),
        dim(shape.at("head_dim")),
        heads(std::max<std::int64_t>(2, 32 / fresh)) {}
};

/// Rows of `dim`, of activations' type already, as a cache of `type` gives them back: of integers
/// each row has a scale of its own.
template <class R>
std::vector<R> cached_and_read(const std::vector<R>& rows, std::int64_t dim, DType type) {
  std::vector<double> kept(rows.begin(), rows.end());
  if (type == DType::i8) {
    for (double* row = kept.data(); row < kept.data() + kept.size(); row += dim) {
      quantize(row, dim, 127, DType::f32);
    }
  }
  kept = rounded(std::move(kept), type);
  return {kept.begin(), kept.end()};
}

/// q: [heads, fresh, dim], k, v: [keys, dim].  `weight`: the type in which weights multiply values.
template <class R>
std::vector<R> attended(const SampledAttention& s, const std::vector<R>& q, const std::vector<R>& k,
                        const std::vector<R>& v, DType weight) {
  const SumDepth depth = depth_of_products(weight);
  const R scale = 1 / std::sqrt(static_cast<R>(s.dim));
  std::vector<R> out(q.size()), weights(static_cast<std::size_t>(s.keys));
  for (std::int64_t row = 0; row < s.heads * s.fresh; ++row) {
    const R* query = q.data() + row * s.dim;
    const std::int64_t seen = s.keys - s.fresh + row % s.fresh + 1;
    R most = -std::numeric_limits<R>::infinity();
    for (std::int64_t j = 0; j < seen; ++j) {
      const R* key = k.data() + j * s.dim;
      const double score = sum_of(s.dim, depth, sum_type<R>, [&](std::int64_t i) {
        return static_cast<double>(query[i]) * key[i];
      });
      weights[j] = static_cast<R>(score) * scale;
      most = std::max(most, weights[j]);
    }
    for (std::int64_t j = 0; j < seen; ++j) weights[j] = std::exp(weights[j] - most);
    const double sum = sum_of(seen, depth, sum_type<R>, [&](std::int64_t j) { return weights[j]; });
    for (std::int64_t j = 0; j < seen; ++j)
      weights[j] = static_cast<R>(rounded(weights[j], weight));
    for (std::int64_t i = 0; i < s.dim; ++i) {
      const double value = sum_of(seen, depth, sum_type<R>, [&](std::int64_t j) {
        return static_cast<double>(weights[j]) * v[j * s.dim + i];
      });
      out[row * s.dim + i] = static_cast<R>(value / sum);
    }
  }
  return out;
}

/// Kernel::format_error.  Weights are rounded to the type of a cache of 16 bits, as matrix units
/// take them.
inline double attention_format_error(const Shape& shape, const Format& format) {
  const SampledAttention s(shape);
  const std::int64_t rows = s.keys * s.dim;
  return format_error_of({s.heads * s.fresh * s.dim, rows, rows}, format,
                         [&]<class R>(const Drawn<R>& x, DType stored) {
                           const DType cache = stored == DType::f64 ? stored : format.weights;
                           return attended(s, x[0], cached_and_read(x[1], s.dim, cache),
                                           cached_and_read(x[2], s.dim, cache),
                                           bits(cache) == 16 ? cache : sum_type<R>);
                         });
}

}  // namespace roofmark
