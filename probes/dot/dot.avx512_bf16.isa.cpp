// Dot products of bf16 on 512-bit registers.
#include "probes/dot/dot.isa.h"
#include "probes/dot/dot_x86.isa.h"
#include "probes/registers_32.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

ROOFMARK_LONG_DOT(dot_bf16, "vdpbf16ps", "%%zmm", "64")

static const PipeLoop loops[] = {ROOFMARK_DESCRIBE_BF16(64)};
const PipeLoops dot_loops = {loops, sizeof loops / sizeof *loops, nullptr};

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
