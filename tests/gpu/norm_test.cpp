// RMSNorm and LayerNorm of GPUs, element by element against float64.
#include <gtest/gtest.h>

#include "kernels/gpu_task.h"
#include "kernels/norm/norm.cuda.h"
#include "kernels/verify.h"
#include "tests/gpu/arrays.h"
#include "tests/gpu/gpu_under_test.h"

namespace roofmark {
namespace {

constexpr float eps = 1e-5f;

/// Operands of one call.
struct Rows {
  std::int64_t rows, cols;
  Values x, w, b;

  Rows(DType type, std::int64_t row_count, std::int64_t col_count, float scale = 1)
      : rows(row_count),
        cols(col_count),
        x(type, rows * cols, scale, 1),
        w(type, cols, 2, 2),
        b(type, cols, 1, 3) {}
};

class GpuNormTest : public testing::Test {
 protected:
  void SetUp() override {
    if (device == nullptr) GTEST_SKIP() << "no CUDA device";
  }

  Values normed(const Rows& in, bool centred, int sms) {
    const OnGpu x(*device, in.x), w(*device, in.w), b(*device, in.b);
    GuardedOutput y(*device, in.x.type(), in.x.count());
    NormArguments arguments;
    arguments.x = x.data();
    arguments.weight = w.data();
    if (centred) arguments.bias = b.data();
    arguments.y = y.data();
    arguments.rows = in.rows;
    arguments.cols = in.cols;
    arguments.eps = eps;
    arguments.element = element_of(in.x.type());
    arguments.sms = sms;
    const auto launch = centred ? launch_layer_norm : launch_norm;
    launch(arguments, device->queue().stream);
    return y.fetch();
  }

  /// Every element of both norms, within the bounds that norm.cuda.h states.
  void expect_normed(const Rows& in, int sms) {
    for (const bool centred : {false, true}) expect_normed(in, normed(in, centred, sms), centred);
  }

  static void expect_normed(const Rows& in, const Values& y, bool centred) {
    const auto n = static_cast<double>(in.cols);
    for (std::int64_t r = 0; r < in.rows; ++r) {
      double mean = 0, squares = 0, left = 0;
      for (std::int64_t c = 0; c < in.cols; ++c) {
        mean += in.x[r * in.cols + c] / n;
        squares += in.x[r * in.cols + c] * in.x[r * in.cols + c];
      }
      if (!centred) mean = 0;
      for (std::int64_t c = 0; c < in.cols; ++c) {
        const double value = in.x[r * in.cols + c] - mean;
        left += value * value;
      }
      const double scale = 1 / std::sqrt(left / n + static_cast<double>(eps));
      for (std::int64_t c = 0; c < in.cols; ++c) {
        const double product = (in.x[r * in.cols + c] - mean) * scale * in.w[c];
        const double exact = product + (centred ? in.b[c] : 0);
        const double size = centred ? std::abs(in.w[c]) * std::sqrt(squares / n) * scale : 0;
        ASSERT_NEAR(y[r * in.cols + c], exact,
                    1e-5 * (1 + std::abs(exact) + size) + rounding_to(in.x.type(), exact))
            << (centred ? "LayerNorm" : "RMSNorm") << ", row " << r << ", column " << c << " of "
            << in.cols << " in " << name(in.x.type());
      }
    }
  }

  std::unique_ptr<Device> device = gpu_under_test();
};

TEST_F(GpuNormTest, ScalesEveryElementAndWritesNoOther) {
  for (const DType type : simt_types) {
    for (const std::int64_t cols : {1, 2, 3, 7, 8, 16, 31, 64, 97, 128, 136, 256, 264, 509, 512}) {
      expect_normed(Rows(type, 3, cols), 1);
    }
  }
}

TEST_F(GpuNormTest, SharesARowAmongABlockWhereItIsWide) {
  for (const DType type : simt_types) {
    for (const std::int64_t cols : {520, 1024, 1032, 2048, 4104}) {
      expect_normed(Rows(type, 2, cols), 1);     // several vectors a thread
      expect_normed(Rows(type, 2, cols), 1000);  // one
    }
  }
}

TEST_F(GpuNormTest, TakesRowsThatNoBlockHolds) {
  for (const DType type : simt_types) expect_normed(Rows(type, 2, 32776), 1);
}

TEST_F(GpuNormTest, HoldsForHugeAndForTinyElements) {
  for (const float scale : {1e-30f, 1e-12f, 1e-3f, 1e6f, 1e17f}) {
    expect_normed(Rows(DType::f32, 2, 132, scale), 1);
    expect_normed(Rows(DType::bf16, 2, 648, scale), 1);
  }
  expect_normed(Rows(DType::f16, 2, 648, 65504), 1);
}

TEST_F(GpuNormTest, LosesNothingOfTheVarianceToALargeMean) {
  Rows in(DType::f32, 2, 600);
  for (std::int64_t i = 0; i < in.x.count(); ++i) in.x.set(i, static_cast<float>(in.x[i] + 100));
  expect_normed(in, 1);
}

TEST_F(GpuNormTest, LeavesARowOfZerosZero) {
  const Rows in(DType::f32, 1, 100, 0);
  const Values y = normed(in, false, 1);
  for (int c = 0; c < 100; ++c) EXPECT_EQ(y[c], 0) << c;
}

}  // namespace
}  // namespace roofmark
