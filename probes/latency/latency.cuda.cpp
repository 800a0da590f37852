// Latency of each memory level of a GPU: a random cycle of pointers that one thread follows.
#include "probes/latency/latency.cuda.h"

#include <algorithm>

#include "core/case.h"
#include "core/device.h"
#include "core/gpu_code.h"
#include "probes/latency/cycle.h"

namespace roofmark {
namespace {

constexpr std::int64_t line_bytes = 128;  // one pointer in each line of the caches

// Loads of one launch: milliseconds, beside which the launch and the first walk around a short
// cycle, while its lines come nearer, are less than 1 %.
constexpr std::int64_t near_loads = 1 << 18, l2_loads = 1 << 15, memory_loads = 1 << 14;

Work work(const Shape& shape, const Format&) {
  const auto loads = static_cast<double>(shape.at("loads"));
  return {.ops = Ops{loads}};
}

Site memory_site(const Gpu& gpu) {
  const std::int64_t bytes = std::max(4 * gpu.l2_bytes, std::int64_t{64} << 20);
  Site site{.shape = {{"bytes", bytes / line_bytes * line_bytes}, {"loads", memory_loads}},
            .conditions = {.level = "dram"}};
  if (bytes > gpu.memory_bytes / 4) {
    site.reason = "4 x the L2 cache is more than a quarter of the GPU's memory";
  }
  return site;
}

/// L1: 8 KiB, of the 128 KiB or more of every part.  L2: 1 MiB at most, past L1, and spread over
/// both partitions where there are two, so that the mean of near and far is found.  Memory: 4 x L2;
/// a launch goes on where the last one stopped and comes back to a line when it has long left L2.
/// With it comes what a scattered access costs in address translation.
std::vector<Site> sites(const Machine& machine, const Variant&, int) {
  const Gpu& gpu = machine.gpus.front();
  const std::int64_t l2_bytes = std::min<std::int64_t>(gpu.l2_bytes / 4, 1 << 20);
  Site l2{.shape = {{"bytes", l2_bytes / line_bytes * line_bytes}, {"loads", l2_loads}},
          .conditions = {.level = "l2"}};
  if (gpu.l2_bytes == 0) l2.reason = "this GPU reports no L2 cache";
  return {{.shape = {{"bytes", 8 << 10}, {"loads", near_loads}}, .conditions = {.level = "l1"}},
          {.shape = {{"bytes", 4 * shared_chase_words}, {"loads", near_loads}},
           .conditions = {.level = "shared"}},
          l2,
          memory_site(gpu)};
}

/// A cycle of pointers in the GPU's memory.
class ChaseTask final : public Task {
 public:
  ChaseTask(const Case& what, Device& device)
      : device_(device),
        through_l1_(what.conditions.level == "l1"),
        next_(random_cycle(what.shape.at("bytes") / line_bytes)),
        lines_(device.allocate_in(Residence::device, what.shape.at("bytes"))),
        at_(device.allocate_in(Residence::device, sizeof(void*))),
        chase_{reinterpret_cast<const void**>(at_.data), what.shape.at("loads")} {
    constexpr std::size_t words = line_bytes / sizeof(std::uint64_t), chunk = 65536;
    std::vector<std::uint64_t> lines(std::min(chunk, next_.size()) * words);
    for (std::size_t first = 0; first < next_.size(); first += chunk) {
      const std::size_t count = std::min(chunk, next_.size() - first);
      for (std::size_t i = 0; i < count; ++i) lines[i * words] = address(next_[first + i]);
      device_.upload(lines_.data + static_cast<std::int64_t>(first) * line_bytes, lines.data(),
                     static_cast<std::int64_t>(count) * line_bytes);
    }
    start();
  }

  void launch(Queue queue) override { launcher()(chase_, queue.stream); }
  std::string code_hash() const override {
    return launched_code(probes_gpu_code(), launcher(), device_.machine());
  }

  /// Where it comes to from the first line.
  double error() override {
    start();
    launch(device_.queue());
    device_.synchronize();
    std::uint64_t found = 0;
    device_.download(&found, at_.data, sizeof found);
    return found == address(after(next_, chase_.loads)) ? 0 : 2;
  }

 private:
  void (*launcher() const)(const Chase&, void*) {
    return through_l1_ ? launch_chase_l1 : launch_chase_l2;
  }
  std::uint64_t address(std::uint32_t line) const {
    return reinterpret_cast<std::uintptr_t>(lines_.data + line * line_bytes);
  }
  void start() {
    const std::uint64_t first = address(0);
    device_.upload(at_.data, &first, sizeof first);
  }

  Device& device_;
  bool through_l1_;
  std::vector<std::uint32_t> next_;
  Buffer lines_, at_;
  Chase chase_;
};

/// A cycle of offsets in shared memory.
class SharedChaseTask final : public Task {
 public:
  SharedChaseTask(const Case& what, Device& device)
      : device_(device),
        next_(random_cycle(shared_chase_words)),
        offsets_(device.allocate_in(Residence::device, 4 * shared_chase_words)),
        at_(device.allocate_in(Residence::device, 4)),
        chase_{reinterpret_cast<const std::uint32_t*>(offsets_.data),
               reinterpret_cast<std::uint32_t*>(at_.data), what.shape.at("loads")} {
    std::vector<std::uint32_t> offsets = next_;
    for (std::uint32_t& offset : offsets) offset *= 4;
    device_.upload(offsets_.data, offsets.data(), offsets_.size_bytes);
    device_.fill_bytes(at_, 0);
  }

  void launch(Queue queue) override { launch_chase_shared(chase_, queue.stream); }
  std::string code_hash() const override {
    return launched_code(probes_gpu_code(), &launch_chase_shared, device_.machine());
  }

  double error() override {
    device_.fill_bytes(at_, 0);
    launch(device_.queue());
    device_.synchronize();
    std::uint32_t found = 0;
    device_.download(&found, at_.data, sizeof found);
    return found == 4 * after(next_, chase_.loads) ? 0 : 2;
  }

 private:
  Device& device_;
  std::vector<std::uint32_t> next_;
  Buffer offsets_, at_;
  SharedChase chase_;
};

std::unique_ptr<Task> prepare(const Case& what, Device& device) {
  if (what.conditions.level == "shared") return std::make_unique<SharedChaseTask>(what, device);
  return std::make_unique<ChaseTask>(what, device);
}

}  // namespace

std::vector<Kernel> latency_cuda_kernels() {
  return {{.name = "latency",
           .summary = "latency of each memory level: a chain of loads, each of the next's address",
           .role = Role::latency_probe,
           .work = work,
           .variants = {{.name = "simt",
                         .device = "cuda",
                         .needs = "8.0",
                         .format = {DType::none, DType::none, DType::none},
                         .prepare = prepare,
                         .sites = sites}}}};
}

}  // namespace roofmark
