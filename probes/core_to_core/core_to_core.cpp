// What it takes to hand a cache line to another core: two threads take turns at writing one word.
#include <algorithm>
#include <atomic>
#include <thread>

#include "core/case.h"
#include "core/device.h"
#include "core/parallel.h"
#include "probes/memory_levels.h"

namespace roofmark {
namespace {

constexpr std::int64_t passes = 4000;  // 100 us at 25 ns, the least between hardware threads
constexpr int most_in_full = 16;       // cores of which every pair is taken
constexpr int few_pairs = 8;           // that the standard preset takes too

Work work(const Shape& shape, const Format&) {
  return {.ops = Ops{static_cast<double>(shape.at("passes"))}};
}

struct CpuPair {
  int a, b;
};

/// The second hardware threads of these cores lie behind them in the allowance, in the same order.
int sibling_of_first(const Machine& machine) {
  const Allowance& allowance = machine.allowance;
  const bool has = allowance.cores > 0 && machine.cpu.smt.value_or(false) &&
                   static_cast<std::size_t>(allowance.cores) < allowance.cpus.size();
  return has ? allowance.cpus[static_cast<std::size_t>(allowance.cores)] : -1;
}

/// All pairs of up to 16 cores; of more, the first core of each node with every other core.  Also
/// the two hardware threads of the first core.
std::vector<CpuPair> pairs_of(const Machine& machine) {
  const Allowance& allowance = machine.allowance;
  const std::size_t known = static_cast<std::size_t>(std::max(0, allowance.cores));
  const std::size_t count =
      known > 0 ? std::min(known, allowance.cpus.size()) : allowance.cpus.size();
  const std::vector<int> cores(allowance.cpus.begin(),
                               allowance.cpus.begin() + static_cast<std::ptrdiff_t>(count));
  std::vector<int> from = cores;
  if (cores.size() > most_in_full) {
    from = {cores.front()};
    for (const Place& place : nodes(machine)) from.push_back(place.cpus.front());
    std::sort(from.begin(), from.end());
    from.erase(std::unique(from.begin(), from.end()), from.end());
  }
  std::vector<CpuPair> pairs;
  for (const int a : from) {
    for (const int b : cores) {
      const bool turned = std::find(from.begin(), from.end(), b) != from.end() && b < a;
      if (a != b && !turned) pairs.push_back({a, b});
    }
  }
  if (const int sibling = sibling_of_first(machine); sibling >= 0) {
    pairs.push_back({cores.front(), sibling});
  }
  return pairs;
}

std::vector<Site> sites(const Machine& machine, const Variant&, int) {
  const std::vector<CpuPair> pairs = pairs_of(machine);
  const Depth depth = pairs.size() <= few_pairs ? Depth::standard : Depth::thorough;
  std::vector<Site> all;
  all.reserve(pairs.size());
  for (const CpuPair& pair : pairs) {
    all.push_back({.shape = {{"a", pair.a}, {"b", pair.b}, {"passes", passes}},
                   .cpus = {pair.a, pair.b},
                   .depth = depth});
  }
  if (all.empty()) {
    all.push_back({.shape = {{"a", 0}, {"b", 0}, {"passes", passes}},
                   .reason = "the process may use one CPU: there is no other",
                   .depth = depth});
  }
  return all;
}

class CoreToCoreTask final : public Task {
 public:
  explicit CoreToCoreTask(const Case& what) : passes_(what.shape.at("passes")) {}

  void launch(Queue) override { pass(passes_); }

  /// Each side saw every turn of the other.
  double error() override {
    constexpr std::int64_t few = 64;
    const std::int64_t before = line_.turn;
    return pass(few) == few && line_.turn == before + few ? 0 : 2;
  }

 private:
  // Neighbours of a line may be fetched with it.
  struct alignas(128) Line {
    std::atomic<std::int64_t> turn = 0;
  };

  /// Even turns are the first thread's.  Returns how many were taken.
  std::int64_t pass(std::int64_t count) {
    const std::int64_t first = line_.turn, end = first + count;
    std::atomic<std::int64_t> taken = 0;
    parallel(2, [&](int thread) {
      std::int64_t mine = 0;
      for (std::int64_t turn = first + thread; turn < end; turn += 2) {
        wait_for(turn);
        line_.turn.store(turn + 1, std::memory_order_release);
        ++mine;
      }
      taken += mine;
    });
    return taken;
  }

  /// Gives its CPU away only where both threads must share one, after far longer than a pass.
  void wait_for(std::int64_t turn) const {
    constexpr int patience = 1 << 16;
    for (int spins = 0; line_.turn.load(std::memory_order_acquire) != turn; ++spins) {
      if (spins > patience) std::this_thread::yield();
    }
  }

  std::int64_t passes_;
  Line line_;
};

std::unique_ptr<Task> prepare(const Case& what, Device&) {
  return std::make_unique<CoreToCoreTask>(what);
}

}  // namespace

std::vector<Kernel> core_to_core_kernels() {
  const Format none{DType::none, DType::none, DType::none};
  return {{.name = "core_to_core",
           .summary = "one-way latency of a cache line between two CPUs",
           .role = Role::latency_probe,
           .work = work,
           .sites = sites,
           .variants = {{"store", "cpu", "", none, prepare, {}}},
           .brief = true}};
}

}  // namespace roofmark
