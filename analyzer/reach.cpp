#include "analyzer/reach.h"

#include <algorithm>

namespace roofmark {

Reach reach_of(const Model& model, const LayerKind& kind, const Query& query) {
  const bool cut = kind.local && query.cached + query.fresh > model.local_span;
  return cut ? model.local_reach : Reach::all;
}

std::int64_t visible_keys(const Model& model, const LayerKind& kind, const Query& query) {
  switch (reach_of(model, kind, query)) {
    case Reach::window:
      return std::min(query.cached, model.local_span - 1) + query.fresh;
    case Reach::chunk:
      return query.cached % model.local_span + query.fresh;
    case Reach::all:
      break;
  }
  return query.cached + query.fresh;
}

std::int64_t kept_tokens(const Model& model, const LayerKind& kind, const Query& query) {
  const std::int64_t all = query.cached + query.fresh;
  switch (reach_of(model, kind, query)) {
    case Reach::window:
      return model.local_span;
    case Reach::chunk:
      return (all - 1) % model.local_span + 1;
    case Reach::all:
      break;
  }
  return all;
}

}  // namespace roofmark
