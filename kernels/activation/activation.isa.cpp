// Gated activations: per element an exponential, a division and a few multiplications, 2 loads and
// 1 store.  All three streams are asked for ahead.
#include <cstdint>

#include "core/exp.isa.h"
#include "kernels/rows.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {
namespace {

/// g / (1 + e^-g), from e^-|g| alone so that no exponential overflows.
ROOFMARK_LEAF vf32 silu(vf32 g) {
  const vf32 e = exponential((vf32)((vu32)g | 0x80000000));
  // A division: its estimate and a step of Newton's took 1.13 times as long, for the multiply-adds
  // of the exponential are what there is most of.
  return (g >= 0 ? g : g * e) / (e + broadcast(1.0f));
}

template <Stores STORES, class T>
ROOFMARK_LEAF void gated_silu(const T* gate, const T* up, T* y, std::int64_t count) {
  std::int64_t i = 0;
  for (; i + pair_lanes <= count; i += pair_lanes) {
    ask(gate + i + ahead_of<T>, pair_lanes);
    ask(up + i + ahead_of<T>, pair_lanes);
    ask_to_write<STORES>(y + i + ahead_of<T>, pair_lanes);
    const TwoVectors g = load_pair(gate + i);
    put_pair<STORES>(y + i, TwoVectors{silu(g.a), silu(g.b)} * load_pair(up + i));
  }
  for (; i < count; i += lanes) {
    const std::int64_t left = count - i < lanes ? count - i : lanes;
    store_tail(y + i, left, silu(load_tail(gate + i, left, 0)) * load_tail(up + i, left, 0));
  }
}

}  // namespace

#define ROOFMARK_DEFINE(T)                                                   \
  void activation(const T* gate, const T* up, T* y, std::int64_t count) {    \
    gated_silu<Stores::ordinary>(gate, up, y, count);                        \
  }                                                                          \
  void activation_nt(const T* gate, const T* up, T* y, std::int64_t count) { \
    if (!can_stream(y, 0)) return activation(gate, up, y, count);            \
    gated_silu<Stores::nt>(gate, up, y, count);                              \
    finish_streams();                                                        \
  }
ROOFMARK_EACH_ELEMENT(ROOFMARK_DEFINE)

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
