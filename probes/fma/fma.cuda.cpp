// Peak rate of multiply-add on a GPU's ordinary cores per precision, by construction free of
// memory.
#include "probes/fma/fma.cuda.h"

#include <cmath>

#include "core/values.h"
#include "probes/chain_task.h"
#include "probes/f64_rate.h"

namespace roofmark {
namespace {

/// Random numbers of either sign between 1/2 and 2, as a chain in them starts and is multiplied by.
double draw(ChainRandom& random) {
  std::uniform_real_distribution<double> magnitude(0.5, 2.0);
  const double x = magnitude(random);
  return random() % 2 == 0 ? x : -x;
}

double value(ChainBits bits, DType type) { return value_at(&bits, type, 0); }
double rounded(double x, DType type) { return value(encoded(x, type), type); }

/// The two steps of a pair carry x back to itself but for a drift: a launch neither overflows nor
/// settles on a constant, and its end tells how many pairs there were.  In 16 bits the drift is
/// lost in rounding, and each chain settles on a pair of values of its own.
ChainOperands draw_operands(ChainRandom& random, DType type) {
  constexpr double drift = 0x1p-14;  // 16 000 pairs move by 1
  const double m = rounded(draw(random), type), c = rounded(draw(random), type);
  const double inverse = rounded(1 / m, type);
  const double back = -c * inverse + drift * draw(random);
  return {encoded(m, type), encoded(c, type), encoded(inverse, type), encoded(back, type)};
}

/// x m + c rounded once, as the hardware does.  In double the product of two 16-bit numbers and a
/// sum with a third are exact.
double next(double x, double m, double c, DType type) {
  if (type == DType::f64) return std::fma(x, m, c);
  if (type == DType::f32) {
    return std::fma(static_cast<float>(x), static_cast<float>(m), static_cast<float>(c));
  }
  return rounded(x * m + c, type);
}

/// The same steps in float64, each rounded to the type: what is left is a rounding or two of
/// hardware that breaks a tie otherwise, which a pair of steps carries on but does not enlarge.
double off(const ChainOperands& operands, ChainBits start, int steps, ChainBits result,
           DType type) {
  const double m[] = {value(operands[0], type), value(operands[2], type)};
  const double c[] = {value(operands[1], type), value(operands[3], type)};
  double x = value(start, type);
  for (int i = 0; i < steps; ++i) x = next(x, m[i % 2], c[i % 2], type);
  return std::abs(value(result, type) - x) / (8 * epsilon(type) * (2 + std::abs(x)));
}

template <DType T>
ChainOperands operands_of(ChainRandom& random) {
  return draw_operands(random, T);
}
template <DType T>
ChainBits start_of(ChainRandom& random) {
  return encoded(draw(random), T);
}
template <DType T>
double off_by(const ChainOperands& operands, ChainBits start, int steps, ChainBits result) {
  return off(operands, start, steps, result, T);
}

/// Two numbers in a word, each with operands of its own.
template <DType T>
ChainOperands operands_of_two(ChainRandom& random) {
  const ChainOperands low = draw_operands(random, T), high = draw_operands(random, T);
  ChainOperands both{};
  for (std::size_t i = 0; i < both.size(); ++i) both[i] = high[i] << 16 | low[i];
  return both;
}
template <DType T>
ChainBits start_of_two(ChainRandom& random) {
  const ChainBits low = start_of<T>(random);
  return start_of<T>(random) << 16 | low;
}
template <DType T>
double two_off_by(const ChainOperands& operands, ChainBits start, int steps, ChainBits result) {
  ChainOperands low{}, high{};
  for (std::size_t i = 0; i < low.size(); ++i) {
    low[i] = operands[i] & 0xffff;
    high[i] = operands[i] >> 16;
  }
  const double first = off(low, start & 0xffff, steps, result & 0xffff, T);
  const double second = off(high, start >> 16, steps, result >> 16, T);
  return first > second || std::isnan(first) ? first : second;
}

template <DType T>
constexpr Format same{T, T, T};

// An SM issues 128 of these a cycle (64 in f64), so that 500 (250) turns take 2 million cycles.
constexpr ChainProbe probes[] = {
    {same<DType::f64>, launch_fma_f64, 8, 2, 250, operands_of<DType::f64>, start_of<DType::f64>,
     off_by<DType::f64>},
    {same<DType::f32>, launch_fma_f32, 4, 2, 500, operands_of<DType::f32>, start_of<DType::f32>,
     off_by<DType::f32>},
    {same<DType::f16>, launch_fma_f16, 4, 4, 500, operands_of_two<DType::f16>,
     start_of_two<DType::f16>, two_off_by<DType::f16>},
    {same<DType::bf16>, launch_fma_bf16, 4, 4, 500, operands_of_two<DType::bf16>,
     start_of_two<DType::bf16>, two_off_by<DType::bf16>},
};

const ChainProbe& probe_of(const Format& format) {
  return *std::find_if(std::begin(probes), std::end(probes),
                       [&](const ChainProbe& probe) { return probe.format == format; });
}

std::vector<Site> sites(const Machine& machine, const Variant& variant, int) {
  const ChainProbe& probe = probe_of(variant.format);
  const bool slow = variant.format.weights == DType::f64 && !has_full_rate_f64(machine);
  return chain_sites(machine, probe, slow ? probe.turns / slow_f64_turns : probe.turns);
}

std::unique_ptr<Task> prepare(const Case& what, Device& device) {
  return std::make_unique<ChainTask>(what, device, probe_of(what.format));
}

}  // namespace

std::vector<Kernel> fma_cuda_kernels() {
  Kernel kernel{.name = "fma",
                .summary = "peak multiply-add rate of each instruction set and precision",
                .role = Role::compute_probe,
                .work = chain_work};
  for (const ChainProbe& probe : probes) {
    kernel.variants.push_back({"simt", "cuda", "8.0", probe.format, prepare, {}, sites});
  }
  return {kernel};
}

}  // namespace roofmark
