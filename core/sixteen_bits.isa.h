// The 16-bit floating-point numbers, which C++20 has no types for: encodings, without arithmetic.
#pragma once

#include <cstdint>

namespace roofmark {

enum class bf16 : std::uint16_t {};  ///< upper half of an f32
enum class f16 : std::uint16_t {};   ///< IEEE 754 binary16

}  // namespace roofmark
