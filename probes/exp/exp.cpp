// Peak rate of exponentials per instruction set, what softmax is made of.  Its format has no
// weights: it is no product, and never the peak of one.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/case.h"
#include "core/code_table.h"
#include "core/device.h"
#include "core/parallel.h"
#include "probes/exp/exp.isa.h"

namespace roofmark {
namespace {

using Sums = void (*)(const float*, std::int64_t, std::int64_t, float*);
struct Leaf {
  const char* isa;
  Sums exact, rounded;  ///< of f32; of results of 16 bits
};
#define ROOFMARK_ROW(isa, vector_bytes) {#isa, isa_##isa::exp_sums, isa_##isa::short_exp_sums},
constexpr Leaf leaves[] = {ROOFMARK_EACH_ISA(ROOFMARK_ROW)};
#undef ROOFMARK_ROW

// 4 KiB, in every core's nearest cache; a million of them last 100 us at 10 G/s.
constexpr std::int64_t count = 1024, passes = 1024;

Work work(const Shape& shape, const Format&) {
  return {.ops = Ops{static_cast<double>(shape.at("ops"))}};
}

std::vector<Site> sites(const Machine&, const Variant&, int threads) {
  return {{.shape = {{"ops", count * passes * threads}, {"passes", passes}}}};
}

class ExpTask final : public Task {
 public:
  ExpTask(const Case& what, Device& device)
      : is_short_(what.format.accumulate != DType::f32),
        sums_of_(leaf_of(what, is_short_)),
        threads_(what.threads),
        memory_(device.allocate(stride * threads_, threads_, Pages::base)) {
    parallel(threads_, [&](int thread) {
      for (std::int64_t i = 0; i < count; ++i) {
        // Of softmax: below 0, most of them near to it.
        const std::uint32_t bits =
            random_word(RandomWord::bits, 5, static_cast<std::uint64_t>(thread * count + i));
        values(thread)[i] = -most_value * static_cast<float>(bits) * 0x1p-32F;
      }
    });
  }

  std::string code_hash() const override { return leaf_code(probes_code(), sums_of_); }

  void launch(Queue) override {
    parallel(threads_, [&](int thread) {
      std::fill_n(sums(thread), exp_lanes, 0.0F);
      sums_of_(values(thread), count, passes, sums(thread));
    });
  }

  /// Two passes against float64: each exponential within 1.2 units in the last place, a short one
  /// within 2.9e-6 + |x| 2^-23 (core/exp.isa.h) of its value, each addition within half a unit of
  /// the sum so far.
  double error() override {
    double worst = 0;
    for (int thread = 0; thread < threads_; ++thread) {
      std::fill_n(sums(thread), exp_lanes, 0.0F);
      sums_of_(values(thread), count, 2, sums(thread));
      const double found = std::accumulate(sums(thread), sums(thread) + exp_lanes, 0.0);
      double expected = 0;
      for (std::int64_t i = 0; i < count; ++i) expected += 2 * std::exp(double{values(thread)[i]});
      const double additions = 2.0 * count / least_exp_lanes;
      const double each = is_short_ ? 2.9e-6 + most_value * 0x1p-23 : 2 * 0x1p-24;
      const double off = std::abs(found - expected) / ((each + additions * 0x1p-24) * expected);
      if (std::isnan(off)) return off;
      worst = std::max(worst, off);
    }
    return worst;
  }

 private:
  static Sums leaf_of(const Case& what, bool is_short) {
    const auto leaf = std::find_if(std::begin(leaves), std::end(leaves), [&](const Leaf& each) {
      return what.variant->name == each.isa;
    });
    return is_short ? leaf->rounded : leaf->exact;
  }

  static constexpr float most_value = 10;
  static constexpr std::int64_t stride = 8192;  ///< values and sums, own pages per thread
  float* values(int thread) const {
    return reinterpret_cast<float*>(memory_.data + stride * thread);
  }
  float* sums(int thread) const { return values(thread) + count; }

  bool is_short_;
  Sums sums_of_;
  int threads_;
  Buffer memory_;
};

std::unique_ptr<Task> prepare(const Case& what, Device& device) {
  return std::make_unique<ExpTask>(what, device);
}

}  // namespace

std::vector<Kernel> exp_kernels() {
  Kernel kernel{.name = "exp",
                .summary =
                    "peak rate of exponentials, what softmax is made of: in f32, and as good "
                    "as results of 16 bits want them (none-bf16)",
                .role = Role::compute_probe,
                .work = work,
                .sites = sites};
  for (const DType result : {DType::f32, DType::bf16}) {
    const Format format{DType::none, result, result};
    for (const Leaf& leaf : leaves) {
      kernel.variants.push_back({leaf.isa, "cpu", leaf.isa, format, prepare, {}, sites});
    }
  }
  return {kernel};
}

}  // namespace roofmark
