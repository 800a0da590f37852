// Exponentials of values that lie in the nearest cache: there is no instruction for them, so this
// is the rate of the polynomial that softmax computes them by.
#include "probes/exp/exp.isa.h"

#include "core/exp.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

static_assert(lanes <= exp_lanes && lanes >= least_exp_lanes);

namespace {

template <class Power>
ROOFMARK_LEAF void add_powers(const float* x, std::int64_t count, std::int64_t passes, float* sums,
                              Power power) {
  // One sum: an addition takes less than the exponential beside it, and a second set of values
  // would not fit the registers of AVX2 beside the constants (clang 14 spills).
  vf32 total = load(sums);
  // One loop over all passes: the index goes back without a branch that would be mispredicted.
  std::int64_t at = 0;
  for (std::int64_t left = passes * (count / lanes); left > 0; --left) {
    total += power(load(x + at));
    at = (at + lanes) & (count - 1);
  }
  store(sums, total);
}

}  // namespace

void exp_sums(const float* x, std::int64_t count, std::int64_t passes, float* sums) {
  add_powers(
      x, count, passes, sums, [](vf32 v) __attribute__((always_inline)) { return exponential(v); });
}

void short_exp_sums(const float* x, std::int64_t count, std::int64_t passes, float* sums) {
  add_powers(
      x, count, passes, sums,
      [](vf32 v) __attribute__((always_inline)) { return short_exponential(v); });
}

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
