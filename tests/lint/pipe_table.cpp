// Prints how the compute probes of this build describe their loops, for the lint over machine code:
// instruction set, function, kernel, type, accumulators, instructions, operations per lane.
#include <cstdio>
#include <string>

#include "probes/dot/dot.isa.h"
#include "probes/fma/fma.isa.h"
#include "probes/matrix/matrix.isa.h"

namespace {

void print(const char* isa, const roofmark::PipeLoops& loops) {
  for (int i = 0; i < loops.count; ++i) {
    const roofmark::PipeLoop& loop = loops.first[i];
    const std::string detail = loop.detail == nullptr ? "" : std::string("_") + loop.detail;
    std::printf("%s %s%s_%s %s %s %d %d %d\n", isa, loop.kernel, detail.c_str(), loop.type,
                loop.kernel, loop.type, loop.chains, loop.instructions, loop.lane_ops);
  }
}

}  // namespace

int main() {
#define ROOFMARK_FMA(isa, bytes) print(#isa, roofmark::isa_##isa::fma_loops);
  ROOFMARK_EACH_ISA_OF_fma(ROOFMARK_FMA)
#define ROOFMARK_DOT(isa, bytes) print(#isa, roofmark::isa_##isa::dot_loops);
      ROOFMARK_EACH_ISA_OF_dot(ROOFMARK_DOT)
#define ROOFMARK_MATRIX(isa, bytes) print(#isa, roofmark::isa_##isa::matrix_loops);
          ROOFMARK_EACH_ISA_OF_matrix(ROOFMARK_MATRIX)
}
