// One residual add over [rows, cols], and whether its result is right.
#pragma once

#include "kernels/add/add.isa.h"
#include "kernels/add/add_model.h"
#include "kernels/elementwise.h"

namespace roofmark {

/// Operands: x and r.
template <class T>
using Add = Elementwise<T, 2, add_error>;

}  // namespace roofmark
