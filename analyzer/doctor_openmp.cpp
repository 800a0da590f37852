// What the environment tells OpenMP, and what of that changes a run, as GCC's library was seen to
// take it.
#include "analyzer/doctor_openmp.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <vector>

namespace roofmark {
namespace {

using Variables = std::map<std::string, std::string>;

std::string value_of(const Variables& variables, const std::string& name) {
  const auto at = variables.find(name);
  if (at == variables.end()) return {};
  std::string value = at->second;
  for (char& c : value) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return value;
}

/// A whole number and nothing else; what OpenMP cannot read it ignores.
std::optional<std::int64_t> number_of(const Variables& variables, const std::string& name) {
  const std::string value = value_of(variables, name);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  const bool whole = error == std::errc() && end == value.data() + value.size();
  return whole ? std::optional(number) : std::nullopt;
}

std::string assignment(const Variables& variables, const std::string& name) {
  return name + "=" + variables.at(name);
}

/// What is set and changes a run: what that does, and what to do.
struct Effects {
  std::string text, unset;

  void add(const std::string& what, const std::string& names) {
    text += (text.empty() ? "" : "; ") + what;
    unset += (unset.empty() ? "" : ", ") + names;
  }
};

void add_thread_limit(Effects& effects, const Variables& variables, const Machine& machine) {
  const auto limit = number_of(variables, "OMP_THREAD_LIMIT");
  const auto levels = number_of(variables, "OMP_MAX_ACTIVE_LEVELS");
  const bool alone = levels && *levels == 0;
  const int most = machine.allowance.max_threads;
  const std::int64_t started = alone ? 1 : limit.value_or(most);
  if (started < 1 || started >= most) return;
  const std::string name = alone ? "OMP_MAX_ACTIVE_LEVELS" : "OMP_THREAD_LIMIT";
  effects.add(assignment(variables, name) + ": a run on more than " + counted(started, "thread") +
                  " ends with an error (or pass --threads " + std::to_string(started) + ")",
              name);
}

/// Variables that make OpenMP bind the first thread before the program begins, which cannot tell
/// that from a cpuset; none where no CPU is missing.
std::vector<std::string> binding_names(const Variables& variables, const Machine& machine) {
  const int allowed = static_cast<int>(machine.allowance.cpus.size());
  if (allowed >= machine.cpu.threads || value_of(variables, "OMP_PROC_BIND") == "false") return {};
  std::vector<std::string> names;
  for (const char* name : {"OMP_PROC_BIND", "OMP_PLACES", "GOMP_CPU_AFFINITY"}) {
    if (!value_of(variables, name).empty()) names.emplace_back(name);
  }
  return names;
}

void add_binding(Effects& effects, const Variables& variables, const Machine& machine) {
  std::string set, names;
  for (const std::string& name : binding_names(variables, machine)) {
    set += (set.empty() ? "" : ", ") + assignment(variables, name);
    names += (names.empty() ? "" : ", ") + name;
  }
  if (set.empty()) return;
  effects.add(set + ": OpenMP may have bound this process before it began, and a run then takes " +
                  (machine.allowance.cpus.size() == 1 ? "CPU " : "CPUs ") +
                  ranges(machine.allowance.cpus) + " for all that it may use",
              names);
}

/// Threads that sleep when they wait use less CPU time than passes, as if somebody took it.
void add_waiting(Effects& effects, const Variables& variables, const Machine& machine) {
  constexpr std::int64_t usual_spins = 300000;  // GCC's, where OMP_WAIT_POLICY is not set
  if (machine.allowance.max_threads < 2) return;
  const auto spins = number_of(variables, "GOMP_SPINCOUNT");
  const bool passive = !spins && value_of(variables, "OMP_WAIT_POLICY") == "passive";
  if (!passive && spins.value_or(usual_spins) >= usual_spins) return;
  const std::string name = passive ? "OMP_WAIT_POLICY" : "GOMP_SPINCOUNT";
  effects.add(
      assignment(variables, name) +
          ": threads sleep while they wait for one another and are woken at each start, and "
          "samples of several threads are dropped for want of CPU time",
      name);
}

/// A count of threads, or one for each level of nesting ("4,2"); nothing else is read.
bool are_thread_counts(std::string value) {
  std::erase(value, ' ');
  const char* at = value.data();
  const char* const end = at + value.size();
  for (;;) {
    std::int64_t count = 0;
    const auto [rest, error] = std::from_chars(at, end, count);
    if (error != std::errc() || count < 1) return false;
    if (rest == end) return true;
    if (*rest != ',') return false;
    at = rest + 1;
  }
}

}  // namespace

bool openmp_may_bind(const Machine& machine) {
  const auto& variables = machine.environment.variables;
  return variables && !binding_names(*variables, machine).empty();
}

Finding openmp_finding(const Machine& machine) {
  if (!machine.environment.variables) {
    return fine("OPENMP", "what the environment tells OpenMP is unknown");
  }
  const Variables& variables = *machine.environment.variables;
  Effects effects;
  add_thread_limit(effects, variables, machine);
  add_binding(effects, variables, machine);
  add_waiting(effects, variables, machine);
  if (!effects.text.empty()) {
    return warning("OPENMP", effects.text,
                   "unset " + effects.unset +
                       ": threads are as many as --threads says, each bound to a CPU of its own");
  }
  std::string ignored;
  for (const char* name : {"OMP_NUM_THREADS", "OMP_DYNAMIC"}) {
    if (variables.count(name) == 0) continue;
    ignored += (ignored.empty() ? "" : ", ") + assignment(variables, name);
    if (name == std::string("OMP_NUM_THREADS") && !are_thread_counts(variables.at(name))) {
      ignored += " (no number of threads)";
    }
  }
  if (ignored.empty()) return fine("OPENMP", "nothing in the environment changes OpenMP's threads");
  return fine("OPENMP", ignored + " changes nothing: threads are as many as --threads says");
}

}  // namespace roofmark
