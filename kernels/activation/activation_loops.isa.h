// Activations: per element of silu and gelu an exponential, a division and a few multiplications, a
// load, a second one of what it gates, and a store.  All streams are asked for ahead.
//
// For *.isa.cpp alone: everything has internal linkage but what ROOFMARK_DEFINE(T) defines, the
// leaves of a type of element.
#pragma once

#include <cstdint>

#include "core/exp.isa.h"
#include "kernels/rows.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

/// x / (1 + e^-t), from e^-|t| alone so that no exponential overflows.
template <class T>
ROOFMARK_LEAF vf32 times_logistic(vf32 x, vf32 t) {
  const vf32 e = exponential_for<T>((vf32)((vu32)t | 0x80000000));
  // A division: its estimate and a step of Newton's took 1.13 times as long, for the multiply-adds
  // of the exponential are what there is most of.
  return (t >= 0 ? x : x * e) / (e + broadcast(1.0f));
}

struct SiluLanes {
  template <class T>
  ROOFMARK_LEAF vf32 of(vf32 x) {
    return times_logistic<T>(x, x);
  }
};
/// t = 2 sqrt(2/pi) (x + 0.044715 x^3).
struct GeluLanes {
  template <class T>
  ROOFMARK_LEAF vf32 of(vf32 x) {
    return times_logistic<T>(x, x * (x * x * broadcast(0.0713548163f) + broadcast(1.5957691216f)));
  }
};
struct ReluLanes {
  template <class T>
  ROOFMARK_LEAF vf32 of(vf32 x) {
    return x < 0 ? vf32{} : x;
  }
};

/// Up: nothing, or the T that each F(x) is multiplied by.
template <class F, Stores STORES, class T, class... Up>
ROOFMARK_LEAF void activate(T* y, std::int64_t count, const T* x, const Up*... up) {
  std::int64_t i = each_unit<T>(
      count, ROOFMARK_BODY(at) {
        ask<STORES>(x + at, nth.u);
        (ask<STORES>(up + at, nth.u), ...);
        ask_to_write<STORES>(y + at, nth.u);
        const auto function = [](vf32 v) __attribute__((always_inline)) {
          return F::template of<T>(v);
        };
        put_unit<STORES>(y + at, (each(load_unit(x + at), function) * ... * load_unit(up + at)));
      });
  for (; i < count; i += lanes) {
    const std::int64_t left = count - i < lanes ? count - i : lanes;
    const vf32 v = F::template of<T>(load_tail(x + i, left, 0));
    store_tail(y + i, left, (v * ... * load_tail(up + i, left, 0)));
  }
}

#define ROOFMARK_GATED(name, F, T)                                                    \
  void name(const T* gate, const T* up, T* y, std::int64_t count) {                   \
    if (fits_l2<T>(1, count)) return activate<F, Stores::cached>(y, count, gate, up); \
    activate<F, Stores::ordinary>(y, count, gate, up);                                \
  }                                                                                   \
  void name##_nt(const T* gate, const T* up, T* y, std::int64_t count) {              \
    if (!can_stream(y, 0)) return name(gate, up, y, count);                           \
    activate<F, Stores::nt>(y, count, gate, up);                                      \
    finish_streams();                                                                 \
  }
#define ROOFMARK_PLAIN(name, F, T)                                             \
  void name(const T* x, T* y, std::int64_t count) {                            \
    if (fits_l2<T>(1, count)) return activate<F, Stores::cached>(y, count, x); \
    activate<F, Stores::ordinary>(y, count, x);                                \
  }                                                                            \
  void name##_nt(const T* x, T* y, std::int64_t count) {                       \
    if (!can_stream(y, 0)) return name(x, y, count);                           \
    activate<F, Stores::nt>(y, count, x);                                      \
    finish_streams();                                                          \
  }
#define ROOFMARK_DEFINE(T)                 \
  ROOFMARK_GATED(activation, SiluLanes, T) \
  ROOFMARK_GATED(gelu_gated, GeluLanes, T) \
  ROOFMARK_GATED(relu_gated, ReluLanes, T) \
  ROOFMARK_PLAIN(silu, SiluLanes, T)       \
  ROOFMARK_PLAIN(gelu, GeluLanes, T)       \
  ROOFMARK_PLAIN(relu, ReluLanes, T)

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
