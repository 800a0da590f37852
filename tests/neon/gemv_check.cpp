// y = W x on NEON against float64, lengths around the loop's turn.
#include "kernels/gemv/gemv.isa.h"
#include "tests/neon/check.h"

int main() {
  using namespace roofmark;
  Check check("gemv");
  constexpr std::int64_t rows = 3;
  for (const std::int64_t k : {1, 3, 4, 5, 15, 16, 17, 31, 33, 64, 127, 1000}) {
    const std::vector<float> w = random_values(rows * k, 1), x = random_values(k, 2);
    std::vector<float> y = poisoned(rows);
    isa_neon::gemv_f32.product({.w = reinterpret_cast<const char*>(w.data()),
                                .x = reinterpret_cast<const char*>(x.data()),
                                .y = reinterpret_cast<char*>(y.data()),
                                .rows = rows,
                                .k = k});
    for (std::int64_t r = 0; r < rows; ++r) {
      double exact = 0, magnitude = 0;
      for (std::int64_t i = 0; i < k; ++i) {
        const double product = static_cast<double>(w[static_cast<std::size_t>(r * k + i)]) *
                               static_cast<double>(x[static_cast<std::size_t>(i)]);
        exact += product;
        magnitude += std::abs(product);
      }
      // k roundings of 2^-24 each, of partial sums no larger than the sum of magnitudes.
      check.near(y[static_cast<std::size_t>(r)], exact,
                 static_cast<double>(k + 1) * 0x1p-24 * magnitude, r);
    }
    check.guarded(y, rows);
  }
  return check.status();
}
