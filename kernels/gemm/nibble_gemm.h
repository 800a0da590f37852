// One matrix product C = A W^T with 4-bit weights by a leaf, and whether its result is right.
#pragma once

#include <vector>

#include "core/case.h"
#include "core/device.h"
#include "kernels/cpu_task.h"
#include "kernels/gemm/gemm_w4.isa.h"
#include "kernels/nibbles.h"
#include "kernels/product.h"

namespace roofmark {

/// Operands: W in panels (kernels/nibbles.h) and its scales, found in memory at every call, and
/// a [m, k].  Each thread takes its own panels; rows of A are prepared at every call, by all.
class NibbleGemm {
 public:
  /// Working memory comes from `device`.
  NibbleGemm(const NibblePanelLeaf& leaf, const Case& what, Device& device);

  std::vector<Array> operands() const;
  std::vector<Array> results() const;
  void run(const Operands& x, const Results& y) const;
  double error(const Operands& x, const Operands& y) const;

 private:
  std::int64_t row_bytes() const { return packed_.columns() * leaf_.element_bytes; }
  std::int64_t sums_bytes() const { return product_.m * leaf_.columns * 4; }  ///< of each thread
  void prepare(const char* a, int thread) const;
  void multiply(const Operands& x, const Results& y, int thread) const;

  NibblePanelLeaf leaf_;
  Product product_;
  Format format_;
  int threads_;
  std::int64_t group_;
  Nibbles packed_;
  float factor_;
  Buffer rows_, starts_, sums_, blocks_;
};

}  // namespace roofmark
