// What about a machine changes its numbers: limits, neighbours, unlocked clocks, missing parts.
#include "analyzer/doctor.h"

#include <algorithm>

#include "analyzer/doctor_gpus.h"
#include "analyzer/doctor_libraries.h"
#include "analyzer/doctor_openmp.h"
#include "analyzer/doctor_uarch.h"
#include "analyzer/numbers.h"

namespace roofmark {
namespace {

Finding isas(const Machine& machine) {
  std::string names;
  for (const std::string& isa : machine.cpu.isas) names += (names.empty() ? "" : ", ") + isa;
  if (!names.empty()) return fine("ISA", "instruction sets: " + names);
  return warning("ISA", "no known instruction set was found, so that no native variant can run",
                 "add it to cmake/isas.cmake (docs/adding.md)");
}

Finding smt(const Machine& machine) {
  if (!machine.cpu.smt) return fine("SMT", "whether cores run several hardware threads is unknown");
  if (!*machine.cpu.smt) return fine("SMT", "one hardware thread per core is visible");
  const bool spare = machine.allowance.max_threads <= machine.cpu.cores;
  return fine("SMT",
              std::string("cores run several hardware threads that share their units: one thread "
                          "per core is placed first") +
                  (spare ? "" : ", and with more threads than cores they halve one another"));
}

Finding hypervisor(const Machine& machine, const Surroundings& around) {
  const Known<std::string>& name = machine.environment.hypervisor;
  if (!name) return fine("HYPERVISOR", "whether this is a virtual machine cannot be told");
  if (*name == "none") return fine("HYPERVISOR", "no hypervisor");
  std::string text =
      "a virtual machine (" + *name +
      "): neighbours share cores, caches and memory. One on the sibling thread of a "
      "core halves its rate without any steal time; such samples are dropped by the "
      "quiet gate, rows are marked contended, and DRAM bandwidth may move by a factor of two";
  if (around.health.steal_s) {
    text += "; " + fixed(*around.health.steal_s, 1) + " s of CPU time were stolen since boot";
  }
  return warning("HYPERVISOR", text,
                 "use a dedicated or bare-metal host, or repeat the run at quiet hours");
}

Finding container(const Machine& machine) {
  const Known<bool>& inside = machine.environment.container;
  if (!inside) return fine("CONTAINER", "whether this is a container cannot be told");
  if (!*inside) return fine("CONTAINER", "not in a container");
  return fine("CONTAINER",
              "in a container: its limits are those below, and its host's other work is invisible");
}

Finding cpus(const Machine& machine) {
  const int allowed = static_cast<int>(machine.allowance.cpus.size());
  const std::string list = ranges(machine.allowance.cpus);
  if (allowed >= machine.cpu.threads) {
    return fine("CPUS", "all " + counted(allowed, "logical CPU") + " may be used (" + list + ")");
  }
  return warning(
      "CPUS",
      "only " + std::to_string(allowed) + " of " + std::to_string(machine.cpu.threads) +
          " logical CPUs may be used (" + list +
          "): at most that many threads run, and ceilings are those of this part, not of "
          "the machine; others may be busy on the rest",
      openmp_may_bind(machine)
          ? "do as W-OPENMP says, then look again"
          : "widen the cpuset (docker run --cpuset-cpus, AllowedCPUs= of systemd) or the affinity "
            "(taskset)");
}

Finding quota(const Machine& machine) {
  const Allowance& allowance = machine.allowance;
  if (allowance.quota_cpus) {
    return warning("QUOTA",
                   "a quota of " + plain_number(*allowance.quota_cpus) + " CPUs (" +
                       machine.environment.cpu_quota_note.value_or("control group") +
                       "): at most " + counted(allowance.max_threads, "thread") +
                       " at a time; beyond the quota threads are stopped until the period ends, "
                       "and samples hit by "
                       "that are dropped",
                   "raise it (docker run --cpus, CPUQuota= of systemd)");
  }
  if (allowance.cgroup == "unknown") {
    return warning("QUOTA",
                   "control groups cannot be read: there may be a CPU quota or a memory limit that "
                   "nobody can see, and samples stopped by it look slow",
                   "mount /sys/fs/cgroup and /proc");
  }
  return fine("QUOTA", "no CPU quota");
}

Finding governor(const Machine& machine) {
  const Known<std::string>& name = machine.environment.governor;
  if (!name) {
    return fine("GOVERNOR",
                "the clock's governor is not visible; the clock is measured beside every row");
  }
  if (*name == "performance") return fine("GOVERNOR", "the governor is performance");
  return warning(
      "GOVERNOR",
      "the governor is " + *name +
          ": the clock climbs and falls with the load. It is measured beside every row, but "
          "samples during which it moves are dropped, and short kernels run below full clock",
      "as root: cpupower frequency-set -g performance");
}

Finding turbo(const Machine& machine) {
  const Known<std::string>& state = machine.environment.turbo;
  if (!state) return fine("TURBO", "whether the clock may exceed its base is not visible");
  if (*state == "off") return fine("TURBO", "turbo is off");
  return warning(
      "TURBO",
      "turbo is on: the clock follows temperature and the number of busy cores, so that "
      "absolute values move while shares of the measured clock's bound hold",
      "for the steadiest values, as root: echo 0 > /sys/devices/system/cpu/cpufreq/boost, or "
      "echo 1 > /sys/devices/system/cpu/intel_pstate/no_turbo");
}

Finding throttling(const Machine& machine, const Surroundings& around) {
  const Known<std::int64_t>& events = around.health.throttle_events;
  if (machine.jetson && around.health.over_current) {
    return fine("THROTTLE", "throttling is told by the over-current counters");
  }
  if (!events) return fine("THROTTLE", "throttling is not counted where this can be read");
  if (*events == 0) return fine("THROTTLE", "never throttled since boot");
  return warning(
      "THROTTLE",
      counted(*events, "throttling event") +
          " since boot (heat, or too much current): samples in which the counter rises are "
          "dropped",
      "improve cooling or the supply, or choose a lower power mode");
}

Finding load(const Machine& machine) {
  const Known<double>& now = machine.environment.load_1m;
  if (!now) return fine("LOAD", "the load is unknown");
  const std::string text =
      "load " + fixed(*now, 2) + " on " +
      counted(static_cast<std::int64_t>(machine.allowance.cpus.size()), "allowed CPU");
  constexpr double idle_enough = 0.5;  // runnable tasks per CPU that leave a sample room
  if (*now <= idle_enough * static_cast<double>(machine.allowance.cpus.size())) {
    return fine("LOAD", text);
  }
  return warning("LOAD",
                 text +
                     ": other work takes CPU time, caches and bandwidth; samples in which a thread "
                     "was switched out are dropped, the rest may still read low",
                 "stop it, or wait");
}

Finding pressure(const Machine& machine) {
  const Known<double>& now = machine.environment.pressure_cpu_some_avg10;
  if (!now) return fine("PRESSURE", "CPU pressure is not visible");
  const std::string text =
      "in " + fixed(*now, 1) + " % of the last ten seconds some task waited for a CPU";
  constexpr double noticeable = 5;  // percent; an idle machine shows below 2
  if (*now <= noticeable) return fine("PRESSURE", text);
  return warning("PRESSURE", text + ": threads compete, and samples will be dropped",
                 "stop the other work, or use fewer threads with --threads");
}

Finding huge_pages(const Machine& machine) {
  const Known<std::string>& mode = machine.environment.huge_pages;
  if (!mode) return fine("HUGEPAGES", "whether huge pages are given is unknown");
  if (*mode != "never") return fine("HUGEPAGES", "transparent huge pages: " + *mode);
  return warning(
      "HUGEPAGES",
      "transparent huge pages are off: large operands need a page-table walk every 4 KiB, "
      "and rows with pages=huge are not what they say",
      "as root: echo madvise > /sys/kernel/mm/transparent_hugepage/enabled");
}

Finding memory(const Machine& machine) {
  const Known<std::int64_t>& available = machine.environment.memory_available_bytes;
  if (!available) {
    return warning("MEMORY",
                   "how much memory is available is unknown: operands are sized for 4 GiB, and a "
                   "smaller machine may kill the run",
                   "mount /proc");
  }
  const double wanted = static_cast<double>(quick_memory_bytes(machine.cpu));
  const std::string text = iec(static_cast<double>(*available)) + " of memory are available";
  if (static_cast<double>(*available) >= wanted) return fine("MEMORY", text);
  return warning("MEMORY",
                 text + ", less than the " + iec(wanted) +
                     " that the quick preset wants: rows that do not fit say so, and weights that "
                     "should come from memory rotate through less than they should",
                 "free memory, raise the limit, or choose a smaller model with --model");
}

Finding memory_limit(const Machine& machine) {
  const Known<std::int64_t>& limit = machine.allowance.memory_limit_bytes;
  if (!limit) return fine("MEMORYLIMIT", "no memory limit below what the machine has");
  return warning("MEMORYLIMIT",
                 "a control group limits memory to " + iec(static_cast<double>(*limit)) +
                     ": operands are sized for what is left of it",
                 "raise it (docker run --memory, MemoryMax= of systemd)");
}

}  // namespace

Finding fine(const std::string& subject, const std::string& text) {
  return {false, "OK-" + subject, text, ""};
}

Finding warning(const std::string& subject, const std::string& text, const std::string& remedy) {
  return {true, "W-" + subject, text, remedy};
}

std::string counted(std::int64_t count, const std::string& what) {
  const bool hisses = what.ends_with('s');
  return std::to_string(count) + ' ' + what + (count == 1 ? "" : hisses ? "es" : "s");
}

std::int64_t quick_memory_bytes(const Cpu& cpu) {
  constexpr std::int64_t gib = std::int64_t{1} << 30;
  return 4 * std::max(4 * cpu.last_level_bytes(), gib);
}

std::string ranges(std::vector<int> numbers) {
  std::sort(numbers.begin(), numbers.end());
  std::string text;
  for (std::size_t first = 0; first < numbers.size();) {
    std::size_t last = first;
    while (last + 1 < numbers.size() && numbers[last + 1] == numbers[last] + 1) ++last;
    text += (text.empty() ? "" : ",") + std::to_string(numbers[first]);
    if (last > first) text += '-' + std::to_string(numbers[last]);
    first = last + 1;
  }
  return text;
}

std::vector<Finding> findings(const Machine& machine, const Surroundings& around) {
  std::vector<Finding> all{uarch_finding(machine),
                           isas(machine),
                           cores_finding(machine),
                           smt(machine),
                           hypervisor(machine, around),
                           container(machine),
                           cpus(machine),
                           quota(machine),
                           openmp_finding(machine),
                           load(machine),
                           pressure(machine),
                           governor(machine),
                           turbo(machine),
                           throttling(machine, around),
                           memory(machine),
                           memory_limit(machine),
                           huge_pages(machine)};
  const auto add = [&](const std::vector<Finding>& more) {
    all.insert(all.end(), more.begin(), more.end());
  };
  add(board_findings(machine, around));
  if (!around.here) return all;
  add(blas_findings(machine, around));
  add(onednn_findings(machine, around));
  add(gpu_findings(machine, around));
  return all;
}

}  // namespace roofmark
