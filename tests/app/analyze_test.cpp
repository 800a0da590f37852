#include <gtest/gtest.h>

#include <map>

#include "core/strict_json.h"
#include "tests/app/program.h"

namespace roofmark {
namespace {

const std::vector<std::string> published{
    "analyze", "llama-2-7b", "--hardware", "a6000", "--phase",      "prefill,decode",
    "--batch", "1",          "--context",  "2048",  "--accounting", "llm-viewer"};

std::vector<std::string> with(std::vector<std::string> arguments,
                              const std::vector<std::string>& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream stream(line);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

/// "prefill q_proj" -> its five cells.
std::map<std::string, std::vector<std::string>> printed_rows(const std::string& text) {
  std::map<std::string, std::vector<std::string>> rows;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::vector<std::string> words = words_of(line);
    if (words.size() == 7) rows[words[0] + " " + words[1]] = {words.begin() + 2, words.end()};
  }
  return rows;
}

TEST(Analyze, ThePublishedTableIsPrintedCellByCell) {
  const Outcome outcome = run_program(published);
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "");
  const auto rows = printed_rows(outcome.out);
  const std::string path = std::string(ROOFMARK_TEST_DATA) + "/llm_viewer.json";
  const auto golden = JsonView::parse(contents(path), path).at("table").elements();
  ASSERT_EQ(golden.size(), 24u);
  for (const JsonView& row : golden) {
    const std::string name = row.at("phase").text() + " " + row.at("op").text();
    ASSERT_EQ(rows.count(name), 1u) << name << "\n" << outcome.out;
    std::vector<std::string> cells;
    for (const JsonView& cell : row.at("cells").elements()) cells.push_back(cell.text());
    EXPECT_EQ(rows.at(name), cells) << name;
  }
}

// LLM-Viewer's own H100 has 989.5 Top/s and 3072 GB/s.
TEST(Analyze, AnotherToolsCeilingsAreGivenByHandAndItSaysSo) {
  const Outcome outcome =
      run_program({"analyze", "llama-2-7b", "--hardware", "h100", "--peak", "f16=989.5T",
                   "--bandwidth", "3072G", "--accounting", "llm-viewer", "--dtype", "f16"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("peaks and bandwidth are not"), std::string::npos);
  const auto rows = printed_rows(outcome.out);
  EXPECT_EQ(rows.at("prefill q_proj").at(3), "990T");   // 1024 op/B
  EXPECT_EQ(rows.at("prefill softmax").at(3), "4T");    // 1.25 x 3072G
  EXPECT_EQ(rows.at("decode attn_add").at(3), "768G");  // 0.25 x 3072G
}

TEST(Analyze, JsonHasTheFiguresOfTheContract) {
  const Outcome outcome = run_program(with(published, {"--output", "json"}));
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const JsonView json = JsonView::parse(outcome.out, "stdout");
  EXPECT_EQ(json.at("model").at("parameters").integer(0, INT64_MAX), 6738415616);
  EXPECT_EQ(json.at("model").at("kv_bytes_per_token").number(0, 1e9), 524288);
  const JsonView layer = json.at("layers").elements().at(0);
  EXPECT_EQ(layer.at("operator").text(), "q_proj");
  EXPECT_EQ(layer.at("count").integer(0, 100), 32);
  EXPECT_EQ(layer.at("ops").number(0, 1e15), 68719476736);
  EXPECT_EQ(layer.at("bytes").number(0, 1e15), 67108864);
  EXPECT_EQ(layer.at("attainable").number(0, 1e15), 154.8e12);
  const std::vector<JsonView> totals = json.at("totals").elements();
  ASSERT_EQ(totals.size(), 2u);
  EXPECT_EQ(totals[0].at("ops").number(0, 1e15), 28751179022336);
  EXPECT_EQ(totals[1].at("bytes").number(0, 1e15), 14313150976);
  EXPECT_GT(totals[1].at("tokens_per_second").number(0, 1e6), 0);
  EXPECT_EQ(json.at("storage").at("peak").number(0, 1e12), 14803795968);
}

TEST(Analyze, SeveralModelsAreAnArray) {
  const Outcome outcome = run_program({"analyze", "llama-2-7b", "llama-3-8b", "--dtype", "f16,w8a8",
                                       "--accounting", "llm-viewer", "--output", "json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(JsonView::parse(outcome.out, "stdout").elements().size(), 4u);
}

TEST(Analyze, EveryOutputCanGoToAFile) {
  const ScratchFolder folder;
  for (const std::string form : {"table", "md", "csv", "json"}) {
    const std::string path = folder / form;
    const Outcome said = run_program(with(published, {"--output", form}));
    const Outcome written = run_program(with(published, {"--output", form, "-o", path}));
    EXPECT_EQ(written.code, 0) << written.err;
    EXPECT_EQ(written.out, "");
    EXPECT_FALSE(said.out.empty());
    EXPECT_EQ(contents(path), said.out);
  }
}

TEST(Analyze, OptionsDoNotTakeTheModelThatFollows) {
  const Outcome outcome =
      run_program({"analyze", "--phase", "decode", "--dtype", "f16,bf16", "--peak", "f16=1T",
                   "llama-2-7b", "--bandwidth", "1G", "--output", "json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const auto analyses = JsonView::parse(outcome.out, "stdout").elements();
  ASSERT_EQ(analyses.size(), 2u);
  EXPECT_EQ(analyses[0].at("totals").elements().size(), 1u);
}

TEST(Analyze, WithoutHardwareNoCeilingIsMadeUp) {
  const Outcome outcome = run_program({"analyze", "llama-3.2-1b", "--accounting", "llm-viewer"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("no hardware was named; pass --hardware"), std::string::npos)
      << outcome.out;
  EXPECT_EQ(printed_rows(outcome.out).at("decode q_proj").at(3), "unknown");
}

TEST(Analyze, ReadsAConfigFromAFile) {
  const ScratchFolder folder;
  const std::string path = folder.write("config.json", R"({"model_type": "llama", "hidden_size": 64,
    "intermediate_size": 96, "num_hidden_layers": 2, "num_attention_heads": 4, "vocab_size": 100})");
  const Outcome outcome = run_program(
      {"analyze", path, "--accounting", "llm-viewer", "--peak", "f16=1T", "--bandwidth", "1G"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(printed_rows(outcome.out).at("decode q_proj").at(0), "8K");  // 2 x 64 x 64
}

TEST(Analyze, AnAssumedTypeIsSaidWhereItIsUsed) {
  const ScratchFolder folder;
  const std::string config = R"({"model_type": "llama", "hidden_size": 64, "intermediate_size": 96,
    "num_hidden_layers": 2, "num_attention_heads": 4, "vocab_size": 100)";
  const std::string path = folder.write("config.json", config + "}");
  const std::string remark = "neither torch_dtype nor dtype: float32 is assumed";
  for (const char* accounting : {"exact", "llm-viewer"}) {
    const Outcome outcome = run_program({"analyze", path, "--accounting", accounting});
    EXPECT_NE(outcome.out.find(remark), std::string::npos) << outcome.out;
    EXPECT_EQ(run_program({"analyze", path, "--accounting", accounting, "--dtype", "f16"})
                  .out.find(remark),
              std::string::npos);
  }
  folder.write("config.json", config + R"(, "torch_dtype": "float32"})");
  EXPECT_EQ(run_program({"analyze", path}).out.find(remark), std::string::npos);
}

TEST(Analyze, AFileTooLargeForAConfigIsToldWhatFits) {
  const ScratchFolder folder;
  const std::string path = folder.write("config.json", std::string((16u << 20) + 1, ' '));
  expect_refused({"analyze", path},
                 "(it is larger than 16 MiB); name a run of Roofmark's or a "
                 "model's config.json");
}

TEST(Analyze, AForgottenPrefixIsAskedAboutOnStderr) {
  const Outcome outcome = run_program(
      {"analyze", "llama-2-7b", "--peak", "f16=1550000", "--bandwidth", "1G", "--output", "json"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.err.find("roofmark: --peak: 1550000 is taken as 1550000 op/s"), 0u)
      << outcome.err;
  expect_refused({"analyze", "llama-2-7b", "--peak", "f16=155", "--bandwidth", "1G"},
                 "write it like 768G");
  EXPECT_TRUE(JsonView::parse(outcome.out, "stdout").is_object());
}

TEST(Analyze, AFileIsWhatItsExtensionSays) {
  const ScratchFolder folder;
  const auto written = [&](const std::string& name, std::vector<std::string> more = {}) {
    const std::string path = folder / name;
    more.insert(more.begin(), {"analyze", "llama-2-7b", "--hardware", "a6000", "-o", path});
    const Outcome outcome = run_program(more);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(outcome.out, "");
    return contents(path);
  };
  EXPECT_TRUE(JsonView::parse(written("x.json"), "x.json").has("layers"));
  EXPECT_TRUE(JsonView::parse(written("y.JSON", {"--sweep", "batch=1,2"}), "y").has("rows"));
  EXPECT_EQ(written("x.csv").substr(0, 7), "run,row");
  EXPECT_EQ(written("x.md").substr(0, 2), "# ");
  EXPECT_EQ(written("x.html").substr(0, 15), "<!DOCTYPE html>");
  EXPECT_EQ(written("x.svg", {"--sweep", "batch=1,2"}).substr(0, 4), "<svg");
  EXPECT_NE(written("x.txt").find("\nLayers\n"), std::string::npos);
  EXPECT_EQ(written("z.txt", {"--output", "csv"}).substr(0, 7), "run,row");
  const std::string page = written("t.html", {"--accounting", "tra"});
  EXPECT_NE(page.find("tra accounting"), std::string::npos);
  EXPECT_EQ(page.find("How far to trust it"), std::string::npos);  // nothing was measured
}

TEST(Analyze, WhatAFileCannotHoldIsRefused) {
  const ScratchFolder folder;
  const auto refused = [&](const std::string& name, std::vector<std::string> more,
                           const std::string& part) {
    const std::string path = folder / name;
    more.insert(more.begin(), {"analyze", "llama-2-7b", "--hardware", "a6000", "-o", path});
    expect_refused(more, part);
    EXPECT_FALSE(std::filesystem::exists(path)) << path;
  };
  refused("x.svg", {}, "end the name in .html, .md, .csv or .json");
  refused("x.html", {"--sweep", "batch=1,2"}, "end the name in .svg, .md, .csv or .json");
  for (const char* output : {"table", "csv", "md"}) {
    refused("x.json", {"--output", output},
            std::string("--output ") + output + " does not go with");
  }
  refused("x.html", {"--output", "json"}, "--output json does not go with");
}

TEST(Analyze, BrokenConfigsAreRefusedWithFileKeyAndRemedy) {
  const ScratchFolder folder;
  const std::string good = R"({"model_type": "llama", "hidden_size": 64, "intermediate_size": 96,
 "num_hidden_layers": 2, "num_attention_heads": 4, "vocab_size": 100})";
  const auto refused = [&](const std::string& text, const std::string& part) {
    const std::string path = folder.write("config.json", text);
    expect_refused({"analyze", path}, path + ": " + part);
  };
  const auto changed = [&](const std::string& from, const std::string& to) {
    return std::string(good).replace(good.find(from), from.size(), to);
  };
  for (std::size_t length = 0; length < good.size(); length += 13)
    refused(good.substr(0, length), "line ");
  refused(changed("64", "\"64\""),
          "hidden_size: must be an integer (it is the text \"64\"); write one from 1 to ");
  refused(changed("64", "64.0"), "hidden_size: must be an integer (it is 64.0); ");
  refused(changed("64", "-1"), "hidden_size: out of range (it is -1); write one from 1 to 1048576");
  refused(changed("64", "65"), "num_attention_heads: does not divide hidden_size (65 / 4)");
  refused(changed("\"vocab_size\"", "\"hidden_size\""),
          "hidden_size: key given twice; keep one of them");
  refused(changed("llama", "mamba"), "model_type: architecture \"mamba\" is not supported; ");
  refused(changed("llama", "\xff"), "line 1, column ");
  refused(good + good, "line 2, column ");
  refused(std::string(100000, '['), "nested deeper than 64 levels; ");
}

TEST(Analyze, UsageErrorsAreOneLineAndExitTwo) {
  expect_refused({"analyze"}, "name a model");
  expect_refused({"analyze", "--run", "./absent.json"}, "cannot read ./absent.json (No such file");
  expect_refused({"analyze", "lama-2-7b"}, "did you mean llama-2-7b?");
  expect_refused({"analyze", "./absent/config.json"},
                 "cannot read ./absent/config.json (No such file");
  expect_refused({"analyze", "."}, "");
  expect_refused({"analyze", "llama-2-7b", "--hardware", "a600"}, "a6000");
  expect_refused({"analyze", "llama-2-7b", "--accounting", "genz"},
                 "--accounting: \"genz\" is not in this version");
  expect_refused({"analyze", "llama-2-7b", "--peak", "f16=155X"},
                 "--peak: \"155X\" is not a positive number");
  expect_refused({"analyze", "llama-2-7b", "--peak", "bf16=1T", "--peak", "bf16=2T"},
                 "--peak: bf16=1T and bf16=2T are of the same format");
  expect_refused({"analyze", "llama-2-7b", "--bandwidth", "-1"}, "--bandwidth");
  expect_refused({"analyze", "llama-2-7b", "--batch", "0"}, "--batch");
  for (const char* command : {"analyze", "run"}) {  // one limit
    expect_refused({command, "--batch", "65537"}, "65536");
  }
  expect_refused({"analyze", "llama-2-7b", "--context", "1.5"}, "--context");
  expect_refused({"analyze", "llama-2-7b", "--phase", "training"}, "--phase");
  expect_refused({"analyze", "llama-2-7b", "--dtype", "f33"}, "--dtype: \"f33\" is not a format");
  expect_refused({"analyze", "llama-2-7b", "--output", "xml"}, "--output");
  expect_refused({"analyze", "llama-2-7b", "--pp", "2"}, "--pp");
  expect_refused({"analyze", "llama-2-7b", "--batch", "65536", "--context", "16777216"},
                 "use a smaller --batch");
}

}  // namespace
}  // namespace roofmark
