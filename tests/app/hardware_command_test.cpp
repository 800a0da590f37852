// roofmark hardware, --hardware with modes and files, and what overrides do.
#include <gtest/gtest.h>

#include "analyzer/spec.h"
#include "app/analyze_request.h"
#include "core/error.h"
#include "core/strict_json.h"
#include "tests/app/program.h"

namespace roofmark {
namespace {

double bandwidth_of(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"hardware", "bandwidth", "--output", "json"});
  const Outcome outcome = run_program(arguments);
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  const JsonView json = JsonView::parse(outcome.out, "stdout");
  return json.at("bandwidth_bytes_per_s").number(0, 1e18);
}

TEST(HardwareCommand, BandwidthIsTransfersTimesBitsTimesChannels) {
  EXPECT_EQ(bandwidth_of({"--mts", "2666", "--bus-bits", "64", "--channels", "6"}), 127.968e9);
  EXPECT_DOUBLE_EQ(bandwidth_of({"--mts", "2666.67", "--bus-bits", "64", "--channels", "6"}),
                   128.00016e9);
  EXPECT_EQ(bandwidth_of({"--gbps", "14", "--bus-bits", "384"}), 672e9);  // GDDR6
  EXPECT_EQ(bandwidth_of({"--mts", "14000", "--bus-bits", "384"}), 672e9);
  EXPECT_EQ(bandwidth_of({"--mts", "6400", "--bus-bits", "256"}), 204.8e9);
  const Outcome table = run_program(
      {"hardware", "bandwidth", "--mts", "2666", "--bus-bits", "64", "--channels", "6"});
  EXPECT_NE(table.out.find(" 128 GB/s  127.968 GB/s"), std::string::npos) << table.out;
}

TEST(HardwareCommand, ImpossibleBusesAreRefused) {
  const std::vector<std::string> command{"hardware", "bandwidth"};
  const std::pair<std::vector<std::string>, const char*> refused[] = {
      {{}, "--mts (million transfers per second) or --gbps"},
      {{"--mts", "2666", "--gbps", "14", "--bus-bits", "64"}, "one of them alone"},
      {{"--mts", "2666"}, "wants --bus-bits"},
      {{"--mts", "0", "--bus-bits", "64"}, "--mts: \"0\" is not a number from 1 to 1e+06"},
      {{"--mts", "-2666", "--bus-bits", "64"}, "--mts"},
      {{"--mts", "nan", "--bus-bits", "64"}, "--mts: \"nan\" is not"},
      {{"--mts", "1e300", "--bus-bits", "64"}, "--mts: \"1e300\" is not"},
      {{"--mts", "1e-300", "--bus-bits", "64"}, "--mts: \"1e-300\" is not"},
      {{"--gbps", "1e-300", "--bus-bits", "64"}, "--gbps: \"1e-300\" is not"},
      {{"--mts", "2666M", "--bus-bits", "64"}, "--mts: \"2666M\" is not"},
      {{"--mts", "2666", "--bus-bits", "64.5"}, "--bus-bits: 64.5 is no whole number"},
      {{"--mts", "2666", "--bus-bits", "64", "--channels", "0"}, "--channels"},
      {{"--mts", "2666", "--bus-bits", "64", "--output", "xml"}, "table, md, csv and json"}};
  for (const auto& [more, part] : refused) {
    std::vector<std::string> arguments = command;
    arguments.insert(arguments.end(), more.begin(), more.end());
    expect_refused(arguments, part);
  }
  expect_refused({"hardware"}, "roofmark list hardware");
  expect_refused({"hardware", "show"}, "roofmark list hardware");
}

TEST(HardwareCommand, ShowsAModesEnginesWithTheirParts) {
  const Outcome outcome = run_program({"hardware", "show", "agx-orin:30w", "--output", "json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  double dla = 0, gpu = 0;
  for (const JsonView& row : JsonView::parse(outcome.out, "stdout").elements()) {
    if (row.at("format").text() != "w8a8") continue;
    const double peak = row.at("peak_ops_per_s").number(0, 1e18);
    if (row.at("engine").text() == "dla") dla = peak;
    if (row.at("engine").text() == "gpu") gpu = peak;
  }
  EXPECT_EQ(gpu, 8 * 4096 * 624.75e6);
  EXPECT_EQ(dla, 2 * 16384 * 1369.6e6);
  const std::string text = run_program({"hardware", "show", "agx-orin"}).out;
  for (const char* part : {"shared by all engines", "agx-orin:30w (as shipped)", "data sheet",
                           "no peak is published"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part;
  }
}

TEST(HardwareCommand, ListedDevicesHaveTheirModesBesideThem) {
  const Outcome outcome = run_program({"list", "hardware", "--output", "json"});
  int found = 0;
  for (const JsonView& row : JsonView::parse(outcome.out, "stdout").elements()) {
    if (row.at("name").text() != "agx-orin:15w") continue;
    ++found;
    EXPECT_EQ(row.at("bandwidth_bytes_per_s").number(0, 1e15), 256 / 8 * 4266e6);
    EXPECT_EQ(row.at("w8a8_ops_per_s").number(0, 1e18), 6 * 4096 * 420.75e6);
  }
  EXPECT_EQ(found, 1);
}

const std::string own = R"({"kind": "hardware", "name": "mine", "title": "My board",
  "confidence": "low", "sources": ["its data sheet"],
  "memory": {"bus_bits": 256, "bits_per_second_per_pin": 6.4e9, "bytes_per_second": 204.8e9},
  "engines": [{"name": "gpu", "unit": "SM", "units": 16, "clock_hz": 1e9,
    "peaks": {"bf16-f32": {"ops_per_cycle": 2048}}}],
  "modes": [{"name": "low", "title": "LOW", "engines": {"gpu": {"units": 4, "clock_hz": 5e8}}}]})";

TEST(HardwareCommand, AFileOfOnesOwnIsHardwareLikeABuiltInOne) {
  const ScratchFolder folder;
  const std::string path = folder.write("mine.json", own);
  AnalyzeRequest request;
  request.hardware = path;
  EXPECT_EQ(roofline_of(request).name, "My board");
  EXPECT_EQ(roofline_of(request).engine.peaks.at("bf16-f32"), OpRate{16 * 2048 * 1e9});
  request.hardware = path + ":low";
  EXPECT_EQ(roofline_of(request).engine.peaks.at("bf16-f32"), OpRate{4 * 2048 * 5e8});
  const std::vector<std::string> analyze{"analyze", "llama-3-8b", "--hardware"};
  const auto with = [&](const std::string& hardware) {
    std::vector<std::string> arguments = analyze;
    arguments.push_back(hardware);
    return arguments;
  };
  EXPECT_EQ(run_program(with(path)).code, 0);
  expect_refused(with(path + ":high"), "no mode 'high' in mine (it has low)");
  expect_refused(with(folder / "absent.json"), "cannot read");
  expect_refused(with(folder.write("bad.json", "{")), "not JSON");
  expect_refused(with(folder.write("uarch.json", R"({"kind": "gpu", "name": "x", "title": "x",
      "confidence": "low", "sources": ["x"], "match": {"compute_capability": "9.0"},
      "ops_per_cycle": {}, "bytes_per_cycle": {}})")),
                 "name a file of kind");
  std::string sparse = own;
  sparse.replace(sparse.find("2048}"), 5, R"(2048, "stated": 65.5e12})");
  expect_refused(with(folder.write("sparse.json", sparse)), "halve a figure that counts sparsity");
}

TEST(HardwareCommand, OverridesReplaceTheFiguresOfEveryDeviceAndMode) {
  const auto check = [](const Hardware& device) {
    AnalyzeRequest request;
    request.hardware = device.name;
    request.peaks = {"bf16=155T", "w8a8=2T"};
    request.bandwidth = "768G";
    request.memory = "24Gi";
    const Roofline roofline = roofline_of(request);
    EXPECT_EQ(roofline.engine.peak(*working_format_from("bf16")), OpRate{155e12}) << device.name;
    EXPECT_EQ(roofline.engine.peak(*working_format_from("w8a8")), OpRate{2e12}) << device.name;
    EXPECT_EQ(roofline.bandwidth, Bandwidth{768e9}) << device.name;
    EXPECT_EQ(roofline.memory, Bytes{24 * 0x1p30}) << device.name;
    const Known<OpRate> f32 = device.engine().peak(Format{});
    EXPECT_EQ(roofline.engine.peak(Format{}), f32) << device.name;  // the others stay
  };
  for (const Hardware& device : hardware()) {
    check(device);
    for (const Hardware& mode : device.modes) check(mode);
  }
}

std::string refusal(const AnalyzeRequest& request) {
  try {
    roofline_of(request);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(HardwareCommand, AnEngineIsChosenByNameAndNeverAddedToAnother) {
  AnalyzeRequest request;
  request.hardware = "agx-orin:50w";
  EXPECT_EQ(roofline_of(request).name, "NVIDIA Jetson AGX Orin 64GB, mode 50W, gpu");
  request.engine = "dla";
  const Roofline dla = roofline_of(request);
  EXPECT_EQ(dla.engine.peak(*format_from("w8a8")), OpRate{2 * 16384 * 1369.6e6});
  EXPECT_EQ(dla.engine.peak(*working_format_from("f16")), std::nullopt);
  EXPECT_EQ(dla.bandwidth, Bandwidth{204.8e9});  // the memory is shared
  request.engine = "npu";
  EXPECT_NE(refusal(request).find("it has gpu, cpu, dla, pva"), std::string::npos);
  request.hardware = "";
  EXPECT_NE(refusal(request).find("name it with --hardware"), std::string::npos);
}

TEST(HardwareCommand, MemoryIsBytesWithADecimalOrBinaryPrefix) {
  AnalyzeRequest request;
  request.hardware = "v100-sxm2";  // sold with 16 and 32 GiB
  EXPECT_EQ(roofline_of(request).memory, std::nullopt);
  request.memory = "24G";
  EXPECT_EQ(roofline_of(request).memory, Bytes{24e9});
  EXPECT_TRUE(doubts_about(request).empty());
  request.memory = "24";
  EXPECT_EQ(doubts_about(request).size(), 1u);
  for (const char* wrong : {"24X", "-1G", "0", "nan", "G", "24GiB", "1e400"}) {
    request.memory = wrong;
    EXPECT_NE(refusal(request).find("--memory: \"" + std::string(wrong)), std::string::npos);
  }
  const Outcome small =
      run_program({"analyze", "llama-3-8b", "--hardware", "v100-sxm2", "--memory", "1Gi"});
  EXPECT_NE(small.out.find("NVIDIA Tesla V100 SXM2 has 1.00 GiB"), std::string::npos);
}

}  // namespace
}  // namespace roofmark
