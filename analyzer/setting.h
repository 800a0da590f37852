// How a workload is run beside what it is: everything that changes its figures but no dimension.
#pragma once

#include <cstdint>

#include "analyzer/accounting.h"

namespace roofmark {

struct Setting {
  Accounting accounting = Accounting::exact;
  std::int64_t devices = 1;   ///< that share each pass (tensor_parallel.h)
  std::int64_t chunk = 0;     ///< most fresh tokens of a query in one pass of a prefill; 0: all
  std::int64_t generate = 0;  ///< tokens to generate after the prompt; 0: none
  bool operator==(const Setting&) const = default;
};

}  // namespace roofmark
