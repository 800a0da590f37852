#include "analyzer/tracking/comparison_text.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "analyzer/numbers.h"
#include "analyzer/plain_text.h"

namespace roofmark {
namespace {

constexpr std::array order{Verdict::failed,         Verdict::slower, Verdict::missing,
                           Verdict::inconclusive,   Verdict::faster, Verdict::added,
                           Verdict::not_comparable, Verdict::same};

std::string signed_number(double share) {
  return (share < 0 ? "-" : "+") + fixed(100 * std::fabs(share), 1);
}

std::string rounds(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " round" : " rounds");
}

std::string plain_figure(const Known<double>& value) { return value ? exact(*value) : ""; }

std::string shares(const SeriesVerdict& one) {
  if (!one.before.share && !one.after.share) return "";
  return percent(one.before.share) + " -> " + percent(one.after.share);
}

std::string detectable_text(const Comparison& comparison) {
  const Known<Detectable> found = comparison.detectable();
  if (!found || comparison.across_machines) return "";
  return "slowdowns that would have been found: " + signed_percent(found->median) + " in half of " +
         std::to_string(found->series) + " series, " + signed_percent(found->worst) +
         " in the worst (" + plain(found->worst_series) + ")\n";
}

}  // namespace

std::string change_text(const SeriesVerdict& one, bool across_machines) {
  const Known<Shift>& change = one.by_share && one.relative ? one.relative : one.time;
  if (!change) return "";
  const bool of_share = across_machines || (one.by_share && one.relative);
  return shift_text(*change) + (across_machines ? " of share"
                                : of_share      ? " over its ceiling"
                                                : "");
}

std::string_view judged_figure(const SeriesVerdict& one) {
  if (!one.time && !one.relative) return "";
  if (!one.by_share) return "time";
  return one.relative ? "ratio" : "share";
}

std::string reason_text(const SeriesVerdict& one) {
  std::string text(is_unchanged(one) ? "code unchanged" : name(one.cause));
  const bool moved = one.verdict == Verdict::slower || one.verdict == Verdict::faster;
  if (moved)
    text += std::string(text.empty() ? "" : ", ") + (one.confirmed ? "confirmed" : "unconfirmed");
  if (!one.reason.empty()) text += (text.empty() ? "" : ": ") + one.reason;
  if (one.verdict == Verdict::same && one.detectable) {
    text += (text.empty() ? "finds " : "; finds ") + signed_percent(*one.detectable);
  }
  return text;
}

std::string common_text(const CommonCause& common) {
  std::string text =
      std::to_string(common.series) + " of " + std::to_string(common.judged) + " series " +
      std::string(name(common.direction)) + " by " +
      fixed(100 * std::min(std::fabs(common.least), std::fabs(common.most)), 1) + " to " +
      fixed(100 * std::max(std::fabs(common.least), std::fabs(common.most)), 1) + " %";
  return text + (common.cause == Cause::machine
                     ? ", with the ceilings that bind them: one finding, no kernel is blamed"
                     : ", their ceilings did not: look at what differs");
}

std::string signed_percent(double share) { return signed_number(share) + " %"; }

std::string difference_text(const Difference& difference) {
  const auto said = [](const std::string& value) { return value.empty() ? "unknown" : value; };
  return difference.name + ": " + said(difference.before) + " -> " + said(difference.after);
}

std::string shift_text(const Shift& shift) {
  return signed_percent(shift.share) + " [" + signed_number(shift.low) + " " +
         signed_number(shift.high) + "]";
}

Table comparison_table(const Comparison& comparison, Rows rows) {
  Table table({{"verdict"},
               {"series"},
               {"before", Align::right},
               {"after", Align::right},
               {"change", Align::right},
               {"of roof", Align::right},
               {"why"}});
  for (const Verdict verdict : order) {
    if (verdict == Verdict::same && rows == Rows::changed) continue;
    for (const SeriesVerdict& one : comparison.series) {
      if (one.verdict != verdict) continue;
      const auto seconds = [](const SeriesSide& side) {
        return side.seconds ? si(*side.seconds, "s") : std::string();
      };
      table.add({std::string(name(verdict)), one.id, seconds(one.before), seconds(one.after),
                 change_text(one, comparison.across_machines), shares(one), reason_text(one)});
    }
  }
  return table;
}

Table comparison_figures(const Comparison& comparison) {
  Table table({{"id"},
               {"verdict"},
               {"confirmed"},
               {"cause"},
               {"rounds_before", Align::right},
               {"rounds_after", Align::right},
               {"seconds_before", Align::right},
               {"seconds_after", Align::right},
               {"change", Align::right},
               {"change_low", Align::right},
               {"change_high", Align::right},
               {"judged"},
               {"relative_change", Align::right},
               {"ceiling_change", Align::right},
               {"share_before", Align::right},
               {"share_after", Align::right},
               {"detectable", Align::right},
               {"ceiling"},
               {"reason"},
               {"next"}});
  for (const SeriesVerdict& one : comparison.series) {
    const auto part = [](const Known<Shift>& shift, double Shift::*figure) {
      return shift ? exact((*shift).*figure) : std::string();
    };
    table.add({one.id,
               std::string(name(one.verdict)),
               one.confirmed ? "yes" : "no",
               std::string(name(one.cause)),
               std::to_string(one.before.rounds),
               std::to_string(one.after.rounds),
               plain_figure(one.before.seconds),
               plain_figure(one.after.seconds),
               part(one.time, &Shift::share),
               part(one.time, &Shift::low),
               part(one.time, &Shift::high),
               std::string(judged_figure(one)),
               part(one.relative, &Shift::share),
               part(one.ceiling_time, &Shift::share),
               plain_figure(one.before.share),
               plain_figure(one.after.share),
               plain_figure(one.detectable),
               one.ceiling,
               one.reason,
               one.next});
  }
  return table;
}

std::string comparison_head(const Comparison& comparison) {
  std::string text = plain(comparison.before) + " (" + rounds(comparison.rounds_before) +
                     ")  ->  " + plain(comparison.after) + " (" + rounds(comparison.rounds_after) +
                     ")\n";
  for (const Difference& one : comparison.differences) {
    text += "differs      " + plain(difference_text(one)) + "\n";
  }
  for (const std::string& note : comparison.notes) text += "note         " + note + "\n";
  for (const CommonCause& common : comparison.causes) {
    text += common.cause == Cause::machine ? "MACHINE      " : "ENVIRONMENT  ";
    text += common_text(common) + "\n";
    for (const std::string& ceiling : common.ceilings)
      text += "             " + plain(ceiling) + "\n";
  }
  return text;
}

std::string comparison_foot(const Comparison& comparison) {
  std::string text;
  for (const Verdict verdict : order) {
    const std::size_t count = comparison.count(verdict);
    if (count == 0) continue;
    text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + std::string(name(verdict));
  }
  text += "\n" + detectable_text(comparison);
  std::vector<std::string> said;
  for (const SeriesVerdict& one : comparison.series) {
    const bool had = std::find(said.begin(), said.end(), one.next) != said.end();
    if (one.next.empty() || had || said.size() >= 5) continue;
    said.push_back(one.next);
    text += "next  " + plain(one.next) + "\n";
  }
  return text;
}

}  // namespace roofmark
