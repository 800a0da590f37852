// From a workload to its network: operators in the order of execution, each with what it reads and
// how large its result is.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/model.h"

namespace roofmark {

/// One operator, and the tensor of activations it makes.
struct Step {
  static constexpr int none = -1;      ///< reads nothing more
  static constexpr int entering = -2;  ///< reads what the stage before left

  Operator op;
  std::array<int, 4> reads{none, none, none, none};  ///< steps of the stage, by index
  double elements = 0;  ///< of its result; 0: that goes to the cache, or is part of another step's
  bool in_place = false;  ///< may overwrite what it reads first, where nothing needs that any more
};

/// Steps that follow one another: the embedding, a layer, the head.  What its last step leaves
/// enters the next stage.
struct Stage {
  std::int64_t count = 1;  ///< how many layers are like this
  std::vector<Step> steps;
};

/// The stages of one pass: what is before the layers, each kind of layer once, what is after them.
/// Throws InputError where a number of operations or elements exceeds 2^60.
std::vector<Stage> network(const Workload& workload);

}  // namespace roofmark
