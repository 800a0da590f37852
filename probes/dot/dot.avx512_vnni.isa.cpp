// Dot products of bytes and of 16-bit integers on 512-bit registers.
#include "probes/dot/dot.isa.h"
#include "probes/dot/dot_x86.isa.h"
#include "probes/registers_32.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

ROOFMARK_DOT(dot_i8, "vpdpbusd", "%%zmm", "64")
ROOFMARK_DOT(dot_i16, "vpdpwssd", "%%zmm", "64")

static const PipeLoop loops[] = {ROOFMARK_DESCRIBE_I8(64), ROOFMARK_DESCRIBE_I16(64)};
const PipeLoops dot_loops = {loops, sizeof loops / sizeof *loops, nullptr};

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
