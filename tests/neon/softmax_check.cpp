// Softmax and its exponential on NEON, every length around the loop's turn.
#include "kernels/softmax/softmax.isa.h"
#include "tests/neon/check.h"

namespace {

using namespace roofmark;

void check_softmax(Check& check, std::int64_t cols) {
  constexpr std::int64_t rows = 3;
  std::vector<float> x = random_values(rows * cols, 1), y = poisoned(rows * cols);
  x[static_cast<std::size_t>(cols / 2)] = cols > 1 ? -std::numeric_limits<float>::infinity() : 0;
  isa_neon::softmax(x.data(), y.data(), rows, cols);
  for (std::int64_t r = 0; r < rows; ++r) {
    double sum = 0;
    const float* in = x.data() + r * cols;
    for (std::int64_t c = 0; c < cols; ++c) sum += std::exp(static_cast<double>(in[c]));
    for (std::int64_t c = 0; c < cols; ++c) {
      const double exact = std::exp(static_cast<double>(in[c])) / sum;
      check.near(y[static_cast<std::size_t>(r * cols + c)], exact, 2e-6 * exact, r * cols + c);
    }
  }
  check.guarded(y, rows * cols);
}

/// Within 1.2 units in the last place from 0 down to where it is flushed.
void check_exponential(Check& check) {
  std::vector<float> x, y;
  for (int i = 0; i < 87300; ++i) x.push_back(static_cast<float>(-0.001 * i));
  y = poisoned(87300);
  isa_neon::exponentials(x.data(), y.data(), 87300);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double exact = std::exp(static_cast<double>(x[i]));
    const float nearest = static_cast<float>(exact);
    check.near(y[i], exact, 1.2 * static_cast<double>(std::nextafter(nearest, 2.0f) - nearest),
               static_cast<std::int64_t>(i));
  }
}

}  // namespace

int main() {
  Check check("softmax");
  for (std::int64_t cols = 1; cols < 70; ++cols) check_softmax(check, cols);
  check_exponential(check);
  return check.status();
}
