// Rows of queries, keys, values and outputs of attention, for *.isa.cpp alone: everything has
// internal linkage.
#pragma once

#include <cstdint>

#include "core/exp.isa.h"
#include "core/vector.isa.h"
#include "kernels/attention/attention_cpu.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

// In place of infinity, so that the difference of two is a number.
constexpr float lowest = -3e38f;

/// As broadcast(), without its addition where the value is not a constant: x - 0 is x.
ROOFMARK_LEAF vf32 splat(float value) { return value - vf32{}; }

/// y = factor x, followed by zeros up to `padded` elements, a multiple of lanes.
template <class T>
ROOFMARK_LEAF void widen(const T* x, std::int64_t count, float factor, float* y,
                         std::int64_t padded) {
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) store(y + i, load(x + i) * splat(factor));
  if (i < count) {
    T rest[lanes] = {};
    for (std::int64_t j = i; j < count; ++j) rest[j - i] = x[j];
    store(y + i, load(rest) * splat(factor));
    i += lanes;
  }
  for (; i < padded; i += lanes) store(y + i, vf32{});
}
template <class T>
ROOFMARK_LEAF void narrow(const float* x, std::int64_t count, float factor, T* y) {
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) store(y + i, load(x + i) * splat(factor));
  if (i == count) return;
  T rest[lanes];
  store(rest, load(x + i) * splat(factor));
  for (std::int64_t j = i; j < count; ++j) y[j] = rest[j - i];
}

template <class T>
ROOFMARK_LEAF const T* at(const void* elements, std::int64_t index) {
  return static_cast<const T*>(elements) + index;
}

ROOFMARK_LEAF std::int64_t row_index(const AttentionHead& head, std::int64_t row) {
  return row / head.group * head.token_step + row % head.group * head.head_dim;
}
/// Asks for the lines of a row of queries, or of outputs to write: rows of other tokens lie so far
/// apart that no prefetcher foresees them.
template <bool to_write>
ROOFMARK_LEAF void ask_for_row(const AttentionHead& head, std::int64_t row) {
  constexpr std::int64_t line = 64;
  const std::int64_t element = head.activations == KvElement::f32 ? 4 : 2;
  const char* from = static_cast<const char*>(to_write ? head.out : head.q);
  for (std::int64_t i = 0; i < element * head.head_dim; i += line) {
    __builtin_prefetch(from + element * row_index(head, row) + i, to_write ? 1 : 0);
  }
}
[[maybe_unused]] static void read_query(const AttentionHead& head, std::int64_t row, float factor,
                                        float* y) {
  const std::int64_t index = row_index(head, row), padded = padded_dim(head.head_dim);
  if (head.activations == KvElement::f32) {
    widen(at<float>(head.q, index), head.head_dim, factor, y, padded);
  } else if (head.activations == KvElement::bf16) {
    widen(at<bf16>(head.q, index), head.head_dim, factor, y, padded);
  } else {
    widen(at<f16>(head.q, index), head.head_dim, factor, y, padded);
  }
}
[[maybe_unused]] static void write_output(const AttentionHead& head, std::int64_t row,
                                          const float* x, float factor) {
  const std::int64_t index = row_index(head, row);
  if (head.activations == KvElement::f32) {
    narrow(x, head.head_dim, factor, static_cast<float*>(head.out) + index);
  } else if (head.activations == KvElement::bf16) {
    narrow(x, head.head_dim, factor, static_cast<bf16*>(head.out) + index);
  } else {
    narrow(x, head.head_dim, factor, static_cast<f16*>(head.out) + index);
  }
}

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
