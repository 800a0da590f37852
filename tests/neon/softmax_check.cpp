// Softmax on NEON against float64: odd lengths, masked elements, a row that is masked whole.
#include "kernels/softmax/softmax.isa.h"
#include "tests/neon/check.h"

namespace {

using namespace roofmark;

void check_row(Check& check, const std::vector<float>& x) {
  const auto cols = static_cast<std::int64_t>(x.size());
  std::vector<float> y = poisoned(cols), scratch = poisoned(2 * cols);
  isa_neon::softmax(x.data(), y.data(), scratch.data(), 1, cols);
  double most = -std::numeric_limits<double>::infinity(), total = 0;
  for (const float value : x) most = std::max(most, static_cast<double>(value));
  for (const float value : x) total += std::exp(static_cast<double>(value) - most);
  for (std::int64_t c = 0; c < cols; ++c) {
    const auto at = static_cast<std::size_t>(c);
    const double below = static_cast<double>(x[at]) - most;
    const double exact = std::exp(below) / total;
    // One rounding of the difference, which e^x makes a relative error, and a few of what follows.
    const double relative = std::isinf(below) ? 0 : (16 - below) * 0x1p-24;
    check.near(y[at], exact, relative * exact + 1e-37, c);
  }
  check.guarded(y, cols);
  check.guarded(scratch, 2 * cols);
}

}  // namespace

int main() {
  Check check("softmax");
  const float masked = -std::numeric_limits<float>::infinity();
  for (const std::int64_t cols : {1, 2, 3, 4, 5, 15, 16, 17, 31, 33, 127, 1000}) {
    std::vector<float> x = random_values(cols, 1);
    for (float& value : x) value *= 20;
    check_row(check, x);
    if (cols > 2) {
      x[static_cast<std::size_t>(cols - 1)] = masked;
      x[0] = masked;
      check_row(check, x);
    }
    std::vector<float> none(static_cast<std::size_t>(cols), masked), y = poisoned(cols),
                                                                     e = poisoned(2 * cols);
    isa_neon::softmax(none.data(), y.data(), e.data(), 1, cols);
    for (std::int64_t c = 0; c < cols; ++c) {
      check.that(std::isnan(y[static_cast<std::size_t>(c)]), "a value in a masked row", c);
    }
  }
  return check.status();
}
