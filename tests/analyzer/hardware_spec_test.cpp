// Data sheets of devices: every figure follows from its parts, none counts sparsity, and power
// modes are the same device with less of it on.
#include <gtest/gtest.h>

#include <cmath>

#include "analyzer/spec.h"
#include "analyzer/spec_json.h"
#include "core/error.h"
#include "core/strict_json.h"
#include "tests/app/program.h"

namespace roofmark {
namespace {

/// Every device, and every device in each of its power modes.
std::vector<Hardware> devices_and_modes() {
  std::vector<Hardware> all;
  for (const Hardware& device : hardware()) {
    all.push_back(device);
    all.insert(all.end(), device.modes.begin(), device.modes.end());
  }
  return all;
}

TEST(HardwareSpec, DataSheetsOfGpusAgreeWithTheRatesOfTheirArchitecture) {
  const std::pair<const char*, Gpu> sold[] = {
      {"h200", {.name = "NVIDIA H200", .compute_capability = "9.0"}},
      {"h100-sxm", {.name = "NVIDIA H100 80GB HBM3", .compute_capability = "9.0"}},
      {"a6000", {.name = "NVIDIA RTX A6000", .compute_capability = "8.6"}},
      {"rtx-4090", {.name = "NVIDIA GeForce RTX 4090", .compute_capability = "8.9"}},
      {"agx-orin", {.name = "Orin", .compute_capability = "8.7"}},
      {"orin-nano", {.name = "Orin", .compute_capability = "8.7"}},
      {"thor", {.name = "NVIDIA Thor", .compute_capability = "11.0"}},
      {"v100-sxm2", {.name = "Tesla V100-SXM2-16GB", .compute_capability = "7.0"}},
      {"v100-pcie", {.name = "Tesla V100-PCIE-16GB", .compute_capability = "7.0"}},
      {"agx-xavier", {.name = "Xavier", .compute_capability = "7.2"}},
      {"xavier-nx", {.name = "Xavier", .compute_capability = "7.2"}},
      {"t4", {.name = "Tesla T4", .compute_capability = "7.5"}},
      {"quadro-rtx-6000", {.name = "Quadro RTX 6000", .compute_capability = "7.5"}},
      {"a100-sxm-80gb", {.name = "NVIDIA A100-SXM4-80GB", .compute_capability = "8.0"}},
      {"a100-sxm-40gb", {.name = "NVIDIA A100-SXM4-40GB", .compute_capability = "8.0"}},
      {"a100-pcie-80gb", {.name = "NVIDIA A100 80GB PCIe", .compute_capability = "8.0"}},
      {"a100-pcie-40gb", {.name = "NVIDIA A100-PCIE-40GB", .compute_capability = "8.0"}},
      {"a30", {.name = "NVIDIA A30", .compute_capability = "8.0"}},
      {"a10", {.name = "NVIDIA A10", .compute_capability = "8.6"}},
      {"a40", {.name = "NVIDIA A40", .compute_capability = "8.6"}},
      {"rtx-3090", {.name = "NVIDIA GeForce RTX 3090", .compute_capability = "8.6"}},
      {"agx-orin-32gb", {.name = "Orin", .compute_capability = "8.7"}},
      {"agx-orin-industrial", {.name = "Orin", .compute_capability = "8.7"}},
      {"orin-nx-16gb", {.name = "Orin", .compute_capability = "8.7"}},
      {"orin-nx-8gb-super", {.name = "Orin", .compute_capability = "8.7"}},
      {"orin-nano-4gb", {.name = "Orin", .compute_capability = "8.7"}},
      {"l4", {.name = "NVIDIA L4", .compute_capability = "8.9"}},
      {"l40s", {.name = "NVIDIA L40S", .compute_capability = "8.9"}},
      {"rtx-6000-ada", {.name = "NVIDIA RTX 6000 Ada Generation", .compute_capability = "8.9"}},
      {"h100-pcie", {.name = "NVIDIA H100 PCIe", .compute_capability = "9.0"}},
      {"gh200", {.name = "NVIDIA GH200 480GB", .compute_capability = "9.0"}},
      {"b200", {.name = "NVIDIA B200", .compute_capability = "10.0"}},
      {"gb200", {.name = "NVIDIA GB200", .compute_capability = "10.0"}},
      {"rtx-5090", {.name = "NVIDIA GeForce RTX 5090", .compute_capability = "12.0"}}};
  for (const auto& [name, gpu] : sold) {
    const Uarch* rates = uarch_of(gpu);
    ASSERT_NE(rates, nullptr) << name;
    for (const auto& [format, basis] : find_hardware(name).engine("gpu").basis) {
      Known<double> most;
      for (const char* unit : {"simt", "mma", "wgmma"}) {
        if (const auto rate = rates->ops(unit, format)) most = std::max(most.value_or(0), *rate);
      }
      EXPECT_EQ(most, basis.ops_per_cycle) << name << " " << format;
    }
  }
}

TEST(HardwareSpec, EveryStatedPeakFollowsFromUnitsTimesRateTimesClock) {
  for (const Hardware& device : devices_and_modes()) {
    for (const Engine& engine : device.engines) {
      for (const auto& [format, basis] : engine.basis) {
        const double computed = engine.units * basis.ops_per_cycle * basis.clock.value;
        const double used = engine.peaks.at(format).value;
        if (basis.stated) {
          // Clocks and peaks are printed in two or three digits: an L40S's 362 are 366 at 2.52 GHz.
          EXPECT_LE(std::abs(computed / used - 1), 0.0125) << device.name << " " << format;
          EXPECT_EQ(used, basis.stated->value) << device.name << " " << format;
        } else {
          EXPECT_EQ(used, computed) << device.name << " " << format;
        }
      }
    }
  }
}

TEST(HardwareSpec, EveryBandwidthFollowsFromBusAndPinRate) {
  for (const Hardware& device : devices_and_modes()) {
    const double computed = device.bus_bits / 8 * device.pin_rate;
    // Printed in two or three digits: an Orin Nano's 34 GB/s are 34.128.
    EXPECT_LE(std::abs(computed / device.bandwidth.value - 1), 0.004) << device.name;
  }
}

TEST(HardwareSpec, FiguresAreThoseThatArePublished) {
  const std::string path = std::string(ROOFMARK_TEST_DATA) + "/published_hardware.json";
  const JsonView published = JsonView::parse(contents(path), path);
  int checked = 0;
  for (const JsonView& row : published.at("devices").elements()) {
    const Hardware& device = find_hardware(row.at("name").text());
    const double bandwidth = row.at("bandwidth").number(1e9, 1e14);
    // The same digits but for an H100's 3.35 TB/s, which that list computes: 3.352.
    EXPECT_LE(std::abs(device.bandwidth.value / bandwidth - 1), 0.001) << device.name;
    for (const auto& [engine, peaks] : row.at("engines").members()) {
      for (const auto& [format, peak] : peaks.members()) {
        const auto& known = device.engine(engine).peaks;
        ASSERT_EQ(known.count(format), 1u) << device.name << " " << engine << " " << format;
        // Printed figures beside computed ones: 5.3 for 5.327.
        EXPECT_LE(std::abs(known.at(format).value / peak.number(1e8, 1e17) - 1), 0.006)
            << device.name << " " << engine << " " << format;
        ++checked;
      }
    }
  }
  EXPECT_GT(checked, 400);
}

TEST(HardwareSpec, SparseFiguresAreNeverTakenForDenseOnes) {
  // What data sheets print in large letters: twice as much, or engines added up; all in whole
  // tera-operations (an RTX 4090's 1321 are 1321.2), so that half of one is their rounding.
  constexpr double rounding = 0.5e12;
  const std::pair<const char*, double> printed[] = {
      {"agx-orin", 275e12},       {"agx-orin-32gb", 200e12}, {"orin-nx-16gb", 100e12},
      {"orin-nano", 67e12},       {"h100-sxm", 3958e12},     {"h200", 3958e12},
      {"a100-sxm-80gb", 1248e12}, {"b200", 9000e12},         {"rtx-4090", 1321e12}};
  for (const auto& [name, sparse] : printed) {
    for (const Engine& engine : find_hardware(name).engines) {
      const auto int8 = engine.peaks.find("w8a8");
      if (int8 == engine.peaks.end()) continue;
      EXPECT_LE(2 * int8->second.value, sparse + rounding) << name << " " << engine.name;
    }
  }
}

TEST(HardwareSpec, TheA6000HasTheFiguresOfItsDataSheet) {
  const Hardware& a6000 = find_hardware("RTX A6000");
  EXPECT_EQ(a6000.engine().peaks.at("f16-f32"), OpRate{154.8e12});
  EXPECT_EQ(a6000.bandwidth, Bandwidth{768e9});
}

TEST(HardwareSpec, QuantizedWeightsComputeAtThePeakOfTheirActivations) {
  const Engine& gpu = find_hardware("a6000").engine();
  EXPECT_EQ(gpu.peak(*format_from("w4a16")), OpRate{154.8e12});
  EXPECT_EQ(gpu.peak(*format_from("w4a8")), OpRate{309.7e12});
  EXPECT_EQ(gpu.peak(*format_from("f16")), OpRate{154.8e12});
  EXPECT_EQ(gpu.peak(*format_from("fp8")), std::nullopt);
}

TEST(HardwareSpec, EnginesOfOneDeviceAreNeverAddedUp) {
  const Hardware& orin = find_hardware("agx-orin");
  EXPECT_EQ(orin.engine("gpu").peaks.at("w8a8"), OpRate{85e12});
  EXPECT_EQ(orin.engine("dla").peaks.at("w8a8"), OpRate{52.5e12});
  EXPECT_TRUE(orin.engine("pva").peaks.empty());  // nothing is published
  EXPECT_GT(orin.engine("cpu").peaks.size(), 3u);
  EXPECT_THROW(orin.engine("npu"), InputError);
}

TEST(HardwareSpec, APowerModeHasTheUnitsClocksAndMemoryThatItLeavesOn) {
  const Hardware& mode = find_hardware("Jetson AGX Orin:30W");
  EXPECT_EQ(mode.name, "agx-orin:30w");
  EXPECT_EQ(mode.title, "NVIDIA Jetson AGX Orin 64GB, mode 30W");
  EXPECT_TRUE(mode.is_default_mode);
  EXPECT_EQ(mode.engine("gpu").units, 8);
  EXPECT_EQ(mode.engine("gpu").peaks.at("f16-f32"), OpRate{8 * 2048 * 624.75e6});
  EXPECT_EQ(mode.engine("cpu").peaks.at("f32"), OpRate{8 * 16 * 1728e6});
  EXPECT_EQ(mode.engine("dla").peaks.at("w8a8"), OpRate{2 * 16384 * 1369.6e6});
  EXPECT_EQ(mode.bandwidth, Bandwidth{204.8e9});
  const Hardware& low = find_hardware("agx-orin:15w");
  EXPECT_EQ(low.bandwidth, Bandwidth{256 / 8 * 4266e6});  // the memory's clock is capped too
  EXPECT_EQ(low.engine("gpu").units, 6);
  // As sold, what is printed stands.
  EXPECT_EQ(find_hardware("agx-orin:maxn").engine("gpu").peaks.at("w8a8"), OpRate{85e12});
}

TEST(HardwareSpec, NoPowerModeExceedsItsDevice) {
  int modes = 0;
  for (const Hardware& device : hardware()) {
    for (const Hardware& mode : device.modes) {
      ++modes;
      EXPECT_EQ(mode.name.find(device.name + ":"), 0u);
      EXPECT_LE(mode.bandwidth, device.bandwidth) << mode.name;
      for (const Engine& engine : mode.engines) {
        for (const auto& [format, peak] : engine.peaks) {
          // Printed figures are rounded: the DLA of an 8 GB Orin NX has 10 for 10.066.
          EXPECT_LE(peak.value, 1.007 * device.engine(engine.name).peaks.at(format).value)
              << mode.name << " " << engine.name << " " << format;
        }
      }
      EXPECT_EQ(&find_hardware(mode.name), &mode);
    }
  }
  EXPECT_EQ(modes, 34);
}

std::string refusal(std::string_view name) {
  try {
    find_hardware(name);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(HardwareSpec, AnUnknownModeIsRefusedWithThoseThereAre) {
  EXPECT_EQ(refusal("agx-orin:20w"),
            "no mode '20w' in agx-orin (it has maxn, 15w, 30w, 50w); name one of them or agx-orin "
            "alone");
  EXPECT_EQ(refusal("a6000:30w"),
            "no mode '30w' in a6000 (none of its power modes is described); name one of them or "
            "a6000 alone");
  EXPECT_NE(refusal("agx-oryn:30w").find("did you mean agx-orin?"), std::string::npos);
  EXPECT_EQ(device_and_mode("dir:x/my.json").second, "");
  EXPECT_EQ(device_and_mode("odd:name.json").second, "");
  EXPECT_EQ(device_and_mode("dir/my.json:30w").first, "dir/my.json");
  EXPECT_EQ(device_and_mode("dir/my.json:30w").second, "30w");
}

const std::string own =
    R"({"kind": "hardware", "name": "mine", "title": "Mine", "confidence": "low",
  "sources": ["its data sheet"],
  "memory": {"bus_bits": 256, "bits_per_second_per_pin": 6.4e9, "bytes_per_second": 204.8e9},
  "engines": [{"name": "gpu", "unit": "SM", "units": 16, "clock_hz": 1.3e9,
    "peaks": {"w8a8": {"ops_per_cycle": 4096, "stated": 85e12}}}],
  "modes": [{"name": "low", "title": "LOW", "engines": {"gpu": {"units": 4, "clock_hz": 5e8}}}]})";

std::string own_with(const std::string& part, const std::string& other) {
  std::string text = own;
  const std::size_t at = text.find(part);
  EXPECT_NE(at, std::string::npos) << part;
  return text.replace(at, part.size(), other);
}

std::string reading(const std::string& text) {
  try {
    const Hardware device = std::get<Hardware>(spec_from_json(text, "mine.json"));
    return "read " + device.name;
  } catch (const InputError& error) {
    return error.what();
  }
}

TEST(HardwareSpec, AFileOfOnesOwnIsReadStrictly) {
  EXPECT_EQ(reading(own), "read mine");
  EXPECT_EQ(
      reading(own_with("85e12", "170e12")),
      "mine.json: engines[0].peaks.w8a8.stated: is 2.00 times units x ops_per_cycle x clock_hz "
      "(85.2 Top/s); halve a figure that counts sparsity, or correct the parts");
  EXPECT_EQ(reading(own_with("204.8e9", "409.6e9")),
            "mine.json: memory.bytes_per_second: is 2.00 times bus_bits / 8 x "
            "bits_per_second_per_pin (205 GB/s); correct one of them");
  const std::pair<std::pair<const char*, const char*>, const char*> refused[] = {
      {{"\"units\": 16", "\"units\": 0"}, "engines[0].units: out of range"},
      {{"\"units\": 4", "\"units\": 17"}, "modes[0].engines.gpu.units: out of range"},
      {{"{\"gpu\": {\"units\": 4", "{\"npu\": {\"units\": 4"}, "no such engine"},
      {{"\"low\", \"title\": \"LOW\"", "\"LOW\", \"title\": \"LOW\""}, "no name of a mode"},
      {{"w8a8", "w9a9"}, "unknown format"},
      {{"1.3e9", "1e30"}, "out of range"},
      {{"1.3e9", "-1"}, "out of range"},
      {{"\"bus_bits\": 256", "\"bus_bits\": \"256\""}, "must be a number"},
      {{"\"bus_bits\": 256, ", ""}, "memory.bus_bits: missing or null"},
      {{"\"confidence\": \"low\"", "\"confidence\": \"certain\""}, "write high, medium or low"},
      {{"[\"its data sheet\"]", "[]"}, "say where the figures are from"},
      {{"\"kind\": \"hardware\"", "\"kind\": \"hardwares\""}, "write uarch, gpu or hardware"},
      {{"\"title\": \"Mine\"", "\"titel\": \"Mine\""}, "unknown key"}};
  for (const auto& [change, part] : refused) {
    EXPECT_NE(reading(own_with(change.first, change.second)).find(part), std::string::npos)
        << reading(own_with(change.first, change.second));
  }
}

TEST(HardwareSpec, TwoEnginesOrModesOfOneNameAreRefused) {
  const std::string mode =
      R"({"name": "low", "title": "LOW", "engines": {"gpu": {"units": 4, "clock_hz": 5e8}}})";
  EXPECT_NE(reading(own_with(mode, mode + ", " + mode)).find("modes[1].name: the second of that"),
            std::string::npos);
  EXPECT_NE(reading(own_with("\"engines\": [",
                             "\"engines\": [{\"name\": \"gpu\", \"unit\": "
                             "\"SM\", \"peaks\": {}}, "))
                .find("engines[1].name: the second of that"),
            std::string::npos);
}

}  // namespace
}  // namespace roofmark
