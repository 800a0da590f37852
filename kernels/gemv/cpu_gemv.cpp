#include "core/parallel.h"
#include "core/values.h"
#include "kernels/gemv/gemv.h"

namespace roofmark {
namespace {

constexpr std::int64_t line_bytes = 64;

std::int64_t whole_lines(std::int64_t bytes) {
  return (bytes + line_bytes - 1) / line_bytes * line_bytes;
}

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
    : Gemv(what), leaf_(leaf), by_l2_(device.machine().cpu.asks_by_l2()) {
  if (leaf_.prepare != nullptr) {
    prepared_ = device.allocate_scratch(threads_ * whole_lines(4 * product_.k), threads_);
  }
}

void NativeGemv::run(const Operands& x, const Results& y) const {
  parallel(threads_, [&](int thread) {
    const auto [begin, end] = share_of(product_.n, thread, threads_);
    RowProduct share;
    share.w = array_of<char>(x[0]) + begin * (product_.k * bits(format_.weights) / 8);
    share.x = array_of<char>(x[1]);
    if (leaf_.prepare != nullptr) {
      char* own = reinterpret_cast<char*>(prepared_.data) + thread * whole_lines(4 * product_.k);
      leaf_.prepare(share.x, own, product_.k);
      share.x = own;
    }
    share.y = array_of<char>(y[0]) + begin * bits(format_.activations) / 8;
    share.rows = end - begin;
    share.k = product_.k;
    share.scales = has_scales() ? array_of<f16>(x[2]) + begin : nullptr;
    share.by_l2 = by_l2_;
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
      packed_(product_.n, product_.k, leaf.rows, group_) {
  const std::int64_t bytes = whole_lines(leaf_.prepared_bytes(packed_.columns(), group_));
  prepared_ = device.allocate_scratch(threads_ * bytes, threads_);
}

std::vector<Array> NibbleGemv::operands() const {
  return {{DType::i4, packed_.panels() * packed_.panel_bytes() * 2},
          {format_.activations, product_.k, true},
          {DType::f16, packed_.panels() * packed_.panel_scales()}};
}

void NibbleGemv::run(const Operands& x, const Results& y) const {
  parallel(threads_, [&](int thread) {
    const auto [begin, end] = share_of(packed_.panels(), thread, threads_);
    if (begin == end) return;
    char* own =
        reinterpret_cast<char*>(prepared_.data) + thread * (prepared_.size_bytes / threads_);
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
