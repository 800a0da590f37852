// Pairs, keys and scores of causal attention, whole or within a span.
#pragma once

#include <algorithm>
#include <cmath>

#include "core/format.h"
#include "core/shape.h"
#include "core/work.h"

namespace roofmark {

/// `queries` sequences each compute `fresh` tokens after `cached` ones, with `heads` query heads.
/// A token sees itself and what was before it: everything; with extent `window` the last that many,
/// itself included; with extent `chunk` those of its own chunk, positions being cut into chunks of
/// that many.
struct AttendedExtents {
  double queries, fresh, cached, heads, window, chunk;

  explicit AttendedExtents(const Shape& shape)
      : queries(extent(shape, "queries")),
        fresh(extent(shape, "fresh")),
        cached(extent(shape, "cached")),
        heads(extent(shape, "heads")),
        window(static_cast<double>(shape.get("window", 0))),
        chunk(static_cast<double>(shape.get("chunk", 0))) {}

  static double extent(const Shape& shape, const char* name) {
    return static_cast<double>(shape.at(name));
  }

  /// Pairs of a token and a key it sees, in one head.
  double pairs() const {
    if (chunk > 0) return queries * (pairs_in_chunks(cached + fresh) - pairs_in_chunks(cached));
    const double all = window > 0 ? std::clamp(window - cached, 0.0, fresh) : fresh;
    return queries * (all * cached + all * (all + 1) / 2 + (fresh - all) * window);
  }
  /// Keys that any fresh token sees.
  double keys() const {
    double before = cached;
    if (window > 0) before = std::min(cached, window - 1);
    if (chunk > 0) before = std::fmod(cached, chunk);
    return queries * (before + fresh);
  }
  /// Elements of the scores where they are kept: the whole rectangle over those keys, masked ones
  /// included.
  double scores() const { return fresh * keys() * heads; }
  /// Tokens computed.
  double tokens() const { return queries * fresh; }

 private:
  /// Of the first n tokens of a sequence.
  double pairs_in_chunks(double n) const {
    const double whole = std::floor(n / chunk), rest = n - whole * chunk;
    return whole * chunk * (chunk + 1) / 2 + rest * (rest + 1) / 2;
  }
};

/// Operations on each pair of a token and a key beside the products: softmax.
inline constexpr double softmax_ops = 5;

}  // namespace roofmark
