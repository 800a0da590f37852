#include "app/analyze_request.h"

#include <gtest/gtest.h>

#include "analyzer/models.h"
#include "app/quantity.h"
#include "tests/refusal.h"

namespace roofmark {
namespace {

TEST(Quantity, HasADecimalPrefix) {
  const auto peak = [](const char* text) { return quantity_from(text, "--peak", ops_per_second); };
  EXPECT_EQ(peak("155T"), 155e12);
  EXPECT_EQ(peak("768G"), 768e9);
  EXPECT_EQ(peak("1500k"), 1.5e6);
  EXPECT_EQ(peak("2e12"), 2e12);
  EXPECT_EQ(peak("2P"), 2e15);
}

TEST(Quantity, AnythingElseIsRefusedInOneLine) {
  for (const char* text : {"", "T", "0", "-1T", "nan", "inf", "1e400", "1e308P", "1Ti", "1 T", " 1",
                           "1TB", "0x10", "+1", "1,5T", "\x1b[31m"}) {
    EXPECT_EQ(refusal([&] {
                quantity_from(text, "--bandwidth", bytes_per_second);
              }).find("--bandwidth: \""),
              0u)
        << text;
  }
}

TEST(Quantity, WhatNoHardwareDoesIsRefusedWithTheRange) {
  for (const char* text : {"1e-300", "155", "999999", "1.1e17", "1e300"}) {
    EXPECT_EQ(refusal([&] { quantity_from(text, "--link", bytes_per_second); }),
              "--link: \"" + std::string(text) +
                  "\" is not what hardware does (it is 1e+06 to 1e+17 B/s); write it like 768G");
  }
  EXPECT_EQ(quantity_from("1M", "--link", bytes_per_second), 1e6);
  EXPECT_EQ(quantity_from("100P", "--link", bytes_per_second), 1e17);
  EXPECT_NE(refusal([] { size_from("1e300", "--memory"); }).find("(1 to 1e+18)"),
            std::string::npos);
}

TEST(AnalyzeRequest, GivenCeilingsReplaceThoseOfTheHardware) {
  const Format half{DType::f16, DType::f16, DType::f32};
  AnalyzeRequest request;
  request.hardware = "a6000";
  EXPECT_EQ(roofline_of(request).engine.peak(half), OpRate{154.8e12});
  EXPECT_EQ(roofline_of(request).bandwidth, Bandwidth{768e9});
  request.peaks = {"f16=100T", "fp8=1P"};
  request.bandwidth = "1T";
  const Roofline replaced = roofline_of(request);
  EXPECT_EQ(replaced.engine.peak(half), OpRate{100e12});
  EXPECT_EQ(replaced.engine.peak({DType::fp8, DType::fp8, DType::f32}), OpRate{1e15});
  EXPECT_EQ(replaced.engine.peak({DType::i8, DType::i8, DType::i32}), OpRate{309.7e12});
  EXPECT_EQ(replaced.bandwidth, Bandwidth{1e12});
}

TEST(AnalyzeRequest, CeilingsAloneMakeARoofline) {
  AnalyzeRequest request;
  EXPECT_EQ(roofline_of(request).name, "");
  request.peaks = {"w8a8=300T"};
  EXPECT_EQ(roofline_of(request).name, "the given roofline");
  EXPECT_FALSE(roofline_of(request).bandwidth);
}

TEST(AnalyzeRequest, AForgottenPrefixIsAskedAbout) {
  AnalyzeRequest request;
  request.peaks = {"bf16=155000000", "f32=137438953472", "f16=1M", "fp8=1e12"};
  request.bandwidth = "76800000";
  EXPECT_EQ(doubts_about(request),
            (std::vector<std::string>{"--peak: 155000000 is taken as 155000000 op/s (it has no "
                                      "prefix k, M, G, T or P); write it "
                                      "like 155000000G if that was meant",
                                      "--bandwidth: 76800000 is taken as 76800000 B/s (it has no "
                                      "prefix k, M, G, T or P); write "
                                      "it like 76800000G if that was meant"}));
  EXPECT_TRUE(doubts_about({}).empty());
}

TEST(AnalyzeRequest, ImpossibleValuesAreRefused) {
  AnalyzeRequest request;
  request.peaks = {"f16"};
  EXPECT_EQ(refusal([&] { roofline_of(request); }),
            "--peak: \"f16\" names no value; write it like bf16=155T");
  request.peaks = {"f17=1T"};
  EXPECT_EQ(refusal([&] { roofline_of(request); }).find("--peak: \"f17\" is not a format; "), 0u);
  request.peaks = {"bf16=1T", "f32=1T", "bf16-f32=2T"};
  EXPECT_EQ(refusal([&] { roofline_of(request); }),
            "--peak: bf16=1T and bf16-f32=2T are of the same format (bf16-f32); keep one of them");
  request.peaks = {};
  request.hardware = "a600";
  EXPECT_NE(refusal([&] { roofline_of(request); }).find("a6000"), std::string::npos);
  request.accounting = "genz";
  EXPECT_EQ(
      refusal([&] { accounting_of(request); }),
      "--accounting: \"genz\" is not in this version (it has exact, llm-viewer and tra); use one "
      "of them");
  request = {};
  request.dtypes = {"int3"};
  EXPECT_EQ(
      refusal([&] { workloads_of(request, find_model("llama-2-7b")); }).find("--dtype: \"int3\""),
      0u);
  request = {};
  request.kv_dtype = "tf32";
  EXPECT_EQ(refusal([&] {
              workloads_of(request, find_model("llama-2-7b"));
            }).find("--kv-dtype: \"tf32\""),
            0u);
}

TEST(AnalyzeRequest, WorkloadsFollowTheModelUnlessAskedOtherwise) {
  const Model model = find_model("llama-3-8b");
  AnalyzeRequest request;
  request.batch = 3;
  request.context = 100;
  const std::vector<Workload> workloads = workloads_of(request, model).at(0);
  ASSERT_EQ(workloads.size(), 2u);
  EXPECT_EQ(workloads[0].format.name(), "bf16-f32");
  EXPECT_EQ(workloads[0].phase, Phase::prefill);
  EXPECT_EQ(workloads[0].queries, std::vector<Query>(3, Query{0, 100}));
  EXPECT_EQ(workloads[1].queries, std::vector<Query>(3, Query{100, 1}));
  EXPECT_EQ(workloads[1].kv, DType::bf16);
  EXPECT_EQ(workloads[1].attention, Attention::flash);
  request.kv_dtype = "fp8";
  request.phases = {"decode"};
  request.accounting = "llm-viewer";
  const std::vector<Workload> asked = workloads_of(request, model).at(0);
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0].kv, DType::fp8);
  EXPECT_EQ(asked[0].attention, Attention::eager);
}

TEST(AnalyzeRequest, EachFormatIsASetOfItsOwn) {
  AnalyzeRequest request;
  request.dtypes = {"f32", "w4a16"};
  const auto sets = workloads_of(request, find_model("llama-2-7b"));
  ASSERT_EQ(sets.size(), 2u);
  EXPECT_EQ(sets[0][1].format.name(), "f32");
  EXPECT_EQ(sets[1][1].format.name(), "w4a16");
  EXPECT_EQ(sets[1][1].kv, DType::f16);
}

TEST(AnalyzeRequest, BesideARunItsOwnWorkloadsAreTaken) {
  const Model model = find_model("llama-3-8b");
  roofmark::Run run;
  run.policy.workloads = {
      {model, Phase::prefill, {{0, 128}}, Format{}, DType::f32, Attention::eager},
      {find_model("llama-2-7b"), Phase::decode, {{9, 1}}, Format{}, DType::f32, Attention::eager},
      {model, Phase::decode, {{2048, 1}}, Format{}, DType::f32, Attention::eager}};
  AnalyzeRequest request;
  const auto sets = workloads_of(request, model, run);
  ASSERT_EQ(sets.size(), 1u);
  ASSERT_EQ(sets[0].size(), 2u);
  EXPECT_EQ(sets[0][0], run.policy.workloads[0]);
  EXPECT_EQ(sets[0][1], run.policy.workloads[2]);
  request.phases = {"decode"};
  EXPECT_EQ(workloads_of(request, model, run).at(0).size(), 1u);
  request.context = 64;  // asked for: not what was measured, but in its format
  EXPECT_EQ(workloads_of(request, model, run).at(0).at(0).queries.at(0), (Query{64, 1}));
  EXPECT_EQ(workloads_of(request, model, run).at(0).at(0).format.name(), "f32");
  EXPECT_EQ(workloads_of({}, find_model("llama-3.2-1b"), run).at(0).at(0).format.name(), "f32");
}

TEST(AnalyzeRequest, BesideARunTheAttentionThatItTimedIsTaken) {
  const Model model = find_model("llama-3-8b");
  roofmark::Run run;
  for (const Attention attention : {Attention::flash, Attention::eager}) {
    run.policy.workloads.push_back(
        {model, Phase::decode, {{2048, 1}}, Format{}, DType::f32, attention});
  }
  const auto taken = [&](const AnalyzeRequest& request) {
    const auto sets = workloads_of(request, model, run);
    EXPECT_EQ(sets.size(), 1u);
    EXPECT_EQ(sets.at(0).size(), 1u);
    return sets.at(0).at(0).attention;
  };
  run.rows.push_back({.kernel = "attention"});  // no variant for the device
  EXPECT_EQ(taken({}), Attention::eager);
  AnalyzeRequest asked;
  asked.attention = "flash";
  EXPECT_EQ(taken(asked), Attention::flash);
  run.rows.back().samples_s = {1e-3};
  EXPECT_EQ(taken({}), Attention::flash);
  asked.attention = "eager";
  EXPECT_EQ(taken(asked), Attention::eager);
}

}  // namespace
}  // namespace roofmark
