#include "analyzer/storage.h"

#include <algorithm>

#include "analyzer/models.h"
#include "analyzer/operators.h"

namespace roofmark {

Bytes live_activations(const Workload& workload) {
  const Model& model = workload.model;
  const double tokens = static_cast<double>(fresh_tokens(workload));
  const double queries = static_cast<double>(workload.queries.size());
  const double residual = tokens * static_cast<double>(model.hidden);
  const double heads = tokens * static_cast<double>(model.heads * model.head_dim);
  const double inner = tokens * static_cast<double>(model.intermediate);
  double scores = 0;
  if (workload.attention == Attention::eager) {
    for (const Query& query : workload.queries) {
      scores += static_cast<double>(model.heads) * static_cast<double>(query.fresh) *
                static_cast<double>(query.cached + query.fresh);
    }
  }
  const double elements = std::max({
      2 * residual + heads,                              // q_proj: x, norm(x), q
      residual + heads + (scores > 0 ? scores : heads),  // attention: x, q, scores or result
      2 * residual + heads,                              // out_proj: x, result, y
      2 * residual + 2 * inner,                          // up_proj: x, norm(x), gate, up
      2 * residual + inner,                              // down_proj: x, act, y
      residual + queries * static_cast<double>(model.vocabulary),  // lm_head: norm(x), logits
  });
  return Bytes{elements * bytes(workload.format.activations)};
}

Storage storage(const Workload& workload) {
  const Model& model = workload.model;
  const double norms = static_cast<double>(plain_parameters(model));
  const double rest = static_cast<double>(parameters(model)) - norms;
  double tokens = 0;
  for (const Query& query : workload.queries)
    tokens += static_cast<double>(query.cached + query.fresh);
  Storage sum;
  sum.weights =
      Bytes{rest * bytes(workload.format.weights) + norms * bytes(workload.format.activations)};
  sum.kv_cache =
      Bytes{tokens * static_cast<double>(kv_elements_per_token(model)) * bytes(workload.kv)};
  sum.peak = sum.weights + sum.kv_cache + live_activations(workload);
  return sum;
}

}  // namespace roofmark
