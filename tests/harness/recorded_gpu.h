// Recorded GPUs (tests/data/gpus): a machine as discovery would describe it, without a GPU.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "harness/environment.h"
#include "harness/gpu_monitor.h"
#include "harness/machine.h"
#include "harness/nvml.h"
#include "harness/tegra.h"

namespace roofmark {

inline const char* const recorded_gpus[] = {
    "h200",         "h100-mig",         "rtx-4090",         "rtx-4090-throttled",
    "agx-orin-jp5", "agx-orin-jp6-30w", "agx-orin-jp7-15w", "orin-nano",
    "thor"};

class RecordedGpu {
 public:
  explicit RecordedGpu(const std::string& name)
      : folder_(std::filesystem::path(ROOFMARK_TEST_DATA) / "gpus" / name) {
    std::ifstream facts(folder_ / "gpu.txt");
    for (std::string line; std::getline(facts, line);) {
      const std::size_t blank = line.find(' ');
      facts_[line.substr(0, blank)] = line.substr(blank + 1);
    }
    answer_with(folder_ / "nvml.txt");
  }
  ~RecordedGpu() { ::unsetenv("ROOFMARK_FAKE_NVML_FILE"); }
  RecordedGpu(const RecordedGpu&) = delete;
  RecordedGpu& operator=(const RecordedGpu&) = delete;

  /// Lets NVML answer from another file from now on.
  void answer_with(const std::filesystem::path& file) const {
    ::setenv("ROOFMARK_FAKE_NVML_FILE", file.c_str(), 1);
  }
  std::filesystem::path nvml_file() const { return folder_ / "nvml.txt"; }
  std::string pci_bus_id() const { return facts_.at("pci"); }

  Sources sources() const {
    const bool answers = std::filesystem::exists(nvml_file());
    return {folder_ / "root", std::nullopt, answers ? ROOFMARK_FAKE_NVML : "no-such-library.so"};
  }

  Machine machine() const {
    const ProcFiles files(sources().root);
    Gpu gpu{.name = facts_.at("name"),
            .compute_capability = facts_.at("capability"),
            .sms = std::stoi(facts_.at("sms")),
            .memory_bytes = std::stoll(facts_.at("memory_bytes")),
            .l2_bytes = std::stoll(facts_.at("l2_bytes")),
            .integrated = facts_.at("integrated") == "1",
            .memory_bus_bits = std::stoi(facts_.at("bus_bits"))};
    gpu.setting = NvmlDevice(sources().nvml, pci_bus_id()).setting();
    gpu.setting.cuda_driver = facts_.at("cuda_driver");
    gpu.setting.cuda_runtime = "13.0";
    if (!gpu.slice().empty()) gpu.setting.mig = gpu.slice();
    Machine machine;
    machine.gpus = {gpu};
    machine.board = board_name(files);
    machine.jetson = read_jetson(files);
    machine.memory_bytes = meminfo_bytes(files, "MemTotal");
    return machine;
  }

 private:
  std::filesystem::path folder_;
  std::map<std::string, std::string> facts_;
};

}  // namespace roofmark
