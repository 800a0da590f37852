// RMSNorm and LayerNorm on a GPU: their launchers.
#pragma once

#include <cstdint>

#include "kernels/element.h"

namespace roofmark {

/// All arrays start at a multiple of 16 bytes and are dense; y does not overlap the others.
struct NormArguments {
  const void *x = nullptr, *weight = nullptr;
  const void* bias = nullptr;  ///< LayerNorm's
  void* y = nullptr;
  std::int64_t rows = 0, cols = 0;
  float eps = 0;
  Element element = Element::f32;
  int sms = 1;
};

/// Scales each row of x to unit root mean square, then by w:
///   y[r,c] = w[c] x[r,c] / sqrt(mean_c x[r,c]^2 + eps).
/// x, y: [rows, cols] row-major.  w: [cols].  eps: added to the mean square (Llama: 1e-5).
/// Work: 4 ops and two elements moved per element, 2 ops per row; w is read once.  Rows of more
/// than 16384 elements or that begin off 16-byte boundaries are read twice. Error: |y - y_f64| <=
/// 1e-5 (1 + |y_f64|) before y is rounded to its type. Source: Zhang & Sennrich 2019,
/// arXiv:1910.07467, eq. 4.
void launch_norm(const NormArguments& arguments, void* stream);

/// Shifts each row of x to mean 0 and scales it to variance 1, then by w and b:
///   y[r,c] = w[c] (x[r,c] - mean_c x[r,c]) / sqrt(var_c x[r,c] + eps) + b[c].
/// x, y: [rows, cols] row-major.  w, b: [cols].  The variance is the mean square of what is left
/// without the mean, so that a large mean cancels nothing.
/// Work: 7 ops and two elements moved per element; w and b are read once.  Such rows are
/// read three times.
/// Error: |y - y_f64| <= 1e-5 (1 + |y_f64| + |w| rms(x) / sqrt(var + eps)) before rounding.
/// Source: Ba, Kiros & Hinton 2016, arXiv:1607.06450, eq. 3.
void launch_layer_norm(const NormArguments& arguments, void* stream);

}  // namespace roofmark
