// One registry from the kernels of several sources.
#include <algorithm>
#include <cassert>

#include "core/kernel.h"

namespace roofmark {

void merge(std::vector<Kernel>& registry, std::vector<Kernel> more) {
  for (Kernel& kernel : more) {
    const auto at = std::find_if(registry.begin(), registry.end(),
                                 [&](const Kernel& had) { return had.name == kernel.name; });
    if (at == registry.end()) {
      registry.push_back(std::move(kernel));
    } else {
      assert(at->role == kernel.role && "a probe and an operator of one name");
      at->variants.insert(at->variants.end(), kernel.variants.begin(), kernel.variants.end());
    }
  }
}

}  // namespace roofmark
