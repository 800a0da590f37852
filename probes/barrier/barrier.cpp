// The price of waiting for all others inside a parallel region.
#include <atomic>

#include "core/case.h"
#include "core/device.h"
#include "core/parallel.h"

namespace roofmark {
namespace {

// Beside which forking and joining once are few percent: a barrier costs about half as much.
constexpr std::int64_t barriers = 256;

Work work(const Shape& shape, const Format&) {
  return {.ops = Ops{static_cast<double>(shape.at("barriers"))}};
}

std::vector<Site> sites(const Machine&, const Variant&, int threads) {
  Site site{.shape = {{"barriers", barriers}}};
  if (threads == 1) site.reason = "one thread waits for nobody";
  return {site};
}

class BarrierTask final : public Task {
 public:
  explicit BarrierTask(const Case& what)
      : threads_(what.threads), barriers_(what.shape.at("barriers")) {}

  void launch(Queue) override {
    parallel(threads_, [&](int) {
      for (std::int64_t i = 0; i < barriers_; ++i) barrier();
    });
  }

  /// Nobody passes a barrier before all have come.
  double error() override {
    std::atomic<int> came = 0, early = 0;
    parallel(threads_, [&](int) {
      ++came;
      barrier();
      if (came != threads_) ++early;
    });
    return early == 0 ? 0 : 2;
  }

 private:
  int threads_;
  std::int64_t barriers_;
};

std::unique_ptr<Task> prepare(const Case& what, Device&) {
  return std::make_unique<BarrierTask>(what);
}

}  // namespace

std::vector<Kernel> barrier_kernels() {
  const Format none{DType::none, DType::none, DType::none};
  return {
      {.name = "barrier",
       .summary = "threads of a parallel region wait for one another: one step of a kernel in many",
       .role = Role::overhead_probe,
       .work = work,
       .sites = sites,
       .variants = {{"openmp", "cpu", "", none, prepare, {}}}}};
}

}  // namespace roofmark
