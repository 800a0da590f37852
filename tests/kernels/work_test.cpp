// Work models against integers worked out by hand.
#include "core/work.h"

#include <gtest/gtest.h>

#include "kernels/registry.h"

namespace roofmark {
namespace {

constexpr Format f16{DType::f16, DType::f16, DType::f32};

Work work_of(const std::string& kernel, const Shape& shape, const Format& format = f16) {
  for (const Kernel& candidate : all_kernels()) {
    if (candidate.name == kernel) return candidate.work(shape, format);
  }
  ADD_FAILURE() << "no kernel " << kernel;
  return {};
}

void expect_work(const Work& work, double ops, double weights, double input, double output,
                 double kv_read = 0, double kv_written = 0) {
  EXPECT_EQ(work.ops.value, ops);
  EXPECT_EQ(work.weights.value, weights);
  EXPECT_EQ(work.input().value, input);
  EXPECT_EQ(work.output().value, output);
  EXPECT_EQ(work.kv_read.value, kv_read);
  EXPECT_EQ(work.kv_written.value, kv_written);
}

// Llama-2-7b, 2048 tokens, two bytes: hidden 4096, intermediate 11008, 32 heads of 128.

TEST(Work, OfAProjectionIsTwoOpsPerWeightAndToken) {
  expect_work(work_of("gemm", {{"m", 2048}, {"n", 4096}, {"k", 4096}}), 68719476736, 33554432,
              16777216, 16777216);
  expect_work(work_of("gemm", {{"m", 2048}, {"n", 11008}, {"k", 4096}}), 184683593728, 90177536,
              16777216, 45088768);
  expect_work(work_of("gemv", {{"n", 4096}, {"k", 4096}}), 33554432, 33554432, 8192, 8192);
  expect_work(work_of("gemv", {{"n", 4096}, {"k", 11008}}), 90177536, 90177536, 22016, 8192);
}

TEST(Work, OfAProjectionCountsEachFormatAtItsOwnWidth) {
  const Shape shape{{"m", 16}, {"n", 4096}, {"k", 4096}};
  const double ops = 2.0 * 16 * 4096 * 4096;
  expect_work(work_of("gemm", shape, {DType::f32, DType::f32, DType::f32}), ops, 67108864, 262144,
              262144);
  // And a scale of two bytes for each of 4096 outputs.
  expect_work(work_of("gemm", shape, {DType::i8, DType::i8, DType::i32}), ops, 16777216 + 8192,
              65536, 65536);
  expect_work(work_of("gemm", shape, {DType::i4, DType::f16, DType::f32}), ops, 8388608, 131072,
              131072);
}

TEST(Work, OfAProjectionCountsTheScalesOfItsGroups) {
  const Format w4a16{DType::i4, DType::f16, DType::f32};
  // 4096 x 32 scales of two bytes beside 4096 x 4096 half bytes: 4.125 bits a weight.
  expect_work(work_of("gemv", {{"n", 4096}, {"k", 4096}, {"group", 128}}, w4a16), 33554432,
              8388608 + 262144, 8192, 8192);
  // A row of 100 weights has four groups of 32, the last of them short.
  expect_work(work_of("gemm", {{"m", 2}, {"n", 3}, {"k", 100}, {"group", 32}}, w4a16), 1200,
              150 + 24, 400, 12);
}

TEST(Work, OfElementwiseOperators) {
  const Shape rows{{"rows", 2048}, {"cols", 4096}};
  expect_work(work_of("add", rows), 8388608, 0, 33554432, 16777216);
  expect_work(work_of("norm", rows), 4.0 * 2048 * 4096 + 2 * 2048, 8192, 16777216, 16777216);
  expect_work(work_of("add_norm", rows), 5.0 * 2048 * 4096 + 2 * 2048, 8192, 33554432, 33554432);
  expect_work(work_of("layer_norm", rows), 58720256, 16384, 16777216, 16777216);
  expect_work(work_of("activation", {{"rows", 2048}, {"cols", 11008}}), 112721920, 0, 90177536,
              45088768);
  expect_work(work_of("softmax", {{"rows", 65536}, {"cols", 2048}}), 671088640, 0, 268435456,
              268435456);
  expect_work(work_of("softmax", {{"rows", 32}, {"cols", 2048}}), 327680, 0, 131072, 131072);
  // Llama-3-8b: 32 query and 8 key heads.
  expect_work(work_of("rope", {{"tokens", 2048}, {"heads", 40}, {"head_dim", 128}}), 31457280, 0,
              20971520, 20971520);
}

TEST(Work, OfAQuantizationReadsTwoBytesAndWritesOneAndAScalePerRow) {
  expect_work(work_of("quantize", {{"rows", 16}, {"cols", 4096}}), 196608, 0, 131072, 65600);
}

TEST(Work, OfANormKeepsItsWeightsAsWideAsItsActivations) {
  const Format w4a16{DType::i4, DType::f16, DType::f32};
  expect_work(work_of("norm", {{"rows", 1}, {"cols", 4096}}, w4a16), 4 * 4096 + 2, 8192, 8192,
              8192);
}

TEST(Work, OfAnEmbeddingIsTheRowsItGathersNotTheTable) {
  expect_work(work_of("embedding", {{"tokens", 3}, {"cols", 4096}, {"vocabulary", 32000}}), 0,
              24576, 0, 24576);
}

Shape attention(std::int64_t queries, std::int64_t fresh, std::int64_t cached,
                std::int64_t kv_heads) {
  return {{"queries", queries}, {"fresh", fresh},       {"cached", cached},
          {"heads", 32},        {"kv_heads", kv_heads}, {"head_dim", 128}};
}

TEST(Work, OfPrefillAttentionCountsEachPairOfTokensOnce) {
  // 2048 * 2049 / 2 = 2098176 pairs in each of 32 heads; 4 * 128 + 5 ops each.
  expect_work(work_of("attention", attention(1, 2048, 0, 32)), 2098176.0 * 32 * 517, 0, 16777216,
              16777216, 33554432, 33554432);
}

TEST(Work, OfDecodeAttentionReadsTheCacheAndWritesOneToken) {
  // One token after 2047: 2048 pairs in each of 32 heads.
  expect_work(work_of("attention", attention(1, 1, 2047, 32)), 2048.0 * 32 * 517, 0, 8192, 8192,
              33554432, 16384);
  // Eight key and value heads: the same arithmetic over a quarter of the cache.
  expect_work(work_of("attention", attention(1, 1, 2047, 8)), 2048.0 * 32 * 517, 0, 8192, 8192,
              8388608, 4096);
}

TEST(Work, OfAttentionGrowsWithItsQueriesAndCountsCachedTokensForEveryFreshOne) {
  // 3 queries of 2 tokens after 10: 3 * (2 * 10 + 3) = 69 pairs.
  expect_work(work_of("attention", attention(3, 2, 10, 8)), 69.0 * 32 * 517, 0, 49152, 49152,
              3 * 12 * 8 * 128 * 2 * 2, 3 * 2 * 8 * 128 * 2 * 2);
}

TEST(Work, OfAttentionNamesTheProbeOfItsTrafficAndThatArithmeticMayBind) {
  const auto companion = [](const Shape& shape) {
    for (const Kernel& kernel : all_kernels()) {
      if (kernel.name == "attention") return kernel.companion(shape, 1).value();
    }
    return Companion{"no kernel", {}};
  };
  EXPECT_EQ(companion(attention(16, 1, 8192, 8)).kernel, "read");
  EXPECT_EQ(companion(attention(1, 64, 0, 32)).kernel, "copy");
  EXPECT_EQ(companion(attention(1, 512, 4096, 8)).kernel, "read");
  EXPECT_TRUE(companion(attention(1, 64, 0, 32)).or_arithmetic);
}

TEST(Work, OfAQuantizedCacheIsCountedAtItsOwnWidthWithAScaleToEachKeyAndValue) {
  const Format cache8{DType::i8, DType::f16, DType::f32};
  // The fresh key and value come as wide as the activations.
  expect_work(work_of("attention", attention(1, 1, 2047, 32), cache8), 2048.0 * 32 * 517, 0, 8192,
              8192, 2.0 * 2047 * 32 * (128 + 4) + 2 * 32 * 128 * 2, 8192 + 2 * 32 * 4);
}

TEST(Work, OfEveryCacheOfIntegersHasThoseScalesAndOfFloatingPointNone) {
  const auto cached = [](DType type) {
    return work_of("attention", attention(1, 1, 2047, 8), {type, DType::f16, DType::f32});
  };
  const std::pair<DType, double> kept[] = {{DType::i8, 128 + 4},
                                           {DType::i4, 64 + 4},
                                           {DType::i2, 32 + 4},
                                           {DType::i1, 16 + 4},
                                           {DType::fp8, 128}};
  for (const auto& [type, key] : kept) {
    EXPECT_EQ(cached(type).kv_written.value, 2 * 8 * key) << name(type);
    EXPECT_EQ(cached(type).kv_read.value, 2 * 8 * (2047 * key + 2 * 128)) << name(type);
  }
}

TEST(Work, OfEagerAttentionPutsTheScoresInMemory) {
  // The whole square of scores, 32 * 2048 * 2048, written by one half and read by the other.
  const Shape shape = attention(1, 2048, 0, 32);
  const double half = 2.0 * 2098176 * 32 * 128;
  expect_work(work_of("qk", shape), half, 0, 16777216, 268435456, 16777216, 16777216);
  expect_work(work_of("sv", shape), half, 0, 268435456, 16777216, 16777216, 16777216);
}

TEST(Work, OfTheHalvesOfEagerAttentionIsFusedAttentionWithoutSoftmaxAndScores) {
  const Shape shape = attention(2, 7, 100, 8);
  const Work fused = work_of("attention", shape), qk = work_of("qk", shape),
             sv = work_of("sv", shape);
  const double pairs = 2 * (7 * 100 + 28) * 32, scores = 2.0 * 7 * 107 * 32 * 2;
  EXPECT_EQ(qk.ops.value + sv.ops.value, fused.ops.value - 5 * pairs);
  EXPECT_EQ((qk.bytes() + sv.bytes()).value, fused.bytes().value + 2 * scores);
  EXPECT_EQ((qk.kv_read + sv.kv_read).value, fused.kv_read.value);
  EXPECT_EQ((qk.kv_written + sv.kv_written).value, fused.kv_written.value);
}

}  // namespace
}  // namespace roofmark
