// Multi-head latent attention: work models.  A token caches one latent vector of `rank` elements
// and one rotated key of `rotated_dim`, which all heads share.
//
// Expanded, as prompts are computed: keys and values of each head are made of the latents before.
// Absorbed, as tokens are generated: the matrices that would make them are applied to the queries
// and to the results instead, and every head attends to the latents themselves.
// Source: DeepSeek-V2 2024, arXiv:2405.04434, sect. 2.1.2 and appendix C.
#include "core/cached.h"
#include "core/kernel.h"
#include "core/stored.h"
#include "kernels/attention/attended.h"

namespace roofmark {
namespace {

struct Extents : AttendedExtents {
  double rank, rotated_dim;

  explicit Extents(const Shape& shape)
      : AttendedExtents(shape),
        rank(extent(shape, "rank")),
        rotated_dim(extent(shape, "rotated_dim")) {}

  /// Elements of all heads of the tokens computed, `width` each.
  double of_heads(double width) const { return tokens() * heads * width; }
};

/// What one form of attention does with a pair of a token and a key, and where its keys are.
struct Form {
  double query_width;   ///< elements of a head's query and key
  double value_width;   ///< of its value and result
  double key_elements;  ///< of keys and of values that are activations, per visible token
  double value_elements;
  bool latent_keys;  ///< of the cache a key is the latent too, not the rotated part alone
};

Form expanded(const Shape& shape, const Extents& e) {
  const double plain = AttendedExtents::extent(shape, "plain_dim"),
               value = AttendedExtents::extent(shape, "value_dim");
  return {plain + e.rotated_dim, value, e.heads * plain, e.heads * value, false};
}

/// The value of a key is its latent, which is read once.
Form absorbed(const Shape&, const Extents& e) {
  return {e.rank + e.rotated_dim, e.rank, 0, 0, true};
}

using FormOf = Form (*)(const Shape&, const Extents&);

/// What the cache holds of one token: the latent vector and the rotated key.
Bytes cached_token(const Extents& e, DType cache) {
  return Bytes{cached_bytes(e.rank, cache) + cached_bytes(e.rotated_dim, cache)};
}

/// What of it is read as a key.
Bytes cached_key(const Form& form, const Extents& e, DType cache) {
  return form.latent_keys ? cached_token(e, cache) : Bytes{cached_bytes(e.rotated_dim, cache)};
}

/// Queries, keys and values read once, results written, the fresh latents written to the cache.
template <const FormOf form_of>
Work fused_work(const Shape& shape, const Format& format) {
  const Extents e(shape);
  const Form form = form_of(shape, e);
  const double activation = bytes(format.activations);
  const Bytes kv_read = e.keys() * cached_key(form, e, format.weights);
  const Bytes kv_written = e.tokens() * cached_token(e, format.weights);
  const double expanded_keys = e.keys() * (form.key_elements + form.value_elements);
  return {
      .ops = Ops{e.heads * e.pairs() * (2 * form.query_width + 2 * form.value_width + softmax_ops)},
      .read = Bytes{(e.of_heads(form.query_width) + expanded_keys) * activation} + kv_read,
      .written = Bytes{e.of_heads(form.value_width) * activation} + kv_written,
      .kv_read = kv_read,
      .kv_written = kv_written};
}

/// Scores to memory.
template <const FormOf form_of>
Work qk_work(const Shape& shape, const Format& format) {
  const Extents e(shape);
  const Form form = form_of(shape, e);
  const double activation = bytes(format.activations);
  const Bytes kv_read = e.keys() * cached_key(form, e, format.weights);
  const Bytes kv_written = e.tokens() * cached_token(e, format.weights);
  return {
      .ops = Ops{2 * e.heads * e.pairs() * form.query_width},
      .read = Bytes{(e.of_heads(form.query_width) + e.keys() * form.key_elements) * activation} +
              kv_read,
      .written = Bytes{e.scores() * activation} + kv_written,
      .kv_read = kv_read,
      .kv_written = kv_written};
}

/// Probabilities from memory; absorbed, the latents are read once more.
template <const FormOf form_of>
Work sv_work(const Shape& shape, const Format& format) {
  const Extents e(shape);
  const Form form = form_of(shape, e);
  const double activation = bytes(format.activations);
  const bool latents = form.value_elements == 0;
  const Bytes kv_read{latents ? e.keys() * cached_bytes(e.rank, format.weights) : 0};
  return {.ops = Ops{2 * e.heads * e.pairs() * form.value_width},
          .read = Bytes{(e.scores() + e.keys() * form.value_elements) * activation} + kv_read,
          .written = Bytes{e.of_heads(form.value_width) * activation},
          .kv_read = kv_read};
}

/// One product per head, C_h [m, n] = A_h [m, k] W_h^T: 2 m n k operations each; A, W and C once.
Work head_gemm_work(const Shape& shape, const Format& format) {
  const double heads = static_cast<double>(shape.at("heads"));
  const double m = static_cast<double>(shape.at("m")), n = static_cast<double>(shape.at("n")),
               k = static_cast<double>(shape.at("k"));
  const Bytes weights =
      heads * stored_bytes(shape.at("n"), shape.at("k"), stored_of(shape, format.weights));
  const double activation = activation_bytes(shape, format);
  return {.ops = Ops{2 * heads * m * n * k},
          .read = weights + Bytes{heads * m * k * activation},
          .written = Bytes{heads * m * n * activation},
          .weights = weights};
}

constexpr FormOf expanded_form = expanded, absorbed_form = absorbed;

}  // namespace

std::vector<Kernel> latent_attention_kernels() {
  return {{.name = "expanded_attention",
           .summary = "latent attention of a prompt in one pass, keys and values expanded before",
           .work = fused_work<expanded_form>},
          {.name = "expanded_qk",
           .summary = "scores of eager latent attention, keys expanded before",
           .work = qk_work<expanded_form>},
          {.name = "expanded_sv",
           .summary = "values of eager latent attention, expanded before",
           .work = sv_work<expanded_form>},
          {.name = "latent_attention",
           .summary = "latent attention in one pass over the latents themselves",
           .work = fused_work<absorbed_form>},
          {.name = "latent_qk",
           .summary = "scores of eager attention to latents",
           .work = qk_work<absorbed_form>},
          {.name = "latent_sv",
           .summary = "values of eager attention to latents",
           .work = sv_work<absorbed_form>},
          {.name = "head_gemm",
           .summary = "matrix product of each head, C[h,m,n] = A[h,m,k] W[h,n,k]^T",
           .work = head_gemm_work}};
}

}  // namespace roofmark
