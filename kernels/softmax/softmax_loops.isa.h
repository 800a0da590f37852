// Softmax of each row: maximum, exponentials and their sum, scale.  Per element 5 ops (max,
// subtract, exp, add, multiply), 1 load and 1 store to memory.  Exponentials take most of the time,
// most of it in multiply-adds, so along with those of a row go the maximum of the next one, which
// is read from memory then, and the scaling of the one before it, which is written.  Of the rate at
// which exponentials can be had (Zen 5, AVX-512, one core, 2048 columns in L2) three passes over a
// row reached 0.68 in f32, this 0.85; of the copy roof of memory 0.95, this 0.92-0.99.  A NaN among
// the elements is no maximum; the exponentials find it.
//
// For *.isa.cpp alone: everything has internal linkage but what ROOFMARK_DEFINE(T) defines, the
// leaves of a type of element.
#pragma once

#include <cstdint>

#include "core/exp.isa.h"
#include "kernels/rows.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

constexpr float infinity = __builtin_inff();

ROOFMARK_LEAF Chains all_least() {
  const vf32 least = broadcast(-infinity);
  return {{least, least, least, least}};
}
template <class T>
ROOFMARK_LEAF float maximum(const T* x, std::int64_t cols) {
  Chains most = all_least();
  std::int64_t i = each_unit<T>(
      cols, ROOFMARK_BODY(at) { raise(most, nth.u, load_unit(x + at)); });
  for (; i < cols; i += lanes) {
    const std::int64_t left = cols - i < lanes ? cols - i : lanes;
    raise(most, 0, load_tail(x + i, left, -infinity));
  }
  return largest(most);
}

/// Whether exponentials lie where the results will: a row less of L1, of which rows of 8 KiB in f32
/// need all (Intel, one core: softmax of 65536 x 2048 took 67.6 ms with a row apart, 65.7 so).
template <Stores STORES, class T>
constexpr bool in_place = sizeof(T) == sizeof(float) && STORES != Stores::nt;

/// What one row leaves for the next.
struct Done {
  float sum, most_of_next;
};

/// e = e^(x - most), in the order of units, over one row; along with it y = e factor over the row
/// before, unless it is the first, and the maximum of the row after, unless it is the last.
template <Stores STORES, bool FIRST, bool LAST, class T>
ROOFMARK_LEAF Done exponentials_of_row(const T* x, float* e, std::int64_t cols, float most, T* y,
                                       const float* e_before, float factor) {
  const T* next = x + cols;
  const vf32 m = broadcast(most), f = broadcast(factor);
  Chains sums, most_of_next = all_least();
  const auto exponential = [](vf32 v) __attribute__((always_inline)) {
    return exponential_for<T>(v);
  };
  const auto one = ROOFMARK_BODY(at) {
    if (!LAST) {
      ask<STORES>(next + at, nth.u);
      raise(most_of_next, nth.u, load_unit(next + at));
    }
    const auto before = load_wide<T>(e_before + at);  // ahead of a store to its place of a page
    const auto power = each(load_unit(x + at) - m, exponential);
    if constexpr (in_place<STORES, T>) ask_to_write<STORES>(e + at, nth.u);
    store_wide(e + at, power);
    add_to(sums, nth.u, power);
    if (!FIRST) {
      if constexpr (!in_place<STORES, T>) ask_to_write<STORES>(y + at, nth.u);
      put_unit<STORES>(y + at, before * f);
    }
  };
  std::int64_t i = each_unit<T>(cols, one);
  for (; i < cols; i += lanes) {
    const std::int64_t left = cols - i < lanes ? cols - i : lanes;
    if (!LAST) raise(most_of_next, 0, load_tail(next + i, left, -infinity));
    const vf32 power = exponential_for<T>(load_tail(x + i, left, -infinity) - m);
    store_tail(e + i, left, power);
    add_to(sums, 0, power);
    if (!FIRST) store_tail(y + i, left, load_tail(e_before + i, left, 0) * f);
  }
  return {total(sums), largest(most_of_next)};
}

/// y = e factor.
template <Stores STORES, class T>
ROOFMARK_LEAF void scale(const float* e, T* y, std::int64_t cols, float factor) {
  const vf32 f = broadcast(factor);
  std::int64_t i = each_unit<T>(
      cols, ROOFMARK_BODY(at) { put_unit<STORES>(y + at, load_wide<T>(e + at) * f); });
  for (; i < cols; ++i) store_one(y + i, e[i] * factor);
}

template <Stores STORES, class T>
ROOFMARK_LEAF void softmax_rows(const T* x, T* y, float* scratch, std::int64_t rows,
                                std::int64_t cols) {
  if (rows <= 0) return;
  float *e = scratch, *e_before = scratch + cols;
  if constexpr (in_place<STORES, T>) e = y;
  Done done = {0, maximum(x, cols)};
  float factor = 0;
  for (std::int64_t r = 0; r < rows; ++r, x += cols) {
    T* before = y + (r - 1) * cols;
    const float most = done.most_of_next;
    if (r == 0 && rows == 1) {
      done = exponentials_of_row<STORES, true, true>(x, e, cols, most, y, e_before, factor);
    } else if (r == 0) {
      done = exponentials_of_row<STORES, true, false>(x, e, cols, most, y, e_before, factor);
    } else if (r + 1 < rows) {
      done = exponentials_of_row<STORES, false, false>(x, e, cols, most, before, e_before, factor);
    } else {
      done = exponentials_of_row<STORES, false, true>(x, e, cols, most, before, e_before, factor);
    }
    factor = 1.0f / done.sum;
    float* const last = e;
    e = in_place<STORES, T> ? e + cols : e_before;
    e_before = last;
  }
  scale<STORES>(e_before, y + (rows - 1) * cols, cols, factor);
}

#define ROOFMARK_DEFINE(T)                                                                  \
  void softmax(const T* x, T* y, float* scratch, std::int64_t rows, std::int64_t cols) {    \
    if (fits_l2<T>(rows, cols)) {                                                           \
      return softmax_rows<Stores::cached>(x, y, scratch, rows, cols);                       \
    }                                                                                       \
    softmax_rows<Stores::ordinary>(x, y, scratch, rows, cols);                              \
  }                                                                                         \
  void softmax_nt(const T* x, T* y, float* scratch, std::int64_t rows, std::int64_t cols) { \
    if (!can_stream(y, cols)) return softmax(x, y, scratch, rows, cols);                    \
    softmax_rows<Stores::nt>(x, y, scratch, rows, cols);                                    \
    finish_streams();                                                                       \
  }

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
