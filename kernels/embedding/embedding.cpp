// Token embedding: gathers `tokens` rows of `cols` elements from a table of `vocabulary` rows.  A
// work model.
#include "core/kernel.h"

namespace roofmark {
namespace {

/// No arithmetic; one row of the table read per token, never the whole table, and one row written.
Work work(const Shape& shape, const Format& format) {
  const double gathered = static_cast<double>(shape.at("tokens") * shape.at("cols"));
  const Bytes table{gathered * bytes(format.weights)};
  return {.ops = Ops{0},
          .read = table,
          .written = Bytes{gathered * bytes(format.activations)},
          .weights = table};
}

}  // namespace

std::vector<Kernel> embedding_kernels() {
  return {
      {.name = "embedding", .summary = "token embedding, a gather of table rows", .work = work}};
}

}  // namespace roofmark
