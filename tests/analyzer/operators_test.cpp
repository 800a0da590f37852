#include "analyzer/operators.h"

#include <gtest/gtest.h>

#include <map>

#include "analyzer/models.h"

namespace roofmark {
namespace {

constexpr Format half{DType::f16, DType::f16, DType::f32};

Workload workload(const char* model, Phase phase, std::int64_t batch, std::int64_t context,
                  Attention attention = Attention::flash) {
  return {find_model(model), phase, queries_of(phase, batch, context), half, DType::f16, attention};
}

std::map<std::string, Operator> by_name(const Workload& asked) {
  std::map<std::string, Operator> named;
  for (const Operator& op : operators(asked))
    EXPECT_TRUE(named.emplace(op.name, op).second) << op.name;
  return named;
}

TEST(Operators, ALlamaLayerHasTheseInThisOrder) {
  std::string order;
  for (const Operator& op : operators(workload("llama-3-8b", Phase::decode, 1, 2048))) {
    order +=
        op.name + ":" + op.kernel + " " + op.shape.text() + " x" + std::to_string(op.count) + "\n";
  }
  EXPECT_EQ(order, R"(embedding:embedding tokens=1,cols=4096,vocabulary=128256 x1
attn_norm:norm rows=1,cols=4096 x32
q_proj:gemv n=4096,k=4096 x32
k_proj:gemv n=1024,k=4096 x32
v_proj:gemv n=1024,k=4096 x32
rope:rope tokens=1,heads=40,head_dim=128 x32
attention:attention queries=1,fresh=1,cached=2048,heads=32,kv_heads=8,head_dim=128 x32
out_proj:gemv n=4096,k=4096 x32
attn_add:add rows=1,cols=4096 x32
mlp_norm:norm rows=1,cols=4096 x32
gate_proj:gemv n=14336,k=4096 x32
up_proj:gemv n=14336,k=4096 x32
mlp_act:activation rows=1,cols=14336 x32
down_proj:gemv n=4096,k=14336 x32
mlp_add:add rows=1,cols=4096 x32
final_norm:norm rows=1,cols=4096 x1
lm_head:gemv n=128256,k=4096 x1
)");
}

TEST(Operators, PrefillIsMatrixProductsAndTheHeadSeesLastTokensOnly) {
  const auto named = by_name(workload("llama-2-7b", Phase::prefill, 3, 512));
  EXPECT_EQ(named.at("q_proj").shape.text(), "m=1536,n=4096,k=4096");
  EXPECT_EQ(named.at("down_proj").shape.text(), "m=1536,n=4096,k=11008");
  EXPECT_EQ(named.at("lm_head").shape.text(), "m=3,n=32000,k=4096");
  EXPECT_EQ(named.at("attention").shape.text(),
            "queries=3,fresh=512,cached=0,heads=32,kv_heads=32,head_dim=128");
  EXPECT_EQ(by_name(workload("llama-2-7b", Phase::prefill, 1, 512)).at("lm_head").kernel, "gemv");
}

TEST(Operators, ABatchOfDecodesIsOneMatrixProduct) {
  const auto named = by_name(workload("llama-2-7b", Phase::decode, 16, 2048));
  EXPECT_EQ(named.at("q_proj").kernel, "gemm");
  EXPECT_EQ(named.at("q_proj").shape.text(), "m=16,n=4096,k=4096");
  EXPECT_EQ(named.at("attention").shape.at("queries"), 16);
}

TEST(Operators, EagerAttentionIsThreeOperatorsOverTheWholeRectangle) {
  const auto named = by_name(workload("llama-3-8b", Phase::prefill, 2, 256, Attention::eager));
  EXPECT_EQ(named.count("attention"), 0u);
  EXPECT_EQ(named.at("qk_matmul").kernel, "qk");
  EXPECT_EQ(named.at("sv_matmul").kernel, "sv");
  EXPECT_EQ(named.at("softmax").shape.text(), "rows=16384,cols=256");  // 2 x 32 x 256
}

TEST(Operators, QueriesOfDifferentShapeGetAnAttentionEach) {
  Workload asked = workload("llama-2-7b", Phase::prefill, 1, 0);
  asked.queries = {{100, 10}, {0, 20}, {100, 10}};
  std::string shapes;
  std::int64_t rows = 0;
  for (const Operator& op : operators(asked)) {
    if (op.kernel == "attention")
      shapes += op.shape.text() + " x" + std::to_string(op.count) + "\n";
    if (op.name == "attn_norm") rows = op.shape.at("rows");
  }
  EXPECT_EQ(rows, 40);
  EXPECT_EQ(shapes, R"(queries=2,fresh=10,cached=100,heads=32,kv_heads=32,head_dim=128 x32
queries=1,fresh=20,cached=0,heads=32,kv_heads=32,head_dim=128 x32
)");
}

TEST(Operators, EachHasTheFormatOfWhatItTouches) {
  Workload asked = workload("llama-2-7b", Phase::decode, 1, 2048);
  asked.format = {DType::i4, DType::f16, DType::f32};
  asked.kv = DType::fp8;
  const auto named = by_name(asked);
  EXPECT_EQ(named.at("q_proj").format, asked.format);
  EXPECT_EQ(named.at("lm_head").format, half);
  EXPECT_EQ(named.at("attention").format, (Format{DType::fp8, DType::f16, DType::f32}));
  for (const char* name : {"attn_norm", "rope", "mlp_act", "mlp_add"})
    EXPECT_EQ(named.at(name).format, half);
}

TEST(Operators, FourBitProductsSayHowManyWeightsShareAScale) {
  Workload asked = workload("llama-2-7b", Phase::decode, 1, 2048);
  asked.format.weights = DType::i4;
  EXPECT_EQ(by_name(asked).at("down_proj").shape.text(), "n=4096,k=11008,group=128");
  asked.queries.resize(2, asked.queries.front());
  EXPECT_EQ(by_name(asked).at("down_proj").shape.text(), "m=2,n=4096,k=11008,group=128");
  asked.format.weights = DType::i8;
  EXPECT_EQ(by_name(asked).at("down_proj").shape.text(), "m=2,n=4096,k=11008");
}

TEST(Operators, DynamicQuantizationPrecedesEveryProductOfInt8Activations) {
  Workload asked = workload("llama-3-8b", Phase::decode, 2, 2048);
  EXPECT_TRUE(dynamic_quantization(asked).empty());
  asked.format = {DType::i4, DType::i8, DType::i32};
  std::string all;
  for (const Operator& op : dynamic_quantization(asked)) {
    all +=
        op.name + ":" + op.kernel + " " + op.shape.text() + " x" + std::to_string(op.count) + "\n";
  }
  EXPECT_EQ(all, R"(attn_quantize:quantize rows=2,cols=4096 x32
out_quantize:quantize rows=2,cols=4096 x32
mlp_quantize:quantize rows=2,cols=4096 x32
down_quantize:quantize rows=2,cols=14336 x32
head_quantize:quantize rows=2,cols=4096 x1
)");
}

TEST(Operators, BetweenProductsOfNarrowActivationsIsMeasuredIn16Bits) {
  const auto measured_in = [](const Workload& asked) {
    std::map<std::string, std::string> formats;
    for (const Operator& op : operators(asked)) {
      const Format format = measured(op).format;
      formats[op.name] = format.name() + " " + std::string(name(format.activations));
    }
    return formats;
  };
  Workload asked = workload("llama-3-8b", Phase::decode, 1, 2048);
  for (const DType weights : {DType::i8, DType::i4}) {
    asked.format = {weights, DType::i8, DType::i32};
    asked.kv = DType::i8;
    auto formats = measured_in(asked);
    for (const char* name : {"embedding", "attn_norm", "rope", "mlp_act", "mlp_add"}) {
      EXPECT_EQ(formats[name], "bf16-f32 bf16") << name;
    }
    EXPECT_EQ(formats["q_proj"], asked.format.name() + " i8");
    EXPECT_EQ(formats["attention"], "w8a16 bf16");  // the cache stays what it is
    asked.kv = DType::f16;
    EXPECT_EQ(measured_in(asked)["attention"], "f16-f32 f16");
    asked.attention = Attention::eager;
    EXPECT_EQ(measured_in(asked)["softmax"], "bf16-f32 bf16");
    asked.attention = Attention::flash;
  }
  asked.format = {DType::i4, DType::f16, DType::f32};
  EXPECT_EQ(measured_in(asked)["embedding"], "f16-f32 f16");
  EXPECT_EQ(measured_in(asked)["lm_head"], "f16-f32 f16");
  asked.format = {DType::tf32, DType::tf32, DType::f32};
  EXPECT_EQ(measured_in(asked)["attn_norm"], "f32 f32");
  asked.format = {DType::f64, DType::f64, DType::f64};
  EXPECT_EQ(measured_in(asked)["attn_norm"], "f64 f64");
  asked.format = {DType::fp8, DType::fp8, DType::f32};
  EXPECT_EQ(measured_in(asked)["mlp_act"], "bf16-f32 bf16");
}

TEST(Operators, DynamicQuantizationFollowsTheNetworkThereIs) {
  Workload asked = workload("deepseek-v2-lite", Phase::decode, 2, 100);
  asked.format = {DType::i8, DType::i8, DType::i32};
  std::map<std::string, std::string> named;
  for (const Operator& op : dynamic_quantization(asked)) {
    named[op.name] += op.shape.text() + " x" + std::to_string(op.count) + ";";
  }
  EXPECT_EQ(named.at("attn_quantize"), "rows=2,cols=2048 x27;");      // q_proj and kv_a_proj
  EXPECT_EQ(named.at("q_absorb_quantize"), "rows=32,cols=128 x27;");  // 16 heads of 2 tokens
  EXPECT_EQ(named.at("expert_quantize"), "rows=2,cols=2048 x26;");    // shared ones too
  EXPECT_EQ(named.at("expert_down_proj_quantize"), "rows=12,cols=1408 x26;");
  EXPECT_EQ(named.at("shared_down_proj_quantize"), "rows=2,cols=2816 x26;");
  EXPECT_EQ(named.at("mlp_quantize"), "rows=2,cols=2048 x1;");  // of the one dense layer
  EXPECT_EQ(named.at("down_quantize"), "rows=2,cols=10944 x1;");
}

TEST(Operators, QueriesAreGroupedByTheirFirst) {
  const std::vector<Query> queries{{5, 1}, {7, 2}, {5, 1}, {5, 1}, {7, 2}, {5, 2}};
  const std::vector<QueryGroup> groups = grouped(queries);
  ASSERT_EQ(groups.size(), 3u);
  EXPECT_EQ(groups[0].query, (Query{5, 1}));
  EXPECT_EQ(groups[0].queries, 3);
  EXPECT_EQ(groups[1].query, (Query{7, 2}));
  EXPECT_EQ(groups[1].queries, 2);
  EXPECT_EQ(groups[2].queries, 1);
}

TEST(Operators, HeadDimIsNotHiddenOverHeads) {
  Workload asked = workload("llama-2-7b", Phase::decode, 1, 8);
  asked.model.head_dim = 192;
  const auto named = by_name(asked);
  EXPECT_EQ(named.at("q_proj").shape.text(), "n=6144,k=4096");
  EXPECT_EQ(named.at("out_proj").shape.text(), "n=4096,k=6144");
}

}  // namespace
}  // namespace roofmark
