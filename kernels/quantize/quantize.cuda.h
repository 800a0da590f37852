// Dynamic quantization of activations on a GPU.
#pragma once

#include <cstdint>

namespace roofmark {

/// scales[r] = max_c |x[r,c]| / 127,  q[r,c] = round(x[r,c] / scales[r]); a row of zeros becomes
/// zeros with scale 0.  x, q: [rows, cols] row-major, x of f16 or bf16 and aligned to 16 bytes, q
/// to
/// 8.  Error of a scale: 2^-23 of it; of an element: half a step, and 2^-15 of one from rounding.
/// Source: per-token quantization of Yao et al. 2022, arXiv:2206.01861.
struct QuantizeArguments {
  const void* x = nullptr;
  signed char* q = nullptr;
  float* scales = nullptr;
  std::int64_t rows = 0, cols = 0;
};

void launch_quantize_f16(const QuantizeArguments& arguments, void* stream);
void launch_quantize_bf16(const QuantizeArguments& arguments, void* stream);

}  // namespace roofmark
