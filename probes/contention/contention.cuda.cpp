// What a GPU reads from a memory that it shares with the CPU while the CPU reads too.
#include <algorithm>
#include <atomic>
#include <thread>

#include "probes/stream/stream.h"
#include "probes/stream/stream_gpu.h"

namespace roofmark {
namespace {

constexpr std::int64_t cpu_bytes = 64 << 20;  // of each thread: far beyond any cache of such parts

/// The GPU's bytes alone: what is timed is the GPU's launch.  The CPU's threads read all the while,
/// before the first launch and after the last, and what they reach is not counted.
Work work(const Shape& shape, const Format& format) {
  return stream_work<read_pattern>(shape, format);
}

/// Every thread that the process may use but one, which launches.
std::vector<Site> sites(const Machine& machine, const Variant&, int) {
  if (!machine.gpus.front().integrated) return {};
  Site site = gpu_memory_site(machine, read_pattern);
  const int cpu_threads = machine.allowance.max_threads - 1;
  site.shape.extents.push_back({"cpu_threads", cpu_threads});
  if (site.reason.empty() && cpu_threads < 1) {
    site.reason = "the process may use one CPU, which launches";
  }
  const auto available = machine.environment.memory_available_bytes;
  if (site.reason.empty() && available && cpu_threads * cpu_bytes > *available / 4) {
    site.reason = "the CPU's buffers are more than a quarter of the available memory";
  }
  return {site};
}

/// Threads that read buffers of their own, over and over, as long as it lives.
class CpuReaders {
 public:
  explicit CpuReaders(int threads) {
    for (int thread = 0; thread < threads; ++thread) {
      buffers_.emplace_back(new std::uint64_t[cpu_bytes / 8]);
      team_.emplace_back(
          [this, words = buffers_.back().get()](std::stop_token stop) { read(words, stop); });
    }
    while (reading_ < threads) std::this_thread::yield();
  }

  /// Passes that all threads together have finished.
  std::int64_t passes() const { return passes_; }

 private:
  void read(std::uint64_t* words, const std::stop_token& stop) {
    std::fill_n(words, cpu_bytes / 8, std::uint64_t{7});  // by the thread that will read them
    ++reading_;
    std::uint64_t seen = 0;
    while (!stop.stop_requested()) {
      for (std::int64_t i = 0; i < cpu_bytes / 8; ++i) seen += words[i];
      ++passes_;
      sum_ = seen;  // so that the loop must be carried out
    }
  }

  std::atomic<int> reading_ = 0;
  std::atomic<std::int64_t> passes_ = 0;
  std::atomic<std::uint64_t> sum_ = 0;
  std::vector<std::unique_ptr<std::uint64_t[]>> buffers_;
  std::vector<std::jthread> team_;  // last: stopped and joined before the rest goes
};

class ContentionTask final : public Task {
 public:
  ContentionTask(const Case& what, Device& device)
      : gpu_task_(gpu_stream_task(what, device, read_pattern)),
        readers_(static_cast<int>(what.shape.at("cpu_threads"))) {}

  void launch(Queue queue) override { gpu_task_->launch(queue); }
  std::string code_hash() const override { return gpu_task_->code_hash(); }

  /// The GPU's read is right, and the CPU goes on reading.
  double error() override {
    const double error = gpu_task_->error();
    const std::int64_t before = readers_.passes();
    while (readers_.passes() == before) std::this_thread::yield();
    return error;
  }

 private:
  std::unique_ptr<Task> gpu_task_;
  CpuReaders readers_;
};

std::unique_ptr<Task> prepare(const Case& what, Device& device) {
  return std::make_unique<ContentionTask>(what, device);
}

}  // namespace

std::vector<Kernel> contention_cuda_kernels() {
  return {{.name = "contention",
           .summary = "read bandwidth of a GPU from the memory that the CPU is reading too",
           .role = Role::bandwidth_probe,
           .work = work,
           .variants = {{.name = "simt",
                         .device = "cuda",
                         .needs = "8.0",
                         .format = Format{},
                         .prepare = prepare,
                         .sites = sites}}}};
}

}  // namespace roofmark
