// One gated activation over [rows, cols], and whether its result is right.
#pragma once

#include "kernels/activation/activation.isa.h"
#include "kernels/activation/activation_model.h"
#include "kernels/pairwise.h"

namespace roofmark {

/// Operands: gate and up.
template <class T>
using Activation = Pairwise<T, activation_error>;

}  // namespace roofmark
