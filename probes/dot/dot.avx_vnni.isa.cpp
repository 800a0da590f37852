// Dot products of bytes and of 16-bit integers on 256-bit registers.  {vex}: without it assemblers
// take AVX-512's.
#include "probes/dot/dot.isa.h"
#include "probes/dot/dot_x86.isa.h"
#include "probes/registers_16.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

ROOFMARK_DOT(dot_i8, "%{vex%} vpdpbusd", "%%ymm", "32")
ROOFMARK_DOT(dot_i16, "%{vex%} vpdpwssd", "%%ymm", "32")

static const PipeLoop loops[] = {ROOFMARK_DESCRIBE_I8(32), ROOFMARK_DESCRIBE_I16(32)};
const PipeLoops dot_loops = {loops, sizeof loops / sizeof *loops, nullptr};

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
