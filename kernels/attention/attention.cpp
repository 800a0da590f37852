// Causal attention over a key/value cache, fused or in its eager parts: work models, and the fused
// one on CPUs.
// `queries` sequences each compute `fresh` tokens after `cached` ones, with `heads` query heads
// over `kv_heads` key and value heads of `head_dim`.  Format: weights are the type of the cache.
#include "kernels/attention/attention.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "core/cached.h"
#include "kernels/attention/attended.h"
#include "kernels/attention/attention_cpu.h"
#include "kernels/attention/attention_format_error.h"
#include "kernels/native.h"

namespace roofmark {
namespace {

struct Extents : AttendedExtents {
  double kv_heads, head_dim, sinks;

  explicit Extents(const Shape& shape)
      : AttendedExtents(shape),
        kv_heads(extent(shape, "kv_heads")),
        head_dim(extent(shape, "head_dim")),
        sinks(heads * static_cast<double>(shape.get("sinks", 0))) {}

  /// Elements of the queries, and of the outputs.
  double query_elements() const { return tokens() * heads * head_dim; }
  /// Of the keys that are read: what is in the cache as it is kept there, what is fresh as wide as
  /// the activations it comes from.  As many of the values.
  Bytes keys_read(const Format& format) const {
    return Bytes{(keys() - tokens()) * kv_heads * cached_bytes(head_dim, format.weights) +
                 tokens() * kv_heads * head_dim * bytes(format.activations)};
  }
  /// Of the keys that are put into the cache; as many of the values.
  Bytes keys_written(const Format& format) const {
    return Bytes{tokens() * kv_heads * cached_bytes(head_dim, format.weights)};
  }
};

/// Scores and values: 2 head_dim ops per pair and head each; softmax: 5 per pair and head.  Queries
/// read, outputs written, each visible key and value read once, the fresh ones written to the cache
/// once.  Nothing of the size of the scores reaches memory.  With extent sinks=1 each head has one
/// learned score more.
Work attention_work(const Shape& shape, const Format& format) {
  const Extents e(shape);
  const double activation = bytes(format.activations);
  const Bytes kv_read = 2 * e.keys_read(format), kv_written = 2 * e.keys_written(format);
  const Bytes sinks{e.sinks * activation};
  return {.ops = Ops{e.heads * e.pairs() * (4 * e.head_dim + softmax_ops) +
                     softmax_ops * e.sinks * e.tokens()},
          .read = Bytes{e.query_elements() * activation} + sinks + kv_read,
          .written = Bytes{e.query_elements() * activation} + kv_written,
          .weights = sinks,
          .kv_read = kv_read,
          .kv_written = kv_written,
          .exponentials = Ops{e.heads * e.pairs()}};
}

/// The half of eager attention on either side of the softmax.  One reads the queries and writes the
/// scores, the other reads the probabilities and writes the outputs; each reads and extends its
/// half of the cache.
Work eager_work(const Shape& shape, const Format& format, double read, double written) {
  const Extents e(shape);
  const double activation = bytes(format.activations);
  const Bytes kv_read = e.keys_read(format), kv_written = e.keys_written(format);
  return {.ops = Ops{2 * e.heads * e.pairs() * e.head_dim},
          .read = Bytes{read * activation} + kv_read,
          .written = Bytes{written * activation} + kv_written,
          .kv_read = kv_read,
          .kv_written = kv_written};
}

Work qk_work(const Shape& shape, const Format& format) {
  const Extents e(shape);
  Work work = eager_work(shape, format, e.query_elements(), e.scores());
  work.weights = Bytes{e.sinks * bytes(format.activations)};
  work.read += work.weights;
  return work;
}

Work sv_work(const Shape& shape, const Format& format) {
  const Extents e(shape);
  return eager_work(shape, format, e.scores(), e.query_elements());
}

/// Decode reads the cache, a prompt writes about as much as it reads, and a long one computes.
/// Counted in 16 bits: other widths move where the first two part, but little.
std::optional<Companion> attention_companion(const Shape& shape, int) {
  const Work work = attention_work(shape, {DType::f16, DType::f16, DType::f32});
  if (work.written.value >= work.read.value / 2) {
    return Companion{"copy", {.level = "dram", .stores = "ordinary"}, true};
  }
  return Companion{"read", {.level = "dram"}, true};
}

#define ROOFMARK_ROW(isa, vector_bytes) #isa,
/// Those whose leaves take every format, and all: those of pairs of bf16 take that alone.
constexpr std::string_view all_isas[] = {ROOFMARK_EACH_ISA_OF_attention_decode(ROOFMARK_ROW)};
#undef ROOFMARK_ROW

std::unique_ptr<Task> prepare(const Case& what, Device& device) {
  const std::optional<AttentionLeaves> leaves = attention_leaves(what.variant->needs);
  assert(leaves && "a native variant without its leaves");
  return std::make_unique<CpuAttentionTask>(
      CpuAttention(*leaves, what.shape, what.variant->format, what.threads,
                   device.machine().cpu.asks_by_l2()),
      what, device);
}

std::string refusal(const Shape& shape) {
  const std::string unlike = attention_refusal(shape);
  if (!unlike.empty()) return unlike;
  return shape.at("heads") % shape.at("kv_heads") == 0 ? "" : "kv_heads does not divide heads";
}

std::vector<Variant> cpu_variants() {
  std::vector<Variant> variants;
  for (const Format& format :
       {Format{DType::f32, DType::f32, DType::f32}, Format{DType::bf16, DType::bf16, DType::f32},
        Format{DType::f16, DType::f16, DType::f32}, Format{DType::i8, DType::f32, DType::f32},
        Format{DType::i8, DType::bf16, DType::f32}}) {
    for (const std::string_view isa : all_isas) {
      const bool base =
          std::find(std::begin(base_isas), std::end(base_isas), isa) != std::end(base_isas);
      if (!base && format.weights != DType::bf16) continue;
      variants.push_back({.name = std::string(isa),
                          .device = "cpu",
                          .needs = std::string(isa),
                          .format = format,
                          .prepare = prepare,
                          .refusal = refusal});
    }
  }
  return variants;
}

}  // namespace

std::optional<AttentionLeaves> attention_leaves(std::string_view isa) {
  std::optional<AttentionLeaves> found;
#define ROOFMARK_ROW(name, vector_bytes)     \
  if (isa == #name) {                        \
    found = {isa_##name::attention_decode,   \
             isa_##name::attention_join,     \
             &isa_##name::attention_prefill, \
             nullptr,                        \
             nullptr,                        \
             nullptr};                       \
  }
  ROOFMARK_EACH_ISA_OF_attention_decode(ROOFMARK_ROW)
#undef ROOFMARK_ROW
#define ROOFMARK_ROW(name, vector_bytes)         \
  if (isa == #name) {                            \
    found->quantize_f32 = isa_##name::quantize;  \
    found->quantize_bf16 = isa_##name::quantize; \
    found->quantize_f16 = isa_##name::quantize;  \
  }
      ROOFMARK_EACH_ISA(ROOFMARK_ROW)
#undef ROOFMARK_ROW
          return found;
}

std::string attention_refusal(const Shape& shape) {
  const std::pair<const char*, const char*> lacking[] = {
      {"window", "a window"}, {"chunk", "chunks"}, {"sinks", "sinks"}};
  for (const auto& [extent, what] : lacking) {
    if (shape.get(extent, 0) > 0) return "no kernel of attention has " + std::string(what) + " yet";
  }
  return {};
}

Kernel attention_kernel() {
  return {.name = "attention",
          .summary = "causal attention in one pass: scores, softmax and values",
          .work = attention_work,
          .companion = attention_companion,
          .format_error = attention_format_error};
}

std::vector<Kernel> attention_kernels() {
  Kernel attention = attention_kernel();
  attention.variants = cpu_variants();
  return {
      attention,
      {.name = "qk", .summary = "scores of eager attention, Q K^T", .work = qk_work},
      {.name = "sv", .summary = "values of eager attention, softmax(Q K^T) V", .work = sv_work}};
}

}  // namespace roofmark
