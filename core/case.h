// One thing to measure: a variant of a kernel at a shape, on a number of threads.
#pragma once

#include <string>

#include "core/kernel.h"

namespace roofmark {

/// kernel/variant/format/device/tN/extents,conditions: the identity a history is kept under.
std::string case_id(const std::string& kernel, const std::string& variant, const Format& format,
                    const std::string& device, int threads, const Shape& shape,
                    const Conditions& conditions);

struct Case {
  const Kernel* kernel = nullptr;
  const Variant* variant = nullptr;  ///< null where the kernel has none for the device
  Shape shape;
  Conditions conditions;
  int threads = 1;
  std::string device = "cpu";
  Format format;
  std::string reason;     ///< why it cannot run; empty: it can
  std::vector<int> cpus;  ///< as of Site
  int memory_node = -1;
  double ops_per_cycle = 0;

  std::string id() const;  ///< its case_id

  /// Whether a core alone decides how fast it is: such probes are sampled in 100 us, for over a
  /// millisecond a neighbour comes and goes.
  bool is_core_bound() const;
};

}  // namespace roofmark
