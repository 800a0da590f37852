// Multiply-add at the rate of the pipes: per turn two instructions on each of 12 (x86) or 24 (Arm)
// accumulators, seven or eight on 15 without a fused multiply-add, no memory.  The stream is pinned
// in assembly: with 24 chains GCC 12 spilled to memory and an AVX-512 "peak" read 103 instead of
// 226 Gop/s.
#include "probes/fma/fma.isa.h"

#include <cstdint>

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

// x86: 12 chains >= 4 cycles latency x 2 pipes, and with 4 operands they fill 16 registers exactly.
// .irp repeats a line for each accumulator; r<n> * bytes is its place in memory.
#define ROOFMARK_EACH_CHAIN(line) ".irp r,0,1,2,3,4,5,6,7,8,9,10,11\n" line "\n.endr\n"
#define ROOFMARK_X86_CLOBBERS                                                                     \
  "cc", "memory", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", \
      "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15"

#if defined(__AVX512F__) || defined(__AVX2__)
#if defined(__AVX512F__)
#define ROOFMARK_R "zmm"
#define ROOFMARK_B "64"
#else
#define ROOFMARK_R "ymm"
#define ROOFMARK_B "32"
#endif

// 213 form: accumulator = accumulator * m + c.
#define ROOFMARK_FMA(name, Real, move, fma)                                       \
  void name(std::int64_t turns, const Real* operands, Real* accumulators) {       \
    asm volatile(                                                               \
        ROOFMARK_EACH_CHAIN(move " \\r*" ROOFMARK_B "(%[x]), %%" ROOFMARK_R "\\r")      \
        move " (%[o]), %%" ROOFMARK_R "12\n"                                    \
        move " 1*" ROOFMARK_B "(%[o]), %%" ROOFMARK_R "13\n"                    \
        move " 2*" ROOFMARK_B "(%[o]), %%" ROOFMARK_R "14\n"                    \
        move " 3*" ROOFMARK_B "(%[o]), %%" ROOFMARK_R "15\n"                    \
        ".p2align 6\n"                                                          \
        "1:\n"                                                                  \
        ROOFMARK_EACH_CHAIN(fma " %%" ROOFMARK_R "13, %%" ROOFMARK_R "12, %%" ROOFMARK_R "\\r") \
        ROOFMARK_EACH_CHAIN(fma " %%" ROOFMARK_R "15, %%" ROOFMARK_R "14, %%" ROOFMARK_R "\\r") \
        "decq %[turns]\n"                                                       \
        "jnz 1b\n"                                                              \
        ROOFMARK_EACH_CHAIN(move " %%" ROOFMARK_R "\\r, \\r*" ROOFMARK_B "(%[x])")      \
        "vzeroupper\n"                                                          \
        : [turns] "+r"(turns)                                                   \
        : [x] "r"(accumulators), [o] "r"(operands)                              \
        : ROOFMARK_X86_CLOBBERS); \
  }

FmaStream fma_stream() { return {12, 24, FmaKind::scaled}; }
ROOFMARK_FMA(fma_f32, float, "vmovups", "vfmadd213ps")
ROOFMARK_FMA(fma_f64, double, "vmovupd", "vfmadd213pd")

#elif defined(__x86_64__)

// SSE2 has no fused multiply-add: eight chains multiply and seven add, as often one as the other,
// so that a core with separate adders shows both.  One operand for both leaves fifteen registers.
// With seven chains of each, 3.5 cycles apart where a multiply takes three, a Zen 5 core read 80 %
// of its rate; with eight and seven it reads 96-100 %.
#define ROOFMARK_EACH_SSE_CHAIN(line) ".irp r,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14\n" line "\n.endr\n"
#define ROOFMARK_MUL(t, i) "mul" t " %%xmm15, %%xmm" #i "\n"
#define ROOFMARK_ADD(t, i) "add" t " %%xmm15, %%xmm" #i "\n"
#define ROOFMARK_SUB(t, i) "sub" t " %%xmm15, %%xmm" #i "\n"
#define ROOFMARK_SEVEN(t, op, a, b, c, d, e, f, g)                                        \
  ROOFMARK_MUL(t, a)                                                                      \
  ROOFMARK_##op(t, 8) ROOFMARK_MUL(t, b) ROOFMARK_##op(t, 9) ROOFMARK_MUL(t, c)           \
      ROOFMARK_##op(t, 10) ROOFMARK_MUL(t, d) ROOFMARK_##op(t, 11) ROOFMARK_MUL(t, e)     \
          ROOFMARK_##op(t, 12) ROOFMARK_MUL(t, f) ROOFMARK_##op(t, 13) ROOFMARK_MUL(t, g) \
              ROOFMARK_##op(t, 14)
#define ROOFMARK_TURN(t)                      \
  ROOFMARK_SEVEN(t, ADD, 0, 1, 2, 3, 4, 5, 6) \
  ROOFMARK_SEVEN(t, SUB, 7, 0, 1, 2, 3, 4, 5) \
  ROOFMARK_SEVEN(t, ADD, 6, 7, 0, 1, 2, 3, 4) \
  ROOFMARK_SEVEN(t, SUB, 5, 6, 7, 0, 1, 2, 3) \
  ROOFMARK_SEVEN(t, ADD, 4, 5, 6, 7, 0, 1, 2) \
  ROOFMARK_SEVEN(t, SUB, 3, 4, 5, 6, 7, 0, 1) \
  ROOFMARK_SEVEN(t, ADD, 2, 3, 4, 5, 6, 7, 0) \
  ROOFMARK_SEVEN(t, SUB, 1, 2, 3, 4, 5, 6, 7)

#define ROOFMARK_MUL_ADD(name, Real, t)                                            \
  void name(std::int64_t turns, const Real* operands, Real* accumulators) {        \
    asm volatile(ROOFMARK_EACH_SSE_CHAIN("movups \\r*16(%[x]), %%xmm\\r")        \
                 "movups (%[o]), %%xmm15\n"                                      \
                 ".p2align 6\n"                                                  \
                 "1:\n"                                                          \
                 ROOFMARK_TURN(t)                                                \
                 "decq %[turns]\n"                                               \
                 "jnz 1b\n"                                                      \
                 ROOFMARK_EACH_SSE_CHAIN("movups %%xmm\\r, \\r*16(%[x])")        \
                 : [turns] "+r"(turns)                                           \
                 : [x] "r"(accumulators), [o] "r"(operands)                      \
                 : ROOFMARK_X86_CLOBBERS); \
  }

FmaStream fma_stream() { return {15, 112, FmaKind::separate}; }
ROOFMARK_MUL_ADD(fma_f32, float, "ps")
ROOFMARK_MUL_ADD(fma_f64, double, "pd")

#elif defined(__aarch64__)

// fmla adds a product to its destination and cannot scale it.  24 chains >= 4 cycles latency x 4
// pipes (Apple, Neoverse V): with 16 a core with four pipes read 62 %.
#define ROOFMARK_EACH_ARM_CHAIN(line) \
  ".irp r,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23\n" line "\n.endr\n"

#define ROOFMARK_FMA(name, Real, lanes)                                           \
  void name(std::int64_t turns, const Real* operands, Real* accumulators) {       \
    asm volatile(                                                               \
        ROOFMARK_EACH_ARM_CHAIN("ldr q\\r, [%[x], #\\r*16]")                    \
        "ldp q24, q25, [%[o]]\n"                                                \
        "ldp q26, q27, [%[o], #32]\n"                                           \
        ".p2align 6\n"                                                          \
        "1:\n"                                                                  \
        ROOFMARK_EACH_ARM_CHAIN("fmla v\\r\\()." lanes ", v24." lanes ", v25." lanes)       \
        ROOFMARK_EACH_ARM_CHAIN("fmla v\\r\\()." lanes ", v26." lanes ", v27." lanes)       \
        "subs %[turns], %[turns], #1\n"                                         \
        "b.ne 1b\n"                                                             \
        ROOFMARK_EACH_ARM_CHAIN("str q\\r, [%[x], #\\r*16]")                    \
        : [turns] "+r"(turns)                                                   \
        : [x] "r"(accumulators), [o] "r"(operands)                              \
        : "cc", "memory", "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v10", "v11", \
          "v12", "v13", "v14", "v15", "v16", "v17", "v18", "v19", "v20", "v21", "v22", "v23", "v24", \
          "v25", "v26", "v27"); \
  }

FmaStream fma_stream() { return {24, 48, FmaKind::accumulated}; }
ROOFMARK_FMA(fma_f32, float, "4s")
ROOFMARK_FMA(fma_f64, double, "2d")

#endif

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
