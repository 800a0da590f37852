// What a change is put down to: the machine, the kernel, a library, or what surrounds them all.
#include <algorithm>
#include <cmath>
#include <map>

#include "analyzer/numbers.h"
#include "analyzer/tracking/compare.h"
#include "core/statistics.h"

namespace roofmark {
namespace {

constexpr double whole_share = 0.5;      // of all judged series: then it is no single kernel
constexpr std::size_t fewest_alike = 5;  // of a handful half is soon reached

bool moved(const SeriesVerdict& one) {
  return one.verdict == Verdict::slower || one.verdict == Verdict::faster;
}

bool was_judged(const SeriesVerdict& one) { return one.time || one.relative; }

/// Of the logarithm of its time, what its ceiling does not explain.
Known<double> own_part(const SeriesVerdict& one) {
  if (one.relative) return std::log1p(one.relative->share);
  if (!one.time || !one.ceiling_time) return std::nullopt;
  return std::log1p(one.time->share) - std::log1p(one.ceiling_time->share);
}

/// Whether the time moved with the ceiling: what is left is less than half of it.
bool moved_with_ceiling(const SeriesVerdict& one) {
  if (one.role != Role::kernel) return true;
  if (one.by_share || !one.time) return false;
  const Known<double> own = own_part(one);
  if (!own) return false;
  const double whole = std::log1p(one.time->share);
  return *own / whole < 0.5;
}

/// What a series that moved with its ceiling did besides, where that is no finding of its own: more
/// than its ratio scatters, and less than kernels may leave their ceiling by.
std::string beyond_ceiling(const SeriesVerdict& one) {
  if (!one.relative || !one.relative->outside || !one.relative->beyond_range) return {};
  const double share = one.relative->share;
  const bool same_way = (share > 0) == (one.verdict == Verdict::slower);
  if (!same_way || std::fabs(std::log1p(share)) <= std::log1p(least_floor)) return {};
  return ", and it by " + fixed(100 * std::fabs(share), 1) +
         " % more; check it again when the machine is as it was";
}

/// What became of the machine code of a series.
enum class Code { unknown, same, changed };
Code code_of(const SeriesVerdict& one) {
  const std::string &old = one.before.code_hash, &fresh = one.after.code_hash;
  if (old.empty() || fresh.empty()) return Code::unknown;
  return old == fresh ? Code::same : Code::changed;
}

bool is_of_another_library(const SeriesVerdict& one) {
  return one.before.implementation != one.after.implementation;
}

Cause own_cause(const SeriesVerdict& one) {
  const Code code = code_of(one);
  if (code == Code::unknown) return is_of_another_library(one) ? Cause::library : Cause::kernel;
  return code == Code::same ? Cause::library : Cause::kernel;
}

/// "its ceiling takes 20.1 % longer, which does not explain it"
std::string ceilings_part(const SeriesVerdict& one) {
  if (!own_part(one)) return "nothing was measured beside it";
  const Known<Shift>& ceiling = one.ceiling_time;
  const bool moved = ceiling && ceiling->outside &&
                     std::fabs(std::log1p(ceiling->share)) > std::log1p(least_floor);
  if (!moved) return "its ceiling did not move with it";
  return "its ceiling takes " + fixed(100 * std::fabs(ceiling->share), 1) + " % " +
         (ceiling->share > 0 ? "longer" : "less") + ", which does not explain it";
}

std::string own_reason(const SeriesVerdict& one) {
  std::string text = ceilings_part(one);
  if (is_of_another_library(one)) {
    text += ", " + one.before.implementation + " before, " + one.after.implementation + " now";
  } else if (const Code code = code_of(one); code != Code::unknown) {
    text += code == Code::same ? ", its code is the same: placement or the machine's state"
                               : ", its code changed";
  }
  return text;
}

/// |log| of the change that was judged.
double size_of(const SeriesVerdict& one) {
  const double share = (one.time && !one.by_share ? one.time : one.relative)->share;
  return std::fabs(std::log1p(share));
}

/// Half of all judged series, or more, moved that way by sizes alike (within a factor of two of
/// their median).  Where nothing around them differs but what is under test, series whose code
/// changed are explained by it.
void put_environment(Comparison& comparison, Verdict direction) {
  const bool surroundings_differ =
      std::any_of(comparison.differences.begin(), comparison.differences.end(),
                  [](const Difference& one) { return !is_under_test(one.name); });
  std::size_t judged = 0;
  std::vector<SeriesVerdict*> all;
  std::vector<double> sizes;
  for (SeriesVerdict& one : comparison.series) {
    judged += was_judged(one);
    if (one.verdict != direction || one.cause == Cause::machine) continue;
    if (!surroundings_differ && code_of(one) == Code::changed) continue;
    all.push_back(&one);
    sizes.push_back(size_of(one));
  }
  if (all.empty()) return;
  const double middle = median(sizes);
  std::vector<SeriesVerdict*> alike;
  for (SeriesVerdict* one : all) {
    const double size = size_of(*one);
    if (size >= middle / 2 && size <= middle * 2) alike.push_back(one);
  }
  const bool half = static_cast<double>(alike.size()) >= whole_share * static_cast<double>(judged);
  if (!half || alike.size() < fewest_alike) return;
  for (SeriesVerdict* one : alike) {
    one->cause = Cause::environment;
    one->reason = "as many series moved alike";
  }
}

void collect(Comparison& comparison, Cause cause, Verdict direction) {
  CommonCause common{.cause = cause, .direction = direction};
  std::map<std::string, double> ceilings;
  bool first = true;
  for (const SeriesVerdict& one : comparison.series) {
    common.judged += was_judged(one);
    if (one.cause != cause || one.verdict != direction) continue;
    ++common.series;
    const double share = (one.time && !one.by_share ? one.time : one.relative)->share;
    common.least = first ? share : std::min(common.least, share);
    common.most = first ? share : std::max(common.most, share);
    first = false;
    if (cause != Cause::machine) continue;
    if (one.role != Role::kernel) {
      ceilings[one.id] = share;
    } else if (one.ceiling_time) {
      ceilings.emplace(one.ceiling, one.ceiling_time->share);
    }
  }
  if (common.series == 0) return;
  for (const auto& [id, share] : ceilings) {
    common.ceilings.push_back(id + " takes " + fixed(100 * std::fabs(share), 1) + " % " +
                              (share > 0 ? "longer" : "less"));
  }
  comparison.causes.push_back(std::move(common));
}

}  // namespace

void explain(Comparison& comparison) {
  comparison.causes.clear();
  if (comparison.across_machines) return;
  for (SeriesVerdict& one : comparison.series) {
    if (!moved(one)) continue;
    one.cause = moved_with_ceiling(one) ? Cause::machine : own_cause(one);
    one.reason = one.cause == Cause::machine
                     ? (one.role == Role::kernel ? "its ceiling moved with it" + beyond_ceiling(one)
                                                 : std::string("a probe: the machine itself"))
                     : own_reason(one);
  }
  for (const Verdict direction : {Verdict::slower, Verdict::faster}) {
    put_environment(comparison, direction);
    for (const Cause cause : {Cause::machine, Cause::environment}) {
      collect(comparison, cause, direction);
    }
  }
}

}  // namespace roofmark
