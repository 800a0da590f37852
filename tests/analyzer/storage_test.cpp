#include "analyzer/storage.h"

#include <gtest/gtest.h>

#include "analyzer/models.h"
#include "analyzer/operators.h"

namespace roofmark {
namespace {

Workload workload(const char* model, Phase phase, std::int64_t batch, std::int64_t context,
                  Attention attention = Attention::flash) {
  return {find_model(model),
          phase,
          queries_of(phase, batch, context),
          {DType::f16, DType::f16, DType::f32},
          DType::f16,
          attention};
}

TEST(Storage, WeightsAreEveryParameterOnce) {
  EXPECT_EQ(storage(workload("llama-2-7b", Phase::decode, 1, 2048)).weights,
            Bytes{2.0 * 6738415616});
  EXPECT_EQ(storage(workload("llama-3.2-1b", Phase::decode, 1, 2048)).weights,
            Bytes{2.0 * 1235814400});
}

// A scale of two bytes for each 128 weights of a layer's product; embedding and head are as wide as
// activations, unless the head is asked for too.
TEST(Storage, QuantizedWeightsHaveScalesAndLeaveNormsEmbeddingAndHeadAlone) {
  Workload asked = workload("llama-2-7b", Phase::decode, 1, 2048);
  asked.format.weights = DType::i4;
  const double norms = 65.0 * 4096, embedding = 32000.0 * 4096, head = embedding;
  const double layers = 6738415616 - norms - embedding - head, scaled = 0.5 + 2.0 / 128;
  EXPECT_EQ(storage(asked).weights, Bytes{scaled * layers + 2 * (embedding + head + norms)});
  asked.model.quantization.head = true;
  EXPECT_EQ(storage(asked).weights, Bytes{scaled * (layers + head) + 2 * (embedding + norms)});
}

TEST(Storage, ATableThatIsTheHeadTooIsQuantizedWithIt) {
  Workload asked = workload("llama-3.2-1b", Phase::decode, 1, 2048);
  asked.format.weights = DType::i4;
  const double table = 128256.0 * 2048;
  EXPECT_EQ(storage(asked).embedding, Bytes{2 * table});
  asked.model.quantization.head = true;
  EXPECT_EQ(storage(asked).embedding, Bytes{(0.5 + 2.0 / 128) * table});
}

TEST(Storage, TheCacheHoldsWhatWasCachedAndWhatIsNew) {
  EXPECT_EQ(storage(workload("llama-2-7b", Phase::decode, 3, 2047)).kv_cache,
            Bytes{524288.0 * 3 * 2048});
  EXPECT_EQ(storage(workload("llama-3-8b", Phase::prefill, 1, 2048)).kv_cache,
            Bytes{131072.0 * 2048});
  Workload eight_bits = workload("llama-2-7b", Phase::prefill, 1, 2048);
  eight_bits.kv = DType::fp8;
  EXPECT_EQ(storage(eight_bits).kv_cache, Bytes{262144.0 * 2048});
}

// x, q and the scores: 2 x 2048 x 4096 and 32 x 2048 x 2048 elements of two bytes.
TEST(Storage, EagerPrefillPeaksAtTheScores) {
  EXPECT_EQ(live_activations(workload("llama-2-7b", Phase::prefill, 1, 2048, Attention::eager)),
            Bytes{301989888});
}

// x, norm(x), gate and up: 2048 x (2 x 4096 + 2 x 11008) elements of two bytes.
TEST(Storage, FlashPrefillPeaksInTheMlp) {
  const Workload asked = workload("llama-2-7b", Phase::prefill, 1, 2048);
  EXPECT_EQ(live_activations(asked), Bytes{2.0 * 2048 * (2 * 4096 + 2 * 11008)});
  EXPECT_EQ(storage(asked).peak,
            storage(asked).weights + storage(asked).kv_cache + live_activations(asked));
}

TEST(Storage, DecodePeaksAtTheLogits) {
  EXPECT_EQ(live_activations(workload("llama-3-8b", Phase::decode, 1, 100)),
            Bytes{2.0 * (4096 + 128256)});
}

}  // namespace
}  // namespace roofmark
