#include "analyzer/consistency.h"

#include <cmath>

#include "analyzer/numbers.h"
#include "analyzer/timing.h"

namespace roofmark {
namespace {

constexpr double tolerance = 0.05;  // gated medians stand within 1 %

/// A probe row with its ceiling and rate per cycle and thread.
struct Probe {
  const Measurement* row;
  const Ceiling* ceiling;
  double per_cycle;
};

std::vector<Probe> usable_probes(const Run& run, const std::vector<Ceiling>& ceilings) {
  std::vector<Probe> probes;
  for (const Measurement& row : run.rows) {
    const Ceiling* ceiling = row.role == Role::kernel ? nullptr : find_ceiling(ceilings, row.id);
    if (!ceiling || !ceiling->value || ceiling->grade == 'X' || row.contended) continue;
    if (ceiling->kind != "compute" && ceiling->kind != "bandwidth") continue;
    const int cores = run.machine.cpu.cores;
    if (cores > 0 && row.threads > cores) continue;
    const Timing timing = timing_of(row);
    const Known<double> per_cycle =
        timing.clock_hz ? quotient(*ceiling->value, *timing.clock_hz * row.threads) : std::nullopt;
    if (per_cycle) probes.push_back({&row, ceiling, *per_cycle});
  }
  return probes;
}

bool is_compute(const Probe& probe) { return probe.ceiling->kind == "compute"; }

/// Same kernel, device and circumstances.
bool alike(const Probe& a, const Probe& b) {
  return a.row->kernel == b.row->kernel && a.row->device == b.row->device &&
         a.row->conditions == b.row->conditions;
}

Warning warning(const Probe& a, const Probe& b, const std::string& rule, double ratio) {
  return {a.row->id + " and " + b.row->id + " disagree: " + rule + ", found a ratio of " +
          plain_number(ratio) + "; measure both again on a quiet machine"};
}

class Checker {
 public:
  Checker(std::vector<Probe> probes, const RunFacts& facts)
      : probes_(std::move(probes)), facts_(facts) {}

  std::vector<Warning> check() {
    for (const Probe& a : probes_) {
      for (const Probe& b : probes_) {
        if (&a == &b || a.row->device != b.row->device) continue;
        check_formats(a, b);
        check_widths(a, b);
        check_threads(a, b);
        check_read(a, b);
      }
    }
    return std::move(warnings_);
  }

 private:
  /// Warns unless a / b is `expected` to within the tolerance.
  void expect(const Probe& a, const Probe& b, double expected, const std::string& rule) {
    const double ratio = a.per_cycle / b.per_cycle;
    if (std::abs(ratio / expected - 1) > tolerance) warnings_.push_back(warning(a, b, rule, ratio));
  }

  Known<double> spec_ops(const Probe& probe) const {
    const Uarch* uarch = facts_.of(probe.row->device).uarch;
    if (!uarch) return std::nullopt;
    return uarch->ops(isa_of(probe.row->variant), probe.row->format.name());
  }

  void check_formats(const Probe& a, const Probe& b) {
    if (!is_compute(a) || !alike(a, b) || a.row->variant != b.row->variant ||
        a.row->threads != b.row->threads || a.row->format.name() != "f64" ||
        b.row->format.name() != "f32") {
      return;
    }
    const Known<double> f64 = spec_ops(a), f32 = spec_ops(b);
    if (f64 && f32 && *f64 * 2 == *f32) expect(a, b, 0.5, "f64 is half of f32");
  }

  void check_widths(const Probe& a, const Probe& b) {
    if (!is_compute(a) || !alike(a, b) || a.row->threads != b.row->threads ||
        !(a.row->format == b.row->format) || isa_of(a.row->variant) != "avx512" ||
        isa_of(b.row->variant) != "avx2") {
      return;
    }
    const Known<double> wide = spec_ops(a), narrow = spec_ops(b);
    if (wide && narrow && *wide == 2 * *narrow) expect(a, b, 2, "avx512 is twice avx2");
  }

  void check_threads(const Probe& a, const Probe& b) {
    const bool own = is_compute(a) || a.row->conditions.level == "l1";
    if (!own || !alike(a, b) || a.row->variant != b.row->variant ||
        !(a.row->format == b.row->format) || a.row->threads == 1 || b.row->threads != 1) {
      return;
    }
    expect(a, b, 1, "each of " + std::to_string(a.row->threads) + " threads is as fast as one");
  }

  void check_read(const Probe& a, const Probe& b) {
    if (a.row->kernel != "read" || b.row->kernel != "copy" || a.row->variant != b.row->variant ||
        a.row->threads != b.row->threads || a.row->conditions.level != b.row->conditions.level ||
        a.row->conditions.pages != b.row->conditions.pages ||
        a.row->conditions.memory != b.row->conditions.memory) {
      return;
    }
    const double ratio = *a.ceiling->value / *b.ceiling->value;
    if (ratio < 0.5 * (1 - tolerance)) {
      warnings_.push_back(warning(a, b, "read is at least half of copy", ratio));
    }
  }

  std::vector<Probe> probes_;
  const RunFacts& facts_;
  std::vector<Warning> warnings_;
};

}  // namespace

std::vector<Warning> inconsistencies(const Run& run, const std::vector<Ceiling>& ceilings,
                                     const RunFacts& facts) {
  return Checker(usable_probes(run, ceilings), facts).check();
}

}  // namespace roofmark
