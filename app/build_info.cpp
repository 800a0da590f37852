#include "app/build_info.h"

#include "commit.h"

namespace roofmark {

Build build_info() { return {ROOFMARK_VERSION, ROOFMARK_COMMIT, ROOFMARK_COMPILER, {}}; }

std::string version_line() {
  const Build build = build_info();
  return "roofmark " + build.version + " (" + build.commit + ", " + build.compiler + ")";
}

}  // namespace roofmark
