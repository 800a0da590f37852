// One matrix-vector product y = W x, by a leaf or by the BLAS, and whether its result is right.
#pragma once

#include <string>
#include <vector>

#include "core/case.h"
#include "core/device.h"
#include "kernels/cpu_task.h"
#include "kernels/gemv/gemv.isa.h"
#include "kernels/gemv/gemv_w4.isa.h"
#include "kernels/nibbles.h"
#include "kernels/product.h"
#include "kernels/vendor/blas.h"

namespace roofmark {

/// Operands: w [n, k], found in memory at every call, x [k], and of 8-bit weights a scale of 16
/// bits for each row: y = clamp(round(requantization() s_j sum)).
class Gemv {
 public:
  std::vector<Array> operands() const;
  std::vector<Array> results() const { return {{format_.activations, product_.n}}; }
  double error(const Operands& x, const Operands& y) const;

 protected:
  explicit Gemv(const Case& what);
  bool has_scales() const { return format_.weights == DType::i8; }

  Product product_;
  Format format_;
  int threads_;
  float factor_;
};

/// Each thread takes its own block of rows.
class NativeGemv final : public Gemv {
 public:
  /// Working memory comes from `device`.
  NativeGemv(const RowLeaf& leaf, const Case& what, Device& device);
  void run(const Operands& x, const Results& y) const;

 private:
  bool is_prepared() const { return leaf_.prepare != nullptr || copies_ > 1; }
  std::int64_t x_bytes() const;
  const char* prepare(const char* x, char* to) const;

  RowLeaf leaf_;
  bool by_l2_;
  int copies_;
  std::int64_t own_bytes_;  ///< of prepared_ that are one thread's
  Buffer prepared_;         ///< x as the leaf takes it, of each thread; none where that is x itself
};

/// W of 4 bits in panels (kernels/nibbles.h), its scales, x.  Each thread takes its own panels.
class NibbleGemv final {
 public:
  NibbleGemv(const NibbleLeaf& leaf, const Case& what, Device& device);

  std::vector<Array> operands() const;
  std::vector<Array> results() const { return {{format_.activations, product_.n}}; }
  void run(const Operands& x, const Results& y) const;
  double error(const Operands& x, const Operands& y) const;

 private:
  NibbleLeaf leaf_;
  Product product_;
  Format format_;
  int threads_;
  float factor_;
  std::int64_t group_;
  bool by_l2_;
  Nibbles packed_;
  std::int64_t own_bytes_;  ///< of prepared_ that are one thread's
  Buffer prepared_;
};

class BlasGemv final : public Gemv {
 public:
  explicit BlasGemv(const Case& what) : Gemv(what) {}

  void run(const Operands& x, const Results& y) const {
    blas_sgemv(product_.n, product_.k, array_of<float>(x[0]), array_of<float>(x[1]),
               array_of<float>(y[0]), threads_);
  }
  std::string implementation() const { return blas_text(); }
};

}  // namespace roofmark
