// Every loop of the compute probes on AArch64 does exactly the arithmetic that is counted: each
// lane of each accumulator against the same steps in float64, for NEON and for SVE of whatever
// length.
#include <cmath>
#include <cstring>

#include "probes/dot/dot.isa.h"
#include "probes/fma/fma.isa.h"
#include "probes/matrix/matrix.isa.h"
#include "probes/pipe_reference.h"
#include "tests/neon/check.h"

namespace {

using namespace roofmark;

void check_loops(Check& check, const char* isa, const PipeLoops& loops) {
  for (int i = 0; i < loops.count; ++i) {
    const PipeLoop& loop = loops.first[i];
    const int bytes = loop.vector_bytes > 0 ? loop.vector_bytes : loops.vector_bytes();
    std::vector<std::byte> operands(static_cast<std::size_t>(4 * bytes)),
        start(static_cast<std::size_t>(loop.chains * bytes)), end = start;
    draw_operands(loop, bytes, 7, Operands::telling, operands.data(), start.data());
    std::memset(end.data(), 0xff, end.size());
    loop.run(checked_turns, operands.data(), start.data(), end.data());
    const double off = worst_error(loop, bytes, operands.data(), start.data(), end.data());
    std::printf("%s %s %s, %d bytes: off by %.3g tolerances\n", isa, loop.kernel, loop.type, bytes,
                off);
    check.that(off <= 1, "wrong accumulators", i);
  }
}

}  // namespace

int main() {
  Check check("pipes");
#define ROOFMARK_FMA(isa, bytes) check_loops(check, #isa, isa_##isa::fma_loops);
  ROOFMARK_EACH_ISA_OF_fma(ROOFMARK_FMA)
#define ROOFMARK_DOT(isa, bytes) check_loops(check, #isa, isa_##isa::dot_loops);
      ROOFMARK_EACH_ISA_OF_dot(ROOFMARK_DOT)
#define ROOFMARK_MATRIX(isa, bytes) check_loops(check, #isa, isa_##isa::matrix_loops);
          ROOFMARK_EACH_ISA_OF_matrix(ROOFMARK_MATRIX) return check.status();
}
