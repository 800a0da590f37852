// Work models of operators that models other than Llama's have, against integers worked out by
// hand.
#include <gtest/gtest.h>

#include <cmath>

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

Shape with(Shape shape, std::initializer_list<Extent> more) {
  shape.extents.insert(shape.extents.end(), more);
  return shape;
}

Shape attention(std::int64_t fresh, std::int64_t cached, std::initializer_list<Extent> more = {}) {
  return with({{"queries", 1},
               {"fresh", fresh},
               {"cached", cached},
               {"heads", 4},
               {"kv_heads", 2},
               {"head_dim", 8}},
              more);
}

double pairs_of(std::int64_t fresh, std::int64_t cached, const Extent& span) {
  return work_of("attention", attention(fresh, cached, {span})).ops.value / 4 / (4 * 8 + 5);
}

/// Token by token.
double counted_pairs(std::int64_t fresh, std::int64_t cached, const Extent& span) {
  double pairs = 0;
  for (std::int64_t position = cached; position < cached + fresh; ++position) {
    pairs += static_cast<double>(span.name == "window" ? std::min(position + 1, span.value)
                                                       : position % span.value + 1);
  }
  return pairs;
}

/// The first key that any fresh token sees, found by trying.
double counted_keys(std::int64_t fresh, std::int64_t cached, const Extent& span) {
  const std::int64_t first = span.name == "window"
                                 ? std::max<std::int64_t>(0, cached - span.value + 1)
                                 : cached - cached % span.value;
  return static_cast<double>(cached + fresh - first);
}

TEST(ModelWork, SpansHaveTheirPairsAndKeys) {
  for (const char* name : {"window", "chunk"}) {
    for (const std::int64_t span : {1, 2, 7, 64}) {
      for (const std::int64_t cached : {0, 1, 6, 7, 8, 63, 64, 200}) {
        for (const std::int64_t fresh : {1, 2, 7, 100}) {
          const Extent extent{name, span};
          EXPECT_EQ(pairs_of(fresh, cached, extent), counted_pairs(fresh, cached, extent))
              << name << span << " " << cached << " " << fresh;
          const Work work = work_of("attention", attention(fresh, cached, {extent}));
          EXPECT_EQ(work.kv_read.value, 2 * 2 * 2 * 8 * counted_keys(fresh, cached, extent));
          EXPECT_EQ(work.kv_written.value, 2 * 2 * 2 * 8 * static_cast<double>(fresh));
        }
      }
    }
  }
}

TEST(ModelWork, ASinkIsOneScoreMoreForEachHeadAndToken) {
  const Work plain = work_of("attention", attention(3, 5)),
             sinks = work_of("attention", attention(3, 5, {{"sinks", 1}}));
  EXPECT_EQ(sinks.ops.value - plain.ops.value, 5 * 4 * 3);
  EXPECT_EQ(sinks.weights.value, 4 * 2);
  EXPECT_EQ(sinks.read.value - plain.read.value, 4 * 2);
}

TEST(ModelWork, ABiasIsAnAddForEachOutput) {
  const Shape shape{{"m", 3}, {"n", 64}, {"k", 16}};
  const Work plain = work_of("gemm", shape), biased = work_of("gemm", with(shape, {{"bias", 1}}));
  EXPECT_EQ(biased.ops.value - plain.ops.value, 3 * 64);
  EXPECT_EQ(biased.weights.value - plain.weights.value, 64 * 2);
  EXPECT_EQ(biased.bytes().value - plain.bytes().value, 64 * 2);
}

TEST(ModelWork, QuantizedWeightsBringWhateverScalesTheyHave) {
  const Format w4a16{DType::i4, DType::f16, DType::f32}, fp8{DType::fp8, DType::fp8, DType::f32};
  const Shape shape{{"n", 300}, {"k", 256}};
  const double nibbles = 300 * 256 / 2;
  const auto weights = [&](std::initializer_list<Extent> more, const Format& format) {
    return work_of("gemv", with(shape, more), format).weights.value;
  };
  EXPECT_EQ(weights({{"group", 128}}, w4a16), nibbles + 300 * 2 * 2);
  EXPECT_EQ(weights({{"group", 128}, {"zero_bits", 4}}, w4a16), nibbles + 300 * 2 * 2.5);
  EXPECT_EQ(weights({{"group", 32}, {"scale_bits", 8}}, w4a16), nibbles + 300 * 8);
  // Blocks of 128 x 128 with a scale of four bytes: three of them cover 300 outputs.
  EXPECT_EQ(weights({{"group", 128}, {"group_rows", 128}, {"scale_bits", 32}}, fp8),
            300 * 256 + 3 * 2 * 4);
}

TEST(ModelWork, ExpertsThatAreReadAreThoseExpectedDistinct) {
  const auto read = [](double tokens, double experts, double chosen) {
    const Shape shape{{"m", static_cast<std::int64_t>(tokens * chosen)},
                      {"n", 1},
                      {"k", 1},
                      {"experts", static_cast<std::int64_t>(experts)},
                      {"chosen", static_cast<std::int64_t>(chosen)},
                      {"inputs", static_cast<std::int64_t>(tokens)}};
    return work_of("expert_gemm", shape).weights.value / 2;
  };
  // Mixtral 8x7B, Qwen3 30B-A3B, DeepSeek-V3, Llama 4 Scout, gpt-oss 120b.
  EXPECT_EQ(read(1, 8, 2), 2);
  EXPECT_EQ(read(2, 8, 2), 3.5);
  EXPECT_EQ(read(3, 128, 8), 128 - 120.0 * 120 * 120 / 128 / 128);
  EXPECT_EQ(read(1, 60, 4), 4);
  EXPECT_EQ(read(77, 60, 60), 60);
  // To the three decimals that a calculator was read to.
  EXPECT_NEAR(read(16, 8, 2), 7.920, 5e-4);
  EXPECT_NEAR(read(16, 128, 8), 82.423, 5e-4);
  EXPECT_NEAR(read(32, 256, 8), 163.314, 5e-4);
  EXPECT_NEAR(read(4, 16, 1), 3.640, 5e-4);
  EXPECT_NEAR(read(128, 128, 4), 125.801, 5e-4);
  EXPECT_LE(read(1e6, 256, 8), 256);
  for (const double tokens : {1, 3, 77}) {
    const double distinct = 60 * (1 - std::pow(1 - 4 / 60.0, tokens));
    EXPECT_NEAR(read(tokens, 60, 4) / distinct, 1, 1e-12);  // both round, in another order
  }
}

TEST(ModelWork, RoutedProductsAreOfEveryTokenWithEachOfItsExperts) {
  // 5 tokens to 2 of 8 experts, [16, 4]: 10 rows.
  const Shape up{{"m", 10}, {"n", 16}, {"k", 4}, {"experts", 8}, {"chosen", 2}, {"inputs", 5}};
  const Work work = work_of("expert_gemm", up);
  EXPECT_EQ(work.ops.value, 2 * 10 * 16 * 4);
  EXPECT_EQ(work.input().value, 5 * 4 * 2);
  EXPECT_EQ(work.output().value, 10 * 16 * 2);
  EXPECT_EQ(work_of("expert_gemm", with(up, {{"bias", 1}})).ops.value, 2 * 10 * 16 * 4 + 10 * 16);
  // Two weighted rows and a shared expert's: 2 products and 2 sums.
  const Work sum = work_of("expert_sum", {{"rows", 5}, {"cols", 4}, {"terms", 3}, {"scaled", 2}});
  EXPECT_EQ(sum.ops.value, 5 * 4 * 4);
  EXPECT_EQ(sum.read.value, 2 * 5 * (3 * 4 + 2));
  EXPECT_EQ(sum.written.value, 2 * 5 * 4);
}

// DeepSeek-V3: 128 heads, rank 512, 64 rotated, 128 plain, values of 128; 576 cached elements.
TEST(ModelWork, LatentAttentionCachesOneLatentForAllHeads) {
  const Shape prompt{{"queries", 1},     {"fresh", 100},      {"cached", 0},      {"heads", 128},
                     {"plain_dim", 128}, {"rotated_dim", 64}, {"value_dim", 128}, {"rank", 512}};
  const double pairs = 100 * 101 / 2;
  const Work expanded = work_of("expanded_attention", prompt);
  EXPECT_EQ(expanded.ops.value, 128 * pairs * (2 * (192 + 128) + 5));
  EXPECT_EQ(expanded.kv_written.value, 100 * 576 * 2);
  EXPECT_EQ(expanded.kv_read.value, 100 * 64 * 2);  // the rotated key; the rest was expanded
  EXPECT_EQ(expanded.input().value, 2.0 * 100 * 128 * (192 + 128 + 128));
  EXPECT_EQ(expanded.output().value, 2.0 * 100 * 128 * 128);
  const Shape token{{"queries", 1}, {"fresh", 1},        {"cached", 999},
                    {"heads", 128}, {"rotated_dim", 64}, {"rank", 512}};
  const Work absorbed = work_of("latent_attention", token);
  EXPECT_EQ(absorbed.ops.value, 128 * 1000.0 * (2 * (576 + 512) + 5));
  EXPECT_EQ(absorbed.kv_read.value, 1000 * 576 * 2);
  EXPECT_EQ(absorbed.kv_written.value, 576 * 2);
  EXPECT_EQ(absorbed.input().value, 128 * 576 * 2);
  EXPECT_EQ(absorbed.output().value, 128 * 512 * 2);
  const Shape heads{{"heads", 128}, {"m", 3}, {"n", 512}, {"k", 128}};
  EXPECT_EQ(work_of("head_gemm", heads).ops.value, 2.0 * 3 * 128 * 512 * 128);
  EXPECT_EQ(work_of("head_gemm", heads).weights.value, 2.0 * 128 * 512 * 128);
}

// As every cache of integers: a scale of four bytes for the latent, and one for the rotated key.
TEST(ModelWork, ALatentCacheOfIntegersHasTwoScalesPerToken) {
  const Format cache4{DType::i4, DType::f16, DType::f32};
  const Shape shape{{"queries", 1},   {"fresh", 1},       {"cached", 9},    {"heads", 8},
                    {"plain_dim", 8}, {"rotated_dim", 4}, {"value_dim", 6}, {"rank", 16}};
  const double latent = 8 + 4, key = 2 + 4;
  const Work expanded = work_of("expanded_attention", shape, cache4),
             absorbed = work_of("latent_attention", shape, cache4),
             values = work_of("latent_sv", shape, cache4);
  EXPECT_EQ(expanded.kv_written.value, latent + key);
  EXPECT_EQ(expanded.kv_read.value, 10 * key);
  EXPECT_EQ(absorbed.kv_written.value, latent + key);
  EXPECT_EQ(absorbed.kv_read.value, 10 * (latent + key));
  EXPECT_EQ(values.kv_read.value, 10 * latent);
}

TEST(ModelWork, EagerLatentAttentionIsTheFusedOneWithoutSoftmaxAndScores) {
  const Shape shape{{"queries", 2},   {"fresh", 7},       {"cached", 30},   {"heads", 4},
                    {"plain_dim", 8}, {"rotated_dim", 4}, {"value_dim", 6}, {"rank", 16}};
  for (const std::string form : {"expanded", "latent"}) {
    const Work fused = work_of(form + "_attention", shape), qk = work_of(form + "_qk", shape),
               sv = work_of(form + "_sv", shape);
    const double pairs = 2 * (7 * 30 + 7 * 8 / 2), scores = 2 * 4 * 7 * 37;
    EXPECT_EQ(qk.ops.value + sv.ops.value, fused.ops.value - 5 * 4 * pairs);
    EXPECT_EQ(qk.kv_written + sv.kv_written, fused.kv_written);
    EXPECT_EQ(qk.output().value, 2 * scores);
    EXPECT_EQ(sv.output(), fused.output());
    // Absorbed values are the latents themselves, read once more.
    const double again = form == "latent" ? 2 * 37 * 16 * 2 : 0;
    EXPECT_EQ((qk.bytes() + sv.bytes()).value, fused.bytes().value + 2 * 2 * scores + again);
  }
}

TEST(ModelWork, ActivationsCountTheirFunctionAndOneProductWhereGated) {
  const Shape shape{{"rows", 3}, {"cols", 10}};
  const auto each = [&](const char* kernel) { return work_of(kernel, shape).ops.value / 30; };
  EXPECT_EQ(each("activation"), 5);
  EXPECT_EQ(each("gelu_gated"), 7);
  EXPECT_EQ(each("relu_gated"), 2);
  EXPECT_EQ(each("silu"), 4);
  EXPECT_EQ(each("gelu"), 6);
  EXPECT_EQ(each("relu"), 1);
  EXPECT_EQ(work_of("gelu_gated", shape).bytes().value, 30 * 2 * 3);
  EXPECT_EQ(work_of("gelu", shape).bytes().value, 30 * 2 * 2);
}

TEST(ModelWork, ANormWithoutScalesReadsNone) {
  const Shape shape{{"rows", 3}, {"cols", 10}, {"scaled", 0}};
  EXPECT_EQ(work_of("norm", shape).ops.value, 3 * 32);
  EXPECT_EQ(work_of("norm", shape).weights.value, 0);
}

}  // namespace
}  // namespace roofmark
