// Activations on a GPU: their launcher.
#pragma once

#include <cstdint>

#include "kernels/element.h"

namespace roofmark {

enum class ActivationFunction { silu, gelu, relu };

/// y[i] = F(gate[i]) up[i], or F(gate[i]) where `up` is null, in f32, rounded to nearest.
/// gate, up, y: `count` elements each, from a multiple of 16 bytes on; y does not overlap the
/// others.
/// F, its operations and its error: activation_model.h; the exponential of what is below -87.3 is
/// infinite.  Two elements moved for each, three where gated.  Source: Shazeer 2020,
/// arXiv:2002.05202.
struct ActivationArguments {
  ActivationFunction function = ActivationFunction::silu;
  const void *gate = nullptr, *up = nullptr;
  void* y = nullptr;
  std::int64_t count = 0;
  Element element = Element::f32;
  int sms = 1;
};

void launch_activation(const ActivationArguments& arguments, void* stream);

}  // namespace roofmark
