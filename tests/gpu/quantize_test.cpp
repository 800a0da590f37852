// Quantization of activations on a GPU against float64, every element.
#include <gtest/gtest.h>

#include <cmath>

#include "core/case.h"
#include "core/values.h"
#include "kernels/gpu_memory.h"
#include "kernels/quantize/quantize.cuda.h"
#include "tests/gpu/gpu_under_test.h"

namespace roofmark {

std::vector<Kernel> quantize_cuda_kernels();

namespace {

class GpuQuantize : public testing::Test {
 protected:
  void SetUp() override {
    gpu_ = gpu_under_test();
    if (!gpu_) GTEST_SKIP() << "no CUDA device";
  }

  struct Quantized {
    std::vector<signed char> q;
    std::vector<float> scales;
  };
  /// x: f16 bits.  Operands and results are exactly as long as they must be.
  Quantized quantized(const std::vector<std::uint16_t>& x, std::int64_t rows) {
    const auto count = static_cast<std::int64_t>(x.size());
    const Buffer on_gpu = gpu_->allocate(2 * count, 1, Pages::base);
    const Buffer q = gpu_->allocate(count, 1, Pages::base);
    const Buffer scales = gpu_->allocate(4 * rows, 1, Pages::base);
    gpu_->upload(on_gpu.data, x.data(), 2 * count);
    launch_quantize_f16(
        {on_gpu.data, reinterpret_cast<signed char*>(q.data), scales.f32(), rows, count / rows},
        gpu_->queue().stream);
    gpu_->synchronize();
    Quantized found{std::vector<signed char>(x.size()), std::vector<float>(rows)};
    gpu_->download(found.q.data(), q.data, count);
    gpu_->download(found.scales.data(), scales.data, 4 * rows);
    return found;
  }
  std::unique_ptr<Device> gpu_;
};

TEST_F(GpuQuantize, EveryElementIsTheNearestStep) {
  for (const std::int64_t cols : {1, 7, 8, 129, 2056, 4096, 4104, 16392}) {
    const std::int64_t rows = 3;
    std::vector<std::uint16_t> x(static_cast<std::size_t>(rows * cols));
    for (std::size_t i = 0; i < x.size(); ++i) {
      x[i] = static_cast<std::uint16_t>(random_word(RandomWord::f16x2, 5, i));
    }
    const Quantized found = quantized(x, rows);
    for (std::int64_t r = 0; r < rows; ++r) {
      double largest = 0;
      for (std::int64_t c = 0; c < cols; ++c) {
        largest = std::max(largest, std::abs(value_at(x.data(), DType::f16, r * cols + c)));
      }
      EXPECT_NEAR(found.scales[r], largest / 127, 0x1p-22 * largest / 127);
      for (std::int64_t c = 0; c < cols; ++c) {
        const double exact = 127 * value_at(x.data(), DType::f16, r * cols + c) / largest;
        ASSERT_NEAR(found.q[r * cols + c], exact, 0.5 + 0x1p-14) << cols << ": " << r << "," << c;
      }
    }
  }
}

TEST_F(GpuQuantize, TheLargestIsAllOfTheRangeAndZerosStayZero) {
  std::vector<std::uint16_t> x(2 * 16, 0);
  x[3] = 0xc400;  // -4
  x[5] = 0x4000;  // 2
  const Quantized found = quantized(x, 2);
  EXPECT_EQ(found.q[3], -127);
  EXPECT_EQ(found.q[5], 64);  // 63.5 to even
  EXPECT_EQ(found.scales[0], 4.0f / 127);
  EXPECT_EQ(found.scales[1], 0);
  EXPECT_EQ(std::count(found.q.begin(), found.q.end(), 0), 30);
}

TEST_F(GpuQuantize, ItsVariantsFindThemselvesRight) {
  const Kernel kernel = quantize_cuda_kernels().front();
  for (const Variant& variant : kernel.variants) {
    for (const Shape& shape :
         {Shape{{"rows", 1}, {"cols", 4096}}, Shape{{"rows", 67}, {"cols", 251}}}) {
      const Case what{&kernel, &variant, shape, {}, 1, "cuda", variant.format, {}};
      EXPECT_LE(variant.prepare(what, *gpu_)->error(), 1) << what.id();
    }
  }
}

}  // namespace
}  // namespace roofmark
