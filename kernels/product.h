// C = A W^T, the product of a Linear layer: what it must compute and move, and whether a result is
// right.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <vector>

#include "core/format.h"
#include "core/kernel.h"
#include "core/shape.h"
#include "core/work.h"
#include "kernels/nibbles.h"
#include "kernels/verify.h"

namespace roofmark {

/// Extents of a product.  a: [m, k], w: [n, k], c: [m, n], all row-major and dense.  m is 1 where
/// the shape has none.
struct Product {
  std::int64_t m = 1, n = 0, k = 0;

  explicit Product(const Shape& shape);
};

/// m n k multiplications and as many additions; A and W read once, C written once, as wide as the
/// activations (core/stored.h: activation_bytes()).  Scales and zero points of quantized weights
/// are weights too (core/stored.h): 8-bit ones have a scale of 16 bits for each output. Activations
/// of int8 have one static scale for the whole tensor (requantization()), which is no traffic.
/// Where the shape has bias=1, m n additions more and n weights, as wide as the others but of 16
/// bits at least.
Work product_work(const Shape& shape, const Format& format);

/// Of several rows: reading the weights, of many rows the arithmetic.
inline std::optional<Companion> product_companion(const Shape&, int) {
  return Companion{"read", {.level = "dram"}, true};
}

/// How the sums of a product become its stored elements, and how far off each step may be.
struct ProductArithmetic {
  double sum = f32_rounding;  ///< unit roundoff of the accumulator
  double operands = 0;        ///< relative error of a term whose operands are rounded on the way
  double result = 0;          ///< relative error of rounding a sum to the stored type
  double step = 0;            ///< absolute error of the same
  double scale = 1;           ///< a stored element is scale times the sum,
  double least = -std::numeric_limits<double>::infinity();  ///< clamped to what its type holds
  double most = std::numeric_limits<double>::infinity();
};

/// That of a product computed in `format` and stored as `result`, unscaled.  Matrix units cut f32
/// sums off where ordinary cores round them (Fasi et al. 2021, doi:10.7717/peerj-cs.330), cut tf32
/// operands to 10 bits, and on Hopper keep 14 bits of a sum of fp8 products (DeepSeek-V3 2024,
/// arXiv:2412.19437, sect. 3.3.2).
ProductArithmetic product_arithmetic(const Format& format, DType result);

/// Static scale of a product of int8 activations: c = clamp(round(scale sum), -127, 127), so that
/// activations are int8 from one end of a network to the other (SmoothQuant O3, Xiao et al. 2023,
/// arXiv:2211.10438).  This one brings sums of the random operands of Device::cold_operands, f16
/// scales of weights included, to a standard deviation of that many steps or less: clamping is six
/// of them away.
constexpr double requantized_deviation = 20;
float requantization(std::int64_t k, const Format& format);

/// sum_i a_i b_i in float64, and how far off f32 may be.  Rounding errors of a sum of k products
/// wander like a random walk (Higham & Mary 2019, doi:10.1137/18M1226312): with u = 2^-24, about u
/// ||a|| ||b|| where terms cancel and u sqrt(k) |sum| where they share a sign.  The tolerance is
/// four times both. Operands rounded to tf32 or bf16 on the way err by 2^13 u and 2^16 u of each
/// term, and are found.  Other arithmetic adds what its operands and its result may err by.
Expected expected_dot(const float* a, const float* b, std::int64_t k,
                      const ProductArithmetic& arithmetic = {});

/// Gives row j of W [n, k] as f32.
using RowOf = std::function<void(std::int64_t j, float* to)>;

/// Freivalds' check of every element of C: |C s - A (W^T s)| for two random vectors s of +-1, all
/// in float64, in units of the tolerance; the largest over rows.  A row with wrong elements passes
/// one vector with a probability of at most 1/2.  Costs 4 (n k + m k + m n) operations, not 2 m n
/// k. Tolerance of row i: errors of random sign add as their squares do, so it is the root of the
/// summed squares of expected_dot()'s along the row, at most  4 u sqrt(2 (||a_i||^2 ||W||^2 + k
/// ||c_i||^2))  in f32.
double freivalds_error(const Product& product, const float* a, const RowOf& w, const float* c,
                       int threads, const ProductArithmetic& arithmetic = {});

/// Operands and result of a product as they lie in this process's memory, each dense in its type.
struct StoredProduct {
  Product extents;
  const void* a = nullptr;  ///< of format.activations
  const void* w = nullptr;  ///< of format.weights
  const void* c = nullptr;
  Format format;
  DType result = DType::none;
  double scale = 1;
};

/// Row `row` of W [n, k] of 4-bit weights times their scales, as f32, which holds the products
/// exactly.
void nibble_row(const Nibbles& packed, std::int64_t row, std::int64_t k, const void* w,
                const void* scales, float* to);

/// Elements as f32, which holds those of at most 24 significant bits exactly.
std::vector<float> widened(const void* data, DType type, std::int64_t count, int threads);

/// 1024 random elements and the edges against float64, and every element by Freivalds' check.  An
/// element that is not finite is wrong.
double product_error(const Product& extents, const float* a, const RowOf& w, const float* c,
                     int threads, const ProductArithmetic& arithmetic);

/// The same.  Types of at most 24 significant bits: not f64, not i32.
double product_error(const StoredProduct& product, int threads);

}  // namespace roofmark
