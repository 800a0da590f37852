// y = W x on NEON, every length around the loop's turn, within what rounding explains.
#include "kernels/gemv/gemv.isa.h"
#include "tests/neon/check.h"

int main() {
  using namespace roofmark;
  Check check("gemv");
  for (std::int64_t k = 1; k < 70; ++k) {
    constexpr std::int64_t rows = 3;
    const std::vector<float> w = random_values(rows * k, 1), x = random_values(k, 2);
    std::vector<float> y = poisoned(rows);
    isa_neon::gemv(w.data(), x.data(), y.data(), rows, k);
    for (std::int64_t r = 0; r < rows; ++r) {
      double exact = 0;
      for (std::int64_t i = 0; i < k; ++i) {
        exact += static_cast<double>(w[static_cast<std::size_t>(r * k + i)]) *
                 static_cast<double>(x[static_cast<std::size_t>(i)]);
      }
      check.near(y[static_cast<std::size_t>(r)], exact, 1e-6 * static_cast<double>(k), r);
    }
    check.guarded(y, rows);
  }
  return check.status();
}
