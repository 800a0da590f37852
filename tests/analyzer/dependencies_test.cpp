// Which operator reads what which other made.
#include <gtest/gtest.h>

#include <map>

#include "analyzer/layers.h"
#include "analyzer/models.h"
#include "analyzer/network.h"
#include "analyzer/operators.h"
#include "app/work_model.h"
#include "tests/analyzer/made_up_device.h"

namespace roofmark {
namespace {

using Names = std::vector<std::string>;

Workload workload(const std::string& model, Phase phase) {
  return {find_model(model), phase, queries_of(phase, 1, 64), half, DType::f16};
}

std::map<std::string, Names> reads_of(const Workload& asked) {
  return dependencies(network(asked));
}

TEST(Dependencies, OfALlama) {
  auto reads = reads_of(workload("llama-3-8b", Phase::prefill));
  EXPECT_EQ(reads.at("embedding"), Names{});
  EXPECT_EQ(reads.at("attn_norm"), (Names{"embedding", "mlp_add"}));  // of the layer before
  EXPECT_EQ(reads.at("q_proj"), Names{"attn_norm"});
  EXPECT_EQ(reads.at("rope"), (Names{"q_proj", "k_proj"}));
  EXPECT_EQ(reads.at("attention"), (Names{"rope", "v_proj"}));
  EXPECT_EQ(reads.at("attn_add"), (Names{"embedding", "mlp_add", "out_proj"}));
  EXPECT_EQ(reads.at("mlp_act"), (Names{"gate_proj", "up_proj"}));
  EXPECT_EQ(reads.at("mlp_add"), (Names{"attn_add", "down_proj"}));
  EXPECT_EQ(reads.at("final_norm"), Names{"mlp_add"});
  EXPECT_EQ(reads.at("lm_head"), Names{"final_norm"});
}

TEST(Dependencies, OfEagerAttentionNormedHeadsLatentsAndExperts) {
  Workload eager = workload("qwen3-8b", Phase::decode);
  eager.attention = Attention::eager;
  auto reads = reads_of(eager);
  EXPECT_EQ(reads.at("rope"), (Names{"q_norm", "k_norm"}));
  EXPECT_EQ(reads.at("softmax"), Names{"qk_matmul"});
  EXPECT_EQ(reads.at("sv_matmul"), (Names{"softmax", "v_proj"}));
  reads = reads_of(workload("deepseek-v2-lite", Phase::decode));
  EXPECT_EQ(reads.at("attention"), (Names{"q_absorb", "rope", "kv_a_norm"}));
  EXPECT_EQ(reads.at("expert_sum"),
            (Names{"expert_down_proj", "router_scores", "shared_down_proj"}));
  EXPECT_EQ(reads.at("mlp_add"), (Names{"attn_add", "down_proj", "expert_sum"}));
  reads = reads_of(workload("deepseek-v2-lite", Phase::prefill));
  EXPECT_EQ(reads.at("attention"), (Names{"rope", "kv_b_proj"}));
}

TEST(Dependencies, EveryOperatorButTheFirstReadsSomethingThatThereIs) {
  for (const Model& model : builtin_models()) {
    for (const Phase phase : {Phase::prefill, Phase::decode}) {
      const auto reads = reads_of(workload(model.name, phase));
      for (const auto& [op, of_op] : reads) {
        EXPECT_EQ(of_op.empty(), op == "embedding" || op == "position_embedding")
            << model.name << " " << op;
        for (const std::string& name : of_op) EXPECT_EQ(reads.count(name), 1u) << name;
      }
    }
  }
}

TEST(Dependencies, QueriesOfAnotherReachAreReadToo) {
  Workload asked = workload("mistral-7b", Phase::decode);
  asked.queries = {{8, 1}, {100000, 1}};  // one within the window, one beyond it
  EXPECT_EQ(reads_of(asked).at("out_proj"), (Names{"attention", "window_attention"}));
}

TEST(Dependencies, OnSeveralDevicesTheSumsAreRead) {
  const Workload asked = workload("llama-3-8b", Phase::decode);
  const Analysis analysis = analyze_model(std::span(&asked, 1), Setting{.devices = 2},
                                          registry_work_model(), made_up_device());
  std::map<std::string, Names> reads;
  for (const Layer& layer : analysis.layers) reads[layer.op] = layer.reads;
  EXPECT_EQ(reads.at("attn_all_reduce"), Names{"out_proj"});
  EXPECT_EQ(reads.at("mlp_all_reduce"), Names{"down_proj"});
  EXPECT_EQ(reads.at("mlp_add"), (Names{"attn_add", "mlp_all_reduce"}));
  EXPECT_EQ(reads.at("attn_norm"), (Names{"embedding_all_reduce", "mlp_add"}));
}

}  // namespace
}  // namespace roofmark
