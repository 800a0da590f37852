// Causal attention in float64, and how far off it what a device computed may be.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "core/shape.h"
#include "core/values.h"
#include "kernels/verify.h"

namespace roofmark {

struct AttentionExtents {
  std::int64_t queries, fresh, cached, heads, kv_heads, head_dim;

  explicit AttentionExtents(const Shape& shape)
      : queries(shape.at("queries")),
        fresh(shape.at("fresh")),
        cached(shape.at("cached")),
        heads(shape.at("heads")),
        kv_heads(shape.at("kv_heads")),
        head_dim(shape.at("head_dim")) {}

  // Elements of one sequence.
  std::int64_t query_elements() const { return fresh * heads * head_dim; }
  std::int64_t fresh_elements() const { return fresh * kv_heads * head_dim; }
  std::int64_t cache_elements() const { return kv_heads * (cached + fresh) * head_dim; }
};

/// One sequence as a launch left it: q and out [fresh, heads, head_dim], k and v [fresh, kv_heads,
/// head_dim], caches [kv_heads, cached + fresh, head_dim]; where these are i8, the scales of their
/// rows.
struct AttentionView {
  const std::byte *q, *k, *v, *k_cache, *v_cache, *out;
  const float *k_scales = nullptr, *v_scales = nullptr;
};

/// The same, copied.
struct AttentionSequence {
  std::vector<std::byte> q, k, v, k_cache, v_cache, out;

  AttentionView view() const {
    return {q.data(), k.data(), v.data(), k_cache.data(), v_cache.data(), out.data()};
  }
};

/// Compares one sequence with float64.  Error of one output o = sum_j p_j v_j over n keys, with u
/// half a unit in the last place of the activations relative to the value, and u_w the same of the
/// cache (of f32 where the cache is i8):
///   |o - o_f64| <= u |o| + s (u_w + 2^-22 (2 (head_dim / 16 + 1) a + n / 16 + 16))
/// u |o|: o is rounded.  s u_w: each weight is rounded before it multiplies a value; signs being
/// random, that adds up to four times the root of the sum of squares of p_j v_j, at most to the sum
/// of |p_j v_j|: s is the lesser.  2^-22: sums in f32 of head_dim / 16 and n / 16 truncated
/// products, or of head_dim / 4 and n / 4 rounded ones, and exp2 within 2 units in the last place;
/// a is the largest sum of |q_i k_ji| over a key, divided by sqrt(head_dim).
/// Fresh rows stand in the cache as they were; in an i8 one as whole numbers and the scale
/// max |x_i| / 127, each within half a step of x_i.
class AttentionCheck {
 public:
  AttentionCheck(const AttentionExtents& extents, DType cache, DType activations)
      : e_(extents),
        cache_(numbers_of(cache)),
        activations_(numbers_of(activations)),
        rounding_(epsilon(activations) / 2),
        weight_rounding_(epsilon(cache == DType::i8 ? DType::f32 : cache) / 2) {}
  AttentionCheck(const AttentionExtents& extents, DType type)
      : AttentionCheck(extents, type, type) {}

  /// The largest error of a sequence in units of the tolerance: over all rows of all heads where
  /// these are at most 64, else over `sampled`, the first and last among them.  Infinity where any
  /// output is not finite or a fresh key or value is not in its place in the cache.
  double error(const AttentionView& sequence, std::uint64_t seed, std::int64_t sampled = 8) const {
    constexpr double wrong = std::numeric_limits<double>::infinity();
    if (!is_finite(sequence.out)) return wrong;
    if (!is_appended(sequence.k, sequence.k_cache, sequence.k_scales)) return wrong;
    if (!is_appended(sequence.v, sequence.v_cache, sequence.v_scales)) return wrong;
    const std::int64_t rows = e_.heads * e_.fresh, edges = 2;
    const bool all = rows <= 64 || rows <= sampled;
    double worst = 0;
    std::mt19937_64 random(seed);
    for (std::int64_t i = 0; i < (all ? rows : sampled); ++i) {
      std::int64_t row = i;
      if (!all && i == 1) row = rows - 1;
      if (!all && i >= edges)
        row = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(rows));
      worst = worse(worst, row_error(sequence, row / e_.heads, row % e_.heads));
    }
    return worst;
  }

  /// Whether all outputs of a sequence are.
  bool is_finite(const std::byte* out) const {
    for (std::int64_t i = 0; i < e_.query_elements(); ++i)
      if (!std::isfinite(number(activations_, out, i))) return false;
    return true;
  }

 private:
  struct Numbers {
    DType type;
    std::vector<double> of_encoding;  ///< of each of the 2^16, where the type has as many
  };

  static Numbers numbers_of(DType type) {
    Numbers numbers{type, {}};
    if (bits(type) != 16) return numbers;
    numbers.of_encoding.resize(std::size_t{1} << 16);
    for (std::uint32_t code = 0; code < numbers.of_encoding.size(); ++code) {
      const auto word = static_cast<std::uint16_t>(code);
      numbers.of_encoding[code] = value_at(&word, type, 0);
    }
    return numbers;
  }

  static double number(const Numbers& numbers, const std::byte* elements, std::int64_t index) {
    if (numbers.of_encoding.empty()) return value_at(elements, numbers.type, index);
    std::uint16_t code = 0;
    std::memcpy(&code, elements + 2 * index, sizeof code);
    return numbers.of_encoding[code];
  }

  bool is_appended(const std::byte* fresh, const std::byte* cache, const float* scales) const {
    for (std::int64_t head = 0; head < e_.kv_heads; ++head) {
      for (std::int64_t token = 0; token < e_.fresh; ++token) {
        const std::int64_t from = token * e_.kv_heads + head;
        const std::int64_t to = head * (e_.cached + e_.fresh) + e_.cached + token;
        if (!is_row(fresh, from, cache, to, scales)) return false;
      }
    }
    return true;
  }

  bool is_row(const std::byte* fresh, std::int64_t from, const std::byte* cache, std::int64_t to,
              const float* scales) const {
    const std::int64_t dim = e_.head_dim;
    if (scales == nullptr) {
      const std::int64_t row = dim * bits(cache_.type) / 8;
      return std::memcmp(fresh + from * row, cache + to * row, static_cast<std::size_t>(row)) == 0;
    }
    double most = 0;
    for (std::int64_t i = 0; i < dim; ++i) {
      most = std::max(most, std::abs(number(activations_, fresh, from * dim + i)));
    }
    const double scale = scales[to];
    if (!(std::abs(scale - most / 127) <= 4 * f32_rounding * most / 127)) return false;
    for (std::int64_t i = 0; i < dim; ++i) {
      const double x = number(activations_, fresh, from * dim + i);
      const double stored = scale * value_at(cache, DType::i8, to * dim + i);
      if (!(std::abs(stored - x) <= 0.5001 * scale)) return false;
    }
    return true;
  }

  /// Element `i` of row `row` of a cache.
  double cached(const std::byte* cache, const float* scales, std::int64_t row,
                std::int64_t i) const {
    const double stored = number(cache_, cache, row * e_.head_dim + i);
    return scales == nullptr ? stored : stored * scales[row];
  }

  /// Weights of the keys that a token sees, not yet divided by their sum.
  struct Weights {
    std::vector<double> w;
    double sum = 0, magnitude = 0;  ///< magnitude: a of the tolerance
  };

  Weights weights(const AttentionView& s, std::int64_t token, std::int64_t head,
                  std::int64_t first_key) const {
    const std::int64_t dim = e_.head_dim, query = (token * e_.heads + head) * dim;
    Weights all;
    double top = -std::numeric_limits<double>::infinity();
    for (std::int64_t key = 0; key <= e_.cached + token; ++key) {
      double score = 0, magnitude = 0;
      for (std::int64_t i = 0; i < dim; ++i) {
        const double product = number(activations_, s.q, query + i) *
                               cached(s.k_cache, s.k_scales, first_key + key, i);
        score += product;
        magnitude += std::abs(product);
      }
      all.w.push_back(score / std::sqrt(static_cast<double>(dim)));
      top = std::max(top, all.w.back());
      all.magnitude = std::max(all.magnitude, magnitude / std::sqrt(static_cast<double>(dim)));
    }
    for (double& w : all.w) {
      w = std::exp(w - top);
      all.sum += w;
    }
    return all;
  }

  double row_error(const AttentionView& s, std::int64_t token, std::int64_t head) const {
    const std::int64_t dim = e_.head_dim, kv_head = head / (e_.heads / e_.kv_heads);
    const std::int64_t first_key = kv_head * (e_.cached + e_.fresh);
    const Weights weights = this->weights(s, token, head, first_key);
    const double steps = static_cast<double>(dim) / 16 + 1;
    const double keys = static_cast<double>(weights.w.size());
    const double each =
        weight_rounding_ + 0x1p-22 * (2 * steps * weights.magnitude + keys / 16 + 16);
    double worst = 0;
    for (std::int64_t d = 0; d < dim; ++d) {
      double value = 0, absolute = 0, squares = 0;
      for (std::size_t key = 0; key < weights.w.size(); ++key) {
        const double part =
            weights.w[key] / weights.sum *
            cached(s.v_cache, s.v_scales, first_key + static_cast<std::int64_t>(key), d);
        value += part;
        absolute += std::abs(part);
        squares += part * part;
      }
      const double spread = std::min(absolute, 4 * std::sqrt(squares));
      const double tolerance = rounding_ * std::abs(value) + spread * each;
      const double out = number(activations_, s.out, (token * e_.heads + head) * dim + d);
      worst = worse(worst, std::abs(out - value) / tolerance);
    }
    return worst;
  }

  AttentionExtents e_;
  Numbers cache_, activations_;
  double rounding_, weight_rounding_;
};

}  // namespace roofmark
