// What a number format costs a product, whoever computes it.
#pragma once

#include "core/format.h"
#include "core/shape.h"

namespace roofmark {

/// Root mean square error of y = W x in `format` relative to y itself, in float64: weights and
/// activations are drawn from N(0, 1), rounded to the format, multiplied exactly, and the result
/// rounded to the type of the activations (of 8 bits: not rounded).  Scales are those of the
/// largest magnitude: of 8-bit weights one per output, of 4-bit ones one per `group` (0: per
/// output) rounded to f16, of 8-bit activations one per token.  Errors of terms are independent, so
/// that of a sum is sqrt(sum of their squares / sum of the terms' squares), which does not depend
/// on their number; taken over 8 outputs of k terms, at most 4096.
double product_format_error(const Shape& shape, const Format& format);

}  // namespace roofmark
