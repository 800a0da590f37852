// Causal attention over a key/value cache, fused or in its eager parts: work models.
// `queries` sequences each compute `fresh` tokens after `cached` ones, with `heads` query heads
// over `kv_heads` key and value heads of `head_dim`.  Format: weights are the type of the cache.
#include "kernels/attention/attention.h"

namespace roofmark {
namespace {

struct Extents {
  double queries, fresh, cached, heads, kv_heads, head_dim;

  explicit Extents(const Shape& shape)
      : queries(static_cast<double>(shape.at("queries"))),
        fresh(static_cast<double>(shape.at("fresh"))),
        cached(static_cast<double>(shape.at("cached"))),
        heads(static_cast<double>(shape.at("heads"))),
        kv_heads(static_cast<double>(shape.at("kv_heads"))),
        head_dim(static_cast<double>(shape.at("head_dim"))) {}

  /// Pairs of a token and a key it may see, in one head: a fresh token sees the cached ones, the
  /// fresh ones before it, and itself.
  double pairs() const { return queries * (fresh * cached + fresh * (fresh + 1) / 2); }
  /// Elements of the queries, and of the outputs.
  double tokens() const { return queries * fresh * heads * head_dim; }
  /// Elements of the scores where they are kept: the whole rectangle, masked ones included.
  double scores() const { return queries * fresh * (cached + fresh) * heads; }
  /// Elements of the keys that can be seen; as many of the values.
  double keys() const { return queries * (cached + fresh) * kv_heads * head_dim; }
  /// Elements of the fresh keys, which go into the cache; as many of the values.
  double fresh_keys() const { return queries * fresh * kv_heads * head_dim; }
};

/// Scores and values: 2 head_dim ops per pair and head each; softmax: 5 per pair and head.  Queries
/// read, outputs written, each visible key and value read once, the fresh ones written to the cache
/// once. Nothing of the size of the scores reaches memory.
Work attention_work(const Shape& shape, const Format& format) {
  const Extents e(shape);
  const double activation = bytes(format.activations), cache = bytes(format.weights);
  const Bytes kv_read{2 * e.keys() * cache}, kv_written{2 * e.fresh_keys() * cache};
  return {.ops = Ops{e.heads * e.pairs() * (4 * e.head_dim + 5)},
          .read = Bytes{e.tokens() * activation} + kv_read,
          .written = Bytes{e.tokens() * activation} + kv_written,
          .kv_read = kv_read,
          .kv_written = kv_written};
}

/// The half of eager attention on either side of the softmax.  One reads the queries and writes the
/// scores, the other reads the probabilities and writes the outputs; each reads and extends its
/// half of the cache.
Work eager_work(const Shape& shape, const Format& format, double read, double written) {
  const Extents e(shape);
  const double activation = bytes(format.activations), cache = bytes(format.weights);
  const Bytes kv_read{e.keys() * cache}, kv_written{e.fresh_keys() * cache};
  return {.ops = Ops{2 * e.heads * e.pairs() * e.head_dim},
          .read = Bytes{read * activation} + kv_read,
          .written = Bytes{written * activation} + kv_written,
          .kv_read = kv_read,
          .kv_written = kv_written};
}

Work qk_work(const Shape& shape, const Format& format) {
  const Extents e(shape);
  return eager_work(shape, format, e.tokens(), e.scores());
}

Work sv_work(const Shape& shape, const Format& format) {
  const Extents e(shape);
  return eager_work(shape, format, e.scores(), e.tokens());
}

/// Of 16-bit formats, in which devices have matrix units: decode reads the cache, a short prompt
/// reads as much as it writes, and a long one has more operations for each byte than any part's
/// memory can feed (dense 16-bit operations per byte, data sheets: A100 153, H200 206, Orin 208).
std::optional<Companion> attention_companion(const Shape& shape, int) {
  constexpr double ridge = 180;
  const Work work = attention_work(shape, {DType::f16, DType::f16, DType::f32});
  if (work.ops.value >= ridge * work.bytes().value) return Companion{};
  if (work.written.value >= work.read.value / 2) {
    return Companion{"copy", {.level = "dram", .stores = "ordinary"}};
  }
  return Companion{"read", {.level = "dram"}};
}

}  // namespace

Kernel attention_kernel() {
  return {.name = "attention",
          .summary = "causal attention in one pass: scores, softmax and values",
          .work = attention_work,
          .companion = attention_companion};
}

std::vector<Kernel> attention_kernels() {
  return {
      attention_kernel(),
      {.name = "qk", .summary = "scores of eager attention, Q K^T", .work = qk_work},
      {.name = "sv", .summary = "values of eager attention, softmax(Q K^T) V", .work = sv_work}};
}

}  // namespace roofmark
