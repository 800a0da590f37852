// Token embedding: gathers `tokens` rows of `cols` elements from a table of `vocabulary` rows.
#include "kernels/embedding/embedding.h"

#include "kernels/embedding/embedding_model.h"
#include "kernels/native.h"

namespace roofmark {
namespace {

#define ROOFMARK_ROW(isa, vector_bytes) {#isa, isa_##isa::embedding},
constexpr StoringLeaf<EmbeddingLeaf> leaves[] = {ROOFMARK_EACH_ISA(ROOFMARK_ROW)};
#undef ROOFMARK_ROW

template <class T>
std::unique_ptr<Task> prepare(const Case& what, Device& device) {
  return std::make_unique<Embedding>(leaf_of(leaves, what), what, type_of<T>, device);
}

}  // namespace

std::vector<Kernel> embedding_kernels() {
  return {{.name = "embedding",
           .summary = "token embedding, a gather of table rows",
           .work = embedding_work,
           .companion = embedding_companion,
           .format_error = embedding_format_error,
           .variants = element_variants({prepare<float>, prepare<bf16>, prepare<f16>})}};
}

}  // namespace roofmark
