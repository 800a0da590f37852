#include "harness/cpu_device.h"

#include <sched.h>
#include <sys/resource.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/pace.isa.h"
#include "core/parallel.h"
#include "harness/machine.h"

namespace roofmark {
namespace {

// Three chunks of 13 us at 3.7 GHz: an interrupt spoils one of them, and the fastest is taken.
constexpr std::int64_t clock_chunk = 16'384;
constexpr int clock_chunks = 3;
// 16 us at eight a cycle.
constexpr std::int64_t quiet_nops = 1024 * nop_turn;
// 15 ms a core; three of them lie above the 99th percentile.
constexpr int first_readings = 256;

double wall_s() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

Stamp stamp() {
  Stamp stamp;
  stamp.wall_s = wall_s();
  timespec cpu{};
  if (::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu) == 0) {
    stamp.cpu_s = static_cast<double>(cpu.tv_sec) + 1e-9 * static_cast<double>(cpu.tv_nsec);
  }
  rusage usage{};
  if (::getrusage(RUSAGE_THREAD, &usage) == 0) stamp.involuntary_switches = usage.ru_nivcsw;
  stamp.cpu = ::sched_getcpu();
  return stamp;
}

struct Pace {
  double fastest_s = 0, slowest_s = 0;  ///< of the chunks
};

template <class Chunk>
Pace pace_of(int chunks, Chunk chunk) {
  Pace pace{std::numeric_limits<double>::infinity(), 0};
  for (int i = 0; i < chunks; ++i) {
    const double start = wall_s();
    chunk();
    const double elapsed = wall_s() - start;
    pace.fastest_s = std::min(pace.fastest_s, elapsed);
    pace.slowest_s = std::max(pace.slowest_s, elapsed);
  }
  return pace;
}

/// Latency of one multiply in cycles: the ratio to a chain of adds, whose latency is one cycle on
/// every core, must be near an integer.  A table by model would be a second list to keep.
double measured_multiply_cycles() {
  // A busy sibling slows the adds more than the multiplies (by up to a tenth), so the greatest
  // ratio of a few rounds is the least disturbed; a round takes a millisecond.
  constexpr int rounds = 20, tries = 64;
  double greatest = 0;
  for (int round = 0; round < rounds; ++round) {
    const double multiplies = pace_of(tries, [] { multiply_chain(clock_chunk, 3); }).fastest_s;
    const double adds = pace_of(tries, [] { add_chain(clock_chunk, 3); }).fastest_s;
    const double ratio = multiplies / adds;
    if (std::abs(ratio - std::round(ratio)) < 0.02) return std::round(ratio);
    greatest = std::max(greatest, ratio);
  }
  return std::abs(greatest - std::round(greatest)) < 0.2 ? std::round(greatest) : 0;
}

std::int64_t budget_of(const Machine& machine) {
  return machine.environment.memory_available_bytes.value_or(
      machine.memory_bytes.value_or(std::numeric_limits<std::int64_t>::max() / 2));
}

}  // namespace

CpuDevice::CpuDevice(const Machine& machine)
    : machine_(machine), memory_(budget_of(machine), machine.cpu.numa_nodes <= 1) {
  use_threads(1);
}

void CpuDevice::use_threads(int threads) { use_cpus(first_cpus(threads)); }

void CpuDevice::use_cpus(const std::vector<int>& cpus) {
  bind(cpus);
  find_multiply_cycles();  // before any reading: it gives their scale
  find_quiet_pace();
}

std::vector<int> CpuDevice::first_cpus(int threads) const {
  const std::vector<int>& allowed = machine_.allowance.cpus;
  if (threads < 1 || threads > static_cast<int>(allowed.size())) {
    throw InputError("cannot bind " + std::to_string(threads) + " threads (this process may use " +
                     std::to_string(allowed.size()) + " CPUs); pass --threads " +
                     std::to_string(allowed.size()));
  }
  return {allowed.begin(), allowed.begin() + threads};
}

void CpuDevice::bind(const std::vector<int>& cpus) {
  const int threads = static_cast<int>(cpus.size());
  if (const int team = team_of(threads); team < threads) {
    throw InputError("OpenMP starts " + std::to_string(team) + " of " + std::to_string(threads) +
                     " threads; unset OMP_THREAD_LIMIT or pass --threads " + std::to_string(team));
  }
  cpus_ = cpus;
  const int last = *std::max_element(cpus_.begin(), cpus_.end());
  if (static_cast<int>(cores_.size()) <= last) cores_.resize(static_cast<std::size_t>(last) + 1);
  std::vector<std::string> problems(static_cast<std::size_t>(threads));
  parallel(threads, [&](int thread) {
    try {
      binder_.bind_this_thread(cpus_[static_cast<std::size_t>(thread)]);
    } catch (const MeasurementError& error) {
      problems[static_cast<std::size_t>(thread)] = error.what();
    }
  });
  for (const std::string& problem : problems) {
    if (!problem.empty()) throw MeasurementError(problem);
  }
}

void CpuDevice::find_multiply_cycles() {
  // One core after the other: siblings that measure at once disturb each other.
  parallel(static_cast<int>(cpus_.size()), [&](int thread) {
    for (std::size_t turn = 0; turn < cpus_.size(); ++turn) {
      barrier();
      CoreState& core = cores_[static_cast<std::size_t>(cpus_[static_cast<std::size_t>(thread)])];
      if (static_cast<std::size_t>(thread) != turn || core.asked) continue;
      core.multiply_cycles = measured_multiply_cycles();
      core.asked = true;
    }
  });
}

void CpuDevice::find_quiet_pace() {
  // Disturbed readings do not count, so it is the tries that are bounded.
  const bool known = std::all_of(cpus_.begin(), cpus_.end(), [&](int cpu) {
    return cores_[static_cast<std::size_t>(cpu)].nops_per_cycle.readings() >= first_readings;
  });
  for (int i = 0; !known && i < first_readings * 5 / 4; ++i) read();
}

CoreReading CpuDevice::read_core(int thread) {
  CoreReading reading;
  reading.begin = stamp();
  const Pace chain = pace_of(clock_chunks, [] { multiply_chain(clock_chunk, 3); });
  const double nops_s = pace_of(1, [] { nop_run(quiet_nops); }).fastest_s;
  reading.end = stamp();
  CoreState& core = cores_[static_cast<std::size_t>(cpus_[static_cast<std::size_t>(thread)])];
  const double chunk_cycles = static_cast<double>(clock_chunk) * core.multiply_cycles;
  reading.clock_hz = chunk_cycles / chain.fastest_s;
  // Without a known latency the rate per multiply serves: only ratios to the best are used.
  const double cycle_s =
      chain.fastest_s / (static_cast<double>(clock_chunk) * std::max(1.0, core.multiply_cycles));
  const double nops_per_cycle = static_cast<double>(quiet_nops) / (nops_s / cycle_s);
  // A disturbed chain would say that the NOPs took fewer cycles than they did.
  if (chain.slowest_s < 1.01 * chain.fastest_s) core.nops_per_cycle.add(nops_per_cycle);
  const double alone = core.nops_per_cycle.value();
  reading.quiet = alone > 0 ? nops_per_cycle / alone : 0;
  return reading;
}

Reading CpuDevice::read() {
  Reading reading;
  reading.cores.resize(cpus_.size());
  parallel(static_cast<int>(cpus_.size()), [&](int thread) {
    reading.cores[static_cast<std::size_t>(thread)] = read_core(thread);
  });
  reading.stolen_s = stolen_s({}, cpus_).value_or(0.0);
  return reading;
}

Seconds CpuDevice::time(Task& task, std::int64_t launches) {
  const double start = wall_s();
  task.repeat({}, launches);
  return Seconds{wall_s() - start};
}

Seconds CpuDevice::now() { return Seconds{wall_s()}; }

Health CpuDevice::health() { return read_health(); }

Buffer CpuDevice::allocate(std::int64_t size_bytes, int threads, Pages pages) {
  return memory_.allocate(size_bytes, threads, pages);
}

Buffer CpuDevice::allocate_on(int node, std::int64_t size_bytes, int threads, Pages pages) {
  return memory_.allocate(size_bytes, threads, pages, [&](void* address, std::int64_t length) {
    binder_.bind_memory(address, length, node);
  });
}

bool CpuDevice::provide(Pool& pool, std::int64_t size_bytes, int threads) {
  // With one memory node it does not matter who touched a page first, so all cases share one
  // buffer.
  const bool placed = machine_.cpu.numa_nodes <= 1 || pool.threads == threads;
  if (placed && pool.buffer.size_bytes >= size_bytes) return false;
  pool = {};  // first give back, then ask: both at once may not fit
  try {
    pool = {memory_.allocate(size_bytes, threads, Pages::huge), threads};
  } catch (const std::bad_alloc&) {
    for (auto& [type, other] : operands_) other = {};
    results_ = {};
    pool = {memory_.allocate(size_bytes, threads, Pages::huge), threads};
  }
  return true;
}

Buffer CpuDevice::cold_operands(std::int64_t size_bytes, int threads, DType type) {
  Pool& pool = operands_[type];
  if (provide(pool, size_bytes, threads)) fill_random(pool.buffer, threads, type, 20231);
  return pool.buffer;
}

void CpuDevice::randomize(const Buffer& buffer, DType type, std::uint64_t seed) {
  fill_random(buffer, std::max(1, static_cast<int>(cpus_.size())), type, seed);
}

Buffer CpuDevice::cold_results(std::int64_t size_bytes, int threads) {
  provide(results_, size_bytes, threads);
  return results_.buffer;
}

}  // namespace roofmark
