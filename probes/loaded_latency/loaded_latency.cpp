// Latency of memory while others use it: one thread follows a chain of loads, all others read, with
// pauses that make them use a part of the bandwidth or all of it.
#include <algorithm>
#include <atomic>

#include "core/parallel.h"
#include "probes/latency/chase_lines.h"
#include "probes/memory_levels.h"
#include "probes/stream/stream.isa.h"
#include "probes/stream/stream_cpu.h"

namespace roofmark {
namespace {

constexpr std::int64_t loads = 1 << 14;  // 1.6 ms at 100 ns
// Cycles between two KiB that a thread reads; a KiB alone takes about a hundred.
constexpr std::int64_t delays[] = {0, 64, 128, 256, 512, 1024, 4096, 16384};

Work work(const Shape& shape, const Format&) {
  return {.ops = Ops{static_cast<double>(shape.at("loads"))}};
}

/// One thread per core: the chain shares its core with nobody.
std::vector<Site> sites(const Machine& machine, const Variant& variant, int threads) {
  const Allowance& allowance = machine.allowance;
  const int cores = allowance.cores > 0 ? allowance.cores : allowance.max_threads;
  const bool alone = allowance.max_threads == 1 || cores == 1;
  if (!is_widest_stream(machine, variant)) return {};
  if (threads != (alone ? 1 : std::min(cores, allowance.max_threads))) return {};
  std::vector<Site> all;
  const std::int64_t bytes = level_bytes(machine, "dram", threads);
  for (const std::int64_t delay : delays) {
    Site site{
        .shape = {{"bytes", bytes}, {"loads", loads}, {"delay", delay}},
        .conditions = {.level = "dram", .pages = "huge"},
        .depth = delay == 0 || delay == 256 || delay == 1024 ? Depth::standard : Depth::thorough};
    // The chain's lines, and as much again for the others.
    site.reason = alone ? "one core: nobody else can load the memory"
                        : misfit(machine, site.conditions, threads, 2 * bytes);
    all.push_back(site);
    if (alone) break;
    all.back().scales = true;
  }
  return all;
}

class LoadedLatencyTask final : public Task {
 public:
  LoadedLatencyTask(const Case& what, Device& device)
      : lines_(what, device),
        loads_(what.shape.at("loads")),
        delay_(what.shape.at("delay")),
        threads_(what.threads),
        share_(what.shape.at("bytes") / threads_ / stream_step * stream_step),
        leaf_(stream_read_leaf(*what.variant, device.machine())),
        arrays_(allocate_for(what, device, share_ * threads_)),
        read_(static_cast<std::size_t>(threads_)) {}

  void launch(Queue) override {
    std::atomic<bool> done = false;
    parallel(threads_, [&](int thread) {
      if (thread == 0) {
        lines_.follow(loads_);
        done = true;
      } else {
        read_[static_cast<std::size_t>(thread)].bytes = read_until(done, thread);
      }
    });
  }

  /// The chain ends where it must, and the others read.
  double error() override {
    const bool lands = lines_.lands(loads_);
    launch({});
    return lands && load_bytes() > 0 ? 0 : 2;
  }

  std::optional<double> load_bytes() override {
    double sum = 0;
    for (const Count& count : read_) sum += static_cast<double>(count.bytes);
    return sum;
  }

 private:
  struct alignas(64) Count {
    std::int64_t bytes = 0;
  };

  /// A KiB at least, then on until the chain has ended.
  std::int64_t read_until(const std::atomic<bool>& done, int thread) const {
    const float* first = arrays_.f32() + share_ / 4 * thread;
    std::int64_t bytes = 0;
    do {
      leaf_({.b = first + bytes % share_ / 4, .bytes = stream_step}, scalar_, 1);
      bytes += stream_step;
      add_chain(delay_, 1);
    } while (!done);
    return bytes;
  }

  ChaseLines lines_;
  std::int64_t loads_, delay_;
  int threads_;
  std::int64_t share_;  ///< of each thread
  StreamLeaf leaf_;
  Buffer arrays_;
  alignas(64) float scalar_[16] = {};
  std::vector<Count> read_;  ///< by each thread in the last launch
};

std::unique_ptr<Task> prepare(const Case& what, Device& device) {
  return std::make_unique<LoadedLatencyTask>(what, device);
}

}  // namespace

std::vector<Kernel> loaded_latency_kernels() {
  Kernel kernel{.name = "loaded_latency",
                .summary = "latency of memory while other cores read from it, more and more",
                .role = Role::latency_probe,
                .work = work,
                .sites = sites,
                .variants = stream_variants(prepare),
                .brief = true};
  for (Variant& variant : kernel.variants) {
    variant.format = {DType::none, DType::none, DType::none};
  }
  return {kernel};
}

}  // namespace roofmark
