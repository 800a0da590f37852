// Inline assembly, so that no compiler can shorten, reorder or interleave the streams.
#include "core/pace.isa.h"

namespace roofmark {

#if defined(__x86_64__)

std::uint64_t multiply_chain(std::int64_t count, std::uint64_t seed) {
  std::int64_t turns = count / chain_turn;
  if (turns == 0) return seed;
  asm volatile(
      ".p2align 6\n"
      "1:\n"
      ".rept 64\n imulq %[factor], %[x]\n .endr\n"
      "decq %[turns]\n"
      "jnz 1b\n"
      : [x] "+r"(seed), [turns] "+r"(turns)
      : [factor] "r"(chain_factor)
      : "cc");
  return seed;
}

std::uint64_t add_chain(std::int64_t count, std::uint64_t seed) {
  std::int64_t turns = count / chain_turn;
  if (turns == 0) return seed;
  // A register operand: adding a constant would be folded by cores that rename immediates.
  asm volatile(
      ".p2align 6\n"
      "1:\n"
      ".rept 64\n addq %[x], %[x]\n .endr\n"
      "decq %[turns]\n"
      "jnz 1b\n"
      : [x] "+r"(seed), [turns] "+r"(turns)
      :
      : "cc");
  return seed;
}

void nop_run(std::int64_t count) {
  std::int64_t turns = count / nop_turn;
  if (turns == 0) return;
  asm volatile(
      ".p2align 6\n"
      "1:\n"
      ".rept 512\n nop\n .endr\n"
      "decq %[turns]\n"
      "jnz 1b\n"
      : [turns] "+r"(turns)
      :
      : "cc");
}

const void* chase(std::int64_t count, const void* at) {
  std::int64_t turns = count / chase_turn;
  if (turns == 0) return at;
  asm volatile(
      ".p2align 6\n"
      "1:\n"
      ".rept 16\n movq (%[at]), %[at]\n .endr\n"
      "decq %[turns]\n"
      "jnz 1b\n"
      : [at] "+r"(at), [turns] "+r"(turns)
      :
      : "cc", "memory");
  return at;
}

#elif defined(__aarch64__)

std::uint64_t multiply_chain(std::int64_t count, std::uint64_t seed) {
  std::int64_t turns = count / chain_turn;
  if (turns == 0) return seed;
  asm volatile(
      ".p2align 6\n"
      "1:\n"
      ".rept 64\n mul %[x], %[x], %[factor]\n .endr\n"
      "subs %[turns], %[turns], #1\n"
      "b.ne 1b\n"
      : [x] "+r"(seed), [turns] "+r"(turns)
      : [factor] "r"(chain_factor)
      : "cc");
  return seed;
}

std::uint64_t add_chain(std::int64_t count, std::uint64_t seed) {
  std::int64_t turns = count / chain_turn;
  if (turns == 0) return seed;
  asm volatile(
      ".p2align 6\n"
      "1:\n"
      ".rept 64\n add %[x], %[x], %[x]\n .endr\n"
      "subs %[turns], %[turns], #1\n"
      "b.ne 1b\n"
      : [x] "+r"(seed), [turns] "+r"(turns)
      :
      : "cc");
  return seed;
}

void nop_run(std::int64_t count) {
  std::int64_t turns = count / nop_turn;
  if (turns == 0) return;
  asm volatile(
      ".p2align 6\n"
      "1:\n"
      ".rept 512\n nop\n .endr\n"
      "subs %[turns], %[turns], #1\n"
      "b.ne 1b\n"
      : [turns] "+r"(turns)
      :
      : "cc");
}

const void* chase(std::int64_t count, const void* at) {
  std::int64_t turns = count / chase_turn;
  if (turns == 0) return at;
  asm volatile(
      ".p2align 6\n"
      "1:\n"
      ".rept 16\n ldr %[at], [%[at]]\n .endr\n"
      "subs %[turns], %[turns], #1\n"
      "b.ne 1b\n"
      : [at] "+r"(at), [turns] "+r"(turns)
      :
      : "cc", "memory");
  return at;
}

#endif

}  // namespace roofmark
