// Causal attention in float64, and how far off it what a GPU computed may be.
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
/// head_dim], caches [kv_heads, cached + fresh, head_dim]; 16-bit elements of `type`.
struct AttentionSequence {
  std::vector<std::byte> q, k, v, k_cache, v_cache, out;
};

/// Compares one sequence with float64.  Error of one output o = sum_j p_j v_j over n keys, with u
/// half a unit in the last place of the type relative to the value:
///   |o - o_f64| <= u |o| + s (u + 2^-22 (2 (head_dim / 16 + 1) a + n / 16 + 16))
/// u |o|: o is rounded.  s u: each weight is rounded before it multiplies a value; signs being
/// random, that adds up to four times the root of the sum of squares of p_j v_j, at most to the sum
/// of |p_j v_j|: s is the lesser.  2^-22: sums in f32 of head_dim / 16 and n / 16 truncated
/// products, and exp2 within 2 units in the last place; a is the largest sum of |q_i k_ji| over a
/// key, divided by sqrt(head_dim).
class AttentionCheck {
 public:
  AttentionCheck(const AttentionExtents& extents, DType type) : e_(extents), type_(type) {
    number_.resize(std::size_t{1} << 16);
    for (std::uint32_t bits = 0; bits < number_.size(); ++bits) {
      const auto word = static_cast<std::uint16_t>(bits);
      number_[bits] = value_at(&word, type, 0);
    }
  }

  /// The largest error of a sequence in units of the tolerance: over all rows of all heads where
  /// these are at most 64, else over eight, the first and last among them.  Infinity where any
  /// output is not finite or a fresh key or value is not in its place in the cache.
  double error(const AttentionSequence& sequence, std::uint64_t seed) const {
    constexpr double wrong = std::numeric_limits<double>::infinity();
    if (!is_finite(sequence.out)) return wrong;
    if (!is_appended(sequence.k, sequence.k_cache)) return wrong;
    if (!is_appended(sequence.v, sequence.v_cache)) return wrong;
    const std::int64_t rows = e_.heads * e_.fresh, edges = 2, sampled = 8;
    double worst = 0;
    std::mt19937_64 random(seed);
    for (std::int64_t i = 0; i < std::min(rows, rows <= 64 ? rows : sampled); ++i) {
      std::int64_t row = i;
      if (rows > 64 && i == 1) row = rows - 1;
      if (rows > 64 && i >= edges)
        row = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(rows));
      worst = worse(worst, row_error(sequence, row / e_.heads, row % e_.heads));
    }
    return worst;
  }

  bool is_finite(const std::vector<std::byte>& elements) const {
    for (std::size_t at = 0; at < elements.size(); at += 2)
      if (!std::isfinite(number(elements, at / 2))) return false;
    return true;
  }

 private:
  double number(const std::vector<std::byte>& elements, std::size_t index) const {
    std::uint16_t bits = 0;
    std::memcpy(&bits, elements.data() + 2 * index, sizeof bits);
    return number_[bits];
  }

  bool is_appended(const std::vector<std::byte>& fresh, const std::vector<std::byte>& cache) const {
    const auto row = static_cast<std::size_t>(2 * e_.head_dim);
    for (std::int64_t head = 0; head < e_.kv_heads; ++head) {
      for (std::int64_t token = 0; token < e_.fresh; ++token) {
        const auto from = static_cast<std::size_t>(token * e_.kv_heads + head) * row;
        const auto to =
            static_cast<std::size_t>(head * (e_.cached + e_.fresh) + e_.cached + token) * row;
        if (std::memcmp(fresh.data() + from, cache.data() + to, row) != 0) return false;
      }
    }
    return true;
  }

  /// Weights of the keys that a token sees, not yet divided by their sum.
  struct Weights {
    std::vector<double> w;
    double sum = 0, magnitude = 0;  ///< magnitude: a of the tolerance
  };

  Weights weights(const AttentionSequence& s, std::int64_t token, std::int64_t head,
                  std::size_t first_key) const {
    const auto dim = static_cast<std::size_t>(e_.head_dim);
    const std::size_t query = static_cast<std::size_t>(token * e_.heads + head) * dim;
    Weights all;
    double top = -std::numeric_limits<double>::infinity();
    for (std::size_t key = 0; key <= static_cast<std::size_t>(e_.cached + token); ++key) {
      double score = 0, magnitude = 0;
      for (std::size_t i = 0; i < dim; ++i) {
        const double product =
            number(s.q, query + i) * number(s.k_cache, (first_key + key) * dim + i);
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

  double row_error(const AttentionSequence& s, std::int64_t token, std::int64_t head) const {
    const auto dim = static_cast<std::size_t>(e_.head_dim);
    const std::int64_t kv_head = head / (e_.heads / e_.kv_heads);
    const auto first_key = static_cast<std::size_t>(kv_head * (e_.cached + e_.fresh));
    const Weights weights = this->weights(s, token, head, first_key);
    const double u = epsilon(type_) / 2, steps = static_cast<double>(dim) / 16 + 1;
    const double keys = static_cast<double>(weights.w.size());
    const double each = u + 0x1p-22 * (2 * steps * weights.magnitude + keys / 16 + 16);
    double worst = 0;
    for (std::size_t d = 0; d < dim; ++d) {
      double value = 0, absolute = 0, squares = 0;
      for (std::size_t key = 0; key < weights.w.size(); ++key) {
        const double part =
            weights.w[key] / weights.sum * number(s.v_cache, (first_key + key) * dim + d);
        value += part;
        absolute += std::abs(part);
        squares += part * part;
      }
      const double spread = std::min(absolute, 4 * std::sqrt(squares));
      const double tolerance = u * std::abs(value) + spread * each;
      const double out = number(s.out, static_cast<std::size_t>(token * e_.heads + head) * dim + d);
      worst = worse(worst, std::abs(out - value) / tolerance);
    }
    return worst;
  }

  AttentionExtents e_;
  DType type_;
  std::vector<double> number_;  ///< of each of the 2^16 encodings
};

}  // namespace roofmark
