#include "core/weights.h"

namespace roofmark {
namespace {

/// Collects the arrays of a network; those that it has none of are left out.
class Collector {
 public:
  explicit Collector(const Model& model) : m_(model) {}

  std::vector<Weights> all() && {
    outside_layers();
    std::int64_t dense = 0, sparse = 0;
    for (const LayerKind& kind : layer_kinds(m_)) (kind.sparse ? sparse : dense) += kind.count;
    if (m_.latent.rank > 0) {
      latent_attention();
    } else {
      attention();
    }
    if (m_.qk_norm == QkNorm::scaled) add(Part::plain, 2, m_.head_dim, m_.layers);
    const std::int64_t norms = m_.block == BlockKind::sandwich   ? 4
                               : m_.block == BlockKind::parallel ? 1
                                                                 : 2;
    add(Part::plain, norm_rows(), m_.hidden, norms * m_.layers);
    mlp(Part::mlp, m_.intermediate, dense);
    experts(sparse);
    return std::move(all_);
  }

 private:
  void add(Part part, std::int64_t rows, std::int64_t cols, std::int64_t count) {
    if (rows > 0 && cols > 0 && count > 0) all_.push_back({part, rows, cols, count});
  }
  void bias(std::int64_t elements, std::int64_t count) { add(Part::plain, 1, elements, count); }
  std::int64_t norm_rows() const { return m_.norm == NormKind::layer ? 2 : 1; }

  void outside_layers() {
    const std::int64_t width = m_.embedding_dim > 0 ? m_.embedding_dim : m_.hidden;
    add(Part::embedding, m_.vocabulary, width, 1);
    add(Part::plain, m_.positions, m_.hidden, 1);
    if (m_.embedding_dim > 0) add(Part::plain, m_.hidden, m_.embedding_dim, 2);  // in and out
    if (m_.final_norm) add(Part::plain, norm_rows(), m_.hidden, 1);
    if (!m_.tied_embeddings) add(Part::head, m_.vocabulary, width, 1);
    if (m_.biases.head) bias(m_.vocabulary, 1);
  }

  void attention() {
    const std::int64_t wide = m_.heads * m_.head_dim, narrow = m_.kv_heads * m_.head_dim;
    add(Part::attention, wide, m_.hidden, m_.layers);
    add(Part::attention, narrow, m_.hidden, 2 * m_.layers);
    add(Part::attention, m_.hidden, wide, m_.layers);
    if (m_.biases.query_key_value) bias(wide + 2 * narrow, m_.layers);
    if (m_.biases.attention_out) bias(m_.hidden, m_.layers);
    if (m_.sinks) bias(m_.heads, m_.layers);
  }

  void latent_attention() {
    const Latent& l = m_.latent;
    const std::int64_t query = m_.heads * (l.rotated_dim + l.plain_dim);
    const std::int64_t compressed = l.rank + l.rotated_dim;
    add(Part::attention, l.query_rank, m_.hidden, m_.layers);
    add(Part::attention, query, l.query_rank > 0 ? l.query_rank : m_.hidden, m_.layers);
    add(Part::attention, compressed, m_.hidden, m_.layers);
    add(Part::attention, m_.heads * (l.plain_dim + l.value_dim), l.rank, m_.layers);
    add(Part::attention, m_.hidden, m_.heads * l.value_dim, m_.layers);
    add(Part::plain, 1, l.query_rank, m_.layers);  // norms of the latents
    add(Part::plain, 1, l.rank, m_.layers);
    if (m_.biases.query_key_value) bias(l.query_rank + compressed, m_.layers);
    if (m_.biases.attention_out) bias(m_.hidden, m_.layers);
  }

  /// `count` of them, of that inner width.
  void mlp(Part part, std::int64_t inner, std::int64_t count) {
    const std::int64_t in = m_.gated ? 2 : 1;
    add(part, inner, m_.hidden, in * count);
    add(part, m_.hidden, inner, count);
    if (m_.biases.mlp) bias(in * inner + m_.hidden, inner > 0 ? count : 0);
  }

  void experts(std::int64_t layers) {
    const Experts& e = m_.experts;
    mlp(Part::experts, e.intermediate, e.count * layers);
    mlp(Part::mlp, e.shared, layers);
    add(Part::plain, e.count, m_.hidden, layers);
    if (e.router_bias) bias(e.count, layers);
    if (e.shared_gate) add(Part::plain, 1, m_.hidden, layers);
  }

  const Model& m_;
  std::vector<Weights> all_;
};

}  // namespace

std::vector<LayerKind> layer_kinds(const Model& model) {
  if (!model.kinds.empty()) return model.kinds;
  return {{.count = model.layers}};
}

std::string_view name(Part part) {
  switch (part) {
    case Part::embedding:
      return "embedding";
    case Part::attention:
      return "attention";
    case Part::mlp:
      return "mlp";
    case Part::experts:
      return "experts";
    case Part::plain:
      return "plain";
    case Part::head:
      return "head";
  }
  return "";
}

std::vector<Weights> weights_of(const Model& model) { return Collector(model).all(); }

std::int64_t parameters(const Model& model) {
  std::int64_t sum = 0;
  for (const Weights& weights : weights_of(model)) sum += weights.elements();
  return sum;
}

double parameters_bound(const Model& model) {
  double sum = 0;
  for (const Weights& w : weights_of(model)) {
    sum += static_cast<double>(w.rows) * static_cast<double>(w.cols) * static_cast<double>(w.count);
  }
  return sum;
}

std::int64_t expert_parameters(const Model& model) {
  const std::int64_t inner = model.experts.intermediate, in = model.gated ? 2 : 1;
  const std::int64_t biases = model.biases.mlp ? in * inner + model.hidden : 0;
  return model.experts.count > 0 ? (in + 1) * inner * model.hidden + biases : 0;
}

std::int64_t active_parameters(const Model& model) {
  std::int64_t idle = 0;
  for (const LayerKind& kind : layer_kinds(model)) {
    if (kind.sparse) idle += kind.count * (model.experts.count - model.experts.chosen);
  }
  return parameters(model) - idle * expert_parameters(model);
}

std::int64_t plain_parameters(const Model& model) {
  std::int64_t sum = 0;
  for (const Weights& weights : weights_of(model)) {
    if (weights.part == Part::plain) sum += weights.elements();
  }
  return sum;
}

bool is_quantized(const Quantization& q, Part part) {
  switch (part) {
    case Part::embedding:
      return q.embedding;
    case Part::attention:
      return q.attention;
    case Part::mlp:
      return q.mlp;
    case Part::experts:
      return q.experts;
    case Part::head:
      return q.head;
    case Part::plain:
      return false;
  }
  return false;
}

}  // namespace roofmark
