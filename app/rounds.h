// New rounds, each a run of this program in a process of its own.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "analyzer/tracking/round.h"

namespace roofmark {

/// How rounds are taken: as an earlier run was.
struct RoundPlan {
  std::filesystem::path store;
  Machine machine;
  Policy policy;
  std::string campaign;
};

struct TakenRounds {
  std::vector<Round> rounds;
  int code = 0;  ///< of the process that ended without its run; 0: all there
};

/// Takes so many rounds, one after the other; they are kept in the store as any run is.  Progress
/// goes to standard error.  Throws MeasurementError where none can be started.
TakenRounds take_rounds(const RoundPlan& plan, std::size_t count, const std::string& what);

/// The policy with a filter that passes these ids and no other.
Policy with_only(Policy policy, const std::vector<std::string>& ids);

}  // namespace roofmark
