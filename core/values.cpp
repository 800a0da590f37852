#include "core/values.h"

#include <cmath>
#include <cstring>
#include <limits>

namespace roofmark {
namespace {

template <class T>
T read(const void* data, std::int64_t index) {
  T value;
  std::memcpy(&value,
              static_cast<const char*>(data) + index * static_cast<std::int64_t>(sizeof value),
              sizeof value);
  return value;
}

/// An IEEE-like number of that many fraction bits, without the meaning of its largest exponent.
double decoded(std::uint32_t bits, int exponent_bits, int fraction_bits) {
  const int bias = (1 << (exponent_bits - 1)) - 1;
  const auto fraction = static_cast<double>(bits & ((1u << fraction_bits) - 1));
  const int exponent = static_cast<int>(bits >> fraction_bits & ((1u << exponent_bits) - 1));
  const bool negative = (bits >> (exponent_bits + fraction_bits) & 1) != 0;
  const double magnitude = exponent == 0 ? std::ldexp(fraction, 1 - bias - fraction_bits)
                                         : std::ldexp(fraction + std::ldexp(1.0, fraction_bits),
                                                      exponent - bias - fraction_bits);
  return negative ? -magnitude : magnitude;
}

double f16(std::uint16_t bits) {
  if ((bits & 0x7c00) != 0x7c00) return decoded(bits, 5, 10);
  if ((bits & 0x3ff) != 0) return std::numeric_limits<double>::quiet_NaN();
  return (bits & 0x8000) != 0 ? -std::numeric_limits<double>::infinity()
                              : std::numeric_limits<double>::infinity();
}

double bf16(std::uint16_t bits) {
  const std::uint32_t wide = static_cast<std::uint32_t>(bits) << 16;
  float value = 0;
  std::memcpy(&value, &wide, sizeof value);
  return value;
}

double i4(const void* data, std::int64_t index) {
  const auto byte = read<std::uint8_t>(data, index / 2);
  const int nibble = index % 2 == 0 ? byte & 15 : byte >> 4;
  return nibble < 8 ? nibble : nibble - 16;
}

template <class T, class Bits>
Bits bits_of(T x) {
  static_assert(sizeof(T) == sizeof(Bits));
  Bits bits;
  std::memcpy(&bits, &x, sizeof bits);
  return bits;
}

/// The inverse of decoded(), rounded to nearest; `most`: infinity, or the largest number where
/// there is none, after which comes NaN.
std::uint64_t narrowed(double x, int exponent_bits, int fraction_bits, std::uint64_t most) {
  const std::uint64_t sign =
      std::signbit(x) ? std::uint64_t{1} << (exponent_bits + fraction_bits) : 0;
  if (std::isnan(x)) return most + 1;
  if (std::isinf(x)) return sign | most;
  const int least = 2 - (1 << (exponent_bits - 1));  // exponent of the normal numbers' first binade
  int exponent = 0;
  std::frexp(x, &exponent);  // |x| in [2^(exponent - 1), 2^exponent)
  const int binade = x == 0 || exponent - 1 < least ? least : exponent - 1;
  const auto steps =
      static_cast<std::uint64_t>(std::nearbyint(std::ldexp(std::fabs(x), fraction_bits - binade)));
  // What is normal has its leading one in `steps`; a carry out of the fraction raises the exponent.
  const std::uint64_t bits = (static_cast<std::uint64_t>(binade - least) << fraction_bits) + steps;
  return sign | (bits < most ? bits : most);
}

}  // namespace

double value_at(const void* data, DType type, std::int64_t index) {
  switch (type) {
    case DType::f64:
      return read<double>(data, index);
    case DType::f32:
    case DType::tf32:
      return read<float>(data, index);
    case DType::f16:
      return f16(read<std::uint16_t>(data, index));
    case DType::bf16:
      return bf16(read<std::uint16_t>(data, index));
    case DType::fp8: {
      const auto bits = read<std::uint8_t>(data, index);
      return (bits & 0x7f) == 0x7f ? std::numeric_limits<double>::quiet_NaN() : decoded(bits, 4, 3);
    }
    case DType::i32:
      return read<std::int32_t>(data, index);
    case DType::i16:
      return read<std::int16_t>(data, index);
    case DType::i8:
      return read<std::int8_t>(data, index);
    case DType::i4:
      return i4(data, index);
    case DType::i2:  // no kernel has these
    case DType::i1:
    case DType::none:
      break;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

void widen(const void* data, DType type, std::int64_t begin, std::int64_t count, float* to) {
  if (type == DType::f32) {
    std::memcpy(to, static_cast<const float*>(data) + begin,
                static_cast<std::size_t>(count) * sizeof *to);
  } else if (type == DType::i8) {
    const auto* bytes = static_cast<const std::int8_t*>(data) + begin;
    for (std::int64_t i = 0; i < count; ++i) to[i] = bytes[i];
  } else if (type == DType::bf16) {
    for (std::int64_t i = 0; i < count; ++i) {
      const std::uint32_t bits = std::uint32_t{read<std::uint16_t>(data, begin + i)} << 16;
      std::memcpy(to + i, &bits, sizeof bits);
    }
  } else {
    for (std::int64_t i = 0; i < count; ++i) {
      to[i] = static_cast<float>(value_at(data, type, begin + i));
    }
  }
}

std::uint64_t encoded(double x, DType type) {
  switch (type) {
    case DType::f64:
      return bits_of<double, std::uint64_t>(x);
    case DType::f32:
    case DType::tf32:
      return bits_of<float, std::uint32_t>(static_cast<float>(x));
    case DType::f16:
      return narrowed(x, 5, 10, 0x7c00);
    case DType::bf16:
      return narrowed(x, 8, 7, 0x7f80);
    case DType::fp8:
      return narrowed(x, 4, 3, 0x7e);
    default:
      return 0;
  }
}

double epsilon(DType type) {
  switch (type) {
    case DType::f64:
      return 0x1p-52;
    case DType::f32:
      return 0x1p-23;
    case DType::tf32:
    case DType::f16:
      return 0x1p-10;
    case DType::bf16:
      return 0x1p-7;
    case DType::fp8:
      return 0x1p-3;
    default:
      return 0;
  }
}

}  // namespace roofmark
