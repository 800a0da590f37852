// Leaves of the matrix-vector product with 4-bit weights, one per instruction set.
#pragma once

#include <cstdint>

#include "core/sixteen_bits.isa.h"
#include "leaves/gemv_w4.h"

namespace roofmark {

/// One thread's share of y = W x: some panels of W (kernels/nibbles.h), whose rows are a vector's
/// lanes of 4 bytes.
struct NibbleProduct {
  const char* w = nullptr;  ///< at a multiple of 64 bytes
  const f16* scales = nullptr;
  const char* x = nullptr;  ///< as prepare() makes it
  char* y = nullptr;        ///< [rows], of the type of x before that
  std::int64_t rows = 0, groups = 0, group = 0;
  bool by_l2 = false;  ///< Cpu::asks_by_l2()
  float factor = 1;    ///< int8 activations: what a sum is multiplied by
};

/// y[r] = sum_g s[r,g] sum_(i in g) w[r,i] x[i].  Activations of 16 bits: within what f32
/// arithmetic errs by, rounded to f16; NaN in all rows where one of x is not finite.  Of 8: sums of
/// a group in int32, of groups in f32; times factor, rounded to nearest and clamped to what 8 bits
/// hold.
struct NibbleLeaf {
  void (*product)(const NibbleProduct&) = nullptr;
  int rows = 0;  ///< of a panel
  /// Makes x, k elements as they are stored, what the product takes: `columns` of them, a whole
  /// number of groups, zeros behind k.
  void (*prepare)(const char* x, char* to, std::int64_t k, std::int64_t columns,
                  std::int64_t group) = nullptr;
  /// Bytes of that.
  std::int64_t (*prepared_bytes)(std::int64_t columns, std::int64_t group) = nullptr;
};

#define ROOFMARK_DECLARE(isa, vector_bytes)        \
  namespace isa_##isa {                            \
    extern const NibbleLeaf gemv_w4a16, gemv_w4a8; \
  }
ROOFMARK_EACH_ISA_OF_gemv_w4(ROOFMARK_DECLARE)
#undef ROOFMARK_DECLARE

}  // namespace roofmark
