// Stands in for core/gpu.cuh where there is no GPU: the same names, carried out by fibers.  GPU
// sources compiled with this header run on a CPU, slowly, and give the results a GPU would give.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

#include "tests/emulator/builtins.h"
#include "tests/emulator/fibers.h"

namespace roofmark::gpu {

// ---- launching ---------------------------------------------------------------------------------

struct Grid {
  unsigned x = 1, y = 1, z = 1;
  unsigned threads = 256;
  unsigned shared_bytes = 0;
};

template <class T>
struct Exactly {
  using type = T;
};

template <class... P>
void launch(const Grid& grid, void*, void (*kernel)(P...), typename Exactly<P>::type... arguments) {
  emulator::run({{grid.x, grid.y, grid.z}, grid.threads, grid.shared_bytes},
                [&] { kernel(arguments...); });
}

inline void copy_async(void* to, const void* from, std::int64_t size_bytes, void*) {
  std::memcpy(to, from, static_cast<std::size_t>(size_bytes));
}
class SideStream {
 public:
  void* fork(void* stream) { return stream; }
  void join(void*) {}
};
template <class... P>
int resident_blocks(void (*)(P...), unsigned, unsigned) {
  return 2;
}

template <class... P>
void launch_overlapping(const Grid& grid, void* stream, void (*kernel)(P...),
                        typename Exactly<P>::type... arguments) {
  launch<P...>(grid, stream, kernel, arguments...);
}

#define ROOFMARK_DEVICE static inline
#define ROOFMARK_UNROLL
#define ROOFMARK_ROLL

// Launches run to their end one after the other.
ROOFMARK_DEVICE void allow_next_launch() {}
ROOFMARK_DEVICE void await_previous_launch() {}

// ---- 16-bit formats ----------------------------------------------------------------------------

struct F16 {
  std::uint16_t bits;
};
struct Bf16 {
  std::uint16_t bits;
};

ROOFMARK_DEVICE float to_float(float x) { return x; }
ROOFMARK_DEVICE float to_float(F16 x) {
  const int exponent = x.bits >> 10 & 31, fraction = x.bits & 1023;
  float magnitude = std::ldexp(static_cast<float>(exponent == 0 ? fraction : fraction + 1024),
                               (exponent == 0 ? 1 : exponent) - 25);
  if (exponent == 31) magnitude = fraction == 0 ? INFINITY : NAN;
  return (x.bits & 0x8000) != 0 ? -magnitude : magnitude;
}
ROOFMARK_DEVICE float to_float(Bf16 x) {
  return bits_as<float>(static_cast<unsigned>(x.bits) << 16);
}

/// Nearest f16, ties to even; from double, so that an fma rounds once.
ROOFMARK_DEVICE F16 rounded_f16(double x) {
  const std::uint16_t sign = std::signbit(x) ? 0x8000 : 0;
  const double magnitude = std::fabs(x);
  if (std::isnan(x)) return {0x7fff};
  if (magnitude >= 65520) return {static_cast<std::uint16_t>(sign | 0x7c00)};
  int exponent = -14;
  if (magnitude >= 0x1p-14)
    std::frexp(magnitude, &exponent);                     // magnitude = f 2^exponent, f in [0.5, 1)
  const int unit = exponent < -13 ? -24 : exponent - 11;  // of the last place
  const auto steps = static_cast<std::uint32_t>(std::nearbyint(std::ldexp(magnitude, -unit)));
  // Steps carry into the exponent by themselves: 2048 of one binade are 1024 of the next.
  const std::uint32_t bits =
      exponent < -13 ? steps : (static_cast<std::uint32_t>(exponent + 13) << 10) + steps;
  return {static_cast<std::uint16_t>(sign | bits)};
}

template <class T>
ROOFMARK_DEVICE T from_float(float x);
template <>
inline float from_float<float>(float x) {
  return x;
}
template <>
inline F16 from_float<F16>(float x) {
  return rounded_f16(x);
}
template <>
inline Bf16 from_float<Bf16>(float x) {
  const auto bits = bits_as<unsigned>(x);
  if (std::isnan(x)) return {0x7fff};
  return {static_cast<std::uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16)};
}

template <class T>
ROOFMARK_DEVICE std::uint32_t pack(float low, float high) {
  return static_cast<std::uint32_t>(from_float<T>(high).bits) << 16 | from_float<T>(low).bits;
}
template <class T>
ROOFMARK_DEVICE void unpack(std::uint32_t x, float& low, float& high) {
  low = to_float(T{static_cast<std::uint16_t>(x & 0xffffu)});
  high = to_float(T{static_cast<std::uint16_t>(x >> 16)});
}

// ---- memory: a misaligned 16-byte access is a fault, as on a GPU -------------------------------

inline void require_aligned(const void* p, std::size_t bytes) {
  if (reinterpret_cast<std::uintptr_t>(p) % bytes != 0) __builtin_trap();
}
ROOFMARK_DEVICE uint4 load16(const void* p) {
  require_aligned(p, 16);
  uint4 v;
  std::memcpy(&v, p, sizeof v);
  return v;
}
ROOFMARK_DEVICE uint4 load16_once(const void* p) { return load16(p); }
ROOFMARK_DEVICE uint4 load16_coherent(const void* p) { return load16(p); }
ROOFMARK_DEVICE uint4 load16_l2(const void* p) { return load16(p); }
ROOFMARK_DEVICE const void* follow(const void* p) {
  require_aligned(p, 8);
  return *static_cast<const void* const*>(p);
}
ROOFMARK_DEVICE const void* follow_l2(const void* p) { return follow(p); }
ROOFMARK_DEVICE void store16(void* p, uint4 v) {
  require_aligned(p, 16);
  std::memcpy(p, &v, sizeof v);
}
ROOFMARK_DEVICE void store16_once(void* p, uint4 v) { store16(p, v); }

template <class T>
ROOFMARK_DEVICE T* shared_memory() {
  return reinterpret_cast<T*>(emulator::dynamic_shared_memory());
}
/// Of the block's dynamic shared memory, which does not begin at a multiple of 1024.
ROOFMARK_DEVICE unsigned shared_address(const void* shared) {
  return 128 + static_cast<unsigned>(static_cast<const std::byte*>(shared) -
                                     emulator::dynamic_shared_memory());
}
ROOFMARK_DEVICE void copy_async16(void* shared, const void* global, bool valid = true) {
  require_aligned(shared, 16);
  if (valid) require_aligned(global, 16);
  emulator::copy_async(shared, global, 16, valid);
}
ROOFMARK_DEVICE void copy_async4(void* shared, const void* global, bool valid = true) {
  require_aligned(shared, 4);
  if (valid) require_aligned(global, 4);
  emulator::copy_async(shared, global, 4, valid);
}
ROOFMARK_DEVICE void copy_async_commit() { emulator::copy_async_commit(); }
template <int N>
ROOFMARK_DEVICE void copy_async_wait() {
  emulator::copy_async_wait(N);
}

// ---- blocks and warps --------------------------------------------------------------------------

ROOFMARK_DEVICE void barrier() { emulator::block_barrier(); }
ROOFMARK_DEVICE void warp_barrier() { emulator::warp_barrier(); }
ROOFMARK_DEVICE unsigned lane() { return threadIdx.x % 32; }
ROOFMARK_DEVICE unsigned warp() { return threadIdx.x / 32; }

template <class T>
inline T of_lane(const std::byte* slots, unsigned from, std::size_t index = 0) {
  T value;
  std::memcpy(&value, slots + from % 32 * 64 + index * sizeof value, sizeof value);
  return value;
}
ROOFMARK_DEVICE float shuffle_xor(float v, int mask) {
  return of_lane<float>(emulator::exchange(&v, sizeof v), lane() ^ static_cast<unsigned>(mask));
}
ROOFMARK_DEVICE int shuffle_xor(int v, int mask) {
  return of_lane<int>(emulator::exchange(&v, sizeof v), lane() ^ static_cast<unsigned>(mask));
}
ROOFMARK_DEVICE float shuffle(float v, int from) {
  return of_lane<float>(emulator::exchange(&v, sizeof v), static_cast<unsigned>(from));
}
ROOFMARK_DEVICE int shuffle(int v, int from) {
  return of_lane<int>(emulator::exchange(&v, sizeof v), static_cast<unsigned>(from));
}
ROOFMARK_DEVICE float warp_sum(float v) {
  for (int mask = 16; mask > 0; mask /= 2) v += shuffle_xor(v, mask);
  return v;
}
ROOFMARK_DEVICE int warp_sum(int v) {
  for (int mask = 16; mask > 0; mask /= 2) v += shuffle_xor(v, mask);
  return v;
}
ROOFMARK_DEVICE float warp_max(float v) {
  for (int mask = 16; mask > 0; mask /= 2) v = fmaxf(v, shuffle_xor(v, mask));
  return v;
}

// ---- arithmetic --------------------------------------------------------------------------------

ROOFMARK_DEVICE float exp2_approx(float x) { return std::exp2(x); }
ROOFMARK_DEVICE float reciprocal_approx(float x) { return 1.0f / x; }
ROOFMARK_DEVICE int dot4(int a, int b, int c) {
  for (int i = 0; i < 4; ++i)
    c += static_cast<std::int8_t>(a >> 8 * i) * static_cast<std::int8_t>(b >> 8 * i);
  return c;
}
template <unsigned TABLE>
ROOFMARK_DEVICE std::uint32_t logic3(std::uint32_t a, std::uint32_t b, std::uint32_t c) {
  std::uint32_t d = 0;
  for (int i = 0; i < 32; ++i) {
    const unsigned index = (a >> i & 1) << 2 | (b >> i & 1) << 1 | (c >> i & 1);
    d |= (TABLE >> index & 1) << i;
  }
  return d;
}
ROOFMARK_DEVICE float half_of(std::uint32_t x, int which) {
  return to_float(F16{static_cast<std::uint16_t>(x >> 16 * which)});
}
ROOFMARK_DEVICE std::uint32_t packed(F16 low, F16 high) {
  return static_cast<std::uint32_t>(high.bits) << 16 | low.bits;
}
ROOFMARK_DEVICE std::uint32_t fma_f16x2(std::uint32_t a, std::uint32_t b, std::uint32_t c) {
  const auto one = [&](int i) {
    return rounded_f16(static_cast<double>(half_of(a, i)) * half_of(b, i) + half_of(c, i));
  };
  return packed(one(0), one(1));
}
/// Nearest bf16, ties to even; from double, so that an fma rounds once.
ROOFMARK_DEVICE Bf16 rounded_bf16(double x) {
  int exponent = 0;
  std::frexp(x, &exponent);
  const int unit = exponent < -125 ? -133 : exponent - 8;  // of the last place
  return from_float<Bf16>(
      static_cast<float>(std::ldexp(std::nearbyint(std::ldexp(x, -unit)), unit)));
}
ROOFMARK_DEVICE std::uint32_t fma_bf16x2(std::uint32_t a, std::uint32_t b, std::uint32_t c) {
  const auto one = [&](int i) -> std::uint32_t {
    const auto half = [i](std::uint32_t x) -> double {
      return to_float(Bf16{static_cast<std::uint16_t>(x >> 16 * i)});
    };
    return rounded_bf16(half(a) * half(b) + half(c)).bits;
  };
  return one(1) << 16 | one(0);
}
ROOFMARK_DEVICE std::uint32_t sub_f16x2(std::uint32_t a, std::uint32_t b) {
  const auto one = [&](int i) {
    return rounded_f16(static_cast<double>(half_of(a, i)) - half_of(b, i));
  };
  return packed(one(0), one(1));
}

// ---- matrix units: fragments as the PTX ISA lays them out --------------------------------------

ROOFMARK_DEVICE void load_8x8(std::uint32_t (&r)[4], const void* shared_row, bool transposed) {
  require_aligned(shared_row, 16);
  const std::byte* slots = emulator::exchange(&shared_row, sizeof shared_row);
  const unsigned group = lane() / 4, pair = lane() % 4 * 2;
  for (unsigned i = 0; i < 4; ++i) {
    const auto element = [&](unsigned row, unsigned column) {
      const auto* at = of_lane<const std::uint16_t*>(slots, 8 * i + row);
      return static_cast<std::uint32_t>(at[column]);
    };
    r[i] = transposed ? element(pair, group) | element(pair + 1, group) << 16
                      : element(group, pair) | element(group, pair + 1) << 16;
  }
  emulator::warp_barrier();  // the rows may be overwritten from here on, as after ldmatrix.sync
}
ROOFMARK_DEVICE void load_matrices(std::uint32_t (&r)[4], const void* shared_row) {
  load_8x8(r, shared_row, false);
}
ROOFMARK_DEVICE void load_matrices_transposed(std::uint32_t (&r)[4], const void* shared_row) {
  load_8x8(r, shared_row, true);
}

/// d += a b over one warp.  `element(word, i)` is element i of the `per_word` ones in a register.
template <class Sum, class Element>
inline void multiply_fragments(Sum (&d)[4], const std::uint32_t (&a)[4],
                               const std::uint32_t (&b)[2], unsigned per_word, Element element) {
  std::uint32_t mine[6] = {a[0], a[1], a[2], a[3], b[0], b[1]};
  const std::byte* slots = emulator::exchange(mine, sizeof mine);
  const unsigned group = lane() / 4, pair = lane() % 4;
  for (unsigned i = 0; i < 4; ++i) {
    const unsigned row = group + (i / 2) * 8, column = pair * 2 + i % 2;
    Sum sum = d[i];
    for (unsigned half = 0; half < 2; ++half) {  // of k: registers a0 a1 b0, then a2 a3 b1
      for (unsigned word = 0; word < 4;
           ++word) {  // that lanes 4 row + word and 4 column + word hold
        const auto left = of_lane<std::uint32_t>(slots, row % 8 * 4 + word, 2 * half + row / 8);
        const auto right = of_lane<std::uint32_t>(slots, column * 4 + word, 4 + half);
        for (unsigned e = 0; e < per_word; ++e) sum += element(left, e) * element(right, e);
      }
    }
    d[i] = sum;
  }
}

template <class T>
ROOFMARK_DEVICE void multiply_add(float (&d)[4], const std::uint32_t (&a)[4],
                                  const std::uint32_t (&b)[2]) {
  multiply_fragments(d, a, b, 2, [](std::uint32_t word, unsigned i) {
    return to_float(T{static_cast<std::uint16_t>(word >> 16 * i)});
  });
}
ROOFMARK_DEVICE void multiply_add_i8(int (&d)[4], const std::uint32_t (&a)[4],
                                     const std::uint32_t (&b)[2]) {
  multiply_fragments(d, a, b, 4, [](std::uint32_t word, unsigned i) {
    return static_cast<int>(static_cast<std::int8_t>(word >> 8 * i));
  });
}

// ---- clocks: of no meaning here, but they advance ----------------------------------------------

inline long long ticks = 0;
ROOFMARK_DEVICE long long cycles() { return ticks += 100; }
ROOFMARK_DEVICE long long nanoseconds() { return ticks += 100; }

}  // namespace roofmark::gpu
