// RMSNorm on NEON against float64, lengths around the loop's turn, in place too.
#include "kernels/norm/norm.isa.h"
#include "tests/neon/check.h"

int main() {
  using namespace roofmark;
  Check check("norm");
  constexpr std::int64_t rows = 2;
  constexpr float eps = 1e-5f;
  for (const std::int64_t cols : {1, 3, 4, 5, 15, 16, 17, 31, 33, 127, 1000}) {
    const std::vector<float> x = random_values(rows * cols, 1), w = random_values(cols, 2);
    std::vector<float> y = poisoned(rows * cols), same = x;
    isa_neon::norm(x.data(), w.data(), y.data(), rows, cols, eps);
    isa_neon::norm(same.data(), w.data(), same.data(), rows, cols, eps);
    for (std::int64_t r = 0; r < rows; ++r) {
      double squares = 0;
      for (std::int64_t c = 0; c < cols; ++c) {
        const double value = x[static_cast<std::size_t>(r * cols + c)];
        squares += value * value;
      }
      const double factor =
          1 / std::sqrt(squares / static_cast<double>(cols) + static_cast<double>(eps));
      for (std::int64_t c = 0; c < cols; ++c) {
        const auto at = static_cast<std::size_t>(r * cols + c);
        const double exact = static_cast<double>(w[static_cast<std::size_t>(c)]) *
                             static_cast<double>(x[at]) * factor;
        check.near(y[at], exact, 1e-5 * (1 + std::abs(exact)), r * cols + c);
        check.that(y[at] == same[at], "another value in place", r * cols + c);
      }
    }
    check.guarded(y, rows * cols);
  }
  return check.status();
}
