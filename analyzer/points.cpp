#include "analyzer/points.h"

#include <algorithm>
#include <set>

#include "analyzer/numbers.h"
#include "analyzer/timing.h"
#include "core/statistics.h"

namespace roofmark {
namespace {

constexpr double widest_spread = 0.10;  // of the paired ratios: interquartile range / median
constexpr std::size_t fewest_pairs = 5;

char lowered(char grade) { return grade == 'A' ? 'B' : 'C'; }
char worse(char a, char b) { return std::max(a, b); }

void add_reason(Point& point, const std::string& reason) {
  if (!reason.empty()) point.reason += (point.reason.empty() ? "" : "; ") + reason;
}

/// The two limits of a row at its number of threads; null: not known.
struct Limits {
  const Ceiling* compute = nullptr;
  const Ceiling* memory = nullptr;
  const Ceiling* overhead = nullptr;
};

bool can_bind(const Ceiling* ceiling) {
  return ceiling != nullptr && ceiling->value && ceiling->grade != 'X';
}

Limits limits_of(const Measurement& row, const std::vector<Ceiling>& ceilings) {
  Limits limits{.memory = best_bandwidth(ceilings, "dram", row.device, row.threads)};
  for (const std::string& format : peak_names(row.format)) {
    if (!limits.compute) limits.compute = best_compute(ceilings, format, row.device, row.threads);
  }
  const Ceiling* companion = find_ceiling(ceilings, row.companion);
  if (can_bind(companion) && companion->kind == "compute") limits.compute = companion;
  if (can_bind(companion) && companion->kind == "bandwidth") limits.memory = companion;
  for (const Ceiling& ceiling : ceilings) {
    if (ceiling.kind == "overhead" && ceiling.device == row.device &&
        ceiling.threads == row.threads && can_bind(&ceiling)) {
      limits.overhead = &ceiling;
    }
  }
  return limits;
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
    if (is_launch_bound()) {
      point_.bound = "launch";
      point_.ceiling = limits_.overhead->id;
      point_.overhead_share = quotient(*limits_.overhead->value, *timing.seconds);
      return point_;
    }
    put_shares();
    refuse_the_impossible();
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
  }

  bool is_launch_bound() const {
    if (!limits_.overhead || !point_.attainable_measured) return false;
    const double work = row_.work.ops.value > 0 ? row_.work.ops.value : row_.work.bytes().value;
    const Known<double> ideal = quotient(work, *point_.attainable_measured);
    return ideal && *ideal < *limits_.overhead->value;
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
    if (!paired_share()) {
      if (point_.achieved)
        point_.share_measured = quotient(*point_.achieved, point_.attainable_measured);
      point_.grade = worse(lowered(point_.grade), binding_->grade);
    }
  }

  /// Share by the pairs, where the probe timed beside the row is what binds it.
  bool paired_share() {
    if (row_.pairs.empty()) {
      add_reason(point_, "no pairs with the probe that bounds it");
      return false;
    }
    if (binding_->id != row_.companion) {
      add_reason(point_, "the probe timed beside it is not what binds it here");
      return false;
    }
    const double work = amount(row_.work, point_.bound);
    const double companion_work = amount(companion_row()->work, point_.bound);
    std::vector<double> ratios, disturbed;
    for (const Pair& pair : row_.pairs) {
      const Known<double> rate = quotient(work, pair.kernel_s);
      const Known<double> limit = quotient(companion_work, pair.companion_s);
      const Known<double> ratio = rate ? quotient(*rate, limit) : std::nullopt;
      if (!ratio) continue;
      if (pair.flag.empty()) ratios.push_back(*ratio);
      if (is_usable(pair.flag)) disturbed.push_back(*ratio);
    }
    // What disturbs both of a pair leaves their ratio nearly as it was.
    if (ratios.size() < fewest_pairs && disturbed.size() > ratios.size()) {
      add_reason(point_, std::to_string(disturbed.size() - ratios.size()) + " of " +
                             std::to_string(disturbed.size()) + " pairs disturbed");
      ratios = disturbed;
      point_.grade = 'C';
    }
    if (ratios.empty()) {
      add_reason(point_, "all pairs with the probe that bounds it were dropped");
      return false;
    }
    point_.share_measured = median(ratios);
    point_.share_spread = (quantile(ratios, 0.75) - quantile(ratios, 0.25)) / median(ratios);
    if (*point_.share_spread > widest_spread) {
      point_.grade = lowered(point_.grade);
      add_reason(point_, "paired ratios spread by " + percent(point_.share_spread));
    }
    if (ratios.size() < fewest_pairs) {
      point_.grade = 'C';
      add_reason(point_, "only " + std::to_string(ratios.size()) + " pairs");
    }
    return true;
  }

  /// The row behind the binding ceiling; it exists, for the ceiling was made of it.
  const Measurement* companion_row() const {
    return &*std::find_if(run_.rows.begin(), run_.rows.end(),
                          [&](const Measurement& row) { return row.id == binding_->id; });
  }

  void refuse_the_impossible() {
    const double share =
        std::max(point_.share_measured.value_or(0), point_.share_theoretical.value_or(0));
    if (share <= most_share) return;
    point_.grade = 'X';
    std::string suspect = point_.bound == "compute"
                              ? "fewer operations are done than counted, or in a narrower format"
                              : "operands found in a cache, or fewer bytes moved than counted";
    if (!point_.share_spread) suspect += ", or its ceiling was slower at another moment";
    add_reason(point_, percent(share) + " of its bound: " + suspect);
  }

  const Measurement& row_;
  const Run& run_;
  const std::vector<Ceiling>& ceilings_;
  Limits limits_;
  const Ceiling* binding_ = nullptr;
  Point point_;
};

}  // namespace

std::vector<Point> points_of(const Run& run, const std::vector<Ceiling>& ceilings,
                             std::span<const Operator> operators) {
  std::vector<Point> points;
  for (const Measurement& row : run.rows) {
    if (row.role != Role::kernel) continue;
    Point point = Placing(row, run, ceilings).place();
    std::set<std::pair<std::string, std::string>> uses;
    for (const Operator& op : operators) {
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
