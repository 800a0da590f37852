// roofmark analyze of convolution networks and of quantization sweet spots.
#include <gtest/gtest.h>

#include "core/strict_json.h"
#include "tests/app/program.h"

namespace roofmark {
namespace {

std::string said(const std::vector<std::string>& arguments) {
  const Outcome outcome = run_program(arguments);
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "");
  return outcome.out;
}

JsonView json_of(std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--output", "json"});
  return JsonView::parse(said(arguments), "stdout");
}

TEST(AnalyzeNetwork, TheTableNamesEveryConvention) {
  const std::string text = said({"analyze", "vgg16"});
  for (const char* part : {"15.470 GMAC", "30.941 GFLOP", "613.8 MB", "25.2 MAC/B", "50.4 FLOP/B",
                           "674.7 MB", "conv1_1", "weights and outputs, fused"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
  EXPECT_EQ(text.find("key/value"), std::string::npos);
  EXPECT_NE(said({"analyze", "vgg16-gap"}).find("5.02 times the 25.2"), std::string::npos);
  EXPECT_NE(said({"analyze", "mobilenet-v1"}).find("73.94"), std::string::npos);
}

TEST(AnalyzeNetwork, JsonHasLayersTotalsStorageAndConventions) {
  const JsonView json = json_of({"analyze", "vgg16", "--hardware", "a6000", "--batch", "2"});
  EXPECT_EQ(json.at("layers").elements().size(), 21u);
  const JsonView first = json.at("layers").elements().at(0);
  EXPECT_EQ(first.at("operator").text(), "conv1_1");
  EXPECT_EQ(first.at("phase").text(), "inference");
  EXPECT_EQ(first.at("ops").number(0, 1e12), 2 * (2 * 86704128.0 + 3211264));
  EXPECT_EQ(first.at("weight_bytes").number(0, 1e12), 4 * 1792.0);
  const JsonView network = json.at("network");
  EXPECT_EQ(network.at("name").text(), "vgg16");
  EXPECT_EQ(network.at("parameters").number(0, 1e12), 138357544);
  EXPECT_GT(network.at("images_per_second").number(0, 1e9), 0);
  EXPECT_EQ(network.at("countings").elements().at(0).at("ops").number(0, 1e12), 2 * 15470264320.0);
  EXPECT_GT(json.at("totals").elements().at(0).at("seconds").number(0, 1), 0);
  EXPECT_EQ(json.at("storage").at("weights").number(0, 1e12), 4 * 138357544.0);
}

TEST(AnalyzeNetwork, AFileOfOnesOwnMayBeginWithABuiltInOne) {
  const ScratchFolder folder;
  const std::string path = folder.write("small.json", R"({"kind": "network", "name": "small",
      "title": "VGG16 for ten classes", "source": "us", "extends": "vgg16", "through": "fc7",
      "layers": [{"name": "fc", "kind": "dense", "channels": 10, "bias": true}]})");
  const JsonView json = json_of({"analyze", path});
  EXPECT_EQ(json.at("layers").elements().size(), 21u);
  EXPECT_EQ(json.at("network").at("parameters").number(0, 1e12), 138357544 - 4097000 + 10 * 4097);
  expect_refused({"analyze", folder.write("bad.json", R"({"kind": "network", "name": "x"})")},
                 "title: missing or null");
}

TEST(AnalyzeNetwork, WhatSaysSomethingOfAnotherSubjectIsRefused) {
  expect_refused({"analyze", "vgg16", "--context", "128"},
                 "--context says something of a language");
  expect_refused({"analyze", "vgg16", "--accounting", "llm-viewer"}, "--accounting");
  expect_refused({"analyze", "vgg16", "--sweet-spot"}, "vgg16 is a convolution network");
  expect_refused({"analyze", "llama-2-7b", "--intermediates", "stored"}, "llama-2-7b is none");
  expect_refused({"analyze", "vgg16", "--intermediates", "some"}, "--intermediates");
  expect_refused({"analyze", "llama-2-7b", "--sweet-spot", "--dtype", "f16"}, "--dtype");
  expect_refused({"analyze", "llama-2-7b", "--sweet-spot", "--accounting", "llm-viewer"},
                 "--accounting does not go with --sweet-spot");
  expect_refused({"analyze", "--sweet-spot", "--batch", "4"}, "--batch does not go with");
  expect_refused({"analyze", "llama-2-7b", "--scales", "128"}, "--scales says something of");
  expect_refused({"analyze", "vgg17"}, "no model is called");
}

TEST(AnalyzeNetwork, NetworksAreListed) {
  const JsonView rows = JsonView::parse(said({"list", "networks", "--output", "json"}), "stdout");
  ASSERT_EQ(rows.elements().size(), 3u);
  EXPECT_EQ(rows.elements()[1].at("multiply_adds").integer(0, INT64_MAX), 15347142656);
}

TEST(AnalyzeNetwork, IsSweptAndComparedWithOthers) {
  const JsonView study = json_of({"analyze", "vgg16", "--hardware", "a6000,h100", "--sweep",
                                  "batch=1..4", "--sweep", "dtype=f32,bf16"});
  const auto rows = study.at("rows").elements();
  ASSERT_EQ(rows.size(), 12u);
  EXPECT_EQ(rows[0].at("phase").text(), "inference");
  EXPECT_FALSE(rows[0].has("tokens_per_second"));
  const double seconds = rows[0].at("seconds").number(0, 1);
  EXPECT_DOUBLE_EQ(rows[0].at("images_per_second").number(0, 1e9), 1 / seconds);
  const JsonView alone = json_of({"analyze", "vgg16", "--hardware", "a6000"});
  EXPECT_EQ(alone.at("totals").elements()[0].at("seconds").number(0, 1), seconds);
  const std::string both = said({"analyze", "vgg16", "mobilenet-v1", "--hardware", "a6000,h100"});
  EXPECT_NE(both.find("side by side"), std::string::npos) << both;
  EXPECT_NE(both.find("images/s"), std::string::npos) << both;
  expect_refused({"analyze", "vgg16", "--sweep", "context=1,2"}, "convolution network");
  const std::vector<std::string> swept{"analyze", "gpt2",    "--hardware",
                                       "h100",    "--sweep", "batch=1,2"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), swept.begin(), swept.end());
    return more;
  };
  expect_refused(with({"--intermediates", "stored"}), "--attention says what a model stores");
  expect_refused(with({"--phase", "decode", "--generate", "4"}), "--generate begins with a prompt");
  expect_refused(with({"--sweep", "attention=flash,fast"}), "there are flash and eager");
  expect_refused(with({"--sweet-spot"}), "which looks at every batch");
}

TEST(AnalyzeNetwork, LayersHaveSharesAndReadTheOneBefore) {
  const JsonView json = json_of({"analyze", "vgg16", "--hardware", "a6000"});
  double all = 0;
  std::string before;
  for (const JsonView& layer : json.at("layers").elements()) {
    all += layer.at("share").number(0, 1);
    const auto reads = layer.at("reads").elements();
    ASSERT_EQ(reads.size(), before.empty() ? 0u : 1u);
    EXPECT_EQ(reads.empty() ? "" : reads[0].text(), before);
    before = layer.at("operator").text();
  }
  EXPECT_NEAR(all, 1, 1e-12);
}

TEST(AnalyzeSweetSpot, OfWeightsAloneNeedsNoModel) {
  const JsonView spot = json_of({"analyze", "--sweet-spot", "--peak", "f16=312T", "--peak",
                                 "w8a8=624T", "--bandwidth", "2T"})
                            .at("sweet_spot");
  EXPECT_EQ(spot.at("quantizations").elements().at(1).at("ridge_rows").number(0, 1e6), 39);
  const auto ranges = spot.at("ranges").elements();
  ASSERT_EQ(ranges.size(), 3u);
  EXPECT_EQ(ranges[1].at("best").text(), "W4A8");
  EXPECT_EQ(ranges[1].at("last").integer(1, 1000), 155);
  const JsonView scaled = json_of({"analyze", "--sweet-spot", "--peak", "f16=312T", "--peak",
                                   "w8a8=624T", "--bandwidth", "2T", "--scales", "128"})
                              .at("sweet_spot");
  EXPECT_EQ(scaled.at("quantizations").elements().at(1).at("weight_bytes").number(0, 1), 0.515625);
}

TEST(AnalyzeSweetSpot, OfAModelIsATableJsonAndCsv) {
  const std::vector<std::string> asked{"analyze",      "llama-2-7b", "--hardware", "a100-sxm-80gb",
                                       "--sweet-spot", "--batch",    "256"};
  const std::string text = said(asked);
  for (const char* part :
       {"W4A16", "q_proj", "all products", "38.25", "Sweet spot of each product"})
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  const JsonView spot = json_of(asked).at("sweet_spot");
  EXPECT_EQ(spot.at("most_sequences").integer(1, 1000), 256);
  EXPECT_EQ(spot.at("operators").elements().size(), 16u) << "the head stays wide";
  std::vector<std::string> with_head = asked;
  with_head.push_back("--quantize-head");
  EXPECT_EQ(json_of(with_head).at("sweet_spot").at("operators").elements().size(), 18u);
  std::vector<std::string> csv = asked;
  csv.insert(csv.end(), {"--output", "csv"});
  EXPECT_NE(said(csv).find("operator_sweet_spot"), std::string::npos);
}

}  // namespace
}  // namespace roofmark
