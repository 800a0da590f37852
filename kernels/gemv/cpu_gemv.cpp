#include <cstring>

#include "core/parallel.h"
#include "core/values.h"
#include "kernels/gemv/gemv.h"

namespace roofmark {
namespace {

/// What all copies of x come to at least, where machines ask by L2.  Rows take them by turns, so
/// that x is found in L2, never in L1: an x that stays in L1 for long grows old in L2, its lines
/// leave that, and those that L1 then loses come from memory; and where x ends inside a page,
/// prefetchers run over its end.  One core of a Xeon with AMX, of the read roof, k = 4096, with one
/// copy and with so many: f32 0.81 and 0.89, bf16 0.84 and 0.92, bf16 in pairs 0.85 and 0.90; 32
/// KiB did as well as 48 and 64.
constexpr std::int64_t copies_bytes = 32 << 10;

/// The largest error of y over all rows of W, each as `row(j, to)` gives it in f32.
template <class Row>
double rows_error(const Product& p, const Format& format, float factor, const void* x,
                  const void* y, Row row) {
  ProductArithmetic by = product_arithmetic(format, format.activations);
  by.scale = factor;
  const std::vector<float> vector = widened(x, format.activations, p.k, 1);
  std::vector<float> weights(static_cast<std::size_t>(p.k));
  return largest_error(y, format.activations, p.n, [&](std::int64_t j) {
    row(j, weights.data());
    return expected_dot(weights.data(), vector.data(), p.k, by);
  });
}

float factor_of(const Product& p, const Format& format) {
  return format.activations == DType::i8 ? requantization(p.k, format) : 1.0f;
}

}  // namespace

Gemv::Gemv(const Case& what)
    : product_(what.shape),
      format_(what.variant->format),
      threads_(what.threads),
      factor_(factor_of(product_, format_)) {}

std::vector<Array> Gemv::operands() const {
  std::vector<Array> arrays{{format_.weights, product_.n * product_.k},
                            {format_.activations, product_.k, true}};
  if (has_scales()) arrays.push_back({DType::f16, product_.n});
  return arrays;
}

double Gemv::error(const Operands& x, const Operands& y) const {
  const std::int64_t k = product_.k;
  return rows_error(product_, format_, factor_, x[1], y[0], [&](std::int64_t j, float* to) {
    const double scale = has_scales() ? value_at(x[2], DType::f16, j) : 1;
    widen(x[0], format_.weights, j * k, k, to);
    for (std::int64_t i = 0; i < k; ++i) to[i] = static_cast<float>(scale * to[i]);
  });
}

NativeGemv::NativeGemv(const RowLeaf& leaf, const Case& what, Device& device)
    : Gemv(what),
      leaf_(leaf),
      by_l2_(device.machine().cpu.asks_by_l2()),
      copies_(by_l2_ ? static_cast<int>((copies_bytes + x_bytes() - 1) / x_bytes()) : 1),
      own_bytes_(apart(copies_ * x_bytes())) {
  if (is_prepared()) prepared_ = device.allocate_scratch(threads_ * own_bytes_, threads_);
}

std::int64_t NativeGemv::x_bytes() const {
  return product_.k *
         (leaf_.prepare != nullptr ? leaf_.prepared_bytes : bits(format_.activations) / 8);
}

const char* NativeGemv::prepare(const char* x, char* to) const {
  const std::size_t bytes = static_cast<std::size_t>(x_bytes());
  if (leaf_.prepare != nullptr) {
    leaf_.prepare(x, to, product_.k);
  } else {
    std::memcpy(to, x, bytes);
  }
  for (int copy = 1; copy < copies_; ++copy) std::memcpy(to + copy * x_bytes(), to, bytes);
  return to;
}

void NativeGemv::run(const Operands& x, const Results& y) const {
  parallel(threads_, [&](int thread) {
    const auto [begin, end] = share_of(product_.n, thread, threads_);
    RowProduct share;
    share.w = array_of<char>(x[0]) + begin * (product_.k * bits(format_.weights) / 8);
    share.x = array_of<char>(x[1]);
    if (is_prepared()) {
      share.x = prepare(share.x, reinterpret_cast<char*>(prepared_.data) + thread * own_bytes_);
    }
    share.y = array_of<char>(y[0]) + begin * bits(format_.activations) / 8;
    share.rows = end - begin;
    share.k = product_.k;
    share.scales = has_scales() ? array_of<f16>(x[2]) + begin : nullptr;
    share.by_l2 = by_l2_;
    share.copies = copies_;
    share.factor = factor_;
    leaf_.product(share);
  });
}

NibbleGemv::NibbleGemv(const NibbleLeaf& leaf, const Case& what, Device& device)
    : leaf_(leaf),
      product_(what.shape),
      format_(what.variant->format),
      threads_(what.threads),
      factor_(factor_of(product_, format_)),
      group_(what.shape.at("group")),
      by_l2_(device.machine().cpu.asks_by_l2()),
      packed_(product_.n, product_.k, leaf.rows, group_),
      own_bytes_(apart(leaf.prepared_bytes(packed_.columns(), group_))),
      prepared_(device.allocate_scratch(threads_ * own_bytes_, threads_)) {}

std::vector<Array> NibbleGemv::operands() const {
  return {{DType::i4, packed_.panels() * packed_.panel_bytes() * 2},
          {format_.activations, product_.k, true},
          {DType::f16, packed_.panels() * packed_.panel_scales()}};
}

void NibbleGemv::run(const Operands& x, const Results& y) const {
  parallel(threads_, [&](int thread) {
    const auto [begin, end] = share_of(packed_.panels(), thread, threads_);
    if (begin == end) return;
    char* own = reinterpret_cast<char*>(prepared_.data) + thread * own_bytes_;
    leaf_.prepare(array_of<char>(x[1]), own, product_.k, packed_.columns(), group_);
    const std::int64_t first = begin * leaf_.rows;
    NibbleProduct share;
    share.w = array_of<char>(x[0]) + begin * packed_.panel_bytes();
    share.scales = array_of<f16>(x[2]) + begin * packed_.panel_scales();
    share.x = own;
    share.y = array_of<char>(y[0]) + first * bits(format_.activations) / 8;
    share.rows = std::min(product_.n, end * leaf_.rows) - first;
    share.groups = packed_.groups();
    share.group = group_;
    share.by_l2 = by_l2_;
    share.factor = factor_;
    leaf_.product(share);
  });
}

double NibbleGemv::error(const Operands& x, const Operands& y) const {
  return rows_error(product_, format_, factor_, x[1], y[0], [&](std::int64_t j, float* to) {
    nibble_row(packed_, j, product_.k, x[0], x[2], to);
  });
}

}  // namespace roofmark
