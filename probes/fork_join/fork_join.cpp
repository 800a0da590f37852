// The price of a parallel region: what a launch smaller than this is bound by.
#include <atomic>

#include "core/case.h"
#include "core/device.h"
#include "core/parallel.h"

namespace roofmark {
namespace {

Work work(const Shape&, const Format&) { return {}; }

std::vector<Site> sites(const Machine&, const Variant&, int threads) {
  Site site{.shape = {{"regions", 1}}};
  if (threads == 1) site.reason = "one thread is called directly: there is no fork and join";
  return {site};
}

class ForkJoinTask final : public Task {
 public:
  explicit ForkJoinTask(const Case& what) : threads_(what.threads) {}
  void launch(Queue) override {
    parallel(threads_, [](int) {});
  }
  /// Every thread of the team must really come.
  double error() override {
    std::atomic<int> came = 0;
    parallel(threads_, [&](int) { ++came; });
    return came == threads_ ? 0 : 2;
  }

 private:
  int threads_;
};

std::unique_ptr<Task> prepare(const Case& what, Device&) {
  return std::make_unique<ForkJoinTask>(what);
}

}  // namespace

std::vector<Kernel> fork_join_kernels() {
  const Format none{DType::none, DType::none, DType::none};
  return {{.name = "fork_join",
           .summary = "an empty parallel region: the overhead of one launch on several threads",
           .role = Role::overhead_probe,
           .work = work,
           .sites = sites,
           .variants = {{"openmp", "cpu", "", none, prepare, {}}}}};
}

}  // namespace roofmark
