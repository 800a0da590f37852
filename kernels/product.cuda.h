// What a product on a GPU is given when x has few rows, so that reading W is what it costs.
#pragma once

#include <cstdint>

namespace roofmark {

enum class ProductType { f32, bf16, f16, w8a8, w4a16, w4a8 };

/// y = x W^T, sums in f32 (w8a8: i32).  With int8 activations y = clamp(round(requantization sum),
/// -127, 127), of 8-bit weights times the scale of the output.  Every pointer is aligned to 16
/// bytes.
struct ProductArguments {
  ProductType type = ProductType::f32;
  const void* weights = nullptr;  ///< [n, k]; 4-bit ones lie as kernels/packed_weights.h says
  const void* scales = nullptr;   ///< f16; of 4-bit weights as laid out there, of 8-bit ones [n]
  const void* x = nullptr;        ///< [m, k]
  void* y = nullptr;              ///< [m, n], of the type of x
  std::int64_t n = 0, k = 0;
  int m = 1;      ///< at most what the launcher says
  int group = 0;  ///< weights of a row that share a scale: 32 or 128
  float requantization = 1;
  int sms = 1;  ///< multiprocessors of the device
};

using ProductLauncher = void (*)(const ProductArguments&, void* stream);

}  // namespace roofmark
