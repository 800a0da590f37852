// Peak rate of exponentials on a GPU, what softmax is made of.  Its format has no weights: it is no
// product, and never the peak of one.
#include "probes/exp/exp.cuda.h"

#include <cmath>

#include "core/values.h"
#include "probes/chain_task.h"

namespace roofmark {
namespace {

double value(ChainBits bits) { return value_at(&bits, DType::f32, 0); }

/// Multiples of 2^-20 below 4: what is added to them, and their sums, are exact.
double draw(ChainRandom& random) {
  constexpr int span = 1 << 21;
  return std::ldexp(static_cast<double>(random() % (2 * span)) - span, -20);
}

/// x goes forth by m1 and back by m2 but for a drift of at most 16 x 2^-20 for each pair of steps.
ChainOperands draw_operands(ChainRandom& random) {
  const double forth = draw(random) / 2;
  const double drift = std::ldexp(static_cast<double>(random() % 32) - 16, -20);
  const auto there = static_cast<float>(std::ldexp(std::round(std::ldexp(forth, 20)), -20));
  return {encoded(there, DType::f32), 0, encoded(drift - there, DType::f32), 0};
}
ChainBits start(ChainRandom& random) { return encoded(draw(random), DType::f32); }

/// Each power is within 2 units in the last place, each addition within half of one.
double off(const ChainOperands& operands, ChainBits start, int steps, ChainBits result) {
  double x = value(start), sum = 0;
  for (int step = 0; step < steps; ++step) {
    sum += std::exp2(x);
    x += value(operands[step % 2 * 2]);
  }
  return std::abs(value(result) - sum) / (epsilon(DType::f32) * (2 + steps / 2.0) * sum);
}

// An SM issues 16 a cycle: 62 turns take 2 million cycles.
constexpr ChainProbe probe{
    {DType::none, DType::f32, DType::f32}, launch_exp, 4, 1, 62, draw_operands, start, off};

std::vector<Site> sites(const Machine& machine, const Variant&, int) {
  return chain_sites(machine, probe, probe.turns);
}

std::unique_ptr<Task> prepare(const Case& what, Device& device) {
  return std::make_unique<ChainTask>(what, device, probe);
}

}  // namespace

std::vector<Kernel> exp_cuda_kernels() {
  return {{.name = "exp",
           .summary = "peak rate of exponentials (base 2, f32)",
           .role = Role::compute_probe,
           .work = chain_work,
           .variants = {{"simt", "cuda", "8.0", probe.format, prepare, {}, sites}}}};
}

}  // namespace roofmark
