// NOP issue rate: how much of its core a thread has to itself.  A neighbour on the sibling hardware
// thread, another virtual machine's perhaps, halves it and leaves every other sign at rest.
#include "core/case.h"
#include "core/device.h"
#include "core/pace.isa.h"
#include "core/parallel.h"

namespace roofmark {
namespace {

// At most 10 a cycle: 6 Mi last 100 us at 6 GHz.
constexpr std::int64_t nops = 6 << 20;
static_assert(nops % nop_turn == 0);

Work work(const Shape& shape, const Format&) {
  return {.ops = Ops{static_cast<double>(shape.at("ops"))}};
}

std::vector<Site> sites(const Machine&, const Variant&, int threads) {
  return {{.shape = {{"ops", nops * threads}}}};
}

class QuietTask final : public Task {
 public:
  explicit QuietTask(const Case& what) : threads_(what.threads) {}
  void launch(Queue) override {
    parallel(threads_, [](int) { nop_run(nops); });
  }
  /// A NOP has no result that could be wrong.
  double error() override { return 0; }

 private:
  int threads_;
};

std::unique_ptr<Task> prepare(const Case& what, Device&) {
  return std::make_unique<QuietTask>(what);
}

}  // namespace

std::vector<Kernel> quiet_kernels() {
  const Format none{DType::none, DType::none, DType::none};
  return {{.name = "quiet",
           .summary = "NOP issue rate: shows a neighbour on the same core",
           .role = Role::compute_probe,
           .work = work,
           .sites = sites,
           .variants = {{"nop", "cpu", "", none, prepare, {}}}}};
}

}  // namespace roofmark
