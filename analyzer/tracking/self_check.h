// Rounds of an unchanged program compared with themselves: how often this machine would cry wolf,
// and what it can find.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "analyzer/table.h"
#include "analyzer/tracking/compare.h"

namespace roofmark {

struct SelfCheckedSeries {
  std::string id;
  std::size_t rounds = 0;         ///< that count
  Known<double> seconds;          ///< median over them
  Known<double> spread;           ///< relative standard deviation between rounds
  Known<double> relative_spread;  ///< of the time over that of the probe beside it
  Known<double> detectable;       ///< least slowdown found in 95 % of checks
  std::size_t alarms = 0;         ///< checks that called it different, before confirmation
};

struct SelfCheck {
  std::size_t rounds = 0, checks = 0;
  std::size_t baseline = 0, fresh = 0;  ///< rounds on each side of a check
  std::size_t judged = 0, alarms = 0;   ///< series, over all checks, before confirmation
  std::size_t confirmed = 0;            ///< checks with a confirmed slowdown
  std::vector<SelfCheckedSeries> series;
};

/// Slides a check along the rounds (one machine's, oldest first): a baseline of as many as there
/// are, at most enough_rounds, then check_rounds, then confirming_rounds.  `detectable` is that of
/// a baseline of enough_rounds and check_rounds new ones at the spread seen. Throws InputError
/// where the rounds are too few for one check.
SelfCheck self_check(std::span<const Round> rounds, const CompareRules& rules);

Table self_check_table(const SelfCheck& checked);
std::string self_check_text(const SelfCheck& checked);
/// JSON (schema roofmark.selfcheck/1).
std::string self_check_json(const SelfCheck& checked);

}  // namespace roofmark
