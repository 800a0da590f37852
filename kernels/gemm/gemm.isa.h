// Leaves of the matrix product on packed weights, one per instruction set and format.
#pragma once

#include <cstdint>

#include "core/sixteen_bits.isa.h"
#include "leaves/gemm.h"
#include "leaves/gemm_f16.h"
#include "leaves/gemm_int8.h"
#include "leaves/gemm_pairs.h"

namespace roofmark {

/// Whose sums are kept at once where rows are few and several panels take a block of A by turns.
constexpr int panels_of_sums = 8;

/// One thread's share of C = A W^T: all rows of A, some panels of W (kernels/panels.h).
struct PanelProduct {
  const char* a = nullptr;    ///< [m] rows of `units` units, padded with zeros
  std::int64_t a_stride = 0;  ///< bytes from one row of A to the next
  const char* w = nullptr;    ///< its first panel, at a multiple of 64 bytes
  char* c = nullptr;          ///< C's element of row 0 and the first panel's first column
  std::int64_t c_stride = 0;  ///< elements from one row of C to the next
  std::int64_t m = 0, columns = 0, units = 0;  ///< columns of C that are its own
  char* sums = nullptr;  ///< m rows of panels_of_sums panels' columns, 4 bytes each, for itself
  bool by_l2 = false;    ///< whether the processor asks best by L2 (Cpu::asks_by_l2())
  const std::int32_t* row_starts = nullptr;  ///< int8: what the sums of each row of A start at
  const f16* scales = nullptr;               ///< int8: of each column of its panels
  float factor = 1;  ///< int8: a sum times its column's scale times this is the result
};

/// c[i,j] = sum_l a[i,l] w[j,l], summed in f32 and rounded to the type of `out`, or in int32 and
/// then scaled, rounded to nearest and clamped to what 8 bits hold.  Each sum is one chain.
struct PanelLeaf {
  void (*product)(const PanelProduct&) = nullptr;
  int columns = 0;  ///< of a panel
  int unit = 1;     ///< weights of a column that lie next to one another, multiplied at once
  /// Makes a row of A, k elements as they are stored, what the product takes, whole units of it;
  /// returns what sums of that row start at.  Null where every row is taken as it is.
  std::int32_t (*prepare)(const char* row, char* to, std::int64_t k) = nullptr;
  bool pads_alone = false;  ///< prepare() does nothing but fill the last unit
  /// Weights are stored as w + 128 (8 bits), for instructions that multiply unsigned by signed: the
  /// sums of a row of A then start at -128 sum_l a[i,l].
  bool offset = false;
  int unit_bytes = 4;  ///< of a unit of A as the product takes it
  int step = 1;        ///< units that are multiplied at once: k is padded to whole steps
  /// In the place of prepare(): rows [begin, end) of A, each of `row_bytes`, in an order of the
  /// product's own, and how much memory all take.
  void (*pack)(const char* a, std::int64_t m, std::int64_t row_bytes, std::int64_t begin,
               std::int64_t end, char* to) = nullptr;
  std::int64_t (*packed_bytes)(std::int64_t m, std::int64_t row_bytes) = nullptr;
  /// Of PanelProduct::sums; null: as it says there.
  std::int64_t (*sums_bytes)(std::int64_t m, std::int64_t columns) = nullptr;
};

#define ROOFMARK_DECLARE(isa, vector_bytes)               \
  namespace isa_##isa {                                   \
    extern const PanelLeaf gemm_f32, gemm_f16, gemm_bf16; \
  }
ROOFMARK_EACH_ISA_OF_gemm(ROOFMARK_DECLARE)
#undef ROOFMARK_DECLARE
#define ROOFMARK_DECLARE(isa, vector_bytes) \
  namespace isa_##isa {                     \
    extern const PanelLeaf gemm_f16;        \
  }
    ROOFMARK_EACH_ISA_OF_gemm_f16(ROOFMARK_DECLARE)
#undef ROOFMARK_DECLARE
#define ROOFMARK_DECLARE(isa, vector_bytes) \
  namespace isa_##isa {                     \
    extern const PanelLeaf gemm_bf16_pairs; \
  }
        ROOFMARK_EACH_ISA_OF_gemm_pairs(ROOFMARK_DECLARE)
#undef ROOFMARK_DECLARE
#define ROOFMARK_DECLARE(isa, vector_bytes) \
  namespace isa_##isa {                     \
    extern const PanelLeaf gemm_int8;       \
  }
            ROOFMARK_EACH_ISA_OF_gemm_int8(ROOFMARK_DECLARE)
#undef ROOFMARK_DECLARE

}  // namespace roofmark
