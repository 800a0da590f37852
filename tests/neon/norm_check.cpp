// RMSNorm on NEON, every length around the loop's turn, within 1e-5 (1 + |y|).
#include "kernels/norm/norm.isa.h"
#include "tests/neon/check.h"

int main() {
  using namespace roofmark;
  Check check("norm");
  constexpr std::int64_t rows = 3;
  constexpr float eps = 1e-5f;
  for (std::int64_t cols = 1; cols < 70; ++cols) {
    const std::vector<float> x = random_values(rows * cols, 1), w = random_values(cols, 2);
    std::vector<float> y = poisoned(rows * cols);
    isa_neon::norm(x.data(), w.data(), y.data(), rows, cols, eps);
    for (std::int64_t r = 0; r < rows; ++r) {
      const float* in = x.data() + r * cols;
      double squares = 0;
      for (std::int64_t c = 0; c < cols; ++c) squares += static_cast<double>(in[c]) * in[c];
      const double scale = 1 / std::sqrt(squares / static_cast<double>(cols) + eps);
      for (std::int64_t c = 0; c < cols; ++c) {
        const double exact = in[c] * scale * w[static_cast<std::size_t>(c)];
        check.near(y[static_cast<std::size_t>(r * cols + c)], exact, 1e-5 * (1 + std::abs(exact)),
                   r * cols + c);
      }
    }
    check.guarded(y, rows * cols);
  }
  return check.status();
}
