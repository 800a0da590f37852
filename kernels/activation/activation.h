// One activation over [rows, cols], gated or alone, and whether its result is right.
#pragma once

#include "kernels/activation/activation.isa.h"
#include "kernels/activation/activation_model.h"
#include "kernels/elementwise.h"

namespace roofmark {

/// Operands: gate and up.  F: Silu, Gelu or Relu.
template <class T, class F>
using GatedActivation = Elementwise<T, 2, gated_error<F>>;
/// Operand: x.
template <class T, class F>
using PlainActivation = Elementwise<T, 1, plain_error<F>>;

}  // namespace roofmark
