// Peak rates of plain arithmetic per instruction set and precision, by construction free of memory.
// Multiply-add bounds products; the others are ceilings of their own.
#include "probes/fma/fma.isa.h"
#include "probes/pipe_probe.h"

namespace roofmark {
namespace {

#define ROOFMARK_ROW(isa, vector_bytes) {#isa, &isa_##isa::fma_loops},
constexpr PipeLeaf leaves[] = {ROOFMARK_EACH_ISA_OF_fma(ROOFMARK_ROW)};
#undef ROOFMARK_ROW

constexpr char fadd[] = "fadd", fmul[] = "fmul", fma_add[] = "fma_add", fdiv[] = "fdiv",
               fsqrt[] = "fsqrt", multiply_add[] = "fma";

}  // namespace

std::vector<Kernel> fma_kernels() {
  return {pipe_kernel<leaves, fadd>("peak rate of additions alone"),
          pipe_kernel<leaves, fmul>("peak rate of multiplications alone"),
          pipe_kernel<leaves, fma_add>(
              "multiply-adds with additions beside them, for cores that issue both"),
          pipe_kernel<leaves, fdiv>("peak rate of divisions"),
          pipe_kernel<leaves, fsqrt>("peak rate of square roots"),
          pipe_kernel<leaves, multiply_add>(
              "peak multiply-add rate of each instruction set and precision")};
}

}  // namespace roofmark
