// Number formats of one operation: weights, activations and the accumulator.
// The accumulator is part of every compute ceiling: with another one a part has another peak.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace roofmark {

/// No kernel here takes i2 and i1: models quantized to them are analyzed, not run.
enum class DType { none, f64, f32, tf32, f16, bf16, fp8, i32, i16, i8, i4, i2, i1 };

std::string_view name(DType type);
std::optional<DType> dtype_from(std::string_view name);
/// Width as stored, in bits (tf32 is stored in 32, none in 0).
int bits(DType type);
/// Width as stored, in bytes; 0.5 for i4.
double bytes(DType type);

/// Without weights (none-f32): a function of one operand, such as an exponential.
struct Format {
  DType weights = DType::f32, activations = DType::f32, accumulate = DType::f32;

  /// One name where all three agree ("f32"), "bf16-f32" where only the accumulator differs, and
  /// "w8a8", "w4a16" (bits of weights and activations) for quantized weights; no model is quantized
  /// to 16-bit integers ("i16-i32"), for w16a16 means floating point.
  std::string name() const;
  bool operator==(const Format&) const = default;
};

/// The format of that name ("f32", "bf16-f32", "w8a8", "w4a16", "w4a8"); nullopt where none is
/// meant.
std::optional<Format> format_from(std::string_view name);
/// What a user means by a name: as format_from, but tf32, f16, bf16 and fp8 alone accumulate in
/// f32, as matrix units do.
std::optional<Format> working_format_from(std::string_view name);

/// Of the probe of a function, such as an exponential, that bounds kernels of that format:
/// none-bf16 where its results are rounded to 16 bits, for which fewer terms of a polynomial will
/// do; else none-f32.
Format function_format(const Format& of);

/// The format in which a product is computed: that of both operands where they agree; integer
/// weights with floating-point activations are converted first (w4a16 computes in f16); of two
/// integer widths (w4a8) and of two floating-point ones the wider.  What has no weights is no
/// product and stays what it is.
Format computing_format(const Format& format);

}  // namespace roofmark
