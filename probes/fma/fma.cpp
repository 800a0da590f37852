// Peak rates of plain arithmetic per instruction set and precision, by construction free of memory.
// Multiply-add bounds products; the others are ceilings of their own.
#include "probes/fma/fma.isa.h"
#include "probes/pipe_probe.h"

namespace roofmark {
namespace {

#define ROOFMARK_ROW(isa, vector_bytes) {#isa, &isa_##isa::fma_loops},
constexpr PipeLeaf leaves[] = {ROOFMARK_EACH_ISA_OF_fma(ROOFMARK_ROW)};
#undef ROOFMARK_ROW

std::unique_ptr<Task> prepare(const Case& what, Device& device) {
  return prepare_pipe(leaves, what, device);
}

struct Rate {
  const char* name;
  const char* summary;
};
constexpr Rate rates[] = {
    {"fadd", "peak rate of additions alone"},
    {"fmul", "peak rate of multiplications alone"},
    {"fma_add", "multiply-adds with additions beside them, for cores that issue both"},
    {"fdiv", "peak rate of divisions"},
    {"fsqrt", "peak rate of square roots"},
    {"fma", "peak multiply-add rate of each instruction set and precision"}};

template <int R>
Kernel kernel() {
  return pipe_kernel(rates[R].name, rates[R].summary, leaves, prepare,
                     [](const Machine& machine, const Variant& variant, int threads) {
                       return pipe_sites(leaves, rates[R].name, machine, variant, threads);
                     });
}

}  // namespace

std::vector<Kernel> fma_kernels() {
  return {kernel<0>(), kernel<1>(), kernel<2>(), kernel<3>(), kernel<4>(), kernel<5>()};
}

}  // namespace roofmark
