#include "analyzer/storage.h"

#include <algorithm>
#include <vector>

#include "analyzer/models.h"
#include "analyzer/network.h"
#include "analyzer/operators.h"
#include "analyzer/reach.h"
#include "analyzer/weight_formats.h"

namespace roofmark {
namespace {

/// Which tensors of a stage are alive while it runs.  A tensor lives from the step that makes it to
/// the last that reads it; the stage's last one outlives it.
class Liveness {
 public:
  Liveness(const Stage& stage, double entering) : stage_(stage), entering_(entering) {
    last_use_.assign(stage.steps.size(), -1);
    for (int i = 0; i < size(); ++i) {
      for (const int read : stage.steps[at(i)].reads) last_use(read) = i;
    }
  }

  /// Elements at the worst moment.
  double peak() {
    double live = entering_, most = entering_;
    for (int i = 0; i < size(); ++i) {
      const Step& step = stage_.steps[at(i)];
      const int first = step.reads[0];
      const bool replaces = step.in_place && ends(first, i);
      if (replaces) live -= elements(first);
      live += step.elements;
      most = std::max(most, live);
      for (const int read : step.reads) {
        if (ends(read, i) && !(replaces && read == first)) live -= elements(read);
      }
    }
    return most;
  }

 private:
  static std::size_t at(int index) { return static_cast<std::size_t>(index); }
  int size() const { return static_cast<int>(stage_.steps.size()); }
  int& last_use(int read) {
    return read == Step::none       ? ignored_
           : read == Step::entering ? entering_use_
                                    : last_use_[at(read)];
  }
  /// Is the step the last that reads it?
  bool ends(int read, int step) { return read != Step::none && last_use(read) == step; }
  double elements(int read) const {
    return read == Step::entering ? entering_ : stage_.steps[at(read)].elements;
  }

  const Stage& stage_;
  double entering_;
  std::vector<int> last_use_;
  int entering_use_ = -1, ignored_ = -1;
};

double number(std::int64_t value) { return static_cast<double>(value); }

Bytes cache_of(const Workload& workload) {
  const Model& model = workload.model;
  double tokens = 0;
  for (const LayerKind& kind : layer_kinds(model)) {
    for (const QueryGroup& group : grouped(workload.queries)) {
      tokens += number(kind.count) * number(group.queries) *
                number(kept_tokens(model, kind, group.query));
    }
  }
  return tokens * kv_bytes_per_layer(model, workload.kv);
}

}  // namespace

Bytes live_activations(const Workload& workload) {
  const double state = number(fresh_tokens(workload)) * number(workload.model.hidden);
  double most = 0, entering = 0;  // nothing enters the embedding
  for (const Stage& stage : network(workload)) {
    most = std::max(most, Liveness(stage, entering).peak());
    entering = state;
  }
  return Bytes{most * bytes(WeightFormats(workload).elementwise().activations)};
}

Storage storage(const Workload& workload) {
  const WeightFormats formats(workload);
  Storage sum;
  for (const Weights& weights : weights_of(workload.model)) {
    // A table that is the head too has the scales that a product needs.
    const bool both = weights.part == Part::embedding && workload.model.tied_embeddings;
    const Stored stored =
        formats.stored(both ? Part::head : weights.part, weights.rows, weights.cols);
    const Bytes all = stored_bytes(weights.rows, weights.cols, stored) * number(weights.count);
    sum.weights += all;
    if (weights.part == Part::experts) sum.experts += all;
    if (weights.part == Part::embedding) sum.embedding += all;
    if (weights.part == Part::head) sum.head += all;
  }
  sum.kv_cache = cache_of(workload);
  sum.peak = sum.weights + sum.kv_cache + live_activations(workload);
  return sum;
}

}  // namespace roofmark
