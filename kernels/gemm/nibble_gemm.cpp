#include "kernels/gemm/nibble_gemm.h"

#include <algorithm>

#include "core/parallel.h"
#include "core/values.h"

namespace roofmark {

NibbleGemm::NibbleGemm(const NibblePanelLeaf& leaf, const Case& what, Device& device)
    : leaf_(leaf),
      product_(what.shape),
      format_(what.variant->format),
      threads_(what.threads),
      group_(what.shape.at("group")),
      packed_(product_.n, product_.k, leaf.columns, group_),
      factor_(format_.activations == DType::i8 ? requantization(product_.k, format_) : 1.0f),
      rows_(device.allocate_scratch(product_.m * row_bytes(), threads_)),
      starts_(device.allocate_scratch(packed_.groups() * product_.m * 4, threads_)),
      sums_(device.allocate_scratch(threads_ * apart(sums_bytes()), threads_)),
      blocks_(device.allocate_scratch(threads_ * apart(leaf.block_bytes), threads_)) {}

std::vector<Array> NibbleGemm::operands() const {
  return {{DType::i4, packed_.panels() * packed_.panel_bytes() * 2},
          {format_.activations, product_.m * product_.k, true},
          {DType::f16, packed_.panels() * packed_.panel_scales()}};
}

std::vector<Array> NibbleGemm::results() const {
  return {{format_.activations, product_.m * product_.n}};
}

void NibbleGemm::prepare(const char* a, int thread) const {
  const std::int64_t stored_bytes = product_.k * bits(format_.activations) / 8;
  const auto [begin, end] = share_of(product_.m, thread, threads_);
  char* rows = reinterpret_cast<char*>(rows_.data);
  for (std::int64_t i = begin; i < end; ++i) {
    leaf_.prepare(a + i * stored_bytes, rows + i * row_bytes(), product_.k, packed_.columns(),
                  group_, reinterpret_cast<std::int32_t*>(starts_.data) + i, product_.m);
  }
}

void NibbleGemm::multiply(const Operands& x, const Results& y, int thread) const {
  const auto [begin, end] = share_of(packed_.panels(), thread, threads_);
  if (begin == end) return;
  const std::int64_t first = begin * leaf_.columns;
  NibblePanels share;
  share.product.a = reinterpret_cast<const char*>(rows_.data);
  share.product.a_stride = row_bytes();
  share.product.w = array_of<char>(x[0]) + begin * packed_.panel_bytes();
  share.product.c = array_of<char>(y[0]) + first * bits(format_.activations) / 8;
  share.product.c_stride = product_.n;
  share.product.m = product_.m;
  share.product.columns = std::min(product_.n, end * leaf_.columns) - first;
  share.product.sums = reinterpret_cast<char*>(sums_.data) + thread * apart(sums_bytes());
  share.product.scales = array_of<f16>(x[2]) + begin * packed_.panel_scales();
  share.product.factor = factor_;
  share.groups = packed_.groups();
  share.group = group_;
  share.block = reinterpret_cast<char*>(blocks_.data) + thread * apart(leaf_.block_bytes);
  share.group_starts = reinterpret_cast<const std::int32_t*>(starts_.data);
  leaf_.product(share);
}

void NibbleGemm::run(const Operands& x, const Results& y) const {
  parallel(threads_, [&](int thread) {
    prepare(array_of<char>(x[1]), thread);
    if (threads_ > 1) barrier();
    multiply(x, y, thread);
  });
}

double NibbleGemm::error(const Operands& x, const Operands& y) const {
  ProductArithmetic by = product_arithmetic(format_, format_.activations);
  by.scale = factor_;
  const auto a = widened(x[1], format_.activations, product_.m * product_.k, threads_);
  const auto c = widened(y[0], format_.activations, product_.m * product_.n, threads_);
  const RowOf w = [&](std::int64_t j, float* to) {
    nibble_row(packed_, j, product_.k, x[0], x[2], to);
  };
  return product_error(product_, a.data(), w, c.data(), threads_, by);
}

}  // namespace roofmark
