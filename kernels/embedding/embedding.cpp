// Token embedding: gathers `tokens` rows of `cols` elements from a table of `vocabulary` rows.  A
// work model on CPUs.
#include "kernels/embedding/embedding_model.h"

namespace roofmark {

std::vector<Kernel> embedding_kernels() {
  return {{.name = "embedding",
           .summary = "token embedding, a gather of table rows",
           .work = embedding_work,
           .companion = embedding_companion}};
}

}  // namespace roofmark
