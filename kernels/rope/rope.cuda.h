// Rotary position embedding on a GPU: its launcher.
#pragma once

#include <cstdint>

#include "kernels/element.h"

namespace roofmark {

/// Turns each pair of elements i and i + half of a head, half = head_dim / 2, by its token's angle:
///   y[t,h,i]        = x[t,h,i] cos[t,i] - x[t,h,i+half] sin[t,i]
///   y[t,h,i + half] = x[t,h,i] sin[t,i] + x[t,h,i+half] cos[t,i].
/// x, y: [tokens, heads, head_dim] row-major and dense, y does not overlap x.  cosines, sines:
/// [tokens, half] f32.  All from a multiple of 16 bytes on.
/// Work: 3 ops and two elements moved per element; the tables are shared by all heads.
/// Error: |y - y_f64| <= 2^-23 (|x cos| + |x sin|) before y is rounded to its type.
/// Source: Su et al. 2021, arXiv:2104.09864, eq. 34, with the pairs of Llama.
struct RopeArguments {
  const void* x = nullptr;
  const float *cosines = nullptr, *sines = nullptr;
  void* y = nullptr;
  std::int64_t tokens = 0, heads = 0, head_dim = 0;
  Element element = Element::f32;
  int sms = 1;
};

void launch_rope(const RopeArguments& arguments, void* stream);

}  // namespace roofmark
