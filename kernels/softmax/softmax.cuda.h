// Softmax on a GPU: its launcher.
#pragma once

#include <cstdint>

#include "kernels/element.h"

namespace roofmark {

/// y[r,c] = e^(x[r,c] - max_c x[r,c]) / sum_c e^(x[r,c] - max_c x[r,c]).
/// x, y: [rows, cols] row-major and dense, from a multiple of 16 bytes on; y does not overlap x.
/// A masked element, -infinity, becomes 0.  A row that is masked whole, or that holds a NaN or
/// +infinity, is NaN.
/// Work: 5 ops and two elements moved per element: a row is held in registers.  Rows of more than
/// 64 KiB are read twice, the second time from the L2 cache.
/// Error: |y - y_f64| <= 2^-24 y (128 + 2.25 (max - x)) + 1.22e-38 before y is rounded to its type.
struct SoftmaxArguments {
  const void* x = nullptr;
  void* y = nullptr;
  std::int64_t rows = 0, cols = 0;
  Element element = Element::f32;
  int sms = 1;
  std::int64_t l2_bytes = 0;  ///< how much may be read before it is read again
  void* scratch = nullptr;    ///< softmax_scratch_bytes() of it
};

/// Bytes that long rows need beside their operands; 0 where a row is held in registers.
std::int64_t softmax_scratch_bytes(const SoftmaxArguments& arguments);

void launch_softmax(const SoftmaxArguments& arguments, void* stream);

}  // namespace roofmark
