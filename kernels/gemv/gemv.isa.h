// Leaves of the matrix-vector product, one per instruction set and format.
#pragma once

#include <cstdint>

#include "core/sixteen_bits.isa.h"
#include "leaves/gemv.h"
#include "leaves/gemv_f16.h"
#include "leaves/gemv_int8.h"
#include "leaves/gemv_pairs.h"

namespace roofmark {

/// One thread's share of y = W x: some rows of W [rows, k], row-major and dense.
struct RowProduct {
  const char* w = nullptr;
  const char* x = nullptr;  ///< [k] as prepare() makes it, `copies` times one after the other
  char* y = nullptr;        ///< [rows], of the type of x before that
  std::int64_t rows = 0, k = 0;
  const f16* scales = nullptr;  ///< int8: of each row
  bool by_l2 = false;           ///< Cpu::asks_by_l2()
  int copies = 1;               ///< by_l2: rows may take them by turns
  float factor = 1;             ///< int8: a sum times its row's scale times this is the result
};

/// y[r] = sum_i w[r,i] x[i], summed in f32 and rounded to the type of y, or in int32 and then
/// scaled, rounded to nearest and clamped to what 8 bits hold.  Nothing may alias y.
struct RowLeaf {
  void (*product)(const RowProduct&) = nullptr;
  /// Makes x, k elements as they are stored, what the product takes.  Null where it is taken as it
  /// is.
  void (*prepare)(const char* x, char* to, std::int64_t k) = nullptr;
  int prepared_bytes = 4;  ///< of an element that prepare() made
};

#define ROOFMARK_DECLARE(isa, vector_bytes)             \
  namespace isa_##isa {                                 \
    extern const RowLeaf gemv_f32, gemv_f16, gemv_bf16; \
  }
ROOFMARK_EACH_ISA_OF_gemv(ROOFMARK_DECLARE)
#undef ROOFMARK_DECLARE
#define ROOFMARK_DECLARE(isa, vector_bytes) \
  namespace isa_##isa {                     \
    extern const RowLeaf gemv_f16;          \
  }
    ROOFMARK_EACH_ISA_OF_gemv_f16(ROOFMARK_DECLARE)
#undef ROOFMARK_DECLARE
#define ROOFMARK_DECLARE(isa, vector_bytes) \
  namespace isa_##isa {                     \
    extern const RowLeaf gemv_bf16_pairs;   \
  }
        ROOFMARK_EACH_ISA_OF_gemv_pairs(ROOFMARK_DECLARE)
#undef ROOFMARK_DECLARE
#define ROOFMARK_DECLARE(isa, vector_bytes) \
  namespace isa_##isa {                     \
    extern const RowLeaf gemv_int8;         \
  }
            ROOFMARK_EACH_ISA_OF_gemv_int8(ROOFMARK_DECLARE)
#undef ROOFMARK_DECLARE

}  // namespace roofmark
