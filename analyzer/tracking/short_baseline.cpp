// A baseline that was taken within minutes knows nothing of how the machine moves within an hour.
#include <algorithm>
#include <cmath>
#include <ctime>

#include "analyzer/tracking/compare.h"

namespace roofmark {
namespace {

/// Where others use the same memory, rounds resemble those of the minute before, and hardly those
/// of two minutes before: within ten minutes a machine has shown several of its states.
constexpr double telling_span_s = 600;

/// Of "2026-11-22T02:10:00Z"; nullopt: it is no time.
Known<std::time_t> time_of(const std::string& utc) {
  std::tm parts{};
  const char* end = ::strptime(utc.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  if (end == nullptr || *end != '\0') return std::nullopt;
  return ::timegm(&parts);
}

/// From the start of the first round to that of the last.
Known<double> span_s(std::span<const Round> rounds) {
  const auto [first, last] =
      std::minmax_element(rounds.begin(), rounds.end(),
                          [](const Round& a, const Round& b) { return a.started < b.started; });
  const Known<std::time_t> begin = time_of(first->started), end = time_of(last->started);
  if (!begin || !end) return std::nullopt;
  return std::difftime(*end, *begin);
}

/// Whether it may be the machine that moved something: beside others it did, or the code is as it
/// was.
bool may_be_the_machine(const Comparison& comparison) {
  return std::any_of(
      comparison.series.begin(), comparison.series.end(),
      [](const SeriesVerdict& one) { return one.cause == Cause::machine || is_unchanged(one); });
}

}  // namespace

void note_short_baseline(Comparison& comparison, std::span<const Round> before,
                         const std::string& baseline) {
  if (before.empty() || before.front().preset == import_preset) return;
  const Known<double> span = span_s(before);
  if (!span || *span >= telling_span_s || !may_be_the_machine(comparison)) return;
  const auto minutes = std::max(1, static_cast<int>(std::ceil(*span / 60)));
  comparison.notes.push_back("the baseline's rounds were taken within " + std::to_string(minutes) +
                             (minutes == 1 ? " minute" : " minutes") +
                             " and do not know how this machine moves within more; one that does: "
                             "roofmark baseline save " +
                             baseline + " --pause 60 --replace");
}

}  // namespace roofmark
