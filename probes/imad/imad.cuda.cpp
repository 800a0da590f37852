// Peak rate of 32-bit integer multiply-add on a GPU's ordinary cores, by construction free of
// memory.
#include "probes/imad/imad.cuda.h"

#include "probes/chain_task.h"

namespace roofmark {
namespace {

ChainBits draw(ChainRandom& random) { return random() & 0xffffffff; }
/// Odd factors: no two values become one.
ChainOperands draw_operands(ChainRandom& random) {
  return {draw(random) | 1, draw(random), draw(random) | 1, draw(random)};
}

double off(const ChainOperands& operands, ChainBits start, int steps, ChainBits result) {
  auto x = static_cast<std::uint32_t>(start);
  for (int step = 0; step < steps; ++step) {
    const ChainBits* pair = &operands[step % 2 * 2];
    x = static_cast<std::uint32_t>(x * pair[0] + pair[1]);
  }
  return x == result ? 0 : 2;
}

// An SM issues 64 a cycle: 250 turns take 2 million cycles.
constexpr ChainProbe probe{
    {DType::i32, DType::i32, DType::i32}, launch_imad, 4, 2, 250, draw_operands, draw, off};

std::vector<Site> sites(const Machine& machine, const Variant&, int) {
  return chain_sites(machine, probe, probe.turns);
}

std::unique_ptr<Task> prepare(const Case& what, Device& device) {
  return std::make_unique<ChainTask>(what, device, probe);
}

}  // namespace

std::vector<Kernel> imad_cuda_kernels() {
  return {{.name = "imad",
           .summary = "peak rate of 32-bit integer multiply-add",
           .role = Role::compute_probe,
           .work = chain_work,
           .variants = {{"simt", "cuda", "8.0", probe.format, prepare, {}, sites}}}};
}

}  // namespace roofmark
