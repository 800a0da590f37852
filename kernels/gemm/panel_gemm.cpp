#include "kernels/gemm/panel_gemm.h"

#include <algorithm>

#include "core/parallel.h"
#include "core/values.h"

namespace roofmark {

PanelGemm::PanelGemm(const PanelLeaf& leaf, const Case& what, Device& device)
    : leaf_(leaf),
      product_(what.shape),
      format_(what.variant->format),
      threads_(what.threads),
      panels_(product_.n, product_.k, leaf.columns, leaf.unit, leaf.step),
      by_l2_(device.machine().cpu.asks_by_l2()),
      prepares_(leaf.pack != nullptr ||
                (leaf.prepare != nullptr && !(leaf.pads_alone && product_.k % leaf.unit == 0))),
      factor_(is_int8() ? requantization(product_.k, format_) : 1.0f) {
  if (prepares_) {
    const std::int64_t bytes = leaf.pack == nullptr
                                   ? product_.m * row_bytes()
                                   : leaf.packed_bytes(product_.m, stored_row_bytes());
    rows_ = device.allocate_scratch(bytes, threads_);
    starts_ = device.allocate_scratch(product_.m * 4, 1, Pages::base);
  }
  sums_ = device.allocate_scratch(threads_ * apart(sums_bytes()), threads_);
}

std::int64_t PanelGemm::sums_bytes() const {
  if (leaf_.sums_bytes == nullptr) return panels_of_sums * product_.m * leaf_.columns * 4;
  const std::int64_t most_panels = (panels_.panels() + threads_ - 1) / threads_;
  return leaf_.sums_bytes(product_.m, most_panels * leaf_.columns);
}

std::vector<Array> PanelGemm::operands() const {
  std::vector<Array> arrays{{format_.weights, panels_.elements()},
                            {format_.activations, product_.m * product_.k, true}};
  if (is_int8()) arrays.push_back({DType::f16, panels_.panels() * leaf_.columns});
  return arrays;
}

std::vector<Array> PanelGemm::results() const {
  return {{format_.activations, product_.m * product_.n}};
}

void PanelGemm::prepare(const char* a, int thread) const {
  const auto [begin, end] = share_of(product_.m, thread, threads_);
  auto* starts = reinterpret_cast<std::int32_t*>(starts_.data);
  char* rows = reinterpret_cast<char*>(rows_.data);
  if (leaf_.pack != nullptr) {
    leaf_.pack(a, product_.m, stored_row_bytes(), begin, end, rows);
    return;
  }
  for (std::int64_t i = begin; i < end; ++i) {
    starts[i] = leaf_.prepare(a + i * stored_row_bytes(), rows + i * row_bytes(), product_.k);
  }
}

void PanelGemm::multiply(const char* w, const f16* scales, const char* a, char* c,
                         int thread) const {
  const auto [begin, end] = share_of(panels_.panels(), thread, threads_);
  if (begin == end) return;
  const std::int64_t first = begin * leaf_.columns;
  const std::int64_t panel_bytes = panels_.panel_elements() * bits(format_.weights) / 8;
  PanelProduct share;
  share.a = a;
  share.a_stride = row_bytes();
  share.w = w + begin * panel_bytes;
  share.c = c + first * bits(format_.activations) / 8;
  share.c_stride = product_.n;
  share.m = product_.m;
  share.columns = std::min(product_.n, end * leaf_.columns) - first;
  share.units = panels_.units();
  share.sums = reinterpret_cast<char*>(sums_.data) + thread * apart(sums_bytes());
  share.by_l2 = by_l2_;
  share.row_starts = prepares_ && leaf_.pack == nullptr
                         ? reinterpret_cast<const std::int32_t*>(starts_.data)
                         : nullptr;
  share.scales = scales == nullptr ? nullptr : scales + first;
  share.factor = factor_;
  leaf_.product(share);
}

void PanelGemm::run(const Operands& x, const Results& y) const {
  const char *w = array_of<char>(x[0]), *a = array_of<char>(x[1]);
  const f16* scales = is_int8() ? array_of<f16>(x[2]) : nullptr;
  parallel(threads_, [&](int thread) {
    if (prepares_) {
      prepare(a, thread);
      if (threads_ > 1) barrier();
    }
    multiply(w, scales, prepares_ ? reinterpret_cast<const char*>(rows_.data) : a,
             array_of<char>(y[0]), thread);
  });
}

void PanelGemm::weights(const Operands& x, std::int64_t j, float* to) const {
  const double scale = is_int8() ? value_at(x[2], DType::f16, j) : 1;
  for (std::int64_t l = 0; l < product_.k; l += leaf_.unit) {  // a unit lies in one piece
    const std::int64_t at = panels_.index(j, l),
                       count = std::min<std::int64_t>(leaf_.unit, product_.k - l);
    if (leaf_.offset) {
      for (std::int64_t i = 0; i < count; ++i) {
        to[l + i] = static_cast<float>(static_cast<std::uint8_t>(x[0][at + i])) - 128;
      }
    } else {
      widen(x[0], format_.weights, at, count, to + l);
    }
  }
  for (std::int64_t l = 0; l < product_.k; ++l) to[l] = static_cast<float>(scale * to[l]);
}

double PanelGemm::error(const Operands& x, const Operands& y) const {
  ProductArithmetic by = product_arithmetic(format_, format_.activations);
  by.scale = factor_;
  const auto a = widened(x[1], format_.activations, product_.m * product_.k, threads_);
  const auto c = widened(y[0], format_.activations, product_.m * product_.n, threads_);
  return product_error(
      product_, a.data(), [&](std::int64_t j, float* to) { weights(x, j, to); }, c.data(), threads_,
      by);
}

}  // namespace roofmark
