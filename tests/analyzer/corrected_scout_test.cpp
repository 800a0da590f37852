// Llama 4 Scout at a million cached tokens, the example of the article on Transformer Roofline
// Analyzer (github.com/Jench2103/transformer-roofline-analyzer): that tool's total with its
// mistakes put right one by one, and from there to the exact accounting.
#include <gtest/gtest.h>

#include "analyzer/storage.h"
#include "tests/exact_work.h"
#include "tests/model_configs.h"

namespace roofmark {
namespace {

constexpr double layers = 48, rotated = 36, full = 12;  // every fourth layer has no RoPE
constexpr double h = 5120, d = 128, heads = 40, kv_heads = 8, inner = 8192, vocabulary = 202048,
                 experts = 16, context = 1048577;

// Their total, with attention counted as 4 H d ops per visible token (theirs has the width of the
// key/value heads in S V), the head that it leaves out, and the 36 layers that attend to chunks of
// 8192 seeing the one token of the chunk that begins.
constexpr double their_ops = 648637218288, their_attention = 12883864575;
constexpr double corrected_ops = their_ops + layers * (4 * heads * d * context - their_attention) +
                                 2 * h * vocabulary - rotated * 4 * heads * d * (context - 1);
constexpr double their_bytes = 30207836352.0 + 206170816512.0 + 10421760.0;
constexpr double corrected_bytes =
    their_bytes + 2 * h * vocabulary - rotated * 2 * 2 * kv_heads * d * (context - 1);

Workload asked() {
  return {published_model("Llama-4-Scout-17B-16E-Instruct"),
          Phase::decode,
          {{1048576, 1}},
          {DType::bf16, DType::bf16, DType::f32},
          DType::bf16};
}

TEST(CorrectedScout, TheCorrectedTotalIsThePublishedCorrection) {
  EXPECT_EQ(corrected_ops, 289979711008);
  EXPECT_EQ(corrected_bytes, 83839223488);
}

TEST(CorrectedScout, ExactOperationsDifferByTheseAlone) {
  const double products = 2 * (h + kv_heads * d) + experts + 2 * (2 * inner + h);  // m n
  const double difference = layers * products                             // 2 k, not 2 k - 1
                            + 4 * h + 2                                   // the final norm
                            - full * 3 * (heads + kv_heads) * d           // no RoPE in these
                            + rotated * (heads + kv_heads) * (3 * d + 2)  // norms of heads
                            + layers * 5 * experts                        // the router's scores
                            + layers * h                               // times the router's weight
                            - layers * 2                               // activations: no + n
                            + 5 * heads * (full * context + rotated);  // softmax
  EXPECT_EQ(exact_total(asked()).ops.value, corrected_ops + difference);
}

TEST(CorrectedScout, ExactBytesDifferByTheseAlone) {
  const double w = 2;
  const double difference = w * (2 * h)                      // embedding: a row read, a row written
                            - layers * 2 * w + 3 * h * w     // norms: no weight for epsilon; final
                            + layers * 2 * h * w             // q, k, v each read their input
                            + layers * 2 * kv_heads * d * w  // keys and values into the cache
                            - full * 2 * (heads + kv_heads) * d * w     // no RoPE in these
                            + rotated * 2 * (heads + kv_heads) * d * w  // norms of heads
                            + layers * (2 * experts + 1) * w  // the router's scores, made and used
                            + layers * 2 * h * w     // gate and up each read their input, twice
                            + (h + vocabulary) * w;  // the head's input and logits
  EXPECT_EQ(exact_total(asked()).bytes().value, corrected_bytes + difference);
}

TEST(CorrectedScout, ALayerThatAttendsToEverythingHasTheTrueOperations) {
  for (const Operator& op : operators(asked())) {
    const double pairs = exact_work(op).ops.value / (4 * d + 5) / heads;
    if (op.name == "attention") {
      EXPECT_EQ(op.count, 12);
      EXPECT_EQ(pairs * 4 * d * heads, 21474856960);
    }
    if (op.name == "chunk_attention") {
      EXPECT_EQ(op.count, 36);
      EXPECT_EQ(pairs, 1);
    }
  }
  Workload last = asked();  // of its chunk
  last.queries = {{1048575, 1}};
  for (const Operator& op : operators(last)) {
    if (op.name == "chunk_attention") {
      EXPECT_EQ(exact_work(op).ops.value, heads * 8192 * (4 * d + 5));
    }
  }
}

TEST(CorrectedScout, TheCacheKeepsAChunkWhereAChunkIsSeen) {
  EXPECT_EQ(storage(asked()).kv_cache.value / 0x1p30, 48.00018310546875);
  Workload last = asked();
  last.queries = {{1048575, 1}};
  EXPECT_EQ(storage(last).kv_cache.value, 4096.0 * (12 * 1048576.0 + 36 * 8192));
}

TEST(CorrectedScout, EveryExpertTheEmbeddingAndTheHeadAreStored) {
  const Storage stored = storage(asked());
  EXPECT_EQ(stored.weights.value, 2 * 107769861120.0);
  EXPECT_EQ(stored.experts.value, 2 * layers * experts * 3 * h * inner);
  EXPECT_EQ(stored.embedding.value, 2 * h * vocabulary);
  EXPECT_EQ(stored.head.value, 2 * h * vocabulary);
}

// The router stands in the layers that have experts, not in all.
TEST(CorrectedScout, MaverickHasARouterInEverySecondLayer) {
  Workload maverick = asked();
  maverick.model = published_model("Llama-4-Maverick-17B-128E-Instruct");
  double routers = 0, dense = 0;
  for (const Operator& op : operators(maverick)) {
    if (op.name == "router") routers += static_cast<double>(op.count);
    if (op.name == "gate_proj") dense += static_cast<double>(op.count);
  }
  EXPECT_EQ(routers, 24);
  EXPECT_EQ(dense, 24);
}

// An operation of the activation for every token: 2048 x 11008 x 5, not 5 x 11008 + 2048.
TEST(CorrectedScout, ActivationsAreCountedForEveryToken) {
  Workload llama = asked();
  llama.model = published_model("Llama-2-7b-hf");
  llama.phase = Phase::prefill;
  llama.queries = {{0, 2048}};
  for (const Operator& op : operators(llama)) {
    if (op.name == "mlp_act") {
      EXPECT_EQ(exact_work(op).ops.value, 112721920);
    }
  }
}

}  // namespace
}  // namespace roofmark
