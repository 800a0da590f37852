// Random operands that a host and a GPU make alike: a word of a buffer is a function of the seed
// and of its index alone.  constexpr, so that nvcc compiles it for both.
#pragma once

#include <cstdint>

namespace roofmark {

/// 32 well mixed bits.  Source: the finalizer of SplitMix64 (Steele, Lea, Flood 2014), upper half.
constexpr std::uint32_t random_bits(std::uint64_t seed, std::uint64_t index) {
  std::uint64_t z = seed + (index + 1) * 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return static_cast<std::uint32_t>((z ^ (z >> 31)) >> 32);
}

/// How a 32-bit word is made of random bits.
enum class RandomWord { bits, f32, f16x2, bf16x2, fp8x4 };

/// The IEEE encoding of k 2^-(width-1), with `exponent_bits` and `width - 1` fraction bits, for k
/// uniform in [-2^(width-1), 2^(width-1)): a value in [-1, 1), exactly.
constexpr std::uint32_t random_unit(std::uint32_t bits, int width, int exponent_bits) {
  const std::uint32_t one = std::uint32_t{1} << (width - 1);
  const std::uint32_t drawn = bits >> (32 - width);
  std::uint32_t sign = 0, magnitude = drawn;  // k + 2^(width-1)
  if (drawn < one) {
    sign = std::uint32_t{1} << (exponent_bits + width - 1);
    magnitude = one - drawn;
  } else {
    magnitude = drawn - one;
  }
  if (magnitude == 0) return 0;
  std::uint32_t exponent = (std::uint32_t{1} << (exponent_bits - 1)) - 1;  // that of 1
  while (magnitude < one) {
    magnitude <<= 1;
    --exponent;
  }
  return sign | exponent << (width - 1) | (magnitude - one);
}

/// Word `index` of a buffer: one f32, two f16 or bf16, four fp8 (e4m3) or any 32 bits.
constexpr std::uint32_t random_word(RandomWord kind, std::uint64_t seed, std::uint64_t index) {
  const std::uint32_t bits = random_bits(seed, index);
  switch (kind) {
    case RandomWord::f32:
      return random_unit(bits, 24, 8);
    case RandomWord::f16x2:
      return random_unit(bits << 16, 11, 5) << 16 | random_unit(bits, 11, 5);
    case RandomWord::bf16x2:
      return random_unit(bits << 16, 8, 8) << 16 | random_unit(bits, 8, 8);
    case RandomWord::fp8x4: {
      std::uint32_t word = 0;
      for (int i = 0; i < 4; ++i) {  // 0x38 is 1: any sign and magnitude below it
        const std::uint32_t byte = bits >> 8 * i & 0xff;
        word |= ((byte & 0x80) | (byte & 0x7f) % 0x38) << 8 * i;
      }
      return word;
    }
    case RandomWord::bits:
      break;
  }
  return bits;
}

}  // namespace roofmark
