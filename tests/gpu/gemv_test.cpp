// GPU products of few rows against float64: every format, every tail, and errors that must be seen.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/case.h"
#include "core/values.h"
#include "kernels/gemm/skinny.cuda.h"
#include "kernels/gemv/gemv.cuda.h"
#include "kernels/gpu_product.h"
#include "tests/gpu/gpu_under_test.h"

namespace roofmark {

std::vector<Kernel> gemv_cuda_kernels();
std::vector<Kernel> gemm_cuda_kernels();

namespace {

Shape product(std::int64_t m, std::int64_t n, std::int64_t k, std::int64_t group = 0) {
  Shape shape{{"n", n}, {"k", k}};
  if (m != 1) shape.extents.insert(shape.extents.begin(), {"m", m});
  if (group != 0) shape.extents.push_back({"group", group});
  return shape;
}

bool is_packed(const Variant& variant) { return variant.format.weights == DType::i4; }

/// Every variant of the kernel that takes the shape.
void expect_right(const Kernel& kernel, std::int64_t m, std::int64_t n, std::int64_t k,
                  std::int64_t group = 128) {
  const auto gpu = gpu_under_test();
  if (!gpu) GTEST_SKIP() << "no CUDA device";
  for (const Variant& variant : kernel.variants) {
    if (variant.name.find("cublas") == 0) continue;
    const Shape shape = product(m, n, k, is_packed(variant) ? group : 0);
    if (variant.refusal != nullptr && !variant.refusal(shape).empty()) continue;
    const Case what{&kernel, &variant, shape, {}, 1, "cuda", variant.format, {}};
    EXPECT_LE(variant.prepare(what, *gpu)->error(), 1) << what.id();
  }
}

const Kernel& gemv() {
  static const Kernel kernel = gemv_cuda_kernels().front();
  return kernel;
}
const Kernel& gemm() {
  static const Kernel kernel = gemm_cuda_kernels().front();
  return kernel;
}

TEST(GpuGemv, IsRightForOneElement) { expect_right(gemv(), 1, 1, 1); }

TEST(GpuGemv, IsRightWhereRowsFillVectorsAndSteps) {
  expect_right(gemv(), 1, 8, 128);
  expect_right(gemv(), 1, 24, 512);
}

TEST(GpuGemv, IsRightWhereRowsEndWithinAVectorOrAreNotAligned) {
  for (const std::int64_t k : {7, 97, 129, 200, 251}) expect_right(gemv(), 1, 5, k);
}

TEST(GpuGemv, IsRightWhereWarpsShareRowsAndRoundsAreIncomplete) {
  expect_right(gemv(), 1, 3, 4096);
  expect_right(gemv(), 1, 2, 2048 + 128);
}

TEST(GpuGemv, IsRightWhereABlockTakesSeveralGroupsOfRows) {
  expect_right(gemv(), 1, 1603, 128);  // whole rows to a warp
  expect_right(gemv(), 1, 203, 4096);  // eight warps to a row
}

TEST(GpuGemv, IsRightWithThirtyTwoWeightsToAScale) {
  for (const std::int64_t k : {32, 100, 256, 384}) expect_right(gemv(), 1, 19, k, 32);
}

TEST(GpuSkinnyGemm, IsRightForEveryNumberOfRows) {
  for (const std::int64_t m : {2, 3, 4, 5, 8, 9, 15, 16}) expect_right(gemm(), m, 21, 256);
}

TEST(GpuSkinnyGemm, IsRightAtOddShapes) {
  expect_right(gemm(), 3, 13, 77);
  expect_right(gemm(), 16, 35, 130);
  expect_right(gemm(), 11, 9, 352, 32);
}

TEST(GpuSkinnyGemm, RefusesMoreRowsThanItTakesAndOtherGroups) {
  for (const Variant& variant : gemm().variants) {
    if (variant.name != "simt" && variant.name != "mma") continue;
    const std::int64_t most = variant.name == "simt" ? 4 : 16, group = is_packed(variant) ? 128 : 0;
    ASSERT_NE(variant.refusal, nullptr);
    EXPECT_EQ(variant.refusal(product(most, 8, 128, group)), "");
    EXPECT_EQ(variant.refusal(product(most + 1, 8, 128, group)),
              "a skinny product has at most " + std::to_string(most) + " rows of activations");
  }
  EXPECT_NE(group_refusal(product(1, 8, 128)), "");
  EXPECT_NE(group_refusal(product(1, 8, 128, 64)), "");
}

/// Runs on operands that are exactly as long as they must be, for a memory checker to watch.
void expect_nothing_read_beyond(ProductLauncher launcher, const Format& format,
                                const ProductArguments& given) {
  const auto gpu = gpu_under_test();
  const bool packed = format.weights == DType::i4;
  const PackedWeights layout(given.n, given.k, packed ? given.group : 128, format.activations);
  const auto filled = [&](std::int64_t size_bytes, DType type) {
    const Buffer buffer = gpu->allocate((size_bytes + 3) / 4 * 4, 1, Pages::base);
    gpu->randomize(buffer, type, 7);
    return buffer;
  };
  const auto bytes_of = [](std::int64_t count, DType type) { return count * bits(type) / 8; };
  const Buffer w = filled(
      packed ? layout.weight_bytes() : bytes_of(given.n * given.k, format.weights), format.weights);
  const Buffer scales = filled(layout.scale_bytes(), DType::f16);
  const Buffer x = filled(bytes_of(given.m * given.k, format.activations), format.activations);
  const Buffer y = gpu->allocate(bytes_of(given.m * given.n, format.activations), 1, Pages::base);
  gpu->fill_bytes(y, 0xff);
  ProductArguments arguments = given;
  arguments.weights = w.data;
  arguments.scales = scales.data;
  arguments.x = x.data;
  arguments.y = y.data;
  launcher(arguments, gpu->queue().stream);
  gpu->synchronize();
  const auto results = fetched(*gpu, y.data, y.size_bytes);
  for (std::int64_t i = 0; i < given.m * given.n; ++i) {
    ASSERT_TRUE(std::isfinite(value_at(results.data(), format.activations, i)));
  }
}

TEST(GpuProduct, ReadsNothingBeyondItsOperands) {
  if (!gpu_under_test()) GTEST_SKIP() << "no CUDA device";
  const auto each = [](ProductLauncher launcher, int m, const char* format, ProductType type) {
    for (const auto& [n, k] : {std::pair{5, 97}, {19, 256}, {33, 1120}}) {
      for (const int group : {32, 128}) {
        ProductArguments given;
        given.type = type;
        given.n = n;
        given.k = k;
        given.m = m;
        given.group = group;
        given.sms = 2;
        expect_nothing_read_beyond(launcher, *format_from(format), given);
      }
    }
  };
  each(launch_gemv_simt, 1, "f32", ProductType::f32);
  each(launch_gemv_simt, 1, "w8a8", ProductType::w8a8);
  each(launch_skinny_simt, 3, "f16-f32", ProductType::f16);
  for (const auto& [launcher, m] : {std::pair<ProductLauncher, int>{launch_gemv_mma, 1},
                                    {launch_skinny_mma, 7},
                                    {launch_skinny_mma, 13}}) {
    each(launcher, m, "bf16-f32", ProductType::bf16);
    each(launcher, m, "w8a8", ProductType::w8a8);
    each(launcher, m, "w4a16", ProductType::w4a16);
    each(launcher, m, "w4a8", ProductType::w4a8);
  }
}

// ---- errors that must be seen
// --------------------------------------------------------------------

constexpr Format bf16{DType::bf16, DType::bf16, DType::f32}, w8a8{DType::i8, DType::i8, DType::i32},
    w4a16{DType::i4, DType::f16, DType::f32}, w4a8{DType::i4, DType::i8, DType::i32};

double error_of(ProductLauncher launcher, const Format& format) {
  const auto gpu = gpu_under_test();
  const Shape shape = product(1, 24, 256, format.weights == DType::i4 ? 128 : 0);
  return GpuProduct(shape, format, *gpu, launcher).error();
}

void without_last_row(const ProductArguments& arguments, void* stream) {
  ProductArguments fewer = arguments;
  fewer.n -= 1;
  launch_gemv_mma(fewer, stream);
}
void doubled_scale(const ProductArguments& arguments, void* stream) {
  ProductArguments other = arguments;
  other.requantization *= 2;
  launch_gemv_mma(other, stream);
}
void other_group(const ProductArguments& arguments, void* stream) {
  ProductArguments other = arguments;
  other.group = 32;
  launch_gemv_mma(other, stream);
}
void next_x(const ProductArguments& arguments, void* stream) {
  ProductArguments other = arguments;
  other.x = static_cast<const std::byte*>(arguments.weights);
  launch_gemv_mma(other, stream);
}

TEST(GpuProduct, SeesWrongResults) {
  if (!gpu_under_test()) GTEST_SKIP() << "no CUDA device";
  for (const Format& format : {bf16, w8a8, w4a16, w4a8}) {
    EXPECT_LE(error_of(launch_gemv_mma, format), 1) << format.name();
    EXPECT_GT(error_of(without_last_row, format), 1) << format.name();
    EXPECT_GT(error_of(next_x, format), 1) << format.name();
  }
  EXPECT_GT(error_of(doubled_scale, w8a8), 1);
  EXPECT_GT(error_of(doubled_scale, w4a8), 1);
  EXPECT_GT(error_of(other_group, w4a16), 1);
}

TEST(PackedWeights, EveryWeightHasItsOwnNibble) {
  for (const DType activations : {DType::f16, DType::i8}) {
    const PackedWeights packed(10, 200, 32, activations);
    std::vector<int> seen(static_cast<std::size_t>(packed.weight_bytes() * 2));
    for (int row = 0; row < 10; ++row) {
      for (int column = 0; column < 200; ++column) ++seen.at(packed.nibble(row, column));
    }
    EXPECT_EQ(*std::max_element(seen.begin(), seen.end()), 1);
    EXPECT_EQ(seen.size(), 16u * 256);
  }
}

TEST(PackedWeights, WeightsShareAScaleInGroupsOfARow) {
  const PackedWeights packed(16, 256, 32, DType::f16);
  EXPECT_EQ(packed.scale(3, 32), packed.scale(3, 63));
  EXPECT_NE(packed.scale(3, 32), packed.scale(3, 64));
  EXPECT_NE(packed.scale(3, 32), packed.scale(11, 32));
  EXPECT_EQ(packed.scale_bytes(), 16 * 8 * 2);
}

}  // namespace
}  // namespace roofmark
