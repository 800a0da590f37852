// Leaves of the matrix product with 4-bit weights, one per instruction set.
#pragma once

#include <cstdint>

#include "kernels/gemm/gemm.isa.h"
#include "leaves/gemm_w4.h"
#include "leaves/gemm_w4a8.h"

namespace roofmark {

/// One thread's share of C = A W^T: `product` with all rows of A, and some panels of W
/// (kernels/nibbles.h).
struct NibblePanels {
  PanelProduct product;  ///< of w the nibbles; of scales one per group and column
  std::int64_t groups = 0, group = 0;
  char* block = nullptr;  ///< for itself: unpacked weights, NibblePanelLeaf::block_bytes
  const std::int32_t* group_starts = nullptr;  ///< a8: [groups][m], what sums of a group start at
};

/// c[i,j] = sum_g s[j,g] sum_(l in g) a[i,l] w[j,l].  Blocks of weights are unpacked into a cache
/// and multiplied there: as f32 with activations of 16 bits, as bytes with those of 8, whose sums
/// are int32 within a group and f32 beyond; those results are multiplied by the factor, rounded to
/// nearest and clamped to what 8 bits hold.
struct NibblePanelLeaf {
  void (*product)(const NibblePanels&) = nullptr;
  int columns = 0;               ///< of a panel
  std::int64_t block_bytes = 0;  ///< of unpacked weights
  int element_bytes = 0;         ///< of A as it is taken
  /// A row of A, k elements as they are stored, as the product takes it: `padded` elements, zeros
  /// behind k; of 8 bits starts[g * m] of each group.
  void (*prepare)(const char* row, char* to, std::int64_t k, std::int64_t padded,
                  std::int64_t group, std::int32_t* starts, std::int64_t m) = nullptr;
};

#define ROOFMARK_DECLARE(isa, vector_bytes)             \
  namespace isa_##isa {                                 \
    extern const NibblePanelLeaf gemm_w4a16, gemm_w4a8; \
  }
ROOFMARK_EACH_ISA_OF_gemm_w4(ROOFMARK_DECLARE)
#undef ROOFMARK_DECLARE
#define ROOFMARK_DECLARE(isa, vector_bytes)       \
  namespace isa_##isa {                           \
    extern const NibblePanelLeaf gemm_w4a8_quads; \
  }
    ROOFMARK_EACH_ISA_OF_gemm_w4a8(ROOFMARK_DECLARE)
#undef ROOFMARK_DECLARE

}  // namespace roofmark
