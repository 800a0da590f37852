// The gated activation on a GPU: its launcher.
#pragma once

#include <cstdint>

#include "kernels/element.h"

namespace roofmark {

/// y[i] = silu(gate[i]) up[i], silu(g) = g / (1 + e^-g), in f32, rounded to nearest.
/// gate, up, y: `count` elements each, from a multiple of 16 bytes on; y does not overlap the
/// others.
/// Work: 5 ops and three elements moved per element.
/// Error: |y - y_f64| <= 2^-24 |y| (12 + 2 |gate|) + 1.1e-36 |up| before y is rounded to its type:
/// the exponential of what is below -87.3 is infinite.  Source: Shazeer 2020, arXiv:2002.05202.
struct ActivationArguments {
  const void *gate = nullptr, *up = nullptr;
  void* y = nullptr;
  std::int64_t count = 0;
  Element element = Element::f32;
  int sms = 1;
};

void launch_activation(const ActivationArguments& arguments, void* stream);

}  // namespace roofmark
