// Attention on a GPU, every element of every head against float64.
#include "kernels/attention/attention.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/case.h"
#include "core/error.h"
#include "kernels/attention/attention.cuda.h"
#include "kernels/attention/attention_check.h"
#include "kernels/attention/decode_splits.h"
#include "kernels/gpu_memory.h"
#include "tests/gpu/gpu_under_test.h"

namespace roofmark {

std::vector<Kernel> attention_cuda_kernels();

namespace {

using Numbers = std::vector<std::byte>;

double at(const Numbers& numbers, DType type, std::int64_t index) {
  return value_at(numbers.data(), type, index);
}

/// A launch on random operands, and what it left behind.
class Launched {
 public:
  Launched(Device& device, AttentionArguments a) : device_(device), a_(a) {
    const std::int64_t rows = std::int64_t{1} * a.queries * a.fresh;
    q_ = random(rows * a.heads * a.head_dim);
    k_ = random(rows * a.kv_heads * a.head_dim);
    v_ = random(rows * a.kv_heads * a.head_dim);
    k_cache_ = random(std::int64_t{1} * a.queries * a.kv_heads * length() * a.head_dim);
    v_cache_ = random(k_cache_.size_bytes / 2);
    out_ = random(q_.size_bytes / 2);
    device.fill_bytes(out_, 0xff);
    a_.q = q_.data, a_.k = k_.data, a_.v = v_.data, a_.out = out_.data;
    a_.k_cache = k_cache_.data, a_.v_cache = v_cache_.data;
    k_before_ = bytes(k_cache_), v_before_ = bytes(v_cache_);
  }

  void decode(int splits, int split_tiles) {
    a_.splits = splits, a_.split_tiles = split_tiles;
    const Buffer partials = device_.allocate(4 * decode_partial_floats(a_), 1, Pages::base);
    const Buffer counters = device_.allocate(4 * a_.queries * a_.kv_heads, 1, Pages::base);
    device_.fill_bytes(partials, 0xff);
    device_.fill_bytes(counters, 0);
    a_.partials = partials.f32();
    a_.counters = reinterpret_cast<unsigned*>(counters.data);
    launch_attention_decode(a_, device_.queue().stream);
    device_.synchronize();
    for (const std::byte byte : bytes(counters)) EXPECT_EQ(byte, std::byte{0});
  }
  void prefill() {
    launch_attention_prefill(a_, device_.queue().stream);
    device_.synchronize();
  }

  /// All outputs, and both caches: as they were but for the fresh rows.
  void expect_right() const {
    expect_cache(k_, k_before_, k_cache_);
    expect_cache(v_, v_before_, v_cache_);
    const Numbers q = bytes(q_), k = bytes(k_cache_), v = bytes(v_cache_), out = bytes(out_);
    // Weights and outputs, at most 1 each, are rounded once.
    const double tolerance = 1.1 * epsilon(type());
    for (std::int64_t row = 0; row < std::int64_t{1} * a_.queries * a_.fresh * a_.heads; ++row) {
      const std::vector<double> expected = reference(row, q, k, v);
      for (int d = 0; d < a_.head_dim; ++d) {
        ASSERT_NEAR(at(out, type(), row * a_.head_dim + d), expected[d], tolerance)
            << "row " << row << " element " << d;
      }
    }
  }

  /// The only sequence, for AttentionCheck.
  AttentionSequence sequence() const {
    return {bytes(q_), bytes(k_), bytes(v_), bytes(k_cache_), bytes(v_cache_), bytes(out_)};
  }
  DType type() const { return a_.bf16 ? DType::bf16 : DType::f16; }

 private:
  std::int64_t length() const { return std::int64_t{1} * a_.cached + a_.fresh; }

  Buffer random(std::int64_t elements) {
    const Buffer buffer = device_.allocate(2 * elements, 1, Pages::base);
    device_.randomize(buffer, type(), ++seed_);
    return buffer;
  }
  Numbers bytes(const Buffer& buffer) const {
    return fetched(device_, buffer.data, buffer.size_bytes);
  }

  void expect_cache(const Buffer& fresh_rows, const Numbers& before, const Buffer& cache) const {
    const Numbers fresh = bytes(fresh_rows), after = bytes(cache);
    const std::int64_t row = 2 * a_.head_dim;
    for (std::int64_t at = 0; at < static_cast<std::int64_t>(after.size()); ++at) {
      const std::int64_t position = at / row % length(), head = at / row / length();
      const std::int64_t sequence = head / a_.kv_heads, token = position - a_.cached;
      const std::int64_t from =
          ((sequence * a_.fresh + token) * a_.kv_heads + head % a_.kv_heads) * row + at % row;
      ASSERT_EQ(after[at], token < 0 ? before[at] : fresh[from]) << "byte " << at;
    }
  }

  /// Row of [queries, fresh, heads].
  std::vector<double> reference(std::int64_t row, const Numbers& q, const Numbers& k,
                                const Numbers& v) const {
    const std::int64_t dim = a_.head_dim, head = row % a_.heads, token = row / a_.heads;
    const std::int64_t group = a_.heads / a_.kv_heads;
    const std::int64_t first = (token / a_.fresh * a_.kv_heads + head / group) * length() * dim;
    std::vector<double> sum(static_cast<std::size_t>(dim));
    double weights = 0;
    for (std::int64_t key = 0; key <= a_.cached + token % a_.fresh; ++key) {
      double score = 0;
      for (std::int64_t i = 0; i < dim; ++i)
        score += at(q, type(), row * dim + i) * at(k, type(), first + key * dim + i);
      const double weight = std::exp(score / std::sqrt(static_cast<double>(dim)));
      weights += weight;
      for (std::int64_t i = 0; i < dim; ++i)
        sum[i] += weight * at(v, type(), first + key * dim + i);
    }
    for (double& x : sum) x /= weights;
    return sum;
  }

  Device& device_;
  AttentionArguments a_;
  Buffer q_, k_, v_, k_cache_, v_cache_, out_;
  Numbers k_before_, v_before_;
  std::uint64_t seed_ = 0;
};

AttentionArguments shape(bool bf16, int queries, int fresh, int cached, int heads, int kv_heads,
                         int head_dim) {
  AttentionArguments a{};
  a.bf16 = bf16, a.queries = queries, a.fresh = fresh, a.cached = cached;
  a.heads = heads, a.kv_heads = kv_heads, a.head_dim = head_dim;
  return a;
}

class GpuAttention : public testing::Test {
 protected:
  void SetUp() override {
    device_ = gpu_under_test();
    if (!device_) GTEST_SKIP() << "no CUDA device";
  }

  void expect_decode(const AttentionArguments& a, int splits, int split_tiles) {
    SCOPED_TRACE("cached " + std::to_string(a.cached) + " heads " + std::to_string(a.heads) +
                 " of " + std::to_string(a.head_dim) + " splits " + std::to_string(splits));
    Launched launched(*device_, a);
    launched.decode(splits, split_tiles);
    launched.expect_right();
  }
  void expect_prefill(const AttentionArguments& a) {
    SCOPED_TRACE("fresh " + std::to_string(a.fresh) + " cached " + std::to_string(a.cached) +
                 " heads " + std::to_string(a.heads) + " of " + std::to_string(a.head_dim));
    Launched launched(*device_, a);
    launched.prefill();
    launched.expect_right();
  }

  std::unique_ptr<Device> device_;
};

TEST_F(GpuAttention, DecodeIsRightForEveryLengthOfTheCache) {
  for (const int cached : {0, 1, 7, 14, 15, 16, 17, 63, 64, 130})
    expect_decode(shape(false, 1, 1, cached, 4, 1, 64), 1, (cached + 16) / 16);
}

TEST_F(GpuAttention, DecodeIsRightForEveryHeadDimensionAndType) {
  for (const int dim : attention_head_dims)
    for (const bool bf16 : {false, true}) expect_decode(shape(bf16, 1, 1, 50, 3, 1, dim), 1, 4);
}

TEST_F(GpuAttention, DecodeIsRightForEveryGroupOfQueryHeads) {
  for (const int group : {1, 2, 5, 8, 9, 16})
    expect_decode(shape(true, 2, 1, 33, 2 * group, 2, 64), 1, 3);
}

TEST_F(GpuAttention, DecodeInPiecesIsRight) {
  expect_decode(shape(false, 2, 1, 200, 6, 2, 64), 2, 8);  // the last has fewer tiles
  expect_decode(shape(false, 1, 1, 96, 4, 2, 128), 7, 1);  // most warps have none, the last one key
  expect_decode(shape(true, 1, 1, 300, 2, 1, 256), 4, 6);
}

TEST_F(GpuAttention, LongStreamsGoRoundTheirRing) {
  expect_decode(shape(false, 1, 1, 700, 1, 1, 128), 1, 44);
  expect_decode(shape(false, 1, 1, 500, 1, 1, 256), 2, 16);
}

TEST_F(GpuAttention, PrefillIsRightForEveryLength) {
  for (const int fresh : {1, 2, 16, 31, 63, 65, 128, 129, 150})
    expect_prefill(shape(false, 1, fresh, 0, 1, 1, 64));
}

TEST_F(GpuAttention, PrefillIsRightForEveryHeadDimensionAndType) {
  for (const int dim : attention_head_dims)
    for (const bool bf16 : {false, true}) expect_prefill(shape(bf16, 1, 70, 0, 1, 1, dim));
}

TEST_F(GpuAttention, PrefillOfSharedHeadsAndSeveralSequencesIsRight) {
  expect_prefill(shape(true, 2, 37, 0, 6, 2, 64));
  expect_prefill(shape(false, 3, 5, 0, 4, 1, 128));
}

TEST_F(GpuAttention, PrefillAfterCachedTokensIsRight) {
  for (const int cached : {1, 62, 63, 64, 100})
    expect_prefill(shape(false, 1, 40, cached, 2, 1, 64));
  expect_prefill(shape(true, 2, 130, 33, 1, 1, 128));
  expect_prefill(shape(false, 1, 20, 50, 1, 1, 256));
}

TEST_F(GpuAttention, EveryVariantAgreesWithFloat64AtTheShapesItTakes) {
  int ran = 0;
  for (const Kernel& kernel : attention_cuda_kernels()) {
    for (const Variant& variant : kernel.variants) {
      for (const Shape& extents : {Shape{{"queries", 2},
                                         {"fresh", 1},
                                         {"cached", 150},
                                         {"heads", 8},
                                         {"kv_heads", 2},
                                         {"head_dim", 128}},
                                   Shape{{"queries", 1},
                                         {"fresh", 1},
                                         {"cached", 20},
                                         {"heads", 17},
                                         {"kv_heads", 1},
                                         {"head_dim", 64}},
                                   Shape{{"queries", 1},
                                         {"fresh", 90},
                                         {"cached", 0},
                                         {"heads", 2},
                                         {"kv_heads", 1},
                                         {"head_dim", 64}}}) {
        const Case what{&kernel, &variant, extents, {}, 1, "cuda", variant.format, {}};
        const auto task = variant.prepare(what, *device_);
        for (int launch = 0; launch < 2; ++launch) task->launch(device_->queue());
        EXPECT_LE(task->error(), 1) << what.id();
        ++ran;
      }
    }
  }
  EXPECT_EQ(ran, 6);
}

TEST_F(GpuAttention, AnUnsupportedHeadDimensionIsARowWithAReason) {
  const Kernel kernel = attention_cuda_kernels().front();
  const Case what{&kernel,
                  &kernel.variants.front(),
                  {{"queries", 1},
                   {"fresh", 1},
                   {"cached", 1},
                   {"heads", 1},
                   {"kv_heads", 1},
                   {"head_dim", 80}},
                  {},
                  1,
                  "cuda",
                  kernel.variants.front().format,
                  {}};
  try {
    kernel.variants.front().prepare(what, *device_);
    FAIL() << "accepted";
  } catch (const AbsentError& error) {
    EXPECT_NE(std::string(error.what()).find("head_dim 80"), std::string::npos) << error.what();
  }
}

TEST_F(GpuAttention, ADamagedElementIsSeen) {
  const AttentionArguments a = shape(false, 1, 3, 60, 2, 1, 64);
  Launched launched(*device_, a);
  launched.prefill();
  const AttentionExtents extents({{"queries", 1},
                                  {"fresh", 3},
                                  {"cached", 60},
                                  {"heads", 2},
                                  {"kv_heads", 1},
                                  {"head_dim", 64}});
  const AttentionCheck check(extents, launched.type());
  const AttentionSequence good = launched.sequence();
  EXPECT_LE(check.error(good.view(), 1), 1);
  AttentionSequence bad = good;
  bad.out[2 * 100 + 1] ^= std::byte{1};  // a quarter of the exponent's lowest bit
  EXPECT_GT(check.error(bad.view(), 1), 1);
  bad = good;
  bad.k_cache[2 * 61 * 64] ^= std::byte{1};
  EXPECT_GT(check.error(bad.view(), 1), 1);
  bad = good;
  bad.v_cache[2 * 62 * 64 + 5] ^= std::byte{64};
  EXPECT_GT(check.error(bad.view(), 1), 1);
}

TEST_F(GpuAttention, AKeyThatIsLeftOutIsSeen) {
  Launched launched(*device_, shape(false, 1, 1, 60, 1, 1, 64));
  launched.decode(1, 4);
  // The same outputs, said to be of one key more, which weighs as much as any other.
  AttentionSequence longer = launched.sequence();
  for (Numbers* cache : {&longer.k_cache, &longer.v_cache}) {
    const Numbers fresh(cache->end() - 128, cache->end());
    cache->insert(cache->end(), fresh.begin(), fresh.end());
  }
  const AttentionExtents extents({{"queries", 1},
                                  {"fresh", 1},
                                  {"cached", 61},
                                  {"heads", 1},
                                  {"kv_heads", 1},
                                  {"head_dim", 64}});
  EXPECT_GT(AttentionCheck(extents, launched.type()).error(longer.view(), 1), 1);
}

TEST(DecodeSplits, CoverAllTilesAndLeaveNoPieceEmpty) {
  for (const int heads : {1, 8, 100, 4096}) {
    for (const int tiles : {1, 2, 5, 129, 513, 8193}) {
      for (const int step : {2, 4}) {
        const DecodeSplits splits = decode_splits(heads, tiles, step, 264);
        EXPECT_GE(splits.count * splits.tiles, tiles);
        EXPECT_LT((splits.count - 1) * splits.tiles, tiles);
      }
    }
  }
}

TEST(DecodeSplits, FillTheGpuInWholeWaves) {
  EXPECT_EQ(decode_splits(128, 513, 4, 264).count, 2);   // 256 of 264 blocks
  EXPECT_EQ(decode_splits(264, 513, 4, 264).count, 1);   // one wave as it is
  EXPECT_EQ(decode_splits(4096, 513, 4, 264).count, 1);  // many waves
  EXPECT_GT(decode_splits(8, 513, 4, 264).count, 24);
  EXPECT_EQ(decode_splits(8, 129, 4, 16).count, 2);
}

}  // namespace
}  // namespace roofmark
