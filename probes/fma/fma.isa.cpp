// Multiply-add at the rate of the pipes: per turn two instructions on each of 12 (x86) or 24 (Arm)
// accumulators, no memory.  The stream is pinned in assembly: with 24 chains GCC 12 spilled to
// memory and an AVX-512 "peak" read 103 instead of 226 Gop/s.
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

FmaStream fma_stream() { return {12, FmaKind::scaled}; }
ROOFMARK_FMA(fma_f32, float, "vmovups", "vfmadd213ps")
ROOFMARK_FMA(fma_f64, double, "vmovupd", "vfmadd213pd")

#elif defined(__x86_64__)

// SSE2 has no fused multiply-add: seven chains multiply and seven add, in turn, so that a core with
// separate adders shows both.  Two operands alone leave room for 7 >= 3 cycles latency x 2 pipes;
// with six chains a scheduler that is not perfect reads 75 %.
#define ROOFMARK_PAIRS(line)                                                                  \
  line("0", "1") line("2", "3") line("4", "5") line("6", "7") line("8", "9") line("10", "11") \
      line("12", "13")
#define ROOFMARK_LOAD(i, j) \
  ROOFMARK_MOVE " " i "*16(%[x]), %%xmm" i "\n" ROOFMARK_MOVE " " j "*16(%[x]), %%xmm" j "\n"
#define ROOFMARK_STORE(i, j) \
  ROOFMARK_MOVE " %%xmm" i ", " i "*16(%[x])\n" ROOFMARK_MOVE " %%xmm" j ", " j "*16(%[x])\n"
#define ROOFMARK_PS_ADD(i, j) "mulps %%xmm14, %%xmm" i "\naddps %%xmm15, %%xmm" j "\n"
#define ROOFMARK_PS_SUB(i, j) "mulps %%xmm14, %%xmm" i "\nsubps %%xmm15, %%xmm" j "\n"
#define ROOFMARK_PD_ADD(i, j) "mulpd %%xmm14, %%xmm" i "\naddpd %%xmm15, %%xmm" j "\n"
#define ROOFMARK_PD_SUB(i, j) "mulpd %%xmm14, %%xmm" i "\nsubpd %%xmm15, %%xmm" j "\n"
#define ROOFMARK_MOVE "movups"

#define ROOFMARK_MUL_ADD(name, Real, add, sub)                                \
  void name(std::int64_t turns, const Real* operands, Real* accumulators) {   \
    asm volatile(ROOFMARK_PAIRS(ROOFMARK_LOAD)                              \
                 "movups (%[o]), %%xmm14\n"                                 \
                 "movups 16(%[o]), %%xmm15\n"                               \
                 ".p2align 6\n"                                             \
                 "1:\n"                                                     \
                 ROOFMARK_PAIRS(add)                                        \
                 ROOFMARK_PAIRS(sub)                                        \
                 "decq %[turns]\n"                                          \
                 "jnz 1b\n"                                                 \
                 ROOFMARK_PAIRS(ROOFMARK_STORE)                             \
                 : [turns] "+r"(turns)                                      \
                 : [x] "r"(accumulators), [o] "r"(operands)                 \
                 : ROOFMARK_X86_CLOBBERS); \
  }

FmaStream fma_stream() { return {14, FmaKind::separate}; }
ROOFMARK_MUL_ADD(fma_f32, float, ROOFMARK_PS_ADD, ROOFMARK_PS_SUB)
ROOFMARK_MUL_ADD(fma_f64, double, ROOFMARK_PD_ADD, ROOFMARK_PD_SUB)

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

FmaStream fma_stream() { return {24, FmaKind::accumulated}; }
ROOFMARK_FMA(fma_f32, float, "4s")
ROOFMARK_FMA(fma_f64, double, "2d")

#endif

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
