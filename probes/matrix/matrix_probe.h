// One tensor-core instruction, and where its elements lie in the buffers of a launch.
#pragma once

#include <cstdint>

#include "core/format.h"
#include "probes/matrix/matrix.cuda.h"

namespace roofmark {

struct MatrixProbe;

/// Counts and indices are of elements, not of bytes or registers.  `product` numbers the d of a
/// block, `turn` the A and B of matrix_cycle.
struct MatrixLayout {
  std::int64_t (*a_count)(const MatrixProbe&);
  std::int64_t (*b_count)(const MatrixProbe&);
  std::int64_t (*start_count)(const MatrixProbe&);
  std::int64_t (*result_count)(const MatrixProbe&);  ///< of a block
  std::int64_t (*a)(const MatrixProbe&, int product, int turn, int row, int along_k);
  std::int64_t (*b)(const MatrixProbe&, int product, int turn, int along_k, int column);
  std::int64_t (*start)(const MatrixProbe&, int product, int row, int column);
  /// Within the block's own; -1: this block hands back other elements.
  std::int64_t (*result)(const MatrixProbe&, int block, int product, int row, int column);
};

struct MatrixProbe {
  const char* variant;
  const char* needs;
  Format format;
  void (*launch)(const MatrixLaunch& what, void* stream);
  const MatrixLayout* layout;
  int m, n, k;     ///< of one instruction
  int products;    ///< d of a block, equally many in each warp or one in each warpgroup
  int as, bs, ds;  ///< registers of a thread in one A, one B (0: in shared memory) and one d
  int turns;       ///< of a launch, so that it lasts about a millisecond

  std::int64_t ops_of_a_turn() const {
    return std::int64_t{2} * m * n * k * matrix_steps * products;
  }
  /// Products of a warp, for mma.sync.
  int chains() const { return products / (mma_threads / 32); }
  /// Elements in a register of A or B, and of d.
  int per_operand() const { return per_register(format.weights); }
  int per_sum() const { return per_register(format.accumulate); }

 private:
  static int per_register(DType type) { return bits(type) == 64 ? 1 : 32 / bits(type); }
};

}  // namespace roofmark
