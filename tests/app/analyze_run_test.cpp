// `roofmark analyze --run` by the built program, on runs made of exact numbers.
#include <gtest/gtest.h>

#include "analyzer/models.h"
#include "core/run_json.h"
#include "core/strict_json.h"
#include "tests/analyzer/run_builder.h"
#include "tests/app/program.h"

namespace roofmark {
namespace {

/// FMA at full rate, memory at 2^36 bytes per second, llama-3-8b's q_proj decode at half of that.
roofmark::Run run_of_llama() {
  roofmark::Run run = zen5_run();
  run.id = "made-up";
  run.started = "2026-11-22T02:10:00Z";
  run.policy.threads = {1};
  run.policy.workloads = {
      {find_model("llama-3-8b"), Phase::decode, {{64, 1}}, Format{}, DType::f32, Attention::eager}};
  run.machine.id = "made-up";
  Measurement fma = fma_row("avx512", 1, 64), read = stream_row("read", "dram", 1, 0x1p36);
  fma.id = "fma/avx512/f32/cpu/t1/";
  read.id = "read/avx512/f32/cpu/t1/,level=dram";
  const Work work{.ops = Ops{33554432},
                  .read = Bytes{67125248},
                  .written = Bytes{16384},
                  .weights = Bytes{67108864}};
  Measurement gemv = kernel_row("gemv", work, 2 * work.bytes().value / 0x1p36, read);
  gemv.shape = {{"n", 4096}, {"k", 4096}};
  gemv.conditions.state = "cold";
  gemv.implementation = "a library's kernel";
  gemv.format_error = 0.25;
  gemv.id = "gemv/avx512/f32/cpu/t1/n=4096,k=4096,state=cold";
  for (Pair& pair : gemv.pairs) pair = {2 * work.bytes().value / 0x1p36, 1};
  run.rows = {fma, read, gemv};
  run.complete = true;
  return run;
}

JsonView layer_called(const JsonView& analysis, const std::string& op) {
  for (const JsonView& layer : analysis.at("layers").elements()) {
    if (layer.at("operator").text() == op) return layer;
  }
  throw std::out_of_range(op);
}

/// At the roof, of all calls of matrix products.
double products_seconds(std::vector<std::string> asked) {
  asked.insert(asked.end(), {"--output", "json"});
  double seconds = 0;
  const JsonView analysis = JsonView::parse(run_program(asked).out, "stdout");
  for (const JsonView& layer : analysis.at("layers").elements()) {
    const std::string kernel = layer.at("kernel").text();
    if (kernel != "gemv" && kernel != "gemm") continue;
    seconds += layer.at("seconds").number(0, 1e3) * layer.at("count").number(1, 1e3);
  }
  return seconds;
}

TEST(AnalyzeRun, WithoutAModelItIsTheLadderAndThePoints) {
  const ScratchFolder folder;
  const std::string path = folder.write("run.json", to_json(run_of_llama()));
  const Outcome text = run_program({"analyze", "--run", path});
  EXPECT_EQ(text.code, 0) << text.err;
  EXPECT_NE(text.out.find("q_proj"), std::string::npos) << text.out;
  EXPECT_EQ(text.out.find("\nLayers\n"), std::string::npos);
  const Outcome json =
      run_program({"analyze", "--run", path, "--output", "json", "--bandwidth", "128G"});
  ASSERT_EQ(json.code, 0) << json.err;
  const JsonView analysis = JsonView::parse(json.out, "stdout");
  EXPECT_EQ(analysis.at("ceilings").elements().size(), 2u);
  EXPECT_FALSE(analysis.has("layers"));
  const JsonView point = analysis.at("points").elements().at(0);
  EXPECT_EQ(point.at("implementation").text(), "a library's kernel");
  EXPECT_EQ(point.at("format_error").number(0, 1), 0.25);
  const Outcome markdown = run_program({"analyze", "--run", path, "--output", "md"});
  EXPECT_NE(markdown.out.find("2.5e-01"), std::string::npos) << markdown.out;
  EXPECT_NE(markdown.out.find("a library's kernel"), std::string::npos);
}

TEST(AnalyzeRun, AModelStandsOnTheMeasuredRooflineBesideTheTheoreticalOne) {
  const ScratchFolder folder;
  const std::string path = folder.write("run.json", to_json(run_of_llama()));
  const Outcome outcome = run_program(
      {"analyze", "--run", path, "llama-3-8b", "--output", "json", "--bandwidth", "137438953472"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const JsonView analysis = JsonView::parse(outcome.out, "stdout");
  EXPECT_NE(analysis.at("title").text().find("decode of 64 cached tokens"),
            std::string::npos);  // as measured
  const JsonView q_proj = layer_called(analysis, "q_proj");
  const double intensity = 33554432.0 / 67141632;
  EXPECT_DOUBLE_EQ(q_proj.at("attainable").number(0, 1e15), intensity * 0x1p36);
  EXPECT_DOUBLE_EQ(q_proj.at("attainable_theoretical").number(0, 1e15), intensity * 0x1p37);
  EXPECT_DOUBLE_EQ(q_proj.at("achieved").number(0, 1e15), intensity * 0x1p35);
  EXPECT_DOUBLE_EQ(q_proj.at("share_theoretical").number(0, 1), 0.25);
  EXPECT_EQ(q_proj.at("point").text(), "gemv/avx512/f32/cpu/t1/n=4096,k=4096,state=cold");
  EXPECT_FALSE(layer_called(analysis, "lm_head").has("achieved"));  // nothing measured it
  EXPECT_EQ(analysis.at("totals").elements().size(), 1u);
}

TEST(AnalyzeRun, AFormatTheRunDidNotMeasureHasNoRoof) {
  const ScratchFolder folder;
  const std::string path = folder.write("run.json", to_json(run_of_llama()));
  const Outcome outcome =
      run_program({"analyze", "--run", path, "llama-3-8b", "--dtype", "bf16", "--output", "json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const JsonView q_proj = layer_called(JsonView::parse(outcome.out, "stdout"), "q_proj");
  EXPECT_FALSE(q_proj.has("attainable"));
  EXPECT_NE(q_proj.at("reason").text().find("bf16-f32 peak"), std::string::npos);
}

TEST(AnalyzeRun, BrokenRunsAreRefusedInOneLine) {
  const ScratchFolder folder;
  const std::string good = to_json(run_of_llama());
  const auto changed = [&](const std::string& from, const std::string& to) {
    return std::string(good).replace(good.find(from), from.size(), to);
  };
  const std::vector<std::string> broken{
      "",
      good.substr(0, good.size() / 2),
      changed("\"complete\": true", "\"complete\": \"yes\""),
      changed("\"id\": \"made-up\"", "\"id\": \"made-up\", \"id\": \"twice\""),
      changed("made-up", "made-\xff-up"),
      changed("roofmark.run/1", "roofmark.run/9"),
      "not a run"};
  for (const std::string& text : broken) {
    const std::string path = folder.write("run.json", text);
    const Outcome outcome = run_program({"analyze", "--run", path});
    EXPECT_EQ(outcome.code, 2) << outcome.err;
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(outcome.err.find("roofmark: " + path), 0u) << outcome.err;
    EXPECT_EQ(outcome.err.find('\n'), outcome.err.size() - 1) << outcome.err;
  }
}

TEST(AnalyzeRun, FlagsOfAModelWantOne) {
  const ScratchFolder folder;
  const std::string path = folder.write("run.json", to_json(run_of_llama()));
  const Outcome several = run_program({"analyze", "--run", path, "--dtype", "foo", "--phase",
                                       "decode", "--batch", "4", "--kv-dtype", "zz"});
  EXPECT_EQ(several.code, 2);
  EXPECT_EQ(several.err.find("roofmark: --phase, --batch, --dtype and --kv-dtype say something of "
                             "a model (none is named"),
            0u)
      << several.err;
  for (const auto& [flag, value] : std::vector<std::pair<std::string, std::string>>{
           {"--context", "9"}, {"--attention", "flash"}, {"--accounting", "llm-viewer"}}) {
    const Outcome one = run_program({"analyze", "--run", path, flag, value});
    EXPECT_EQ(one.code, 2);
    EXPECT_EQ(one.err.find("roofmark: " + flag + " says something of a model"), 0u) << one.err;
  }
}

TEST(AnalyzeRun, AnothersDataSheetIsRefused) {
  const ScratchFolder folder;
  roofmark::Run run = run_of_llama();
  const std::string path = folder.write("run.json", to_json(run));
  for (const std::vector<std::string>& model :
       std::vector<std::vector<std::string>>{{}, {"llama-3-8b"}}) {
    std::vector<std::string> arguments{"analyze", "--run", path, "--hardware", "orin"};
    arguments.insert(arguments.end(), model.begin(), model.end());
    const Outcome outcome = run_program(arguments);
    EXPECT_EQ(outcome.code, 2);
    EXPECT_EQ(outcome.out, "");
    for (const std::string& part : {std::string("--hardware agx-orin"), path, run.machine.class_}) {
      EXPECT_NE(outcome.err.find(part), std::string::npos) << outcome.err;
    }
  }
  run.machine.board = "NVIDIA Jetson AGX Orin Developer Kit";
  run.machine.memory_bytes = std::int64_t{61} << 30;
  const std::string orin = folder.write("orin.json", to_json(run));
  EXPECT_EQ(run_program({"analyze", "--run", orin, "--hardware", "orin"}).code, 0);
}

TEST(AnalyzeRun, APeakByHandDoesNotGoWithARun) {
  const ScratchFolder folder;
  const std::string path = folder.write("run.json", to_json(run_of_llama()));
  const Outcome outcome = run_program({"analyze", "--run", path, "--peak", "f32=1T"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_NE(outcome.err.find("--peak does not go with --run"), std::string::npos);
}

TEST(AnalyzeRun, NetworksAndSweetSpotsStandOnItsOwnCeilings) {
  const ScratchFolder folder;
  roofmark::Run run = run_of_llama();
  // Products of bf16 and of bytes at two and four times the rate of f32.
  for (const auto& [format, rate] : {std::pair("bf16-f32", 128.0), std::pair("w8a8", 256.0)}) {
    Measurement row = fma_row("avx512", 1, rate);
    row.format = *format_from(format);
    row.id = std::string("dot/avx512/") + format + "/cpu/t1/";
    row.kernel = "dot";
    run.rows.push_back(row);
  }
  const std::string path = folder.write("run.json", to_json(run));
  const Outcome network = run_program({"analyze", "vgg16", "--run", path, "--output", "json"});
  ASSERT_EQ(network.code, 0) << network.err;
  const JsonView vgg = JsonView::parse(network.out, "stdout");
  EXPECT_EQ(layer_called(vgg, "conv1_2").at("bound").text(), "compute");
  EXPECT_EQ(layer_called(vgg, "fc6").at("attainable").number(0, 1e15),
            layer_called(vgg, "fc6").at("intensity").number(0, 1) * 0x1p36);
  const Outcome spot =
      run_program({"analyze", "llama-3-8b", "--run", path, "--sweet-spot", "--output", "json"});
  ASSERT_EQ(spot.code, 0) << spot.err;
  const auto roofs =
      JsonView::parse(spot.out, "stdout").at("sweet_spot").at("quantizations").elements();
  const double bf16 = roofs[0].at("peak").number(0, 1e15);
  EXPECT_EQ(roofs[0].at("format").text(), "bf16-f32");  // no f16 was measured
  EXPECT_EQ(roofs[2].at("peak").number(0, 1e15), 2 * bf16);
  EXPECT_EQ(roofs[1].at("ridge_rows").number(0, 1e6), bf16 * 0.5 / (2 * 0x1p36));
  const Outcome peak = run_program({"analyze", "--run", path, "--memory", "24G"});
  EXPECT_EQ(peak.code, 2);
  EXPECT_NE(peak.err.find("--memory does not go with --run"), std::string::npos);
}

TEST(AnalyzeRun, ASweepStandsOnItsRooflineBesideWhatItsKernelsPredict) {
  const ScratchFolder folder;
  const std::string path = folder.write("run.json", to_json(run_of_llama()));
  const std::vector<std::string> asked{"analyze",   "llama-3-8b", "--run",  path,        "--sweep",
                                       "batch=1,2", "--phase",    "decode", "--context", "64"};
  std::vector<std::string> as_json = asked;
  as_json.insert(as_json.end(), {"--output", "json"});
  const Outcome outcome = run_program(as_json);
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const auto rows = JsonView::parse(outcome.out, "stdout").at("rows").elements();
  ASSERT_EQ(rows.size(), 2u);
  // q_proj and out_proj of 32 layers are measured at half of the roof, which the other products get
  // carried over.
  const double measured = 2 * 2.0 * 32 * 67141632 / 0x1p36;
  const double products = products_seconds(
      {"analyze", "llama-3-8b", "--run", path, "--phase", "decode", "--context", "64"});
  const double predicted = rows[0].at("predicted_seconds").number(0, 10);
  EXPECT_NEAR((rows[0].at("seconds").number(0, 10) + products) / predicted, 1, 1e-12);
  EXPECT_NEAR(rows[0].at("predicted_by_kernels").number(0, 1) * predicted / measured, 1, 1e-12);
  EXPECT_NEAR(rows[0].at("predicted_extrapolated").number(0, 1) * predicted,
              2 * products - measured, 1e-12 * predicted);
  EXPECT_EQ(rows[1].at("predicted_by_kernels").number(0, 1), 0);  // of two rows nothing is known
  EXPECT_GT(rows[1].at("predicted_extrapolated").number(0, 1), 0.9);
  const Outcome table = run_program(asked);
  EXPECT_NE(table.out.find("by kernels"), std::string::npos) << table.out;
  const Outcome hardware =
      run_program({"analyze", "llama-3-8b", "--run", path, "--sweep", "hardware=h100"});
  EXPECT_EQ(hardware.code, 2);
  EXPECT_NE(hardware.err.find("a run has one machine"), std::string::npos) << hardware.err;
}

TEST(AnalyzeRun, AGenerationIsPredictedToo) {
  const ScratchFolder folder;
  const std::string path = folder.write("run.json", to_json(run_of_llama()));
  const Outcome outcome = run_program({"analyze", "llama-3-8b", "--run", path, "--context", "64",
                                       "--generate", "3", "--output", "json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const JsonView generation = JsonView::parse(outcome.out, "stdout").at("generation");
  // Every product at half of the roof, as the one that was measured.
  const auto seconds_of = [&](const char* phase, const char* context) {
    return products_seconds(
        {"analyze", "llama-3-8b", "--run", path, "--phase", phase, "--context", context});
  };
  const double steps = 2, step = seconds_of("decode", "64");
  const auto figure = [&](const char* key) { return generation.at(key).number(0, 1e3); };
  EXPECT_NEAR((figure("seconds") + seconds_of("prefill", "64") + steps * step) /
                  figure("predicted_seconds"),
              1, 1e-12);
  EXPECT_NEAR((figure("time_per_output_token") + step) / figure("predicted_time_per_output_token"),
              1, 1e-12);
}

}  // namespace
}  // namespace roofmark
