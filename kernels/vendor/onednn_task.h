// Variants of kernels by oneDNN: products over weights in its own layout, and functions of rows.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>
#include <vector>

#include "core/case.h"
#include "kernels/cpu_task.h"
#include "kernels/norm/norm_model.h"
#include "kernels/product.h"
#include "kernels/softmax/softmax_model.h"
#include "kernels/vendor/onednn.h"

namespace roofmark {

/// C = A W^T.  Every launch takes the next set of packed weights, as a decode step takes the next
/// layer's: enough of them that none is found in a cache.
class OnednnProductTask final : public Task {
 public:
  OnednnProductTask(const Case& what, Device& device)
      : extents_(what.shape),
        format_(what.variant->format),
        threads_(what.threads),
        is_hot_(what.conditions.state == "hot"),
        device_(device),
        scales_(scales_of(extents_, format_, device)),
        product_(extents_.m, extents_.n, extents_.k, format_, scales_, threads_),
        c_(CpuArrays::Use::results, {result()}, what, device) {
    const Array a{format_.activations, extents_.m * extents_.k};
    a_ = device.allocate((a.bytes() + 63) / 64 * 64, threads_, Pages::huge);  // whole words
    device.randomize(a_, a.type, 2);  // weights and results are of other seeds
    if (!is_hot_) sets_ = rotation_bytes(device.machine(), set_) / set_;
    if (product_.permutes()) {
      packed_ = device.cold_operands(sets_ * set_, threads_, format_.weights);
    } else {
      pack();
    }
    for (std::int64_t s = 0; s < sets_; ++s) product_.add(packed_.data + s * set_);
  }

  void launch(Queue) override { run(c_.next()[0]); }

  double error() override {
    std::byte* c = c_.next()[0];
    std::memset(c, 0xff, static_cast<std::size_t>(result().bytes()));
    const std::byte* set = packed_.data + turn_ * set_;
    run(c);
    return product_.permutes() ? error_of(set, c) : error_of_rows(0, extents_.n, plain_.data, c);
  }

  std::string implementation() const override { return product_.implementation(); }
  ColdOperands cold_operands() const override {
    return is_hot_ ? ColdOperands{} : cold_operands_of({{sets_, set_, packed_.huge_share}});
  }
  std::string code_hash() const override { return onednn_code(); }

 private:
  /// Of 8-bit weights one for each output, as random as our kernels' but in f32, as the library
  /// wants them: requantization() times a number that f16 holds.
  static std::vector<float> scales_of(const Product& extents, const Format& format,
                                      Device& device) {
    if (format.weights != DType::i8) return {};
    const std::int64_t size_bytes = (2 * extents.n + 63) / 64 * 64;
    const Buffer narrow = device.allocate(size_bytes, 1, Pages::base);
    device.randomize(narrow, DType::f16, 3);
    std::vector<float> scales = widened(narrow.data, DType::f16, extents.n, 1);
    for (float& scale : scales) scale *= requantization(extents.k, format);
    return scales;
  }

  Array weights() const { return {format_.weights, extents_.n * extents_.k}; }
  Array result() const { return {format_.activations, extents_.m * extents_.n}; }

  /// Against rows of weights unpacked piece by piece: a head of vocabulary width takes gigabytes.
  double error_of(const std::byte* set, const std::byte* c) {
    constexpr std::int64_t piece_bytes = 64 << 20;
    constexpr std::int64_t blocks = 192;  // a multiple of those that the library packs by
    const std::int64_t row_bytes = extents_.k * bits(format_.weights) / 8;
    const std::int64_t rows =
        std::min(extents_.n, std::max<std::int64_t>(1, piece_bytes / row_bytes / blocks) * blocks);
    const Buffer w = device_.allocate(rows * row_bytes, threads_, Pages::huge);
    double error = 0;
    for (std::int64_t first = 0; first < extents_.n; first += rows) {
      const std::int64_t count = std::min(rows, extents_.n - first);
      if (!product_.unpack(set, first, count, w.data)) return error_of_all(set, c);
      error = worse(error, error_of_rows(first, count, w.data, c));
    }
    return error;
  }

  double error_of_all(const std::byte* set, const std::byte* c) {
    const Buffer w = device_.allocate(weights().bytes(), threads_, Pages::huge);
    const bool done = product_.unpack(set, 0, extents_.n, w.data);
    return done ? error_of_rows(0, extents_.n, w.data, c) : std::nan("");
  }

  /// Columns [first, first + count) of the result against as many rows of weights.
  double error_of_rows(std::int64_t first, std::int64_t count, const std::byte* w,
                       const std::byte* c) const {
    const std::int64_t bytes = bits(format_.activations) / 8;
    std::vector<std::byte> columns(static_cast<std::size_t>(extents_.m * count * bytes));
    for (std::int64_t i = 0; i < extents_.m; ++i) {
      std::memcpy(columns.data() + i * count * bytes, c + (i * extents_.n + first) * bytes,
                  static_cast<std::size_t>(count * bytes));
    }
    Product part = extents_;
    part.n = count;
    if (scales_.empty()) {
      return product_error({part, a_.data, w, columns.data(), format_, format_.activations},
                           threads_);
    }
    const auto a = widened(a_.data, format_.activations, part.m * part.k, threads_);
    const auto results = widened(columns.data(), format_.activations, part.m * count, threads_);
    const RowOf scaled = [&](std::int64_t j, float* to) {
      widen(w, format_.weights, j * part.k, part.k, to);
      for (std::int64_t i = 0; i < part.k; ++i) to[i] *= scales_[first + j];
    };
    return product_error(part, a.data(), scaled, results.data(), threads_,
                         product_arithmetic(format_, format_.activations));
  }

  /// Once, the rest being copies: the library's reorderings may be slow.
  void pack() {
    plain_ = device_.cold_operands((weights().bytes() + 63) / 64 * 64, threads_, format_.weights);
    packed_ = device_.allocate(sets_ * set_, threads_, Pages::huge);
    product_.pack(plain_.data, packed_.data);
    for (std::int64_t s = 1; s < sets_; ++s) {
      std::memcpy(packed_.data + s * set_, packed_.data, static_cast<std::size_t>(set_));
    }
  }

  void run(std::byte* c) {
    product_.run(a_.data, turn_, c);
    turn_ = (turn_ + 1) % sets_;
  }

  Product extents_;
  Format format_;
  int threads_;
  bool is_hot_;
  Device& device_;
  std::vector<float> scales_;
  OnednnProduct product_;
  CpuArrays c_;
  Buffer a_, packed_;
  Buffer plain_;  ///< what packed_ was made of, where a set is no mere permutation
  std::int64_t set_ = (product_.packed_bytes() + 4095) / 4096 * 4096;
  std::int64_t sets_ = 1, turn_ = 0;
};

/// In every format that models come in: where the library has none, why.
inline std::vector<Variant> onednn_product_variants() {
  std::vector<Variant> variants;
  for (const char* format : {"f32", "bf16-f32", "f16-f32", "w8a8", "w4a16", "w4a8"}) {
    const Format in = format_from(format).value();
    variants.push_back({.name = "onednn",
                        .device = "cpu",
                        .format = in,
                        .prepare = [](const Case& what, Device& device) -> std::unique_ptr<Task> {
                          return std::make_unique<OnednnProductTask>(what, device);
                        },
                        .unavailable = onednn_product_obstacle(in),
                        .packed = "yes",
                        .library = true});
  }
  return variants;
}

/// Operand: x [rows, cols].
class OnednnSoftmax {
 public:
  explicit OnednnSoftmax(const Case& what)
      : type_(what.variant->format.activations),
        rows_(what.shape.at("rows")),
        cols_(what.shape.at("cols")),
        softmax_(OnednnRows::softmax(rows_, cols_, type_, what.threads)) {}

  std::vector<Array> operands() const { return {{type_, rows_ * cols_}}; }
  std::vector<Array> results() const { return {{type_, rows_ * cols_}}; }
  void run(const Operands& x, const Results& y) const {
    softmax_.run(x[0], nullptr, nullptr, y[0]);
  }
  /// As for ours (Softmax::error), with what its shorter polynomial may be off, and one more
  /// rounding to 16-bit types, in which 2.x keeps the exponentials before it scales them.
  double error(const Operands& x, const Operands& y) const {
    const double kept = type_ == DType::f32 ? 0 : epsilon(type_) / 2 / f32_rounding;
    return softmax_error(x[0], y[0], type_, rows_, cols_, [&](double distance) {
      return 32 + kept + distance + static_cast<double>(cols_) / 8;
    });
  }
  std::string implementation() const { return softmax_.implementation(); }

 private:
  DType type_;
  std::int64_t rows_, cols_;
  OnednnRows softmax_;
};

/// RMSNorm, or LayerNorm where CENTRED.  Operands: x [rows, cols], weight and, of LayerNorm, bias,
/// each [cols].
template <bool CENTRED>
class OnednnNorm {
 public:
  explicit OnednnNorm(const Case& what)
      : rows_(what.shape.at("rows")),
        cols_(what.shape.at("cols")),
        norm_((CENTRED ? OnednnRows::layer_norm : OnednnRows::rms_norm)(rows_, cols_, norm_eps,
                                                                        what.threads)) {}

  std::vector<Array> operands() const {
    std::vector<Array> arrays{{DType::f32, rows_ * cols_}, {DType::f32, cols_}};
    if (CENTRED) arrays.push_back({DType::f32, cols_});
    return arrays;
  }
  std::vector<Array> results() const { return {{DType::f32, rows_ * cols_}}; }
  void run(const Operands& x, const Results& y) const {
    norm_.run(x[0], x[1], CENTRED ? x[2] : nullptr, y[0]);
  }
  double error(const Operands& x, const Operands& y) const {
    const void* bias = CENTRED ? x[2] : nullptr;
    return norm_error(x[0], x[1], bias, y[0], DType::f32, rows_, cols_);
  }
  std::string implementation() const { return norm_.implementation(); }

 private:
  std::int64_t rows_, cols_;
  OnednnRows norm_;
};

template <class Operation>
std::unique_ptr<Task> prepare_onednn(const Case& what, Device& device) {
  return cpu_task(Operation(what), what, device, onednn_code());
}

inline std::vector<Variant> onednn_softmax_variants() {
  std::vector<Variant> variants;
  for (const DType type : {DType::f32, DType::bf16, DType::f16}) {
    variants.push_back({.name = "onednn",
                        .device = "cpu",
                        .format = {type, type, DType::f32},
                        .prepare = prepare_onednn<OnednnSoftmax>,
                        .unavailable = onednn_softmax_obstacle(type),
                        .library = true});
  }
  return variants;
}

inline Variant onednn_norm_variant() {
  return {.name = "onednn",
          .device = "cpu",
          .prepare = prepare_onednn<OnednnNorm<false>>,
          .unavailable = onednn_rms_norm_obstacle(),
          .library = true};
}
inline Variant onednn_layer_norm_variant() {
  return {.name = "onednn",
          .device = "cpu",
          .prepare = prepare_onednn<OnednnNorm<true>>,
          .unavailable = onednn_layer_norm_obstacle(),
          .library = true};
}

}  // namespace roofmark
