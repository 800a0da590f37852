#include "core/companions.h"

#include <limits>

namespace roofmark {
namespace {

bool matches(const Conditions& wanted, const Conditions& found) {
  // What does not apply to a probe (pages on a GPU) cannot be wrong.
  const auto fits = [](const std::string& w, const std::string& f) {
    return w.empty() || f.empty() || w == f;
  };
  return fits(wanted.level, found.level) && fits(wanted.stores, found.stores) &&
         fits(wanted.pages, found.pages) && fits(wanted.state, found.state) &&
         fits(wanted.packed, found.packed) && wanted.memory == found.memory &&
         wanted.cores == found.cores && wanted.node == found.node;
}

/// Probes of a function, asked for by name, have no products' format.
bool is_function_of(const Case& probe, const Companion& wanted) {
  return !wanted.kernel.empty() && probe.format.weights == DType::none;
}

/// Whether a probe that will do bounds a case rather than one found before it: of a function's the
/// one whose results are as wide, where there is one; of others that of more operations in a cycle,
/// or the later one.
bool is_better(const Case& probe, const Case& found, const Case& what, const Companion& wanted) {
  if (!is_function_of(probe, wanted)) return probe.ops_per_cycle >= found.ops_per_cycle;
  const Format function = function_format(what.format);
  return probe.format == function || found.format != function;
}

int find_probe(std::span<const PlannedCase> cases, const Case& what, const Companion& wanted,
               const Format& computed_in) {
  int found = -1;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const Case& probe = cases[i].what;
    const bool computes = probe.kernel->role == Role::compute_probe;
    const bool meant = wanted.kernel.empty() ? computes : probe.kernel->name == wanted.kernel;
    if (meant && probe.reason.empty() && probe.device == what.device &&
        probe.threads == what.threads && matches(wanted.conditions, probe.conditions) &&
        (!computes || probe.format == computed_in || is_function_of(probe, wanted))) {
      const bool first = found < 0;
      if (first || is_better(probe, cases[static_cast<std::size_t>(found)].what, what, wanted)) {
        found = static_cast<int>(i);
      }
    }
  }
  return found;
}

/// What a core takes from memory in a cycle, reading or copying: a Zen 5 server 11 bytes, and 7
/// each where two cores do; a Xeon with AMX 5, one core and two alike.  Each of many that share a
/// memory has less, and nobody knows how much before it is measured.
double bytes_per_cycle(const Cpu& cpu) { return cpu.vendor == "GenuineIntel" ? 5 : 9; }

/// Dense 16-bit operations for a byte of memory, data sheets: A100 153, H200 206, Orin 208, H100
/// 295; half as many in twice the bits.  f32 is left to ordinary cores: A100 10, H100 20, Orin 26.
double ridge_of_gpu(const Format& computed_in) {
  return computed_in.weights == DType::f32 ? 20 : 200 * 16.0 / bits(computed_in.weights);
}

/// Operations for a byte from which on the arithmetic takes longer than the memory.
double ridge_of(const Case& what, const Case* arithmetic, const Cpu& cpu) {
  if (what.device != "cpu") return ridge_of_gpu(computing_format(what.format));
  const bool known = arithmetic != nullptr && arithmetic->ops_per_cycle > 0;
  return known ? arithmetic->ops_per_cycle / bytes_per_cycle(cpu)
               : std::numeric_limits<double>::infinity();
}

}  // namespace

std::optional<Companion> wanted_companion(const Case& what) {
  std::optional<Companion> wanted;
  if (what.variant->companion) {
    wanted = what.variant->companion(what.shape, what.format);
  } else if (what.kernel->companion) {
    wanted = what.kernel->companion(what.shape, what.threads);
  }
  if (wanted && !what.conditions.level.empty()) {
    // Operands that lie in a cache are bounded by the same mix of reads and writes there, if not by
    // arithmetic.
    const std::string& resident = what.kernel->resident_companion;
    if (!resident.empty() && wanted->conditions.stores != "nt") return Companion{resident, {}};
    wanted->conditions.level = what.conditions.level;
  }
  return wanted;
}

int arithmetic_of(std::span<const PlannedCase> cases, const Case& what) {
  const int found = find_probe(cases, what, {}, computing_format(what.format));
  return found < 0 && what.device == "cpu" ? find_probe(cases, what, {}, Format{}) : found;
}

int find_companion(std::span<const PlannedCase> cases, const Case& what, const Cpu& cpu) {
  if (!what.reason.empty()) return -1;
  const std::optional<Companion> wanted = wanted_companion(what);
  if (!wanted) return -1;
  if (wanted->kernel.empty()) return arithmetic_of(cases, what);
  if (wanted->or_arithmetic) {
    const int found = arithmetic_of(cases, what);
    const Case* arithmetic = found < 0 ? nullptr : &cases[static_cast<std::size_t>(found)].what;
    const Work work = what.kernel->work(what.shape, what.format);
    if (work.ops.value >= ridge_of(what, arithmetic, cpu) * work.bytes().value) return found;
  }
  return find_probe(cases, what, *wanted, computing_format(what.format));
}

}  // namespace roofmark
