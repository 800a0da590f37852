// The program with queries, pieces, generations, devices, sweeps and the other accountings.
#include <gtest/gtest.h>

#include <sstream>

#include "core/strict_json.h"
#include "tests/app/program.h"
#include "tests/model_configs.h"

namespace roofmark {
namespace {

/// The configuration of a published model, in a file of its own.
std::string config_of(const ScratchFolder& folder, const std::string& name) {
  const std::string path = std::string(ROOFMARK_TEST_DATA) + "/models.json";
  const std::string text = contents(path);
  const std::size_t line = text.find("\"name\": \"" + name + "\"");
  const std::size_t begin = text.find("\"config\": ", line) + 10;
  const std::size_t end = text.find('\n', begin);
  const std::size_t last = text.rfind('}', end);  // of the entry, after that of the configuration
  return folder.write("config.json", text.substr(begin, last - begin)).string();
}

JsonView json_of(const std::vector<std::string>& arguments) {
  std::vector<std::string> all = arguments;
  all.insert(all.end(), {"--output", "json"});
  const Outcome outcome = run_program(all);
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  return JsonView::parse(outcome.out, "stdout");
}

TEST(AnalyzeSettings, TheArticlesLlama4ScoutComesOutInTraAccounting) {
  const ScratchFolder folder;
  const std::string config = config_of(folder, "Llama-4-Scout-17B-16E-Instruct");
  const Outcome outcome = run_program({"analyze", "--accounting", "tra", "--cached-tokens",
                                       "1048576", "--input-tokens", "1", "--", config});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_NE(
      outcome.out.find("| Total (48 Blocks)           |      N/A      | 648.64 GFLOPs |      "
                       "      28.13 GiB |          192.01 GiB |             9.94 MiB |        "
                       "2.74 FLOPs/Bytes |\n"),
      std::string::npos)
      << outcome.out;
  EXPECT_NE(outcome.out.find("tra accounting"), std::string::npos);
}

/// Weights of 8 bits, but a head that is left at 16: so wide are the logits that are gathered.
TEST(AnalyzeSettings, LogitsAreGatheredAsWideAsTheHeadMakesThem) {
  const JsonView json = json_of({"analyze", "deepseek-v3", "--hardware", "h200", "--phase",
                                 "decode", "--batch", "8", "--tp", "8", "--link", "450G"});
  for (const JsonView& layer : json.at("layers").elements()) {
    if (layer.at("operator").text() != "logits_gather") continue;
    EXPECT_EQ(layer.at("link_bytes").number(0, 1e9), 8 * 129280 * 2 * 7 / 8);
    return;
  }
  FAIL() << "no gather";
}

TEST(AnalyzeSettings, ModelsMayFollowListsOfTokens) {
  const JsonView json = json_of({"analyze", "--cached-tokens", "1048576", "1024", "--input-tokens",
                                 "1", "1", "llama-3-8b", "--batch-size", "4"});
  EXPECT_EQ(json.at("totals").elements().size(), 1u);
  EXPECT_NE(json.at("title").text().find("2 x 1 after 1048576"), std::string::npos);
  EXPECT_EQ(json.at("accounting").text(), "exact");
}

TEST(AnalyzeSettings, AGenerationSaysFirstTokenTimePerTokenAndRate) {
  const JsonView json = json_of(
      {"analyze", "llama-3-8b", "--hardware", "h200", "--generate", "16", "--chunk", "512"});
  const JsonView generation = json.at("generation");
  EXPECT_EQ(generation.at("tokens").integer(1, 100), 16);
  const double first = generation.at("time_to_first_token").number(0, 1),
               each = generation.at("time_per_output_token").number(0, 1),
               all = generation.at("seconds").number(0, 1);
  EXPECT_NEAR(first + 15 * each, all, 1e-12 * all);
  EXPECT_DOUBLE_EQ(generation.at("tokens_per_second").number(0, 1e6), 16 / all);
  EXPECT_DOUBLE_EQ(json.at("totals").elements()[0].at("time_to_first_token").number(0, 1), first);
  EXPECT_FALSE(json.at("answers").elements().empty());
}

TEST(AnalyzeSettings, TheFlagsOfAChangeGiveItsTime) {
  const std::vector<std::string> asked{"analyze", "llama-3-8b", "--hardware", "a6000",
                                       "--phase", "decode",     "--batch",    "4"};
  const JsonView answer = json_of(asked).at("answers").elements()[0];
  for (const JsonView& change : answer.at("changes").elements()) {
    std::vector<std::string> with = asked;
    std::istringstream flags(change.at("flags").text());
    for (std::string word; flags >> word;) with.push_back(word);
    if (with[8] == "--batch") with.erase(with.begin() + 6, with.begin() + 8);  // twice is once
    const double seconds = json_of(with).at("totals").elements()[0].at("seconds").number(0, 10);
    const double sequences = with[6] == "--batch" && with.size() == 8 ? std::stod(with[7]) / 4 : 1;
    EXPECT_DOUBLE_EQ(seconds / sequences, change.at("seconds").number(0, 10))
        << change.at("flags").text();
  }
}

TEST(AnalyzeSettings, ASweepIsATableATextAndACurve) {
  const std::vector<std::string> sweep{"analyze", "llama-3-8b", "--hardware", "a6000,h200",
                                       "--phase", "decode",     "--sweep",    "batch=1..8"};
  EXPECT_EQ(json_of(sweep).at("rows").elements().size(), 8u);
  std::vector<std::string> csv = sweep;
  csv.insert(csv.end(), {"--output", "csv"});
  const std::string text = run_program(csv).out;
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 9);
  const ScratchFolder folder;
  std::vector<std::string> curve = sweep;
  curve.insert(curve.end(), {"-o", (folder / "curve.svg").string()});
  EXPECT_EQ(run_program(curve).code, 0);
  EXPECT_EQ(contents(folder / "curve.svg").find("<svg"), 0u);
}

TEST(AnalyzeSettings, SeveralDevicesStandSideBySide) {
  const Outcome outcome =
      run_program({"analyze", "llama-3-8b", "--hardware", "a6000,h200", "--phase", "decode"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("side by side"), std::string::npos);
}

TEST(AnalyzeSettings, WhatDoesNotGoTogetherIsRefused) {
  expect_refused({"analyze", "llama-3-8b", "--tp", "3"}, "does not divide");
  expect_refused({"analyze", "llama-3-8b", "--cached-tokens", "1", "2", "--input-tokens", "1"},
                 "2 entries");
  expect_refused({"analyze", "llama-3-8b", "--generate", "4", "--phase", "decode"}, "prompt");
  expect_refused({"analyze", "llama-3-8b", "--generate", "4", "--accounting", "tra"},
                 "add --phase prefill with --context");
  const Outcome tra = run_program({"analyze", "llama-3-8b", "--generate", "4", "--accounting",
                                   "tra", "--phase", "prefill", "--context", "64"});
  EXPECT_NE(tra.out.find("\nGeneration\n"), std::string::npos) << tra.out;
  expect_refused({"analyze", "--sweep", "batch=1..4"}, "--sweep");
  expect_refused({"analyze", "llama-3-8b", "--dtype", "bf16", "--weight-bits", "4"}, "--dtype");
  expect_refused({"analyze", "llama-3-8b", "--accounting", "lmm"}, "exact, llm-viewer and tra");
  expect_refused({"analyze", "llama-3-8b", "--accounting", "tra", "--tp", "2"}, "--tp");
}

TEST(AnalyzeSettings, WhatWouldChangeNothingIsRefused) {
  using Words = std::vector<std::string>;
  const std::pair<Words, const char*> idle[] = {
      {{"--link", "450G"}, "--link says something of several devices"},
      {{"--link", "450G", "--tp", "1"}, "--link says something of several devices"},
      {{"--link", "450G", "--sweep", "batch=1,2"}, "--link says something of several devices"},
      {{"--link", "450G", "--tp", "2", "--accounting", "llm-viewer"}, "--link does not go with"},
      {{"--chunk", "64", "--phase", "decode"}, "--chunk cuts a prompt"},
      {{"--chunk", "64", "--cached-tokens", "9"}, "--chunk cuts a prompt"},
      {{"--sweep", "chunk=64,128", "--phase", "decode"}, "--chunk cuts a prompt"},
      {{"--decode-tokens", "4", "--phase", "prefill"}, "--decode-tokens says something of decode"},
      {{"--decode-tokens", "4", "--input-tokens", "9"},
       "--decode-tokens does not go with --cached"},
      {{"--decode-tokens", "4", "--generate", "9"}, "--decode-tokens does not go with --generate"},
      {{"--phase", "prefill,decode", "--input-tokens", "9"}, "--phase prefill,decode"},
      {{"--attention", "eager", "--accounting", "tra"}, "--attention does not go with tra"},
      {{"--memory", "24G", "--sweet-spot"}, "--memory does not go with --sweet-spot"},
      {{"--link", "450G", "--sweet-spot"}, "--link says something of several devices"},
      {{"--hardware", "h200", "--sweep", "hardware=a100,h200"}, "--hardware does not go with"},
      {{"--batch", "2", "--sweep", "batch=1,2"}, "--batch does not go with --sweep batch"},
      {{"--kv-bits", "8", "--sweep", "kv-bits=8,4"}, "--kv-bits does not go with --sweep kv-bits"}};
  for (const auto& [flags, refusal] : idle) {
    Words asked{"analyze", "llama-3-8b"};
    asked.insert(asked.end(), flags.begin(), flags.end());
    expect_refused(asked, refusal);
  }
  expect_refused({"analyze", "--sweet-spot", "--hardware", "h200", "--intermediates", "stored"},
                 "--intermediates says something of a convolution network");
}

TEST(AnalyzeSettings, WhatIsAskedBesideWhatNeedsItIsDone) {
  using Words = std::vector<std::string>;
  const Words done[] = {{"--link", "450G", "--sweep", "tp=1,2"},
                        {"--chunk", "64", "--input-tokens", "128"},
                        {"--decode-tokens", "4", "--chunk", "512"}};
  for (const Words& flags : done) {
    Words asked{"analyze", "llama-3-8b", "--hardware", "h200"};
    asked.insert(asked.end(), flags.begin(), flags.end());
    EXPECT_EQ(run_program(asked).code, 0) << flags[0];
  }
}

TEST(AnalyzeSettings, AHeadThatIsAsNarrowAnywayIsNoted) {
  const Outcome idle = run_program({"analyze", "llama-3-8b", "--quantize-head"});
  EXPECT_NE(idle.out.find("--quantize-head changes nothing"), std::string::npos) << idle.out;
  const Outcome used =
      run_program({"analyze", "llama-3-8b", "--quantize-head", "--dtype", "w4a16"});
  EXPECT_EQ(used.out.find("--quantize-head changes nothing"), std::string::npos);
}

// What the devices send is not in it.
TEST(AnalyzeSettings, SeveralDevicesWithoutALinkTakeAtLeastThatLong) {
  const std::vector<std::string> asked{"analyze", "llama-3-8b", "--hardware", "h200", "--tp", "2"};
  const Outcome alone = run_program(asked);
  ASSERT_EQ(alone.code, 0) << alone.err;
  EXPECT_NE(alone.out.find("at least "), std::string::npos) << alone.out;
  EXPECT_NE(alone.out.find("pass --link"), std::string::npos) << alone.out;
  // The time at the roof, and that to the first token.
  std::istringstream words(alone.out.substr(alone.out.find("at least ")));
  std::string at;
  std::string least;
  std::string roof;
  std::string unit;
  std::string first;
  words >> at >> least >> roof >> unit >> at >> least >> first;
  EXPECT_EQ(at + " " + least + " " + first, "at least " + roof) << alone.out;
  std::vector<std::string> linked = asked;
  linked.insert(linked.end(), {"--link", "450G"});
  EXPECT_EQ(run_program(linked).out.find("at least "), std::string::npos);
}

TEST(AnalyzeSettings, FiguresThatNoHardwareHasAreRefused) {
  const std::pair<const char*, const char*> impossible[] = {
      {"--bandwidth", "1e-300"}, {"--bandwidth", "1e300"}, {"--peak", "bf16=1e-300"},
      {"--peak", "bf16=1e300"},  {"--link", "1e-300"},     {"--link", "1e300"}};
  for (const auto& [flag, value] : impossible) {
    expect_refused({"analyze", "llama-3-8b", "--tp", "2", flag, value},
                   "is not what hardware does");
  }
  expect_refused({"analyze", "llama-3-8b", "--memory", "1e300"}, "--memory");
}

/// That tool knows no hardware: its table stays as it is, the roofline stands below.
TEST(AnalyzeSettings, TraAccountingStandsOnTheRooflineThatIsNamed) {
  const std::vector<std::string> asked{"analyze", "llama-3-8b", "--accounting", "tra"};
  std::vector<std::string> on = asked;
  on.insert(on.end(), {"--hardware", "h200"});
  const std::string bare = run_program(asked).out, placed = run_program(on).out;
  EXPECT_EQ(bare.find("time at roof"), std::string::npos);
  EXPECT_NE(placed.find("\nOn NVIDIA H200"), std::string::npos) << placed;
  EXPECT_NE(placed.find("time at roof"), std::string::npos);
  EXPECT_NE(placed.find(bare.substr(bare.find("| Node"), 400)), std::string::npos);
}

TEST(AnalyzeSettings, AnEngineWithoutThatPeakHasTheTimeOfItsBytesAtLeast) {
  const std::vector<std::string> asked{"analyze",  "llama-3-8b", "--hardware", "agx-orin",
                                       "--engine", "dla",        "--phase",    "decode"};
  const Outcome text = run_program(asked);
  ASSERT_EQ(text.code, 0) << text.err;
  for (const char* part : {"memory alone: no peak known for bf16-f32", "at least 164 ",
                           "(it has w8a8); pass --peak bf16-f32=VALUE, or another --dtype"}) {
    EXPECT_NE(text.out.find(part), std::string::npos) << part << text.out;
  }
  std::vector<std::string> as_json = asked;
  as_json.insert(as_json.end(), {"--output", "json"});
  const JsonView total =
      JsonView::parse(run_program(as_json).out, "stdout").at("totals").elements()[0];
  EXPECT_FALSE(total.has("seconds"));
  EXPECT_DOUBLE_EQ(total.at("seconds_at_least").number(0, 1),
                   total.at("bytes").number(0, 1e12) / 204.8e9);
  std::vector<std::string> narrow = asked;
  narrow.insert(narrow.end(), {"--dtype", "w8a8"});
  EXPECT_EQ(run_program(narrow).out.find("at least"), std::string::npos);
}

TEST(AnalyzeSettings, ADlaIsSaidToDoProductsAlone) {
  const auto on = [](const char* engine) {
    return run_program({"analyze", "llama-3-8b", "--hardware", "agx-orin", "--engine", engine,
                        "--dtype", "w8a8"})
        .out;
  };
  const char* note = "A DLA computes convolutions and products with fixed weights;";
  EXPECT_NE(on("dla").find(note), std::string::npos);
  EXPECT_EQ(on("gpu").find(note), std::string::npos);
}

TEST(AnalyzeSettings, NarrowWeightsAreOfTheLayersUnlessTheHeadIsAskedForToo) {
  const auto embedding_and_head = [](const std::vector<std::string>& more) {
    std::vector<std::string> asked{"analyze", "llama-3-8b", "--dtype", "w4a16", "--output", "json"};
    asked.insert(asked.end(), more.begin(), more.end());
    const JsonView storage = JsonView::parse(run_program(asked).out, "stdout").at("storage");
    return std::pair(storage.at("embedding").number(0, 1e12), storage.at("head").number(0, 1e12));
  };
  const double table = 128256.0 * 4096;
  EXPECT_EQ(embedding_and_head({}), std::pair(2 * table, 2 * table));
  EXPECT_EQ(embedding_and_head({"--quantize-head"}),
            std::pair(2 * table, (0.5 + 2.0 / 128) * table));
  const Outcome said = run_program({"analyze", "llama-3-8b", "--dtype", "w4a16"});
  EXPECT_NE(said.out.find("of w4a16 the layers alone have weights of 4 bits: embedding and head "
                          "are f16, as GPTQ and AWQ leave them"),
            std::string::npos)
      << said.out;
  expect_refused({"analyze", "llama-3-8b", "--quantize-head", "--accounting", "tra"},
                 "--quantize-head is of exact accounting");
}

}  // namespace
}  // namespace roofmark
