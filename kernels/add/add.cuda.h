// The residual add on a GPU: its launcher.
#pragma once

#include <cstdint>

#include "kernels/element.h"

namespace roofmark {

/// y[i] = x[i] + r[i], added in f32 and rounded to nearest.
/// x, r, y: `count` elements each, from a multiple of 16 bytes on; y does not overlap x or r.
/// Work: 1 op and three elements moved per element.  Error: one rounding to the element's type, and
/// one to f32 before it.
struct AddArguments {
  const void *x = nullptr, *r = nullptr;
  void* y = nullptr;
  std::int64_t count = 0;
  Element element = Element::f32;
  int sms = 1;
};

void launch_add(const AddArguments& arguments, void* stream);

}  // namespace roofmark
