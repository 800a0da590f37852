// wgmma, the matrix instruction of a warpgroup (sm_90a): d += a b with a and b in shared memory.
#pragma once

#include "core/gpu.cuh"

namespace roofmark::wgmma {

/// Makes this thread's writes to shared memory visible to wgmma; a barrier must follow.
ROOFMARK_DEVICE void fence_shared() { asm volatile("fence.proxy.async.shared::cta;" ::: "memory"); }
/// Orders the warpgroup's accesses to registers of d before the products that follow.
ROOFMARK_DEVICE void fence() { asm volatile("wgmma.fence.sync.aligned;" ::: "memory"); }
/// Ends a group of products.
ROOFMARK_DEVICE void commit() { asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory"); }
/// Waits until at most N groups are under way; d may be read where there is none.
template <int N>
ROOFMARK_DEVICE void wait() {
  asm volatile("wgmma.wait_group.sync.aligned %0;" ::"n"(N) : "memory");
}

// The 128 or 64 registers of d, as operands and as places in the instruction.
#define ROOFMARK_8(c, i)                                                           \
  "+" c(d[i]), "+" c(d[i + 1]), "+" c(d[i + 2]), "+" c(d[i + 3]), "+" c(d[i + 4]), \
      "+" c(d[i + 5]), "+" c(d[i + 6]), "+" c(d[i + 7])
#define ROOFMARK_64(c, i)                                                               \
  ROOFMARK_8(c, i), ROOFMARK_8(c, i + 8), ROOFMARK_8(c, i + 16), ROOFMARK_8(c, i + 24), \
      ROOFMARK_8(c, i + 32), ROOFMARK_8(c, i + 40), ROOFMARK_8(c, i + 48), ROOFMARK_8(c, i + 56)
#define ROOFMARK_PLACES_64                                                           \
  "%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, "           \
  "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31, " \
  "%32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47, " \
  "%48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63"
#define ROOFMARK_PLACES_128                                                                    \
  ROOFMARK_PLACES_64                                                                           \
  ", "                                                                                         \
  "%64, %65, %66, %67, %68, %69, %70, %71, %72, %73, %74, %75, %76, %77, %78, %79, "           \
  "%80, %81, %82, %83, %84, %85, %86, %87, %88, %89, %90, %91, %92, %93, %94, %95, "           \
  "%96, %97, %98, %99, %100, %101, %102, %103, %104, %105, %106, %107, %108, %109, %110, "     \
  "%111, "                                                                                     \
  "%112, %113, %114, %115, %116, %117, %118, %119, %120, %121, %122, %123, %124, %125, %126, " \
  "%127"

/// `scales`: that d is kept (1), the signs of a and b, and that neither is transposed, as far as
/// the types have them.
#define ROOFMARK_WGMMA_128(name, D, constraint, shape_and_types, scales)                    \
  struct name {                                                                             \
    using Sum = D;                                                                          \
    static constexpr int ds = 128;                                                          \
    ROOFMARK_DEVICE void multiply(D (&d)[128], std::uint64_t a, std::uint64_t b) {          \
      asm volatile("wgmma.mma_async.sync.aligned." shape_and_types " {" ROOFMARK_PLACES_128 \
                   "}, %128, %129, " scales ";"                                             \
                   : ROOFMARK_64(constraint, 0), ROOFMARK_64(constraint, 64)                \
                   : "l"(a), "l"(b));                                                       \
    }                                                                                       \
  };
ROOFMARK_WGMMA_128(F16F32, float, "f", "m64n256k16.f32.f16.f16", "1, 1, 1, 0, 0")
ROOFMARK_WGMMA_128(Bf16F32, float, "f", "m64n256k16.f32.bf16.bf16", "1, 1, 1, 0, 0")
ROOFMARK_WGMMA_128(Tf32F32, float, "f", "m64n256k8.f32.tf32.tf32", "1, 1, 1")
ROOFMARK_WGMMA_128(Fp8F32, float, "f", "m64n256k32.f32.e4m3.e4m3", "1, 1, 1")
ROOFMARK_WGMMA_128(W8A8, int, "r", "m64n256k32.s32.s8.s8", "1")

/// Two f16 in a register of d.
struct F16 {
  using Sum = std::uint32_t;
  static constexpr int ds = 64;
  ROOFMARK_DEVICE void multiply(std::uint32_t (&d)[64], std::uint64_t a, std::uint64_t b) {
    asm volatile("wgmma.mma_async.sync.aligned.m64n256k16.f16.f16.f16 {" ROOFMARK_PLACES_64
                 "}, %64, %65, 1, 1, 1, 0, 0;"
                 : ROOFMARK_64("r", 0)
                 : "l"(a), "l"(b));
  }
};

#undef ROOFMARK_WGMMA_128
#undef ROOFMARK_PLACES_128
#undef ROOFMARK_PLACES_64
#undef ROOFMARK_64
#undef ROOFMARK_8

}  // namespace roofmark::wgmma
