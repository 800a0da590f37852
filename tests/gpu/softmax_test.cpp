// The softmax of GPUs, element by element against float64.
#include <gtest/gtest.h>

#include <limits>

#include "kernels/gpu_task.h"
#include "kernels/softmax/softmax.cuda.h"
#include "kernels/softmax/softmax_model.h"
#include "tests/gpu/arrays.h"
#include "tests/gpu/gpu_under_test.h"

namespace roofmark {
namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

class GpuSoftmaxTest : public testing::Test {
 protected:
  void SetUp() override {
    if (device == nullptr) GTEST_SKIP() << "no CUDA device";
  }

  /// sms: 1 has rows shared as if there were many of them, 1000 as if there were few.
  Values softmax(const Values& x, std::int64_t rows, int sms, std::int64_t l2_bytes = 1 << 20) {
    const OnGpu operand(*device, x);
    GuardedOutput y(*device, x.type(), x.count());
    SoftmaxArguments arguments;
    arguments.x = operand.data();
    arguments.y = y.data();
    arguments.rows = rows;
    arguments.cols = x.count() / rows;
    arguments.element = element_of(x.type());
    arguments.sms = sms;
    arguments.l2_bytes = l2_bytes;
    const std::int64_t scratch_bytes = softmax_scratch_bytes(arguments);
    const Buffer scratch =
        device->allocate(std::max<std::int64_t>(8, scratch_bytes), 1, Pages::base);
    arguments.scratch = scratch.data;
    launch_softmax(arguments, device->queue().stream);
    return y.fetch();
  }

  std::unique_ptr<Device> device = gpu_under_test();
};

/// Every element, within the bound that softmax.cuda.h states.
void expect_softmax(const Values& x, const Values& y, std::int64_t rows) {
  const std::int64_t cols = x.count() / rows;
  for (std::int64_t r = 0; r < rows; ++r) {
    double most = -infinity, sum = 0, total = 0;
    for (std::int64_t c = 0; c < cols; ++c) most = std::max(most, x[r * cols + c]);
    for (std::int64_t c = 0; c < cols; ++c) sum += std::exp(x[r * cols + c] - most);
    for (std::int64_t c = 0; c < cols; ++c) {
      const double below = most - x[r * cols + c], exact = std::exp(-below) / sum;
      const double bound =
          std::isinf(below) ? 0 : 0x1p-24 * exact * (128 + 2.25 * below) + 1.22e-38;
      ASSERT_NEAR(y[r * cols + c], exact, bound + rounding_to(x.type(), exact))
          << "row " << r << ", column " << c << " of " << cols << " in " << name(x.type());
      total += y[r * cols + c];
    }
    if (x.type() == DType::f32) {
      ASSERT_NEAR(total, 1, 1e-5) << "row " << r << " of " << cols;
    }
  }
}

TEST_F(GpuSoftmaxTest, ComputesEveryElementAndWritesNoOther) {
  for (const DType type : simt_types) {
    for (const std::int64_t cols :
         {1, 2, 3, 4, 7, 8, 9, 31, 64, 97, 127, 128, 129, 255, 257, 509}) {
      const Values x(type, 3 * cols, 2, 1);
      expect_softmax(x, softmax(x, 3, 1), 3);
    }
  }
}

TEST_F(GpuSoftmaxTest, SharesARowAmongABlockWhereItIsWide) {
  for (const DType type : simt_types) {
    for (const std::int64_t cols : {513, 1023, 1024, 1025, 1031, 2049, 4096}) {
      const Values x(type, 2 * cols, 5, 2);
      expect_softmax(x, softmax(x, 2, 1), 2);     // several vectors a thread
      expect_softmax(x, softmax(x, 2, 1000), 2);  // one
    }
  }
}

TEST_F(GpuSoftmaxTest, ReadsALongRowTwice) {
  for (const DType type : simt_types) {
    const std::int64_t held = 65536 * 8 / bits(type);
    for (const std::int64_t cols : {held, held + 1}) {
      const Values x(type, 2 * cols, 5, 3);
      expect_softmax(x, softmax(x, 2, 1), 2);
    }
  }
}

TEST_F(GpuSoftmaxTest, TakesAsManyLongRowsAtOnceAsTheCacheHolds) {
  constexpr std::int64_t cols = 16999;
  const Values x(DType::f32, 3 * cols, 5, 3);
  for (const std::int64_t l2_bytes : {0, 2 * 3 * 4 * 16999 - 1, 1 << 20}) {  // 1, 2 and 3 rows
    expect_softmax(x, softmax(x, 3, 1, l2_bytes), 3);
  }
}

TEST_F(GpuSoftmaxTest, HoldsForHugeElements) {
  for (const float scale : {1e-30f, 80.0f, 1e4f, 1e38f, 3.3e38f}) {
    const Values x(DType::f32, 2 * 131, scale, 4);
    expect_softmax(x, softmax(x, 2, 1), 2);
    const Values wide(DType::bf16, 2 * 1333, scale, 5);
    expect_softmax(wide, softmax(wide, 2, 1), 2);
  }
  const Values x(DType::f16, 2 * 131, 65504, 6);
  expect_softmax(x, softmax(x, 2, 1), 2);
}

TEST_F(GpuSoftmaxTest, GivesMaskedElementsNothing) {
  for (const DType type : simt_types) {
    for (const std::int64_t cols : {40, 700}) {
      // A causal mask: row r sees r + 1 of its columns.
      Values x(type, 9 * cols, 3, 7);
      for (std::int64_t r = 0; r < 9; ++r) {
        for (std::int64_t c = r + 1; c < cols; ++c) x.set(r * cols + c, -infinity);
      }
      const Values y = softmax(x, 9, 1);
      expect_softmax(x, y, 9);
      for (std::int64_t c = 1; c < cols; ++c) ASSERT_EQ(y[c], 0) << c;
      EXPECT_EQ(y[0], 1);
    }
  }
}

TEST_F(GpuSoftmaxTest, MasksWholePiecesOfALongRow) {
  const std::int64_t cols = 30011;
  for (const std::int64_t seen : {0, 9000, 29999}) {
    Values x(DType::f32, cols, 3, 8);
    for (std::int64_t c = 0; c < cols; ++c) {
      if (c / 10 != seen / 10) x.set(c, -infinity);
    }
    expect_softmax(x, softmax(x, 1, 1), 1);
  }
}

TEST_F(GpuSoftmaxTest, HasNoAnswerForARowWithoutOne) {
  for (const std::int64_t cols : {70, 700, 17000}) {
    for (const float poison : {std::numeric_limits<float>::quiet_NaN(), infinity, -infinity}) {
      Values x(DType::f32, 3 * cols, 1, 9);
      x.set(2 * cols - 1, poison);
      if (poison == -infinity) {  // masked whole
        for (std::int64_t c = 0; c < cols; ++c) x.set(cols + c, poison);
      }
      const Values y = softmax(x, 3, 1);
      for (std::int64_t c = 0; c < cols; ++c) {
        ASSERT_TRUE(std::isfinite(y[c]) && std::isfinite(y[2 * cols + c])) << poison << ", " << c;
        ASSERT_TRUE(std::isnan(y[cols + c])) << poison << ", " << c << " of " << cols;
      }
    }
  }
}

TEST_F(GpuSoftmaxTest, OfOneColumnIsOne) {
  Values x(DType::f32, 3);
  x.set(0, -3e38f);
  x.set(1, 0);
  x.set(2, 7);
  const Values y = softmax(x, 3, 1);
  for (int r = 0; r < 3; ++r) EXPECT_EQ(y[r], 1);
}

}  // namespace
}  // namespace roofmark
