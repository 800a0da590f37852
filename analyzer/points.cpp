#include "analyzer/points.h"

#include <algorithm>
#include <set>

#include "analyzer/limits.h"
#include "analyzer/numbers.h"
#include "analyzer/timing.h"
#include "core/pairs.h"
#include "core/statistics.h"

namespace roofmark {
namespace {

constexpr double widest_spread = 0.10;  // of the paired ratios: interquartile range / median

char lowered(char grade) { return grade == 'A' ? 'B' : 'C'; }
char worse(char a, char b) { return std::max(a, b); }

void add_reason(Point& point, const std::string& reason) {
  if (!reason.empty()) point.reason += (point.reason.empty() ? "" : "; ") + reason;
}

/// compute | memory | unknown.  Without one of the ceilings the probe that the kernel names
/// decides.
std::string bound_of(const Work& work, const Limits& limits, const Ceiling* companion) {
  if (work.ops.value <= 0) return limits.memory ? "memory" : "unknown";
  if (work.bytes().value <= 0) return limits.compute ? "compute" : "unknown";
  if (limits.compute && limits.memory) {
    const double ridge = *limits.compute->value / *limits.memory->value;
    return work.ops.value / work.bytes().value >= ridge ? "compute" : "memory";
  }
  if (limits.compute && companion == limits.compute) return "compute";
  if (limits.memory && companion == limits.memory) return "memory";
  return "unknown";
}

/// Work in the unit of what binds: operations or bytes.
double amount(const Work& work, const std::string& bound) {
  return bound == "compute" ? work.ops.value : work.bytes().value;
}

/// min(peak, intensity x bandwidth) in op/s, in bytes/s where nothing is computed.  Where only the
/// limit that binds is known it alone decides.
Known<double> attainable(const Work& work, const std::string& bound, const Known<double>& peak,
                         const Known<double>& bandwidth) {
  if (work.ops.value <= 0) return bandwidth;
  const Known<double> slope =
      bandwidth ? quotient(*bandwidth * work.ops.value, work.bytes().value) : std::nullopt;
  if (peak && slope) return std::min(*peak, *slope);
  return bound == "compute" ? peak : bound == "memory" ? slope : std::nullopt;
}

/// The largest theoretical bound of that format, whichever variant it belongs to.
Known<double> theoretical_peak(const std::vector<Ceiling>& ceilings, const Measurement& row) {
  Known<double> best;
  for (const std::string& format : peak_names(row.format)) {
    for (const Ceiling& ceiling : ceilings) {
      const bool fits = ceiling.kind == "compute" && ceiling.format == format &&
                        ceiling.device == row.device && ceiling.threads == row.threads;
      if (fits && ceiling.theoretical) best = std::max(best.value_or(0), *ceiling.theoretical);
    }
    if (best) return best;
  }
  return best;
}

class Placing {
 public:
  Placing(const Measurement& row, const Run& run, const std::vector<Ceiling>& ceilings)
      : row_(row), run_(run), ceilings_(ceilings), limits_(limits_of(row, ceilings)) {}

  Point place() {
    point_.id = row_.id;
    point_.bound = "unknown";
    point_.intensity = quotient(row_.work.ops.value, row_.work.bytes().value);
    if (row_.work.ops.value == 0 && row_.work.bytes().value > 0) point_.intensity = 0;
    point_.grade = row_.contended ? 'C' : row_.grade;
    const Timing timing = timing_of(row_);
    point_.seconds = timing.seconds;
    point_.low = timing.low;
    point_.high = timing.high;
    const bool computes = row_.work.ops.value > 0;
    point_.achieved =
        quotient(computes ? row_.work.ops.value : row_.work.bytes().value, timing.seconds);
    add_reason(point_, timing.seconds ? row_.reason : timing.reason);
    put_attainable();
    if (!timing.seconds) {
      point_.grade = 'C';
      return point_;
    }
    if (!row_.launched_s.empty()) point_.seconds_launched = quotient(median(row_.launched_s), 1);
    if (limits_.overhead) {
      point_.overhead_share = quotient(*limits_.overhead->value, *timing.seconds);
    }
    if (is_launch_bound()) {
      point_.bound = "launch";
      point_.ceiling = limits_.overhead->id;
      point_.attainable_measured = quotient(rated_work(), *limits_.overhead->value);
      return point_;
    }
    put_shares();
    refuse_the_impossible();
    remark_above_the_roof();
    if (point_.share_measured && point_.seconds_launched && point_.grade != 'X') {
      point_.share_launched =
          quotient(*point_.share_measured * *timing.seconds, point_.seconds_launched);
    }
    return point_;
  }

 private:
  void put_attainable() {
    const Ceiling* companion = find_ceiling(ceilings_, row_.companion);
    point_.bound = bound_of(row_.work, limits_, companion);
    binding_ = point_.bound == "compute"  ? limits_.compute
               : point_.bound == "memory" ? limits_.memory
                                          : nullptr;
    if (binding_) point_.ceiling = binding_->id;
    const auto measured = [](const Ceiling* c) { return c ? c->value : std::nullopt; };
    point_.attainable_measured =
        attainable(row_.work, point_.bound, measured(limits_.compute), measured(limits_.memory));
    point_.attainable_theoretical =
        attainable(row_.work, point_.bound, theoretical_peak(ceilings_, row_),
                   limits_.memory ? limits_.memory->theoretical : std::nullopt);
    say_what_was_not_measured();
    bind_by_exponentials();
  }

  /// A roof that was not measured may be the lower one: of what lies in a cache, or computes much,
  /// that of compute; that of memory of anything.
  void say_what_was_not_measured() {
    if (point_.bound == "unknown" || row_.work.ops.value <= 0 || row_.work.bytes().value <= 0)
      return;
    const bool may_compute = !row_.conditions.level.empty() || point_.intensity.value_or(0) > 1;
    if (!limits_.memory) {
      add_reason(point_, "no ceiling of its memory was measured: compute is taken to bind");
    } else if (!limits_.compute && may_compute) {
      add_reason(point_, "no compute ceiling of its format was measured: memory is taken to bind");
    }
  }

  /// Where the exponentials alone take longer than all that the other limits ask for, they bind.
  void bind_by_exponentials() {
    const Ceiling* limit = limits_.exponentials;
    if (!can_bind(limit)) return;
    const double per_op = row_.work.ops.value / row_.work.exponentials.value;
    const double most = per_op * *limit->value;
    if (point_.attainable_measured && *point_.attainable_measured <= most) return;
    point_.bound = "compute";
    binding_ = limit;
    point_.ceiling = limit->id;
    point_.attainable_measured = most;
    if (!limit->theoretical) return;
    const double bound = per_op * *limit->theoretical;
    point_.attainable_theoretical = std::min(point_.attainable_theoretical.value_or(bound), bound);
  }

  /// Where its work would take less than a launch; says how far from that it is where that is near.
  bool is_launch_bound() {
    const Known<double> ideal = point_.attainable_measured
                                    ? quotient(rated_work(), *point_.attainable_measured)
                                    : std::nullopt;
    if (!limits_.overhead || !ideal) return false;
    const double launches = *ideal / *limits_.overhead->value;
    const std::string at_roof = "launch-bound: at its roof it would take " + fixed(launches, 2) +
                                " of a " + (row_.device == "cpu" ? "fork and join" : "launch");
    if (launches < 1) {
      add_reason(point_, at_roof);
    } else if (point_.overhead_share.value_or(0) >= noticeable_overhead) {
      add_reason(point_, "not " + at_roof + ", which is " + percent(point_.overhead_share) +
                             " of its time");
    }
    return launches < 1;
  }

  void put_shares() {
    if (point_.achieved && point_.attainable_theoretical) {
      point_.share_theoretical = quotient(*point_.achieved, *point_.attainable_theoretical);
    }
    if (!point_.attainable_theoretical && point_.grade == 'A') point_.grade = 'B';
    if (!binding_) {
      point_.grade = 'C';
      add_reason(point_, "no measured ceiling of " + row_.device + ", " +
                             std::to_string(row_.threads) + " threads, " + row_.format.name());
      return;
    }
    roof_share_ =
        point_.achieved ? quotient(*point_.achieved, point_.attainable_measured) : std::nullopt;
    if (!paired_share()) {
      point_.share_measured = roof_share_;
      point_.grade = worse(lowered(point_.grade), binding_->grade);
    }
  }

  /// The probe timed beside the row, where it is of the kind that binds the row; else null.
  const Measurement* companion() {
    const auto at = std::find_if(run_.rows.begin(), run_.rows.end(),
                                 [&](const Measurement& row) { return row.id == row_.companion; });
    if (row_.companion.empty() || at == run_.rows.end()) {
      add_reason(point_, "no probe was timed beside it");
      return nullptr;
    }
    const Ceiling* ceiling = find_ceiling(ceilings_, row_.companion);
    if (ceiling && ceiling->grade == 'X') {
      add_reason(point_, "the probe timed beside it is refused");
      return nullptr;
    }
    const Role wanted = point_.bound == "compute" ? Role::compute_probe : Role::bandwidth_probe;
    const bool is_function = at->kernel == exponential_probe;
    const bool binds_by_function = binding_ && binding_ == limits_.exponentials;
    if (at->role != wanted || is_function != binds_by_function) {
      add_reason(point_, "the probe timed beside it is not what binds it here");
      return nullptr;
    }
    return &*at;
  }

  /// What achieved and attainable count: operations, bytes where there are none.
  double rated_work() const {
    return row_.work.ops.value > 0 ? row_.work.ops.value : row_.work.bytes().value;
  }

  /// Its work in the unit of the probe that binds it.
  double bound_work() const {
    return binding_ == limits_.exponentials && binding_ != nullptr
               ? row_.work.exponentials.value
               : amount(row_.work, point_.bound);
  }

  std::vector<double> paired_ratios(const Measurement& companion, const ChosenPairs& chosen) const {
    std::vector<double> ratios;
    for (const Pair& pair : chosen.pairs) {
      const Known<double> rate = quotient(bound_work(), pair.kernel_s);
      const Known<double> limit = quotient(amount(companion.work, point_.bound), pair.companion_s);
      const Known<double> ratio = rate ? quotient(*rate, limit) : std::nullopt;
      if (ratio) ratios.push_back(*ratio);
    }
    return ratios;
  }

  /// Share by the pairs; false where they say none.
  bool paired_share() {
    const Measurement* probe = companion();
    if (!probe) return false;
    const ChosenPairs chosen = chosen_pairs(row_);
    const std::vector<double> ratios = paired_ratios(*probe, chosen);
    if (ratios.size() < fewest_pairs) {
      add_reason(point_, "too few pairs with the probe that bounds it");
      return false;
    }
    judge_probe_rate(*probe);
    const double share = median(ratios);
    const double spread = (quantile(ratios, 0.75) - quantile(ratios, 0.25)) / share;
    if (!chosen.clean) {
      point_.grade = 'C';
      add_reason(point_, std::to_string(chosen.disturbed) + " of " +
                             std::to_string(chosen.pairs.size()) + " pairs disturbed");
    }
    if (!chosen.clean && share > most_share) return false;  // its halves met different neighbours
    point_.ceiling = row_.companion;
    point_.share_measured = share;
    point_.share_spread = spread;
    put_attainable_beside(*probe);
    paired_low_ = chosen.clean ? median_interval(ratios).low : 0;
    if (spread > widest_spread) {
      point_.grade = lowered(point_.grade);
      add_reason(point_, "paired ratios spread by " + percent(spread));
    }
    if (share > most_share && paired_low_ <= most_share) {
      point_.grade = 'C';
      add_reason(point_, "above the probe beside it, within the scatter of their ratio");
    }
    return true;
  }

  /// What its probe reached beside it, in the median of the pairs; not achieved / share, which of a
  /// contended row are a percentile and a median.
  void put_attainable_beside(const Measurement& probe) {
    point_.attainable_measured = quotient(
        amount(probe.work, point_.bound) * (rated_work() / bound_work()), probe_seconds(row_));
    if (!row_.contended) return;
    add_reason(point_,
               "achieved is the 90th percentile of its rates, attainable and share are medians of "
               "its pairs");
  }

  /// A share of a probe that was slowed is not the kernel's of the machine's ceiling: says so.
  void judge_probe_rate(const Measurement& probe) {
    const Ceiling* ceiling = find_ceiling(ceilings_, probe.id);
    const Known<double> seconds = probe_seconds(row_);
    if (!ceiling || !ceiling->value || !seconds) return;
    const Known<double> rate = quotient(amount(probe.work, point_.bound), *seconds);
    const Known<double> part = rate ? quotient(*rate, ceiling->value) : std::nullopt;
    if (!part || *part >= usual_probe_rate) return;
    if (*part < least_probe_rate) point_.grade = 'C';
    add_reason(point_, "the probe beside it ran at " + percent(part) + " of its own ceiling" +
                           (roof_share_ ? ", of which this row is " + percent(roof_share_) : ""));
  }

  /// Above its theoretical bound, above all that its ceiling ever reached, or above the probe
  /// beside it by more than their ratios scatter.
  void refuse_the_impossible() {
    const double worst =
        std::max({point_.share_theoretical.value_or(0), roof_share_.value_or(0), paired_low_});
    if (worst <= most_share) return;
    const bool roof_alone =
        std::max(point_.share_theoretical.value_or(0), paired_low_) <= most_share;
    if (roof_alone && binding_ && binding_->grade == 'C') {
      point_.grade = 'C';
      point_.attainable_measured = std::nullopt;
      if (!point_.share_spread) point_.share_measured = std::nullopt;
      add_reason(point_, "above its ceiling, which was too disturbed to judge it by");
      return;
    }
    point_.grade = 'X';
    std::string suspect = point_.bound == "compute"
                              ? "fewer operations are done than counted, or in a narrower format"
                              : "operands found in a cache, or fewer bytes moved than counted";
    if (roof_alone) suspect += ", or its ceiling was slower whenever it was measured";
    add_reason(point_, percent(worst) + " of its bound: " + suspect);
  }

  /// More than 100 %, and not refused: no more than what the row or its ceiling may be wrong by.
  void remark_above_the_roof() {
    const double share = point_.share_measured.value_or(0);
    if (share <= 1 || share > most_share || point_.grade == 'X') return;
    add_reason(point_, intervals_meet()
                           ? "over 100 %: within the error of its ceiling"
                           : "over 100 %: by less than the 2 % that a ceiling may err");
  }

  /// The row's interval and its ceiling's have values in common, or that of their pairs has 1.
  bool intervals_meet() const {
    if (point_.share_spread) return paired_low_ <= 1;
    if (!binding_ || !binding_->value || !binding_->high || !point_.seconds || !point_.high) {
      return false;
    }
    const double least = *roof_share_ * (*point_.seconds / *point_.high);
    return least <= *binding_->high / *binding_->value;
  }

  const Measurement& row_;
  const Run& run_;
  const std::vector<Ceiling>& ceilings_;
  Limits limits_;
  const Ceiling* binding_ = nullptr;
  Known<double> roof_share_;  ///< of the ceiling at its best
  double paired_low_ = 0;     ///< low end of the clean pairs' ratio
  Point point_;
};

}  // namespace

std::vector<Point> points_of(const Run& run, const std::vector<Ceiling>& ceilings,
                             std::span<const Operator> operators) {
  std::vector<Point> points;
  for (const Measurement& row : run.rows) {
    if (row.role != Role::kernel) continue;
    Point point = Placing(row, run, ceilings).place();
    point.implementation = row.implementation;
    point.format_error = row.format_error;
    std::set<std::pair<std::string, std::string>> uses;
    for (const Operator& op : operators) {
      // Rows that lie in a cache are no operator's, even where one has as many.
      if (!row.conditions.level.empty()) break;
      if (op.kernel != row.kernel || op.shape != row.shape || op.format != row.format) continue;
      if (!uses.emplace(op.name, name(op.phase)).second) continue;
      point.op = op.name;
      point.phase = name(op.phase);
      points.push_back(point);
    }
    if (uses.empty()) points.push_back(std::move(point));
  }
  return points;
}

}  // namespace roofmark
