// Comparing rounds with rounds: the verdict of each series, and what explains it.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analyzer/tracking/verdict.h"

namespace roofmark {

struct CompareRules {
  double floor = least_floor;    ///< smaller changes are no verdict
  bool across_machines = false;  ///< shares of roof in place of seconds
  std::string before = "before", after = "after";
  std::string baseline;  ///< name of the baseline, for the commands to run next; empty: none
  std::string campaign;  ///< of the later side, where that was taken beforehand; for the same
  int most_threads = 0;  ///< that the later side could have; 0: not known
  /// What is known of a series beyond the two sides, used where the older side has fewer than
  /// fewest_rounds: its rounds in the store.  Null: nothing is.
  std::function<Past(const std::string& id)> history;
};

/// Rounds that a check needs besides its baseline: new ones, and those that confirm.
inline constexpr std::size_t check_rounds = 3, confirming_rounds = 3;
/// Reruns of the flagged series alone are cheap: with so many one may be a stray.
inline constexpr std::size_t most_reruns = 5;

/// What is taken for the judged interval of a single run that nobody knows the spread of.
inline constexpr double unknown_spread = 0.10;

/// Compares the rounds of two sides, each of one machine.  A series is slower or faster where the
/// median of its new rounds lies
///   - outside the 99.5 % prediction interval of the earlier ones (change.h),
///   - beyond max(3 %, floor), and with fewer than enough_rounds earlier ones beyond what such few
///     can find,
///   - beyond every earlier round with every new one,
/// and its P stands among those of all series (Benjamini-Hochberg, q = 0.05, times and ratios each
/// among themselves).  Judged are the time
/// and, where a probe was timed beside it, the time over the probe's; the latter alone counts where
/// the probe did not move the other way.  Contended rounds and rounds of grade X do not count.
/// Not comparable: a quick run with another preset, work counted otherwise, above its bound.
/// None of it is confirmed, and no cause named, before confirm() or explain().
/// Throws InputError where the sides are of different machines and the rules do not allow it.
Comparison compare(std::span<const Round> before, std::span<const Round> after,
                   const CompareRules& rules);

/// Ids of the series that are slower or faster and not confirmed yet.
std::vector<std::string> flagged(const Comparison& comparison);

/// Looks at the flagged series in `reruns`, rounds of fresh processes over them alone.  One is
/// confirmed where the median of its reruns, of which confirming_rounds or more were undisturbed,
/// is still outside, beyond the floor and beyond every earlier round, in the figure that was judged
/// or, where time and ratio showed it alike, in either; any other becomes inconclusive.
void confirm(Comparison& comparison, std::span<const Round> before, std::span<const Round> after,
             std::span<const Round> reruns, const CompareRules& rules);

/// Takes most_reruns rounds of these series alone; nullopt: they could not be had.
using TakeAgain =
    std::function<std::optional<std::vector<Round>>(const std::vector<std::string>& ids)>;

/// Has what is flagged, or unsettled, measured again.  The flagged is confirmed by that or not;
/// what is then unsettled is judged by all of its rounds together, and where these flag it, it is
/// measured once more and confirmed by that alone.  Where a round that confirms was back at the
/// earlier level, five more have to show the change, once.  `after` gets all rounds that were
/// taken.  False where some could not be had.
bool look_again(Comparison& comparison, std::span<const Round> before, std::vector<Round>& after,
                const TakeAgain& take, const CompareRules& rules);

/// Puts each slower or faster series down to a cause (verdict.h) and collects the common ones.
///   machine      time moved and the time over the probe's by less than half as much; a probe
///   library      its code hash is the same on both sides, or a library said it is another
///   environment  at least half of all judged series, and five, moved the same way and are no
///                machine's
void explain(Comparison& comparison);

/// Of an explained comparison in which the machine may have moved something: adds a note where the
/// rounds of the baseline, which has this name, were taken within too few minutes to know how it
/// moves.
void note_short_baseline(Comparison& comparison, std::span<const Round> before,
                         const std::string& baseline);

/// Facts that both sides know and that differ.
std::vector<Difference> differences(std::span<const Round> before, std::span<const Round> after);

}  // namespace roofmark
