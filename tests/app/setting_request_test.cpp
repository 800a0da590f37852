#include "app/setting_request.h"

#include <gtest/gtest.h>

#include "analyzer/models.h"
#include "app/analyze_request.h"
#include "app/study_request.h"
#include "tests/refusal.h"

namespace roofmark {
namespace {

SettingRequest listing(std::vector<std::string> cached, std::vector<std::string> input) {
  SettingRequest request;
  request.cached_tokens = std::move(cached);
  request.input_tokens = std::move(input);
  return request;
}

TEST(SettingRequest, ListsOfQueriesAreRepeatedAsAWhole) {
  const SettingRequest request = listing({"1048576", "1024"}, {"1", "2"});
  EXPECT_EQ(queries_of(request, std::nullopt), (std::vector<Query>{{1048576, 1}, {1024, 2}}));
  EXPECT_EQ(queries_of(request, 4),
            (std::vector<Query>{{1048576, 1}, {1024, 2}, {1048576, 1}, {1024, 2}}));
  EXPECT_EQ(queries_of({}, 2), (std::vector<Query>{{0, 1}, {0, 1}}));
}

TEST(SettingRequest, ListsThatDoNotGoTogetherAreRefused) {
  const auto refused = [](std::vector<std::string> cached, std::vector<std::string> input,
                          std::optional<std::int64_t> batch = std::nullopt) {
    return refusal([&] { queries_of(listing(std::move(cached), std::move(input)), batch); });
  };
  EXPECT_NE(refused({"1", "2"}, {"1"}).find("2 entries and --input-tokens 1"), std::string::npos);
  EXPECT_NE(refused({"1", "2"}, {}).find("2 entries and --input-tokens 1"), std::string::npos);
  EXPECT_NE(refused({"1", "2"}, {"1", "1"}, 3).find("no multiple of the 2"), std::string::npos);
  EXPECT_NE(refused({"x"}, {"1"}).find("--cached-tokens: \"x\""), std::string::npos);
  EXPECT_NE(refused({"0"}, {"0"}).find("--input-tokens: \"0\""), std::string::npos);
  EXPECT_NE(refused({"99999999999999999999"}, {"1"}).find("--cached-tokens"), std::string::npos);
}

TEST(SettingRequest, ModelsBehindTheNumbersAreNoTokens) {
  SettingRequest request = listing({"1024", "7"}, {"1", "2", "llama-3-8b", "./config.json"});
  EXPECT_EQ(take_models(request), (std::vector<std::string>{"llama-3-8b", "./config.json"}));
  EXPECT_EQ(request.input_tokens, (std::vector<std::string>{"1", "2"}));
  SettingRequest wrong = listing({"-1"}, {});
  EXPECT_TRUE(take_models(wrong).empty());
}

Format widths(std::optional<int> weights, std::optional<int> activations, const Format& own) {
  SettingRequest request;
  request.weight_bits = weights;
  request.activation_bits = activations;
  return format_of(request, own);
}

TEST(SettingRequest, WidthsGoIndependentlyOfOneAnother) {
  constexpr Format own{DType::bf16, DType::bf16, DType::f32};
  EXPECT_EQ(widths(4, {}, own), (Format{DType::i4, DType::bf16, DType::f32}));
  EXPECT_EQ(widths(8, 16, own), (Format{DType::i8, DType::bf16, DType::f32}));
  EXPECT_EQ(widths(8, 8, own), (Format{DType::i8, DType::i8, DType::i32}));
  EXPECT_EQ(widths(4, 8, own), (Format{DType::i4, DType::i8, DType::i32}));
  EXPECT_EQ(widths(1, 32, own), (Format{DType::i1, DType::f32, DType::f32}));
  EXPECT_EQ(widths(16, 16, {}), (Format{DType::bf16, DType::bf16, DType::f32}));
  EXPECT_NE(refusal([&] { widths({}, 8, own); }).find("wider than activations"), std::string::npos);
  EXPECT_NE(refusal([&] { widths(3, {}, own); }).find("--weight-bits 3"), std::string::npos);
  EXPECT_NE(refusal([&] { widths(4, 4, own); }).find("--activation-bits 4"), std::string::npos);
}

TEST(SettingRequest, ATypeMaySayAnyWidths) {
  AnalyzeRequest request;
  request.dtypes = {"w8a16", "w2a16", "w4a16"};
  const auto sets = workloads_of(request, find_model("llama-3-8b"));
  EXPECT_EQ(sets[0][0].format, (Format{DType::i8, DType::f16, DType::f32}));
  EXPECT_EQ(sets[1][0].format, (Format{DType::i2, DType::f16, DType::f32}));
  EXPECT_EQ(sets[2][0].format, (Format{DType::i4, DType::f16, DType::f32}));
  for (const char* text : {"w8", "w8a", "w8a16x", "wa", "w8a3", "w16a8", "w-8a16"}) {
    request.dtypes = {text};
    EXPECT_NE(refusal([&] { workloads_of(request, find_model("llama-3-8b")); }), "") << text;
  }
}

TEST(SettingRequest, TheCacheHasItsOwnWidth) {
  AnalyzeRequest request;
  request.setting.kv_bits = 8;
  EXPECT_EQ(workloads_of(request, find_model("llama-3-8b"))[0][0].kv, DType::i8);
  request.kv_dtype = "f16";
  EXPECT_NE(refusal([&] { workloads_of(request, find_model("llama-3-8b")); }).find("--kv-bits"),
            std::string::npos);
}

TEST(SettingRequest, ListedQueriesAreOnePassDecodeWhereEachHasOneNewToken) {
  AnalyzeRequest request;
  request.setting = listing({"1048576", "1024"}, {"1", "1"});
  auto sets = workloads_of(request, find_model("llama-3-8b"));
  ASSERT_EQ(sets[0].size(), 1u);
  EXPECT_EQ(sets[0][0].phase, Phase::decode);
  request.setting = listing({"0", "1024"}, {"512", "1"});
  EXPECT_EQ(workloads_of(request, find_model("llama-3-8b"))[0][0].phase, Phase::prefill);
  request.context = 5;
  EXPECT_NE(refusal([&] { workloads_of(request, find_model("llama-3-8b")); }).find("--context"),
            std::string::npos);
}

TEST(SettingRequest, TraHasItsOwnDefaultOfOneTokenWithoutAnyBefore) {
  AnalyzeRequest request;
  request.accounting = "tra";
  EXPECT_EQ(workloads_of(request, find_model("llama-3-8b"))[0][0].queries,
            (std::vector<Query>{{0, 1}}));
  request.context = 128;
  EXPECT_EQ(workloads_of(request, find_model("llama-3-8b"))[0].size(), 2u);
}

TEST(SweptValues, AreDoubledOrSteppedOrListed) {
  EXPECT_EQ(swept_from("batch=1..8").values, (std::vector<std::string>{"1", "2", "4", "8"}));
  EXPECT_EQ(swept_from("batch=3..10").values, (std::vector<std::string>{"3", "6", "10"}));
  EXPECT_EQ(swept_from("batch=1..9:4").values, (std::vector<std::string>{"1", "5", "9"}));
  EXPECT_EQ(swept_from("batch=1..8:4").values, (std::vector<std::string>{"1", "5"}));
  EXPECT_EQ(swept_from("tp=1,2,63").values, (std::vector<std::string>{"1", "2", "63"}));
  EXPECT_EQ(swept_from("hardware=a6000,h200").values, (std::vector<std::string>{"a6000", "h200"}));
  EXPECT_FALSE(swept_from("hardware=a6000").numbers);
}

TEST(SweptValues, AnythingElseIsRefusedWithARemedy) {
  for (const char* text :
       {"batch", "batch=", "batch=0..4", "batch=8..1", "batch=1..8:0", "batch=x", "batch=1..",
        "batch=1..8:1:1", "colour=1..2", "batch=1,,2", "batch=1..999999999", "hardware="}) {
    EXPECT_EQ(refusal([&] { swept_from(text); }).find("--sweep "), 0u) << text;
  }
}

// What no model could have is no row among others that stand.
TEST(SweptValues, WidthsAndFormatsThatThereAreNotAreRefused) {
  const std::string three = refusal([] { swept_from("bits=16,8,3"); });
  EXPECT_EQ(three.find("--sweep bits=16,8,3: 3 is no width of numbers here (there are 1, 2, 4, 8,"),
            0u)
      << three;
  EXPECT_NE(refusal([] { swept_from("kv-bits=64"); }), "");
  EXPECT_NE(refusal([] { swept_from("dtype=bf16,f33"); }).find("\"f33\" is not a format"),
            std::string::npos);
  EXPECT_EQ(swept_from("bits=1..32").values.size(), 6u);
  EXPECT_EQ(swept_from("dtype=bf16,w4a16g32").values.size(), 2u);
}

AnalyzeRequest sweeping(std::vector<std::string> sweeps) {
  AnalyzeRequest request;
  request.models = {"llama-3-8b"};
  request.hardware = "a6000";
  request.phases = {"decode"};
  request.setting.sweeps = std::move(sweeps);
  return request;
}

TEST(StudyRequest, EveryCombinationIsARowOnEveryHardware) {
  AnalyzeRequest request = sweeping({"batch=1..4", "bits=16,4", "hardware=a6000,h200"});
  request.hardware.clear();
  const Study study = study_of(request);
  EXPECT_EQ(study.rows.size(), 3u * 2u * 2u);
  EXPECT_EQ(study.swept, "batch");
  EXPECT_NE(study.title.find("exact accounting"), std::string::npos);
  std::set<std::string> series;
  for (const StudyRow& row : study.rows) series.insert(row.series);
  EXPECT_EQ(series.size(), 4u);
}

TEST(StudyRequest, WhatCannotBeCountedIsARowWithItsReason) {
  const Study study = study_of(sweeping({"tp=1..3:1"}));
  ASSERT_EQ(study.rows.size(), 3u);
  EXPECT_NE(study.rows[2].reason.find("does not divide"), std::string::npos);
  EXPECT_NE(refusal([] { study_of(sweeping({"tp=3"})); }).find("does not divide"),
            std::string::npos);
}

TEST(StudyRequest, AFlagBesideASweepOfTheSameIsRefused) {
  AnalyzeRequest request = sweeping({"batch=1..4"});
  request.model_flags = {"--batch"};
  EXPECT_EQ(refusal([&] { study_of(request); }).find("--batch does not go with --sweep batch"), 0u);
}

TEST(StudyRequest, TooManyCombinationsAndTheSameTwiceAreRefused) {
  EXPECT_NE(refusal([] {
              study_of(sweeping({"batch=1..60000:1", "context=1..3:1"}));
            }).find("combinations"),
            std::string::npos);
  EXPECT_NE(refusal([] {
              study_of(sweeping({"batch=1", "batch=2"}));
            }).find("twice"),
            std::string::npos);
}

}  // namespace
}  // namespace roofmark
