// Loads and stores alone, pinned in assembly: a read has no reduction that could be slower than the
// memory, a write has no value to compute.  Per vector of an array:
//   read   1 load             mix         2 loads, 1 store
//   write  1 store            triad       2 loads, 1 store, 1 multiply-add
//   copy   1 load, 1 store    schoenauer  3 loads, 1 store, 1 multiply-add
#include "probes/stream/stream_loop.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

#if defined(__x86_64__)

#define ROOFMARK_TURN_BYTES 16 * ROOFMARK_VECTOR_BYTES

#if defined(__AVX512F__)
#define ROOFMARK_R "%%zmm"
#define ROOFMARK_B "64"
#define ROOFMARK_MOVE "vmovups "
#define ROOFMARK_MOVE_NT "vmovntps "
#elif defined(__AVX2__)
#define ROOFMARK_R "%%ymm"
#define ROOFMARK_B "32"
#define ROOFMARK_MOVE "vmovups "
#define ROOFMARK_MOVE_NT "vmovntps "
#else
#define ROOFMARK_R "%%xmm"
#define ROOFMARK_B "16"
#define ROOFMARK_MOVE "movups "
#define ROOFMARK_MOVE_NT "movntps "
#endif

#if defined(__AVX2__)
#define ROOFMARK_MULTIPLY_ADD \
  "vfmadd213ps \\r*" ROOFMARK_B "(%[b]), " ROOFMARK_R "15, " ROOFMARK_R "0\n"
#define ROOFMARK_MULTIPLY_ADD_D                                        \
  ROOFMARK_LOAD("d", "1")                                              \
  "vfmadd213ps \\r*" ROOFMARK_B "(%[b]), " ROOFMARK_R "1, " ROOFMARK_R \
  "0"                                                                  \
  "\n"
#define ROOFMARK_BY(array, instruction, reg) \
  "v" instruction " " ROOFMARK_AT(array) ", " ROOFMARK_R reg ", " ROOFMARK_R reg "\n"
#define ROOFMARK_EPILOGUE asm volatile("vzeroupper" ::: "memory");
#else
#define ROOFMARK_MULTIPLY_ADD \
  "mulps " ROOFMARK_R "15, " ROOFMARK_R "0\n addps \\r*" ROOFMARK_B "(%[b]), " ROOFMARK_R "0\n"
#define ROOFMARK_MULTIPLY_ADD_D                                                                   \
  "mulps \\r*" ROOFMARK_B "(%[d]), " ROOFMARK_R "0\n addps \\r*" ROOFMARK_B "(%[b]), " ROOFMARK_R \
  "0\n"
#define ROOFMARK_BY(array, instruction, reg) \
  instruction " " ROOFMARK_AT(array) ", " ROOFMARK_R reg "\n"
#define ROOFMARK_EPILOGUE
#endif

#define ROOFMARK_CLOBBERS "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm15"
#define ROOFMARK_PROLOGUE ROOFMARK_MOVE "(%[s]), " ROOFMARK_R "15\n"
#define ROOFMARK_ADVANCE       \
  "addq $16*" ROOFMARK_B       \
  ", %[a]\n"                   \
  "addq $16*" ROOFMARK_B       \
  ", %[b]\n"                   \
  "addq $16*" ROOFMARK_B       \
  ", %[c]\n"                   \
  "addq $16*" ROOFMARK_B       \
  ", %[d]\n"                   \
  "decq %[left]\n"             \
  "movl $0, %k[back]\n"        \
  "cmovzq %[bytes], %[back]\n" \
  "cmovzq %[per], %[left]\n"   \
  "subq %[back], %[a]\n"       \
  "subq %[back], %[b]\n"       \
  "subq %[back], %[c]\n"       \
  "subq %[back], %[d]\n"       \
  "decq %[turns]\n"            \
  "jnz 1b\n"
#define ROOFMARK_EACH(lines) ".irp r,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n" lines ".endr\n"
#define ROOFMARK_FENCE "sfence\n"

#define ROOFMARK_LOAD(array, reg) \
  ROOFMARK_MOVE "\\r*" ROOFMARK_B "(%[" array "]), " ROOFMARK_R reg "\n"
#define ROOFMARK_STORE(move, reg) move ROOFMARK_R reg ", \\r*" ROOFMARK_B "(%[a])\n"

// Each cache line is asked for ahead.  A loop of loads alone leaves 2 % (one core) to 9 % (two) of
// the memory's rate unused on Zen 5, because its window of instructions fills up with a few misses;
// there past the caches and 2 KiB ahead is best.  On a Xeon with AMX that is 10 GB/s on a core, for
// its prefetchers stay away from such lines, and its window is so long that loads overtake what was
// asked for and wait in all buffers for misses: instructions that do nothing keep them behind. More
// of them, until the loop asks for little more than the bus brings, and its requests meet an idle
// memory: GB/s on one core by their number beside each line moved, read and written ones alike,
// (two cores gain as much; which number is best depends on the machine, so that it is tried)
//           0     3     10-13   20    25-30   35-37   40-47   52
//   read   18.9  18.4          18.6                  19.9
//   copy   17.9  18.9   18.4   18.6   18.8    19.8    20.1   20.4
//   triad  19.0  19.2   18.7   18.8   18.9    19.7    20.1   19.5
// Of where to and how far ahead, 3 KiB into L2 reached most (1, 1.5, 2, 6, 8, 12 KiB; L1; past the
// caches).  Lines that are written are asked for to be owned.  Stored past the caches a copy comes
// to 19.0 alone and 26.4 so (two cores 36.3 and 51.8), a triad to 22.0 and 24.1 (42.7 and 47.4).
#define ROOFMARK_FIRST_OF_LINE(lines) ".if (\\r*" ROOFMARK_B ") %% 64 == 0\n" lines ".endif\n"
#define ROOFMARK_ASK(how, ahead, array) how " " ahead "+\\r*" ROOFMARK_B "(%[" array "])\n"
#define ROOFMARK_IDLE(lines, n) ".rept " #lines "*" #n "\nnop\n.endr\n"
#define ROOFMARK_READ ROOFMARK_EACH(ROOFMARK_LOAD("b", "0"))
#define ROOFMARK_READ_FAR                                                        \
  ROOFMARK_EACH(ROOFMARK_FIRST_OF_LINE(ROOFMARK_ASK("prefetchnta", "2048", "b")) \
                    ROOFMARK_LOAD("b", "0"))
#define ROOFMARK_ASK_TO_READ(array) ROOFMARK_ASK("prefetcht1", "3072", array)
#define ROOFMARK_ASK_TO_OWN ROOFMARK_ASK("prefetchw", "3072", "a")
#define ROOFMARK_READ_BY_L2(n)                                                        \
  ROOFMARK_EACH(ROOFMARK_FIRST_OF_LINE(ROOFMARK_ASK_TO_READ("b") ROOFMARK_IDLE(1, n)) \
                    ROOFMARK_LOAD("b", "0"))
#define ROOFMARK_COPY_ASKING(asks, n, move)                                                \
  ROOFMARK_EACH(ROOFMARK_FIRST_OF_LINE(ROOFMARK_ASK_TO_READ("b") asks ROOFMARK_IDLE(2, n)) \
                    ROOFMARK_LOAD("b", "0") ROOFMARK_STORE(move, "0"))
#define ROOFMARK_TRIAD_ASKING(asks, n, move)                                                 \
  ROOFMARK_EACH(ROOFMARK_FIRST_OF_LINE(ROOFMARK_ASK_TO_READ("b") ROOFMARK_ASK_TO_READ("c")   \
                                           asks ROOFMARK_IDLE(3, n)) ROOFMARK_LOAD("c", "0") \
                    ROOFMARK_MULTIPLY_ADD ROOFMARK_STORE(move, "0"))
#define ROOFMARK_COPY_BY_L2(n) ROOFMARK_COPY_ASKING(ROOFMARK_ASK_TO_OWN, n, ROOFMARK_MOVE)
#define ROOFMARK_COPY_NT_BY_L2(n) ROOFMARK_COPY_ASKING("", n, ROOFMARK_MOVE_NT)
#define ROOFMARK_TRIAD_BY_L2(n) ROOFMARK_TRIAD_ASKING(ROOFMARK_ASK_TO_OWN, n, ROOFMARK_MOVE)
#define ROOFMARK_TRIAD_NT_BY_L2(n) ROOFMARK_TRIAD_ASKING("", n, ROOFMARK_MOVE_NT)
#define ROOFMARK_WRITE(move) ROOFMARK_EACH(ROOFMARK_STORE(move, "15"))
#define ROOFMARK_COPY(move) ROOFMARK_EACH(ROOFMARK_LOAD("b", "0") ROOFMARK_STORE(move, "0"))
#define ROOFMARK_MIX(move) \
  ROOFMARK_EACH(ROOFMARK_LOAD("b", "0") ROOFMARK_LOAD("c", "1") ROOFMARK_STORE(move, "0"))
#define ROOFMARK_TRIAD(move) \
  ROOFMARK_EACH(ROOFMARK_LOAD("c", "0") ROOFMARK_MULTIPLY_ADD ROOFMARK_STORE(move, "0"))
#define ROOFMARK_SCHOENAUER(move) \
  ROOFMARK_EACH(ROOFMARK_LOAD("c", "0") ROOFMARK_MULTIPLY_ADD_D ROOFMARK_STORE(move, "0"))

// Eight vectors of one array after the other: 217 GB/s from L2 on Zen 5 instead of 171 in turns,
// but 555 from L1 instead of 628; where one array is read, or two, it makes no difference.
#define ROOFMARK_EIGHT(lines) ".irp r,0,1,2,3,4,5,6,7\n" lines ".endr\n"
#define ROOFMARK_AT(array) "(\\g+\\r)*" ROOFMARK_B "(%[" array "])"
#define ROOFMARK_SCHOENAUER_GROUPED(move)                                               \
  ".irp g,0,8\n" ROOFMARK_EIGHT(ROOFMARK_MOVE ROOFMARK_AT("c") ", " ROOFMARK_R "\\r\n") \
      ROOFMARK_EIGHT(ROOFMARK_BY("d", "mulps", "\\r"))                                  \
          ROOFMARK_EIGHT(ROOFMARK_BY("b", "addps", "\\r"))                              \
              ROOFMARK_EIGHT(move ROOFMARK_R "\\r, " ROOFMARK_AT("a") "\n") ".endr\n"

#elif defined(__aarch64__)

#define ROOFMARK_TURN_BYTES 256
#define ROOFMARK_CLOBBERS "v0", "v1", "v2", "v3", "v4", "v5", "v30"
#define ROOFMARK_PROLOGUE "ldr q30, [%[s]]\n"
#define ROOFMARK_ADVANCE   \
  "add %[a], %[a], #256\n" \
  "add %[b], %[b], #256\n" \
  "add %[c], %[c], #256\n" \
  "add %[d], %[d], #256\n" ROOFMARK_ARM_TURN
#define ROOFMARK_EPILOGUE
#define ROOFMARK_EACH(lines) ".irp r,0,1,2,3,4,5,6,7\n" lines ".endr\n"
#define ROOFMARK_LOAD(array, regs) "ldp " regs ", [%[" array "], #\\r*32]\n"
#define ROOFMARK_STORE(move, regs) move " " regs ", [%[a], #\\r*32]\n"

#define ROOFMARK_ASK ".if (\\r*32) %% 64 == 0\n prfm pldl1strm, [%[b], #2048+\\r*32]\n.endif\n"
#define ROOFMARK_READ ROOFMARK_EACH(ROOFMARK_LOAD("b", "q0, q1"))
#define ROOFMARK_READ_FAR ROOFMARK_EACH(ROOFMARK_ASK ROOFMARK_LOAD("b", "q0, q1"))
// Nothing else was measured.
#define ROOFMARK_READ_BY_L2(n) ROOFMARK_READ_FAR
#define ROOFMARK_COPY_BY_L2(n) ROOFMARK_COPY(ROOFMARK_MOVE)
#define ROOFMARK_TRIAD_BY_L2(n) ROOFMARK_TRIAD(ROOFMARK_MOVE)
#define ROOFMARK_COPY_NT_BY_L2(n) ROOFMARK_COPY(ROOFMARK_MOVE_NT)
#define ROOFMARK_TRIAD_NT_BY_L2(n) ROOFMARK_TRIAD(ROOFMARK_MOVE_NT)
#define ROOFMARK_WRITE(move) ROOFMARK_EACH(ROOFMARK_STORE(move, "q30, q30"))
#define ROOFMARK_COPY(move) \
  ROOFMARK_EACH(ROOFMARK_LOAD("b", "q0, q1") ROOFMARK_STORE(move, "q0, q1"))
#define ROOFMARK_MIX(move)                                                \
  ROOFMARK_EACH(ROOFMARK_LOAD("b", "q0, q1") ROOFMARK_LOAD("c", "q2, q3") \
                    ROOFMARK_STORE(move, "q0, q1"))
#define ROOFMARK_TRIAD(move)                                                                    \
  ROOFMARK_EACH(ROOFMARK_LOAD("b", "q0, q1") ROOFMARK_LOAD(                                     \
      "c",                                                                                      \
      "q2, q3") "fmla v0.4s, v2.4s, v30.4s\n fmla v1.4s, v3.4s, v30.4s\n" ROOFMARK_STORE(move,  \
                                                                                         "q0, " \
                                                                                         "q1"))
#define ROOFMARK_SCHOENAUER(move)                                                            \
  ROOFMARK_EACH(ROOFMARK_LOAD("b", "q0, q1") ROOFMARK_LOAD("c", "q2, q3") ROOFMARK_LOAD(     \
      "d",                                                                                   \
      "q4, q5") "fmla v0.4s, v2.4s, v4.4s\n fmla v1.4s, v3.4s, v5.4s\n" ROOFMARK_STORE(move, \
                                                                                       "q0, q1"))

#define ROOFMARK_SCHOENAUER_GROUPED ROOFMARK_SCHOENAUER  // nothing else was measured

#define ROOFMARK_MOVE "stp"
#define ROOFMARK_MOVE_NT "stnp"
#define ROOFMARK_FENCE ""

#endif

ROOFMARK_EVERY_STREAM

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
