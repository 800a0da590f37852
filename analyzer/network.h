// From a workload to its network: operators in the order of execution, each with what it reads and
// how large its result is.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/model.h"

namespace roofmark {

/// One operator, and the tensor of activations it makes.
struct Step {
  static constexpr int none = -1;      ///< reads nothing more
  static constexpr int entering = -2;  ///< reads what the stage before left

  Operator op;
  std::array<int, 4> reads{none, none, none, none};  ///< steps of the stage, by index, each once
  double elements = 0;  ///< of its result; 0: that goes to the cache, or is part of another step's
  int part_of = none;   ///< the step into whose result it writes rows of its own
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

/// By operator the names of those whose results it reads, through the key/value cache too, in the
/// order of execution; what the layers have of several kinds is together.  What enters a layer is
/// what the layer before, or the embedding, left.
std::map<std::string, std::vector<std::string>> dependencies(const std::vector<Stage>& stages);

}  // namespace roofmark
