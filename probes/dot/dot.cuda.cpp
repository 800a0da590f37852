// Peak rate of byte dot products on a GPU's ordinary cores, by construction free of memory.
#include "probes/dot/dot.cuda.h"

#include "probes/chain_task.h"

namespace roofmark {
namespace {

ChainBits draw(ChainRandom& random) { return random() & 0xffffffff; }
ChainOperands draw_operands(ChainRandom& random) {
  return {draw(random), draw(random), draw(random), draw(random)};
}

std::int32_t byte_of(ChainBits word, int i) { return static_cast<std::int8_t>(word >> 8 * i); }

double off(const ChainOperands& operands, ChainBits start, int steps, ChainBits result) {
  auto x = static_cast<std::uint32_t>(start);
  for (int step = 0; step < steps; ++step) {
    const ChainBits m = operands[step % 2 * 2];
    auto sum = static_cast<std::uint32_t>(operands[step % 2 * 2 + 1]);
    for (int i = 0; i < 4; ++i) sum += static_cast<std::uint32_t>(byte_of(x, i) * byte_of(m, i));
    x = sum;
  }
  return x == result ? 0 : 2;
}

// Four multiplications and four additions.  An SM issues 64 a cycle: 250 turns take 2 million
// cycles.
constexpr ChainProbe probe{
    {DType::i8, DType::i8, DType::i32}, launch_dot, 4, 8, 250, draw_operands, draw, off};

std::vector<Site> sites(const Machine& machine, const Variant&, int) {
  return chain_sites(machine, probe, probe.turns);
}

std::unique_ptr<Task> prepare(const Case& what, Device& device) {
  return std::make_unique<ChainTask>(what, device, probe);
}

}  // namespace

std::vector<Kernel> dot_cuda_kernels() {
  return {{.name = "dot",
           .summary = "peak rate of dot products of four bytes on ordinary cores",
           .role = Role::compute_probe,
           .work = chain_work,
           .variants = {{"simt", "cuda", "8.0", probe.format, prepare, {}, sites}}}};
}

}  // namespace roofmark
