// The loop over rows that RMSNorm shares with the one that is fused with a residual add, for
// *.isa.cpp alone: everything has internal linkage.
//
// A row needs its sum before it can be scaled, so scaling a row goes along with summing the next
// one: memory then sees its streams of reads beside those of writes all the time, as in a copy, and
// a row is found in the cache when it is scaled.  Of the copy roof (Zen 5, AVX-512, one core, f32)
// two passes a row reached 0.87-0.92, this 0.96-0.98.  Both streams are asked for 4 KiB ahead: SSE2
// reached 0.72 of the copy roof without, 0.95 with; AVX2 and AVX-512 the same or 0.02 more.  In L2,
// where one row after the other reached 0.55 of the copy roof, this reaches 0.63: w comes from L2
// again for each row, for L1 holds no more than a row of x, of y and w.
#pragma once

#include <cstdint>

#include "kernels/rows.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

/// Rows as RMSNorm finds them: in memory.
template <class T>
struct GivenRows {
  const T* x;
};
/// Rows as the fused operator makes them: h = x + r, as wide as it is stored, in memory afterwards.
template <class T>
struct SummedRows {
  const T *x, *r;
  T* h;
};

/// Sum of squares so far, and of what is left of a row after its units.
struct Squares {
  Chains chains;
  float rest = 0;
};
template <class Unit>
ROOFMARK_LEAF void add_squares(Squares& s, int u, Unit v) {
  add_to(s.chains, u, v * v);
}
ROOFMARK_LEAF float total(const Squares& s) { return total(s.chains) + s.rest; }

template <Stores STORES, class T>
ROOFMARK_LEAF void ask_ahead(const GivenRows<T>& rows, std::int64_t i, int u) {
  ask<STORES>(rows.x + i, u);
}
template <Stores STORES, class T>
ROOFMARK_LEAF void ask_ahead(const SummedRows<T>& rows, std::int64_t i, int u) {
  ask<STORES>(rows.x + i, u);
  ask<STORES>(rows.r + i, u);
  ask_to_write<STORES>(rows.h + i, u);
}

template <class T>
ROOFMARK_LEAF auto made(const GivenRows<T>& rows, std::int64_t i) {
  return load_unit(rows.x + i);
}
template <class T>
ROOFMARK_LEAF auto made(const SummedRows<T>& rows, std::int64_t i) {
  const auto h = load_unit(rows.x + i) + load_unit(rows.r + i);
  put_unit<Stores::ordinary>(rows.h + i, h);
  return sizeof(T) == sizeof(float) ? h : load_unit(rows.h + i);
}
template <class T>
ROOFMARK_LEAF float made_one(const GivenRows<T>& rows, std::int64_t i) {
  return load_one(rows.x + i);
}
template <class T>
ROOFMARK_LEAF float made_one(const SummedRows<T>& rows, std::int64_t i) {
  store_one(rows.h + i, load_one(rows.x + i) + load_one(rows.r + i));
  return load_one(rows.h + i);
}

/// Where rows lie once they are made, to be scaled.
template <class T>
ROOFMARK_LEAF const T* made_rows(const GivenRows<T>& rows) {
  return rows.x;
}
template <class T>
ROOFMARK_LEAF const T* made_rows(const SummedRows<T>& rows) {
  return rows.h;
}

/// Makes elements [begin, begin + cols), a row; returns its sum of squares.
template <template <class> class Rows, class T>
ROOFMARK_LEAF float sum_of_squares(const Rows<T>& rows, std::int64_t begin, std::int64_t cols) {
  Squares s;
  std::int64_t i = each_unit<T>(
      cols, ROOFMARK_BODY(at) { add_squares(s, nth.u, made(rows, begin + at)); });
  for (; i < cols; ++i) {
    const float v = made_one(rows, begin + i);
    s.rest += v * v;
  }
  return total(s);
}

/// y = h factor w over the row from `begin` on.  Unless it is the last, makes the row after it and
/// returns that one's sum of squares.
template <Stores STORES, bool LAST, class Rows, class T>
ROOFMARK_LEAF float scale(const Rows& rows, const T* w, T* y, std::int64_t begin, std::int64_t cols,
                          float factor) {
  const T* h = made_rows(rows) + begin;
  const std::int64_t next = begin + cols;
  const vf32 f = broadcast(factor);
  Squares s;
  std::int64_t i = each_unit<T>(
      cols, ROOFMARK_BODY(at) {
        if (!LAST) {
          ask_ahead<STORES>(rows, next + at, nth.u);
          ask_to_write<STORES>(y + at, nth.u);
        }
        put_unit<STORES>(y + at, load_unit(h + at) * f * load_unit(w + at));
        if (!LAST) add_squares(s, nth.u, made(rows, next + at));
      });
  for (; i < cols; ++i) {
    if (!LAST) {
      const float v = made_one(rows, next + i);
      s.rest += v * v;
    }
    store_one(y + i, load_one(h + i) * factor * load_one(w + i));
  }
  return total(s);
}

template <Stores STORES, class Rows, class T>
ROOFMARK_LEAF void normalize_rows(const Rows& rows, const T* w, T* y, std::int64_t count,
                                  std::int64_t cols, float eps) {
  const auto factor = [&](float squares) __attribute__((always_inline)) {
    return 1.0f / __builtin_sqrtf(squares / static_cast<float>(cols) + eps);
  };
  float squares = sum_of_squares(rows, 0, cols);
  for (std::int64_t r = 0; r + 1 < count; ++r) {
    const std::int64_t at = r * cols;
    squares = scale<STORES, false>(rows, w, y + at, at, cols, factor(squares));
  }
  const std::int64_t last = (count - 1) * cols;
  scale<STORES, true>(rows, w, y + last, last, cols, factor(squares));
}

template <Stores STORES, class Rows, class T>
ROOFMARK_LEAF void normalize(const Rows& rows, const T* w, T* y, std::int64_t count,
                             std::int64_t cols, float eps) {
  if (count <= 0) return;
  if (STORES == Stores::ordinary && fits_l2<T>(count, cols)) {
    return normalize_rows<Stores::cached>(rows, w, y, count, cols, eps);
  }
  normalize_rows<STORES>(rows, w, y, count, cols, eps);
}

#define ROOFMARK_DEFINE_NORM(T)                                                                 \
  void norm(const T* x, const T* w, T* y, std::int64_t rows, std::int64_t cols, float eps) {    \
    normalize<Stores::ordinary>(GivenRows<T>{x}, w, y, rows, cols, eps);                        \
  }                                                                                             \
  void norm_nt(const T* x, const T* w, T* y, std::int64_t rows, std::int64_t cols, float eps) { \
    if (!can_stream(y, cols)) return norm(x, w, y, rows, cols, eps);                            \
    normalize<Stores::nt>(GivenRows<T>{x}, w, y, rows, cols, eps);                              \
    finish_streams();                                                                           \
  }
/// Ordinary stores alone: h is read again while the next row is made.
#define ROOFMARK_DEFINE_ADD_NORM(T)                                                \
  void add_norm(const T* x, const T* r, const T* w, T* h, T* y, std::int64_t rows, \
                std::int64_t cols, float eps) {                                    \
    normalize<Stores::ordinary>(SummedRows<T>{x, r, h}, w, y, rows, cols, eps);    \
  }

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
