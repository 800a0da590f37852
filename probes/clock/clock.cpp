// The core's clock as a program feels it: a chain of dependent multiplies, whose latency nothing
// hides.
#include "core/case.h"
#include "core/device.h"
#include "core/pace.isa.h"
#include "core/parallel.h"

namespace roofmark {
namespace {

// 3 cycles each: 300 000 last 150 us at 6 GHz.
constexpr std::int64_t multiplies = 300'032;
static_assert(multiplies % chain_turn == 0);

/// Multiplies of one thread: the others run the same chain beside it, so a launch's time is one
/// chain's.
Work work(const Shape& shape, const Format&) {
  return {.ops = Ops{static_cast<double>(shape.at("ops"))}};
}

std::vector<Site> sites(const Machine&, const Variant&, int) {
  return {{.shape = {{"ops", multiplies}}}};
}

class ClockTask final : public Task {
 public:
  explicit ClockTask(const Case& what) : threads_(what.threads) {}

  void launch(Queue) override {
    parallel(threads_, [](int thread) {
      multiply_chain(multiplies, 2 * static_cast<std::uint64_t>(thread) + 3);
    });
  }

  double error() override {
    std::uint64_t expected = 3;
    for (std::int64_t i = 0; i < chain_turn; ++i) expected *= chain_factor;
    return multiply_chain(chain_turn, 3) == expected ? 0 : 2;
  }

 private:
  int threads_;
};

std::unique_ptr<Task> prepare(const Case& what, Device&) {
  return std::make_unique<ClockTask>(what);
}

}  // namespace

std::vector<Kernel> clock_kernels() {
  const Format none{DType::none, DType::none, DType::none};
  return {
      {.name = "clock",
       .summary = "latency of a 64-bit multiply, and with it the clock each core really runs at",
       .role = Role::latency_probe,
       .work = work,
       .sites = sites,
       .variants = {{"imul", "cpu", "", none, prepare, {}}}}};
}

}  // namespace roofmark
