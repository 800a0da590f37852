// y = x + r: per element 1 add, 2 loads, 1 store.  All three streams are asked for ahead: SSE2 is
// then as fast as wider vectors.
//
// For *.isa.cpp alone: everything has internal linkage but what ROOFMARK_DEFINE(T) defines, the
// leaves of a type of element.
#pragma once

#include <cstdint>

#include "core/sixteen_bits.isa.h"
#include "kernels/rows.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

template <Stores STORES, class T>
ROOFMARK_LEAF void sums(const T* x, const T* r, T* y, std::int64_t count) {
  std::int64_t i = each_unit<T>(
      count, ROOFMARK_BODY(at) {
        ask<STORES>(x + at, nth.u);
        ask<STORES>(r + at, nth.u);
        ask_to_write<STORES>(y + at, nth.u);
        put_unit<STORES>(y + at, load_unit(x + at) + load_unit(r + at));
      });
  for (; i < count; ++i) store_one(y + i, load_one(x + i) + load_one(r + i));
}

#define ROOFMARK_DEFINE(T)                                                 \
  void add(const T* x, const T* r, T* y, std::int64_t count) {             \
    if (fits_l2<T>(1, count)) return sums<Stores::cached>(x, r, y, count); \
    sums<Stores::ordinary>(x, r, y, count);                                \
  }                                                                        \
  void add_nt(const T* x, const T* r, T* y, std::int64_t count) {          \
    if (!can_stream(y, 0)) return add(x, r, y, count);                     \
    sums<Stores::nt>(x, r, y, count);                                      \
    finish_streams();                                                      \
  }

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
