// The 16-bit floating-point numbers, which C++20 has no types for: encodings, without arithmetic;
// and the types of elements that kernels compute on in f32.
#pragma once

#include <cstdint>

namespace roofmark {

enum class bf16 : std::uint16_t {};  ///< upper half of an f32
enum class f16 : std::uint16_t {};   ///< IEEE 754 binary16

/// X(type) for every type of element that is widened to f32, computed on and narrowed again.
#define ROOFMARK_EACH_ELEMENT(X) X(float) X(bf16) X(f16)

}  // namespace roofmark
