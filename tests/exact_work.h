// The kernels' own work models, for tests of the analyzer.
#pragma once

#include <map>

#include "analyzer/accounting.h"
#include "analyzer/layers.h"
#include "analyzer/operators.h"
#include "kernels/registry.h"

namespace roofmark {

inline Work exact_work(const Operator& op) {
  static const std::map<std::string, Work (*)(const Shape&, const Format&)> models = [] {
    std::map<std::string, Work (*)(const Shape&, const Format&)> all;
    for (const Kernel& kernel : all_kernels()) all[kernel.name] = kernel.work;
    return all;
  }();
  return models.at(op.kernel)(op.shape, op.format);
}

/// Of all operators of the pass, each as often as it is called.
inline Work exact_total(const Workload& workload) {
  return analyze_model(std::span(&workload, 1), Accounting::exact, exact_work, {}).totals[0].work;
}

}  // namespace roofmark
