// The BLAS behind one header: what it says of itself, and that its products are the ones we mean.
#include "kernels/vendor/blas.h"

#include <gtest/gtest.h>

#include <vector>

namespace roofmark {
namespace {

TEST(Blas, SaysWhatItIsOrWhyItIsMissing) {
  if (const auto info = blas_info()) {
    EXPECT_TRUE(blas_obstacle().empty());
    EXPECT_FALSE(info->name.empty());
    EXPECT_FALSE(info->version.empty());
    EXPECT_FALSE(info->core.empty());
    EXPECT_NE(blas_text().find(info->name + " " + info->version + ", core " + info->core),
              std::string::npos);
  } else {
    EXPECT_EQ(blas_obstacle(), "built without OpenBLAS");
    EXPECT_TRUE(blas_text().empty());
  }
}

/// Small whole numbers: every product and sum is exact in f32 in any order.
std::vector<float> whole_numbers(std::size_t count, int step) {
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i)
    values[i] = static_cast<float>(static_cast<int>(i) * step % 11 - 5);
  return values;
}

TEST(Blas, SgemmMultipliesByTheTransposedWeights) {
  if (!blas_info()) GTEST_SKIP() << blas_obstacle();
  constexpr int m = 3, n = 5, k = 7;
  const std::vector<float> a = whole_numbers(m * k, 3), w = whole_numbers(n * k, 7);
  for (const int threads : {1, 2}) {
    std::vector<float> c(m * n, 1e9f);
    blas_sgemm(m, n, k, a.data(), w.data(), c.data(), threads);
    for (int i = 0; i < m; ++i) {
      for (int j = 0; j < n; ++j) {
        float exact = 0;
        for (int l = 0; l < k; ++l) exact += a[i * k + l] * w[j * k + l];
        EXPECT_EQ(c[i * n + j], exact) << i << "," << j;
      }
    }
  }
}

TEST(Blas, SgemvMultipliesEachRowOfTheWeights) {
  if (!blas_info()) GTEST_SKIP() << blas_obstacle();
  constexpr int n = 5, k = 7;
  const std::vector<float> w = whole_numbers(n * k, 7), x = whole_numbers(k, 3);
  for (const int threads : {1, 2}) {
    std::vector<float> y(n, 1e9f);
    blas_sgemv(n, k, w.data(), x.data(), y.data(), threads);
    for (int j = 0; j < n; ++j) {
      float exact = 0;
      for (int l = 0; l < k; ++l) exact += w[j * k + l] * x[l];
      EXPECT_EQ(y[j], exact) << j;
    }
  }
}

}  // namespace
}  // namespace roofmark
