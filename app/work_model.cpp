#include "app/work_model.h"

#include <map>
#include <memory>

#include "core/error.h"
#include "kernels/registry.h"

namespace roofmark {

WorkModel registry_work_model() {
  std::map<std::string, Work (*)(const Shape&, const Format&)> models;
  for (const Kernel& kernel : all_kernels()) models[kernel.name] = kernel.work;
  return [models](const Operator& op) {
    const auto found = models.find(op.kernel);
    if (found == models.end()) {
      throw InputError("the work of " + op.name + " cannot be counted (this build has no kernel " +
                       op.kernel + "); use --accounting llm-viewer");
    }
    return found->second(op.shape, op.format);
  };
}

}  // namespace roofmark
