// Rounds: runs of this program, each in a process of its own, kept in the store as any run is.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "app/index.h"
#include "app/presets.h"

namespace roofmark {

struct RoundPlan {
  std::filesystem::path store;
  std::string machine;   ///< id of this one
  std::string campaign;  ///< whose rounds they are
  Policy policy;
  std::int64_t pause_s = 0;  ///< between two rounds
  std::int64_t wait_s = 0;   ///< before the first
  bool quiet = false;        ///< no progress on standard error
};

/// The longest pause that is believed: a day.
inline constexpr std::int64_t longest_pause_s = 86400;

struct TakenRounds {
  std::size_t finished = 0;  ///< of the campaign, with those it had before
  int code = 0;  ///< why there are no more: of the process that ended without its run, or
                 ///< exit_interrupted; exit_done: all are there
};

/// What each round is to measure, as `roofmark run` would.  Throws InputError or AbsentError where
/// it cannot be measured here, so that this is said before the first round.
Policy policy_of_rounds(const RunRequest& request, const Machine& machine);

/// The seed of the order of a round's cases: another one in each round, so that what a case owes to
/// those before it averages out.  `number`: of the round, from 1.
std::uint64_t seed_of_round(std::uint64_t campaign, std::size_t number);

/// Takes rounds, one after the other, until the campaign has `count`; one that was interrupted is
/// finished first.  plan.policy.seed is the campaign's; each run keeps the seed of its own.  Each
/// is told `what` it is and its number on standard error, unless the plan is quiet.  plan.wait_s
/// lies before the first of this call and plan.pause_s between two.  Ctrl-C ends either, or the
/// round under way, which keeps what it has.  Throws InputError where this process may not have the
/// plan's threads and MeasurementError where none can be started.
TakenRounds take_rounds(const RoundPlan& plan, std::size_t count, const std::string& what);

/// Takes the thread counts that this process may not have out of a policy and returns them.
std::vector<int> leave_out_threads(Policy& policy, const Machine& machine);

/// The finished rounds of a campaign on a machine, oldest first.
std::vector<StoredRound> rounds_of_campaign(const std::filesystem::path& store,
                                            const std::string& machine, const std::string& campaign,
                                            bool with_series = true);

/// The same of a campaign that somebody named.  Throws InputError where it has none.
std::vector<StoredRound> kept_rounds(const std::filesystem::path& store, const std::string& machine,
                                     const std::string& campaign);

/// Those alone, where they are kept no longer matters.
std::vector<Round> only_rounds(std::vector<StoredRound> stored);

/// The policy with a filter that passes these ids and no other.
Policy with_only(Policy policy, const std::vector<std::string>& ids);

}  // namespace roofmark
