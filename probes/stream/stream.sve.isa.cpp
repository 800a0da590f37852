// The streams in vectors as long as the machine has them: up to 128 bytes, of which a turn's eight
// are one stream_step.
#include "probes/stream/stream_loop.isa.h"
#include "probes/sve.isa.h"

namespace roofmark::isa_sve {

#define ROOFMARK_TURN_BYTES 8 * sve_vector_bytes()
#define ROOFMARK_CLOBBERS "x9", "p0", "z0", "z1", "z2", "z30"
#define ROOFMARK_PROLOGUE "ptrue p0.b\n ld1rqw {z30.s}, p0/z, [%[s]]\n"
#define ROOFMARK_ADVANCE   \
  "addvl %[a], %[a], #8\n" \
  "addvl %[b], %[b], #8\n" \
  "addvl %[c], %[c], #8\n" \
  "addvl %[d], %[d], #8\n" ROOFMARK_ARM_TURN
#define ROOFMARK_EPILOGUE
#define ROOFMARK_EACH(lines) ".irp r,0,1,2,3,4,5,6,7\n" lines ".endr\n"
#define ROOFMARK_LOAD(array, reg) "ldr " reg ", [%[" array "], #\\r, mul vl]\n"
#define ROOFMARK_STORE(move, reg) move "{" reg ".s}, p0, [%[a], #\\r, mul vl]\n"

#define ROOFMARK_ASK "prfb pldl1strm, p0, [x9, #\\r, mul vl]\n"
#define ROOFMARK_READ ROOFMARK_EACH(ROOFMARK_LOAD("b", "z0"))
#define ROOFMARK_READ_FAR \
  "add x9, %[b], #2048\n" ROOFMARK_EACH(ROOFMARK_ASK ROOFMARK_LOAD("b", "z0"))
// Nothing else was measured.
#define ROOFMARK_READ_BY_L2(n) ROOFMARK_READ_FAR
#define ROOFMARK_COPY_BY_L2(n) ROOFMARK_COPY(ROOFMARK_MOVE)
#define ROOFMARK_TRIAD_BY_L2(n) ROOFMARK_TRIAD(ROOFMARK_MOVE)
#define ROOFMARK_COPY_NT_BY_L2(n) ROOFMARK_COPY(ROOFMARK_MOVE_NT)
#define ROOFMARK_TRIAD_NT_BY_L2(n) ROOFMARK_TRIAD(ROOFMARK_MOVE_NT)
#define ROOFMARK_WRITE(move) ROOFMARK_EACH(ROOFMARK_STORE(move, "z30"))
#define ROOFMARK_COPY(move) ROOFMARK_EACH(ROOFMARK_LOAD("b", "z0") ROOFMARK_STORE(move, "z0"))
#define ROOFMARK_MIX(move) \
  ROOFMARK_EACH(ROOFMARK_LOAD("b", "z0") ROOFMARK_LOAD("c", "z1") ROOFMARK_STORE(move, "z0"))
#define ROOFMARK_TRIAD(move)                            \
  ROOFMARK_EACH(ROOFMARK_LOAD("b", "z0") ROOFMARK_LOAD( \
      "c", "z1") "fmla z0.s, p0/m, z1.s, z30.s\n" ROOFMARK_STORE(move, "z0"))
#define ROOFMARK_SCHOENAUER(move)                                                \
  ROOFMARK_EACH(ROOFMARK_LOAD("b", "z0") ROOFMARK_LOAD("c", "z1") ROOFMARK_LOAD( \
      "d", "z2") "fmla z0.s, p0/m, z1.s, z2.s\n" ROOFMARK_STORE(move, "z0"))

#define ROOFMARK_SCHOENAUER_GROUPED ROOFMARK_SCHOENAUER  // nothing else was measured

#define ROOFMARK_MOVE "st1w "
#define ROOFMARK_MOVE_NT "stnt1w "
#define ROOFMARK_FENCE ""

ROOFMARK_EVERY_STREAM

}  // namespace roofmark::isa_sve
