// What it costs to launch a kernel on a GPU, when the kernel itself takes no time.
//   stream        one of many launches, one after the other, from the host: what a program without
//                 graphs pays per kernel when it launches as fast as it can
//   graph         one of many in a graph: what a kernel of a decode step costs at the least
//   synchronize   a launch and the wait for it: the round trip between host and GPU
#include "probes/launch/launch.cuda.h"

#include "core/case.h"
#include "core/device.h"

namespace roofmark {
namespace {

Work work(const Shape&, const Format&) { return {}; }

std::vector<Site> sites(const Machine&, const Variant&, int) {
  return {{.shape = {{"launches", 1}}}};
}

enum class Way { stream, graph, synchronize };

class LaunchTask final : public Task {
 public:
  LaunchTask(Device& device, Way way)
      : device_(device), way_(way), ran_(device.allocate_in(Residence::device, 4)) {}

  void launch(Queue queue) override {
    launch_nothing(nullptr, queue.stream);
    if (way_ == Way::synchronize) device_.synchronize();
  }

  bool times_host() const override { return way_ != Way::graph; }

  /// The kernel runs: asked to, it counts.
  double error() override {
    constexpr std::uint32_t launches = 3;
    device_.fill_bytes(ran_, 0);
    for (std::uint32_t i = 0; i < launches; ++i) {
      launch_nothing(reinterpret_cast<std::uint32_t*>(ran_.data), device_.queue().stream);
    }
    launch(device_.queue());
    device_.synchronize();
    std::uint32_t ran = 0;
    device_.download(&ran, ran_.data, sizeof ran);
    return ran == launches ? 0 : 2;
  }

 private:
  Device& device_;
  Way way_;
  Buffer ran_;
};

template <Way WAY>
std::unique_ptr<Task> prepare(const Case&, Device& device) {
  return std::make_unique<LaunchTask>(device, WAY);
}

template <Way WAY>
Variant variant(const char* name) {
  return {.name = name,
          .device = "cuda",
          .needs = "8.0",
          .format = {DType::none, DType::none, DType::none},
          .prepare = prepare<WAY>,
          .sites = sites};
}

}  // namespace

std::vector<Kernel> launch_cuda_kernels() {
  return {{.name = "launch",
           .summary = "launching a GPU kernel that does nothing",
           .role = Role::overhead_probe,
           .work = work,
           .variants = {variant<Way::stream>("stream"), variant<Way::graph>("graph"),
                        variant<Way::synchronize>("synchronize")}}};
}

}  // namespace roofmark
