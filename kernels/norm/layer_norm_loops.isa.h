// LayerNorm: per element 7 ops, 1 load and 1 store to memory, and loads of w and b from the cache.
// A row is summed while the one before it is scaled, as in RMSNorm.  Sum and squares come from one
// pass, of what is left without a guess of the mean: the mean of the row's first elements, so that
// a large mean cancels nothing.  Where those lie far from the rest, the squares are summed once
// more, without the mean itself.
//
// For *.isa.cpp alone: everything has internal linkage but what ROOFMARK_DEFINE(T) defines, the
// leaves of a type of element.
#pragma once

#include <cstdint>

#include "kernels/rows.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

/// Sums of x - guess and of its square, over part of a row.
struct Sums {
  Chains of_left, of_squares;
  float rest_left = 0, rest_squares = 0;
};
template <class Unit>
ROOFMARK_LEAF void add(Sums& sums, int u, Unit v, vf32 guess) {
  const auto left = v - guess;
  add_to(sums.of_left, u, left);
  add_to(sums.of_squares, u, left * left);
}
ROOFMARK_LEAF void add_one(Sums& sums, float v, float guess) {
  const float left = v - guess;
  sums.rest_left += left;
  sums.rest_squares += left * left;
}
template <class T>
ROOFMARK_LEAF float guess_of(const T* x, std::int64_t cols) {
  if (cols < lanes) return load_one(x);
  return sum(load(x)) / static_cast<float>(lanes);
}

template <class T>
ROOFMARK_LEAF Sums sums_of(const T* x, std::int64_t cols, float guess) {
  const vf32 g = broadcast(guess);
  Sums sums;
  std::int64_t i = each_unit<T>(
      cols, ROOFMARK_BODY(at) { add(sums, nth.u, load_unit(x + at), g); });
  for (; i < cols; ++i) add_one(sums, load_one(x + i), guess);
  return sums;
}

/// What a row is shifted and scaled by.
struct Moments {
  float mean, factor;
};

/// sums: those of row x without `guess`.
template <class T>
ROOFMARK_LEAF Moments moments_of(const T* x, std::int64_t cols, const Sums& sums, float guess,
                                 float eps) {
  const auto n = static_cast<float>(cols);
  const float off = (total(sums.of_left) + sums.rest_left) / n;  // mean - guess
  const float mean = guess + off;
  float variance = (total(sums.of_squares) + sums.rest_squares) / n - off * off;
  // Of the difference at most 5 bits are lost up to here, 2e-6 of it.
  if (!(off * off <= 32 * variance)) {
    const Sums again = sums_of(x, cols, mean);
    variance = (total(again.of_squares) + again.rest_squares) / n;
  }
  return {mean, 1.0f / __builtin_sqrtf(variance + eps)};
}

/// y = (x - mean) factor w + b over one row.  Unless it is the last, returns the sums of the row
/// after it.
template <Stores STORES, bool LAST, class T>
ROOFMARK_LEAF Sums shift_and_scale(const T* x, const T* w, const T* b, T* y, std::int64_t cols,
                                   Moments of_row, float guess) {
  const T* next = x + cols;
  const vf32 m = broadcast(of_row.mean), f = broadcast(of_row.factor), g = broadcast(guess);
  Sums sums;
  std::int64_t i = each_unit<T>(
      cols, ROOFMARK_BODY(at) {
        if (!LAST) {
          ask<STORES>(next + at, nth.u);
          ask_to_write<STORES>(y + at, nth.u);
        }
        put_unit<STORES>(y + at,
                         (load_unit(x + at) - m) * f * load_unit(w + at) + load_unit(b + at));
        if (!LAST) add(sums, nth.u, load_unit(next + at), g);
      });
  for (; i < cols; ++i) {
    if (!LAST) add_one(sums, load_one(next + i), guess);
    store_one(y + i,
              (load_one(x + i) - of_row.mean) * of_row.factor * load_one(w + i) + load_one(b + i));
  }
  return sums;
}

template <Stores STORES, class T>
ROOFMARK_LEAF void normalize_rows(const T* x, const T* w, const T* b, T* y, std::int64_t rows,
                                  std::int64_t cols, float eps) {
  float guess = guess_of(x, cols);
  Sums sums = sums_of(x, cols, guess);
  for (std::int64_t r = 0; r + 1 < rows; ++r, x += cols, y += cols) {
    const Moments of_row = moments_of(x, cols, sums, guess, eps);
    guess = guess_of(x + cols, cols);
    sums = shift_and_scale<STORES, false>(x, w, b, y, cols, of_row, guess);
  }
  const Moments of_last = moments_of(x, cols, sums, guess, eps);
  shift_and_scale<STORES, true>(x, w, b, y, cols, of_last, 0);
}

template <Stores STORES, class T>
ROOFMARK_LEAF void normalize(const T* x, const T* w, const T* b, T* y, std::int64_t rows,
                             std::int64_t cols, float eps) {
  if (rows <= 0) return;
  if (STORES == Stores::ordinary && fits_l2<T>(rows, cols)) {
    return normalize_rows<Stores::cached>(x, w, b, y, rows, cols, eps);
  }
  normalize_rows<STORES>(x, w, b, y, rows, cols, eps);
}

#define ROOFMARK_DEFINE(T)                                                                        \
  void layer_norm(const T* x, const T* w, const T* b, T* y, std::int64_t rows, std::int64_t cols, \
                  float eps) {                                                                    \
    normalize<Stores::ordinary>(x, w, b, y, rows, cols, eps);                                     \
  }                                                                                               \
  void layer_norm_nt(const T* x, const T* w, const T* b, T* y, std::int64_t rows,                 \
                     std::int64_t cols, float eps) {                                              \
    if (!can_stream(y, cols)) return layer_norm(x, w, b, y, rows, cols, eps);                     \
    normalize<Stores::nt>(x, w, b, y, rows, cols, eps);                                           \
    finish_streams();                                                                             \
  }

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
