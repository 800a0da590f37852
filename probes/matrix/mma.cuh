// The mma.sync instructions that the tensor-core probe counts.  Each is a product of one warp,
// d += a b, with so many registers of a, b and d in a lane, and as many independent d in a warp as
// hide its latency.
#pragma once

#include "core/gpu.cuh"

namespace roofmark::mma {

/// a 16 x k, b k x 8, d 16 x 8; k of 32 bytes.
template <class D, int DS>
struct Warp16 {
  using Operand = std::uint32_t;
  using Sum = D;
  static constexpr int as = 4, bs = 2, ds = DS, chains = 8;
};

struct F16F32 : Warp16<float, 4> {
  ROOFMARK_DEVICE void multiply(float (&d)[4], const std::uint32_t (&a)[4],
                                const std::uint32_t (&b)[2]) {
    gpu::multiply_add<gpu::F16>(d, a, b);
  }
};
struct Bf16F32 : Warp16<float, 4> {
  ROOFMARK_DEVICE void multiply(float (&d)[4], const std::uint32_t (&a)[4],
                                const std::uint32_t (&b)[2]) {
    gpu::multiply_add<gpu::Bf16>(d, a, b);
  }
};
struct W8A8 : Warp16<int, 4> {
  ROOFMARK_DEVICE void multiply(int (&d)[4], const std::uint32_t (&a)[4],
                                const std::uint32_t (&b)[2]) {
    gpu::multiply_add_i8(d, a, b);
  }
};

#define ROOFMARK_MMA(name, Sum, constraint, shape_and_types)                            \
  struct name : Warp16<Sum, 4> {                                                        \
    ROOFMARK_DEVICE void multiply(Sum (&d)[4], const std::uint32_t (&a)[4],             \
                                  const std::uint32_t (&b)[2]) {                        \
      asm volatile("mma.sync.aligned." shape_and_types                                  \
                   " {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"             \
                   : "+" constraint(d[0]), "+" constraint(d[1]), "+" constraint(d[2]),  \
                     "+" constraint(d[3])                                               \
                   : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1])); \
    }                                                                                   \
  };
ROOFMARK_MMA(Tf32F32, float, "f", "m16n8k8.row.col.f32.tf32.tf32.f32")
ROOFMARK_MMA(W4A4, int, "r", "m16n8k64.row.col.s32.s4.s4.s32")
ROOFMARK_MMA(Fp8F32, float, "f", "m16n8k32.row.col.f32.e4m3.e4m3.f32")
#undef ROOFMARK_MMA

/// Two f16 in a register of d.
struct F16 : Warp16<std::uint32_t, 2> {
  ROOFMARK_DEVICE void multiply(std::uint32_t (&d)[2], const std::uint32_t (&a)[4],
                                const std::uint32_t (&b)[2]) {
    asm volatile(
        "mma.sync.aligned.m16n8k16.row.col.f16.f16.f16.f16 {%0,%1}, {%2,%3,%4,%5}, {%6,%7}, "
        "{%0,%1};"
        : "+r"(d[0]), "+r"(d[1])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
  }
};

/// a 8x4, b 4x8, d 8x8.
struct F64 {
  using Operand = double;
  using Sum = double;
  static constexpr int as = 1, bs = 1, ds = 2, chains = 8;

  ROOFMARK_DEVICE void multiply(double (&d)[2], const double (&a)[1], const double (&b)[1]) {
    asm volatile("mma.sync.aligned.m8n8k4.row.col.f64.f64.f64.f64 {%0,%1}, {%2}, {%3}, {%0,%1};"
                 : "+d"(d[0]), "+d"(d[1])
                 : "d"(a[0]), "d"(b[0]));
  }
};

/// a 16x16, b 16x8, d 16x8.
struct F64Wide {
  using Operand = double;
  using Sum = double;
  static constexpr int as = 8, bs = 4, ds = 4, chains = 4;

  ROOFMARK_DEVICE void multiply(double (&d)[4], const double (&a)[8], const double (&b)[4]) {
    asm volatile(
        "mma.sync.aligned.m16n8k16.row.col.f64.f64.f64.f64 {%0,%1,%2,%3}, "
        "{%4,%5,%6,%7,%8,%9,%10,%11}, {%12,%13,%14,%15}, {%0,%1,%2,%3};"
        : "+d"(d[0]), "+d"(d[1]), "+d"(d[2]), "+d"(d[3])
        : "d"(a[0]), "d"(a[1]), "d"(a[2]), "d"(a[3]), "d"(a[4]), "d"(a[5]), "d"(a[6]), "d"(a[7]),
          "d"(b[0]), "d"(b[1]), "d"(b[2]), "d"(b[3]));
  }
};

}  // namespace roofmark::mma
