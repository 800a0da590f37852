#include "analyzer/consistency.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "analyzer/numbers.h"
#include "analyzer/timing.h"

namespace roofmark {
namespace {

constexpr double tolerance = 0.05;  // gated medians stand within 1 %

/// A probe row with its ceiling; rate per cycle and thread, where its clock is known.
struct Probe {
  const Measurement* row;
  const Ceiling* ceiling;
  std::string isa, format;
  Known<double> per_cycle;

  bool is(const char* kind) const { return ceiling->kind == kind; }
};

std::vector<Probe> usable_probes(const Run& run, const std::vector<Ceiling>& ceilings) {
  std::vector<Probe> probes;
  for (const Measurement& row : run.rows) {
    const Ceiling* ceiling = row.role == Role::kernel ? nullptr : find_ceiling(ceilings, row.id);
    if (!ceiling || !ceiling->value || ceiling->grade == 'X' || row.contended) continue;
    const int cores = cores_open_to(row, run.machine);
    if (cores > 0 && row.threads > cores) continue;
    // One of several loops for a rate (avx2-9x6): too few registers to reach it for sure.
    const std::string isa = isa_of(row.variant);
    if (row.device == "cpu" && ceiling->kind == "compute" && row.variant != isa) continue;
    const Known<double> clock_hz = timing_of(row).clock_hz;
    probes.push_back(
        {&row, ceiling, isa_of(row.variant), row.format.name(),
         clock_hz ? quotient(*ceiling->value, *clock_hz * row.threads) : std::nullopt});
  }
  return probes;
}

/// What a row measures; null: the same in both rows of a tie.
struct Kind {
  const char *kernel, *isa, *format;
};
/// Two kinds of row that a spec relates: the ratio of their rates is that of the spec.
struct Tie {
  Kind a, b;
};
constexpr Tie ties[] = {
    {{nullptr, nullptr, "f64"}, {nullptr, nullptr, "f32"}},
    {{nullptr, nullptr, "none-f64"}, {nullptr, nullptr, "none-f32"}},
    {{nullptr, nullptr, "i16-i32"}, {nullptr, nullptr, "w8a8"}},
    {{nullptr, "avx2", nullptr}, {nullptr, "avx128", nullptr}},
    {{nullptr, "avx512", nullptr}, {nullptr, "avx2", nullptr}},
    {{nullptr, "avx512_vnni", nullptr}, {nullptr, "avx_vnni", nullptr}},
    {{"fma", "avx512_fp16", "f16"}, {"fma", "avx512", "f32"}},
    {{nullptr, "avx512_fp16", "none-f16"}, {nullptr, "avx512", "none-f32"}},
    {{"fma", "neon_fp16", "f16"}, {"fma", "neon", "f32"}},
    {{nullptr, "neon_fp16", "none-f16"}, {nullptr, "neon", "none-f32"}},
    {{"fma", "sve", "f16"}, {"fma", "sve", "f32"}},
    {{"dot", "avx512_bf16", "bf16-f32"}, {"fma", "avx512", "f32"}},
    {{"dot", "avx512_vnni", "w8a8"}, {"fma", "avx512", "f32"}},
    {{"dot", "avx_vnni", "w8a8"}, {"fma", "avx2", "f32"}},
    {{"dot", "neon_dot", "w8a8"}, {"fma", "neon", "f32"}},
    {{"dot", "neon_bf16", "bf16-f32"}, {"fma", "neon", "f32"}},
    {{"dot", "sve", "w8a8"}, {"fma", "sve", "f32"}},
    {{"dot", "sve_bf16", "bf16-f32"}, {"fma", "sve", "f32"}},
    {{"matrix", "neon_bf16", nullptr}, {"dot", "neon_bf16", nullptr}},
    {{"matrix", "neon_i8mm", nullptr}, {"dot", "neon_dot", nullptr}},
    {{"matrix", "sve_bf16", nullptr}, {"dot", "sve_bf16", nullptr}},
    {{"matrix", "sve_i8mm", nullptr}, {"dot", "sve", nullptr}},
    {{"matrix", "amx_int8", "w8a8"}, {"matrix", "amx_bf16", "bf16-f32"}},
};

bool fits(const Kind& kind, const Probe& probe) {
  return (!kind.kernel || probe.row->kernel == kind.kernel) &&
         (!kind.isa || probe.isa == kind.isa) && (!kind.format || probe.format == kind.format);
}

bool tied(const Tie& tie, const Probe& a, const Probe& b) {
  return fits(tie.a, a) && fits(tie.b, b) && (tie.a.kernel || a.row->kernel == b.row->kernel) &&
         (tie.a.isa || a.isa == b.isa) && (tie.a.format || a.format == b.format);
}

/// What tells the two rows apart, for people: "f64", "avx512", "dot avx512_bf16 bf16-f32".
std::string called(const Probe& probe, const Tie& tie) {
  std::string name;
  const auto add = [&](bool differs, const std::string& part) {
    if (differs) name += (name.empty() ? "" : " ") + part;
  };
  add(tie.a.kernel != nullptr, probe.row->kernel);
  add(tie.a.isa != nullptr, probe.isa);
  add(tie.a.format != nullptr, probe.format);
  return name;
}

std::string times_as_fast(double ratio) {
  if (ratio == 0.5) return "half of";
  if (ratio == 1) return "as fast as";
  if (ratio == 2) return "twice";
  return plain_number(ratio) + " times";
}

/// Distance from the core; -1: no level of memory.
int distance(const std::string& level) {
  constexpr std::array<std::string_view, 4> levels{"l1", "l2", "l3", "dram"};
  const auto at = std::find(levels.begin(), levels.end(), level);
  return at == levels.end() ? -1 : static_cast<int>(at - levels.begin());
}

class Checker {
 public:
  Checker(std::vector<Probe> probes, const RunFacts& facts)
      : probes_(std::move(probes)), facts_(facts) {}

  std::vector<Warning> check() {
    for (const Probe& a : probes_) {
      for (const Probe& b : probes_) {
        if (&a == &b || a.row->device != b.row->device) continue;
        check_threads(a, b);
        if (a.row->threads != b.row->threads) continue;
        check_ties(a, b);
        check_read(a, b);
        check_levels(a, b);
      }
    }
    return std::move(warnings_);
  }

 private:
  void warn(const Probe& a, const Probe& b, const std::string& rule, double ratio) {
    warnings_.push_back({a.row->id + " and " + b.row->id + " disagree: " + rule +
                         ", found a ratio of " + plain_number(ratio) +
                         "; measure both again on a quiet machine"});
  }

  /// Warns unless a / b, per cycle, is `expected` to within the tolerance.
  void expect(const Probe& a, const Probe& b, double expected, const std::string& rule) {
    if (!a.per_cycle || !b.per_cycle) return;
    const double ratio = *a.per_cycle / *b.per_cycle;
    if (std::abs(ratio / expected - 1) > tolerance) warn(a, b, rule, ratio);
  }

  Known<double> spec_ops(const Probe& probe) const {
    const Uarch* uarch = facts_.of(*probe.row).uarch;
    if (!uarch || probe.row->kernel == "fdiv" || probe.row->kernel == "fsqrt") return std::nullopt;
    return probe.row->device == "cpu" ? uarch->ops(probe.row->kernel, probe.isa, probe.format)
                                      : uarch->ops(probe.isa, probe.format);
  }

  void check_ties(const Probe& a, const Probe& b) {
    if (!a.is("compute") || !b.is("compute") || a.row->conditions != b.row->conditions) return;
    const auto* tie = std::find_if(std::begin(ties), std::end(ties),
                                   [&](const Tie& one) { return tied(one, a, b); });
    if (tie == std::end(ties)) return;
    const Known<double> of_a = spec_ops(a), of_b = spec_ops(b);
    if (!of_a || !of_b) return;
    const double ratio = *of_a / *of_b;
    expect(a, b, ratio, called(a, *tie) + " is " + times_as_fast(ratio) + " " + called(b, *tie));
  }

  void check_threads(const Probe& a, const Probe& b) {
    const bool own = a.is("compute") || (a.is("bandwidth") && a.row->conditions.level == "l1");
    if (!own || a.row->threads == 1 || b.row->threads != 1 || a.row->kernel != b.row->kernel ||
        a.row->variant != b.row->variant || a.format != b.format ||
        a.row->conditions != b.row->conditions) {
      return;
    }
    expect(a, b, 1, "each of " + std::to_string(a.row->threads) + " threads is as fast as one");
  }

  void check_read(const Probe& a, const Probe& b) {
    if (a.row->kernel != "read" || b.row->kernel != "copy" || a.row->variant != b.row->variant) {
      return;
    }
    Conditions copying = b.row->conditions;
    copying.stores.clear();
    if (a.row->conditions != copying) return;
    const double ratio = *a.ceiling->value / *b.ceiling->value;
    if (ratio < 0.5 * (1 - tolerance)) warn(a, b, "read is at least half of copy", ratio);
  }

  /// Of two levels the nearer is no slower to read and no later to answer.
  void check_levels(const Probe& a, const Probe& b) {
    const int near = distance(a.row->conditions.level), far = distance(b.row->conditions.level);
    if (near < 0 || near >= far || a.row->kernel != b.row->kernel ||
        a.row->variant != b.row->variant) {
      return;
    }
    Conditions there = a.row->conditions;
    there.level = b.row->conditions.level;
    if (there != b.row->conditions) return;
    const std::string levels = a.row->conditions.level + " and " + b.row->conditions.level;
    const double ratio = *a.ceiling->value / *b.ceiling->value;
    if (a.is("bandwidth") && a.row->kernel == "read" && ratio < 1 - tolerance) {
      warn(a, b, "of " + levels + " the nearer is no slower to read", ratio);
    }
    if (a.is("latency") && ratio > 1 + tolerance) {
      warn(a, b, "of " + levels + " the nearer answers no later", ratio);
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
