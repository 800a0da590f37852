// Every figure of analyzer/specs/ follows from units x rate x clock, and has a source.
#include "analyzer/spec.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <set>

#include "analyzer/spec_json.h"
#include "core/error.h"
#include "tests/refusal.h"

namespace roofmark {
namespace {

Cpu amd(int family, int model) {
  Cpu cpu;
  cpu.vendor = "AuthenticAMD";
  cpu.family = family;
  cpu.model_number = model;
  return cpu;
}
Cpu intel(int model, const char* name = "Intel") {
  Cpu cpu;
  cpu.vendor = "GenuineIntel";
  cpu.model = name;
  cpu.family = 6;
  cpu.model_number = model;
  return cpu;
}
Cpu arm(int implementer, int part) {
  Cpu cpu;
  cpu.implementer = implementer;
  cpu.part = part;
  return cpu;
}

std::string uarch_name(const Cpu& cpu) {
  const Uarch* uarch = uarch_of(cpu);
  return uarch ? uarch->name : "unknown";
}

TEST(Spec, TensorCoreRatesHalveWithEachDoublingOfTheOperands) {
  ASSERT_GE(gpu_uarchs().size(), 10u);
  for (const Uarch& gpu : gpu_uarchs()) {
    for (const char* unit : {"mma", "wgmma"}) {
      const auto rate = [&](const char* format) { return gpu.ops(unit, format); };
      const auto ratio = [&](const char* a, const char* b, double expected) {
        if (rate(a) && rate(b)) {
          EXPECT_EQ(*rate(a) / *rate(b), expected) << gpu.name << " " << unit << " " << a;
        }
      };
      const bool geforce = !gpu.gpu.name_contains.empty();
      ratio("bf16-f32", "f16-f32", 1);
      ratio("tf32-f32", "f16-f32", 0.5);
      ratio("fp8-f32", "f16-f32", 2);
      ratio("fp8-f16", "fp8-f32", geforce ? 2 : 1);
      ratio("f16", "f16-f32", geforce ? 2 : 1);
      ratio("w8a8", "f16-f32", geforce ? 4 : 2);
      ratio("w4a4", "w8a8", 2);
    }
    EXPECT_TRUE(gpu.ops("simt", "f32")) << gpu.name;
  }
}

TEST(Spec, GpusAreFoundByTheirCapabilityAndTheMoreSpecificEntryWins) {
  const auto name = [](const char* gpu, const char* capability) {
    const Uarch* found = uarch_of(Gpu{.name = gpu, .compute_capability = capability});
    return found ? found->name : "unknown";
  };
  EXPECT_EQ(name("NVIDIA H200", "9.0"), "sm90");
  EXPECT_EQ(name("NVIDIA A40", "8.6"), "sm86");
  EXPECT_EQ(name("NVIDIA GeForce RTX 3090", "8.6"), "sm86-geforce");
  EXPECT_EQ(name("Orin", "8.7"), "sm87");
  EXPECT_EQ(name("Tesla V100-SXM2-16GB", "7.0"), "sm70");
  EXPECT_EQ(name("Tesla T4", "7.5"), "sm75");
  EXPECT_EQ(name("NVIDIA GeForce RTX 2080 Ti", "7.5"), "sm75-geforce");
  EXPECT_EQ(name("NVIDIA GeForce GTX 1660", "7.5"), "sm75-gtx");  // no tensor cores
  EXPECT_EQ(name("NVIDIA GB10", "12.1"), "unknown");
  EXPECT_EQ(name("", ""), "unknown");
}

TEST(Spec, AKnownModuleDecidesOverTheNameOfItsBoard) {
  Machine machine;
  machine.board = "Somebody's carrier board";
  machine.memory_bytes = std::int64_t{61} << 30;
  machine.jetson = Jetson{.module = "Jetson AGX Orin 64GB"};
  EXPECT_TRUE(find_hardware("agx-orin").describes(machine, "cuda"));
  EXPECT_EQ(hardware_of(machine, "cuda"), &find_hardware("agx-orin"));
  machine.board = "NVIDIA Jetson AGX Orin Developer Kit";
  machine.jetson->module = "Jetson AGX Orin Industrial";
  EXPECT_EQ(hardware_of(machine, "cuda"), &find_hardware("agx-orin-industrial"));
  machine.jetson->module = "Jetson AGX Orin of tomorrow";
  EXPECT_EQ(hardware_of(machine, "cuda"), nullptr);
}

TEST(Spec, AMachinesPowerModePicksItsDataSheet) {
  const Hardware& orin = find_hardware("agx-orin");
  Machine machine;
  EXPECT_EQ(&in_mode_of(orin, machine), &orin);
  machine.jetson = Jetson{};
  const auto in = [&](const char* mode) {
    machine.jetson->power_mode = mode;
    return in_mode_of(orin, machine).name;
  };
  EXPECT_EQ(in("MODE_30W"), "agx-orin:30w");
  EXPECT_EQ(in("MAXN"), "agx-orin:maxn");
  EXPECT_EQ(in("MODE_99W"), "agx-orin");  // somebody's own
  machine.jetson->power_mode = "MODE_7W_AI";
  EXPECT_EQ(in_mode_of(find_hardware("orin-nano-4gb"), machine).name, "orin-nano-4gb:7w-ai");
}

TEST(Spec, HardwareDescribesItsOwnMachinesOnly) {
  Machine machine;
  const Hardware& h200 = find_hardware("h200");
  const Hardware& orin = find_hardware("agx-orin");
  for (const Hardware& one : hardware()) {
    EXPECT_FALSE(one.describes(machine, "cpu")) << one.name;
    EXPECT_FALSE(one.describes(machine, "cuda")) << one.name;
  }
  machine.gpus = {{.name = "NVIDIA H200", .compute_capability = "9.0"}};
  EXPECT_TRUE(h200.describes(machine, "cuda"));
  EXPECT_FALSE(h200.describes(machine, "cpu"));
  EXPECT_FALSE(find_hardware("a6000").describes(machine, "cuda"));
  machine.gpus[0].name = "NVIDIA H200 NVL";  // other clocks
  EXPECT_FALSE(h200.describes(machine, "cuda"));
  machine.gpus[0].name = "Orin";
  machine.board = "NVIDIA Jetson AGX Orin Developer Kit";
  machine.memory_bytes = std::int64_t{61} << 30;
  EXPECT_TRUE(orin.describes(machine, "cpu"));
  EXPECT_TRUE(orin.describes(machine, "cuda"));
  machine.memory_bytes = std::int64_t{30} << 30;
  EXPECT_FALSE(orin.describes(machine, "cpu"));
  machine.board = "NVIDIA Jetson Orin Nano";
  EXPECT_FALSE(orin.describes(machine, "cpu"));
}

TEST(Spec, EveryEntryHasAPublicSourceAndAUniqueName) {
  std::set<std::string> names;
  const auto check = [&](const auto& entry) {
    EXPECT_FALSE(entry.sources.empty()) << entry.name;
    EXPECT_TRUE(names.insert(entry.name).second) << entry.name;
  };
  for (const Uarch& uarch : uarchs()) check(uarch);
  for (const Uarch& gpu : gpu_uarchs()) check(gpu);
  for (const Hardware& device : hardware()) check(device);
}

TEST(Spec, CpusAreFoundByFamilyAndModelOrImplementerAndPart) {
  EXPECT_EQ(uarch_name(amd(26, 2)), "zen5");
  EXPECT_EQ(uarch_name(amd(26, 0x11)), "zen5");
  EXPECT_EQ(uarch_name(amd(26, 0x24)), "zen5-mobile");
  EXPECT_EQ(uarch_name(amd(25, 0x11)), "zen4");
  EXPECT_EQ(uarch_name(amd(25, 0x01)), "zen3");
  EXPECT_EQ(uarch_name(amd(23, 0x31)), "zen2");
  EXPECT_EQ(uarch_name(amd(23, 0x01)), "zen1");
  EXPECT_EQ(uarch_name(intel(63)), "haswell");
  EXPECT_EQ(uarch_name(intel(94)), "skylake");
  EXPECT_EQ(uarch_name(intel(85, "Intel(R) Xeon(R) Platinum 8280 CPU")), "skylake-sp");
  EXPECT_EQ(uarch_name(intel(85, "Intel(R) Xeon(R) Silver 4110 CPU")), "skylake-sp-other");
  EXPECT_EQ(uarch_name(intel(106)), "icelake-sp");
  EXPECT_EQ(uarch_name(intel(143)), "golden-cove-sp");
  EXPECT_EQ(uarch_name(arm(0x41, 0xd42)), "cortex-a78");
  EXPECT_EQ(uarch_name(arm(0x41, 0xd0c)), "neoverse-n1");
  EXPECT_EQ(uarch_name(arm(0x41, 0xd4f)), "neoverse-v2");
}

TEST(Spec, ACpuThatNobodyDescribedIsUnknownAndNotTheNearestOne) {
  EXPECT_EQ(uarch_name(amd(26, 0x50)), "unknown");
  EXPECT_EQ(uarch_name(intel(151)), "unknown");  // Alder Lake: two kinds of core
  EXPECT_EQ(uarch_name(Cpu{}), "unknown");
  EXPECT_EQ(uarch_name(arm(0x41, 0xfff)), "unknown");
}

/// Whether there is a CPU that both fit and neither is the more specific one.
bool clash(const CpuMatch& a, const CpuMatch& b) {
  if (a.vendor.empty() || b.vendor.empty()) {
    return a.vendor == b.vendor && a.implementer == b.implementer && a.part == b.part;
  }
  if (a.vendor != b.vendor || a.family != b.family || a.core != b.core) return false;
  if (a.model_contains.empty() != b.model_contains.empty()) return false;
  for (const auto& [first, last] : a.models) {
    for (const auto& [other_first, other_last] : b.models) {
      if (first <= other_last && other_first <= last) return true;
    }
  }
  return false;
}

/// "a and b" for two entries that describe the same CPU; empty: each CPU has one at most.
std::string clash_among(const std::vector<Uarch>& all) {
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      for (const CpuMatch& a : all[i].matches) {
        for (const CpuMatch& b : all[j].matches) {
          if (clash(a, b)) return all[j].name + " and " + all[i].name;
        }
      }
    }
  }
  return "";
}

TEST(Spec, NoTwoUarchsDescribeTheSameCpu) {
  EXPECT_EQ(clash_among(uarchs()), "");
  for (const Cpu& cpu : {amd(26, 2), intel(85), arm(0x41, 0xd42)}) {  // and it would be seen
    std::vector<Uarch> copied = uarchs();
    copied.push_back(*uarch_of(cpu));
    copied.back().name = "copy";
    EXPECT_EQ(clash_among(copied), uarch_of(cpu)->name + " and copy");
  }
}

TEST(Spec, NoTwoDevicesAreFoundByTheSameName) {
  std::set<std::string> names;
  for (const Hardware& device : hardware()) {
    std::vector<std::string> own = device.aliases;
    own.push_back(device.name);
    for (std::string name : own) {
      std::transform(name.begin(), name.end(), name.begin(),
                     [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      EXPECT_TRUE(names.insert(name).second) << device.name << ": " << name;
    }
  }
}

TEST(Spec, NarrowInstructionsMoveLessThanTheCacheCould) {
  const Uarch& zen2 = *uarch_of(amd(23, 0x31));
  EXPECT_EQ(zen2.bytes("l1", "avx2").read, 64);
  EXPECT_EQ(zen2.bytes("l1", "sse2").read, 32);
  EXPECT_EQ(zen2.bytes("l1", "sse2").write, 16);
  EXPECT_EQ(zen2.bytes("l3", "avx2").read, 32);
  EXPECT_EQ(zen2.bytes("l3", "avx2").write, std::nullopt);
  EXPECT_EQ(zen2.bytes("dram", "avx2").read, std::nullopt);
  EXPECT_EQ(zen2.bytes("l1", "neon2").read, std::nullopt);
}

TEST(Spec, AnUnknownDeviceIsRefusedWithTheNearestName) {
  try {
    find_hardware("a600");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("a6000"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("list hardware"), std::string::npos);
  }
}

TEST(Spec, AFileWithoutAKindIsToldWhichThereAre) {
  for (const char* text : {"{}", R"({"kind": "device"})", R"({"kind": null})"}) {
    EXPECT_NE(refusal([&] { spec_from_json(text, "x.json"); }).find("write uarch, gpu or hardware"),
              std::string::npos)
        << text;
  }
}

TEST(Spec, ASpecWithAnUnknownKeyIsRefused) {
  const char* text = R"({"kind": "uarch", "name": "x", "title": "x", "confidence": "high",
    "note": "", "sources": ["x"], "match": [], "pipes": {}, "rates": {},
    "bytes_per_cycle": {"l1": {"raed": 64}}, "accesses_per_cycle": {}})";
  EXPECT_THROW(spec_from_json(text, "x.json"), InputError);
  for (const char* rates : {R"({"simd": {"f32": 256}})", R"({"mma": {"f33": 256}})"}) {
    const std::string gpu =
        std::string(R"({"kind": "gpu", "name": "x", "title": "x", "confidence": "high", "note": "",
      "sources": ["x"], "match": {"compute_capability": "9.0"}, "bytes_per_cycle": {},
      "ops_per_cycle": )") +
        rates + "}";
    EXPECT_THROW(spec_from_json(gpu, "x.json"), InputError);
  }
}

}  // namespace
}  // namespace roofmark
