#include "app/build_info.h"

#include "commit.h"
#include "kernels/vendor/blas.h"
#include "kernels/vendor/onednn.h"

namespace roofmark {

Build build_info() {
  Build build{ROOFMARK_VERSION, ROOFMARK_COMMIT, ROOFMARK_COMPILER, {}};
  if (const auto blas = blas_info()) build.features.emplace_back("openblas", blas->version);
  if (const auto onednn = onednn_info()) build.features.emplace_back("onednn", onednn->version);
  return build;
}

std::string version_line() {
  const Build build = build_info();
  return "roofmark " + build.version + " (" + build.commit + ", " + build.compiler + ")";
}

}  // namespace roofmark
