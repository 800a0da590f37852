// The oneDNN this program was built with, if any: what it is, and the primitives that layers ask of
// it, each made once and then run many times.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/format.h"

namespace roofmark {

struct OnednnInfo {
  std::string version;    ///< "2.6.3"
  std::string isa;        ///< the instruction set it writes its kernels in: "avx512_core_bf16"
  std::string threading;  ///< openmp (its threads are ours) | tbb | none | ...
};

/// The library as it presents itself at run time; nullopt in a build without one.
std::optional<OnednnInfo> onednn_info();

/// Task::code_hash() of its primitives: it writes their code when they are made, so the library and
/// what it chose tell.  Empty in a build without it.
std::string onednn_code();

/// Why it cannot do that here, or empty: "built without oneDNN", "oneDNN 2.6.3 has no f16-f32
/// product for this CPU".  Its reference code, which is for comparing with and takes minutes, does
/// not count.
std::string onednn_product_obstacle(const Format& format);
std::string onednn_softmax_obstacle(DType type);
std::string onednn_layer_norm_obstacle();
std::string onednn_rms_norm_obstacle();

/// A primitive with its operands' layouts.
struct OnednnPrimitive;

/// c = scale a w^T over weights that were brought into the layout it asks for.
/// a: [m, k], w: [n, k], c: [m, n], row-major and dense; c of the activations' type.  Int8 results
/// are rounded to nearest and saturated; of other formats the scale is 1.
/// Objects of one source share what they hold.  A build without oneDNN asserts.
class OnednnProduct {
 public:
  OnednnProduct(std::int64_t m, std::int64_t n, std::int64_t k, const Format& format, float scale,
                int threads);

  /// What one set of packed weights takes.
  std::int64_t packed_bytes() const;
  /// Whether a set is the elements of w in another order and nothing else: then any elements are a
  /// set.
  bool permutes() const;
  /// Packs w [n, k] to `packed`, at a multiple of 64 bytes.
  void pack(const void* w, void* packed) const;
  /// Rows [first, first + count) of w from a set, where it permutes; all at once where false.
  bool unpack(const void* packed, std::int64_t first, std::int64_t count, void* w) const;
  /// Takes what lies there as the next set: 0, 1, 2, ...
  void add(const void* packed);
  /// Multiplies by a set of weights.
  void run(const void* a, std::int64_t set, void* c) const;
  /// "oneDNN 2.6.3, ISA avx512_core_bf16, kernel brg:avx512_core_bf16"
  std::string implementation() const;

 private:
  std::shared_ptr<OnednnPrimitive> primitive_;
};

/// A function of each row of x [rows, cols], row-major and dense.
class OnednnRows {
 public:
  static OnednnRows softmax(std::int64_t rows, std::int64_t cols, DType type, int threads);
  /// f32, as are weight and bias, each [cols].
  static OnednnRows layer_norm(std::int64_t rows, std::int64_t cols, float eps, int threads);
  static OnednnRows rms_norm(std::int64_t rows, std::int64_t cols, float eps, int threads);

  /// weight, bias: null where the function has none.
  void run(const void* x, const void* weight, const void* bias, void* y) const;
  std::string implementation() const;

 private:
  explicit OnednnRows(std::shared_ptr<OnednnPrimitive> primitive)
      : primitive_(std::move(primitive)) {}
  std::shared_ptr<OnednnPrimitive> primitive_;
};

}  // namespace roofmark
