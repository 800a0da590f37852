// One matrix product C = A W^T by a leaf on packed weights, and whether its result is right.
#pragma once

#include <vector>

#include "core/case.h"
#include "core/device.h"
#include "kernels/cpu_task.h"
#include "kernels/gemm/gemm.isa.h"
#include "kernels/panels.h"
#include "kernels/product.h"

namespace roofmark {

/// Operands: W in panels, found in memory at every call, a [m, k], and of 8-bit weights a scale of
/// 16 bits for each output: c = clamp(round(requantization() s_j sum)).  Each thread takes its own
/// panels; rows of A that need preparing are prepared at every call, by all threads.
class PanelGemm {
 public:
  /// Working memory comes from `device`.
  PanelGemm(const PanelLeaf& leaf, const Case& what, Device& device);

  std::vector<Array> operands() const;
  std::vector<Array> results() const;
  void run(const Operands& x, const Results& y) const;
  double error(const Operands& x, const Operands& y) const;

 private:
  bool is_int8() const { return format_.weights == DType::i8; }
  std::int64_t row_bytes() const { return panels_.units() * leaf_.unit_bytes; }
  std::int64_t stored_row_bytes() const { return product_.k * bits(format_.activations) / 8; }
  std::int64_t sums_bytes() const;  ///< of each thread
  /// Rows of A as the leaf takes them, prepared by the thread whose share they are.
  void prepare(const char* a, int thread) const;
  void multiply(const char* w, const f16* scales, const char* a, char* c, int thread) const;
  /// Row j of W [n, k] times its scale, as f32.
  void weights(const Operands& x, std::int64_t j, float* to) const;

  PanelLeaf leaf_;
  Product product_;
  Format format_;
  int threads_;
  Panels panels_;
  bool by_l2_, prepares_;
  float factor_;
  Buffer rows_, starts_, sums_;  ///< prepared rows of A, what their sums start at, sums of a panel
};

}  // namespace roofmark
