// Peak rate of multiply-add per instruction set and precision, by construction free of memory.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <random>
#include <type_traits>

#include "core/case.h"
#include "core/device.h"
#include "core/parallel.h"
#include "probes/fma/fma.isa.h"

namespace roofmark {
namespace {

struct Stream {
  const char* isa;
  int vector_bytes;
  FmaStream (*stream)();
  FmaLeaf<float> f32;
  FmaLeaf<double> f64;
};
#define ROOFMARK_ROW(isa, vector_bytes) \
  {#isa, vector_bytes, isa_##isa::fma_stream, isa_##isa::fma_f32, isa_##isa::fma_f64},
constexpr Stream streams[] = {ROOFMARK_EACH_ISA(ROOFMARK_ROW)};
#undef ROOFMARK_ROW

const Stream& stream_of(const Variant& variant) {
  return *std::find_if(std::begin(streams), std::end(streams),
                       [&](const Stream& stream) { return variant.name == stream.isa; });
}

/// Turns of a launch: 1.2 million instructions at two a cycle last 100 us at 6 GHz and more on
/// anything slower.
std::int64_t turns_of(const FmaStream& stream) { return 1'200'000 / stream.instructions; }

/// A fused multiply-add is two operations, a multiply or an add one.
std::int64_t ops_per_launch(const Variant& variant, int threads) {
  const Stream& stream = stream_of(variant);
  const FmaStream loop = stream.stream();
  const std::int64_t lanes = stream.vector_bytes / (bits(variant.format.weights) / 8);
  const std::int64_t ops = loop.kind == FmaKind::separate ? 1 : 2;
  return turns_of(loop) * loop.instructions * lanes * ops * threads;
}

Work work(const Shape& shape, const Format&) {
  return {.ops = Ops{static_cast<double>(shape.at("ops"))}};
}

std::vector<Site> sites(const Machine&, const Variant& variant, int threads) {
  return {{.shape = {{"ops", ops_per_launch(variant, threads)},
                     {"passes", turns_of(stream_of(variant).stream())}}}};
}

template <class Real>
class FmaTask final : public Task {
 public:
  FmaTask(const Case& what, Device& device, FmaLeaf<Real> leaf)
      : leaf_(leaf),
        stream_(stream_of(*what.variant).stream()),
        lanes_(stream_of(*what.variant).vector_bytes / static_cast<int>(sizeof(Real))),
        threads_(what.threads),
        memory_(device.allocate(std::int64_t{page} * threads_, threads_, Pages::base)) {
    parallel(threads_, [&](int thread) { fill(thread); });
  }

  void launch(Queue) override {
    const std::int64_t turns = turns_of(stream_);
    parallel(threads_, [&](int thread) { leaf_(turns, operands(thread), accumulators(thread)); });
  }

  /// Eight turns against the same recurrence in float64, on every thread.
  double error() override {
    double worst = 0;
    for (int thread = 0; thread < threads_; ++thread) {
      const double off = error_of(thread);
      if (std::isnan(off)) return off;
      worst = std::max(worst, off);
    }
    return worst;
  }

 private:
  static constexpr int page = 4096;  ///< own page per thread: no line is shared

  Real* operands(int thread) const {
    return reinterpret_cast<Real*>(memory_.data + std::int64_t{page} * thread);
  }
  Real* accumulators(int thread) const { return operands(thread) + 4 * lanes_; }

  /// Random values in the normal range that the two instructions of a turn carry back to
  /// themselves, so that hundreds of thousands of turns neither overflow nor settle on a constant.
  void fill(int thread) {
    std::mt19937_64 random(static_cast<std::uint64_t>(thread) + 1);
    std::uniform_real_distribution<double> uniform(0.5, 2.0);
    for (int lane = 0; lane < lanes_; ++lane) {
      const Operands given = operands_of(uniform(random), uniform(random));
      for (int i = 0; i < 4; ++i) operands(thread)[i * lanes_ + lane] = static_cast<Real>(given[i]);
    }
    Real* x = accumulators(thread);
    for (int i = 0; i < stream_.chains * lanes_; ++i) x[i] = static_cast<Real>(uniform(random));
  }

  using Operands = std::array<double, 4>;  ///< m1, c1, m2, c2

  Operands operands_of(double m, double c) const {
    switch (stream_.kind) {
      case FmaKind::scaled:
        return {m, c, 1 / m, -c / m};
      case FmaKind::accumulated:
        return {m, c, -m, c};
      // The only operand: multiplied by, it alternates the sign of x, and one unit in the last
      // place off 1 drifts by e^0.009 over a launch's turns.
      case FmaKind::separate:
        return {-1 - std::numeric_limits<Real>::epsilon(), 0, 0, 0};
    }
    return {};
  }

  double error_of(int thread) {
    constexpr int checked = 8;
    const Real* o = operands(thread);
    Real* x = accumulators(thread);
    std::vector<double> expected(x, x + stream_.chains * lanes_);
    for (int i = 0; i < stream_.chains * lanes_; ++i) {
      const Real* mine = o + i % lanes_;
      for (int turn = 0; turn < checked; ++turn) {
        expected[i] =
            advance(expected[i], {mine[0], mine[lanes_], mine[2 * lanes_], mine[3 * lanes_]},
                    i / lanes_ < 8);
      }
    }
    leaf_(checked, o, x);
    double worst = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const double tolerance =
          32 * std::numeric_limits<Real>::epsilon() * (2 + std::abs(expected[i]));
      const double off = std::abs(static_cast<double>(x[i]) - expected[i]) / tolerance;
      if (std::isnan(off)) return off;
      worst = std::max(worst, off);
    }
    return worst;
  }

  /// One turn of a chain.
  double advance(double x, const Operands& o, bool multiplies) const {
    switch (stream_.kind) {
      case FmaKind::scaled:
        return (x * o[0] + o[1]) * o[2] + o[3];
      case FmaKind::accumulated:
        return x + o[0] * o[1] + o[2] * o[3];
      case FmaKind::separate:
        return multiplies ? x * std::pow(o[0], 7) : x;  // what is added is taken away again
    }
    return x;
  }

  FmaLeaf<Real> leaf_;
  FmaStream stream_;
  int lanes_, threads_;
  Buffer memory_;
};

template <class Real>
std::unique_ptr<Task> prepare(const Case& what, Device& device) {
  const Stream& stream = stream_of(*what.variant);
  if constexpr (std::is_same_v<Real, float>) {
    return std::make_unique<FmaTask<Real>>(what, device, stream.f32);
  } else {
    return std::make_unique<FmaTask<Real>>(what, device, stream.f64);
  }
}

}  // namespace

std::vector<Kernel> fma_kernels() {
  Kernel kernel{.name = "fma",
                .summary = "peak multiply-add rate of each instruction set and precision",
                .role = Role::compute_probe,
                .work = work,
                .sites = sites};
  for (const Stream& stream : streams) {
    const Format f32{DType::f32, DType::f32, DType::f32}, f64{DType::f64, DType::f64, DType::f64};
    kernel.variants.push_back({stream.isa, "cpu", stream.isa, f32, prepare<float>, {}});
    kernel.variants.push_back({stream.isa, "cpu", stream.isa, f64, prepare<double>, {}});
  }
  return {kernel};
}

}  // namespace roofmark
