// Exponentials of values that lie in the nearest cache: there is no instruction for them, so this
// is the rate of the polynomial that softmax computes them by.
#include "probes/exp/exp.isa.h"

#include "core/exp.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

constexpr int unrolled = 2;  // the sums of two vectors and the constants fill the registers of AVX2
static_assert(exp_step % (unrolled * lanes) == 0);

void exp_sums(const float* x, std::int64_t count, std::int64_t passes, float* sums) {
  vf32 total[unrolled];
  for (int i = 0; i < unrolled; ++i) total[i] = load(sums + i * lanes);
  // One loop over all passes: the index goes back without a branch that would be mispredicted.
  std::int64_t at = 0;
  for (std::int64_t left = passes * (count / (unrolled * lanes)); left > 0; --left) {
    for (int i = 0; i < unrolled; ++i) total[i] += exponential(load(x + at + i * lanes));
    at = (at + unrolled * lanes) & (count - 1);
  }
  for (int i = 0; i < unrolled; ++i) store(sums + i * lanes, total[i]);
}

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
