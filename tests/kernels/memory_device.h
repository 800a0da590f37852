// A device that is plain memory and counts nothing: enough to prepare a task, launch it and check
// it.
#pragma once

#include <cstdlib>
#include <new>
#include <random>
#include <string>

#include "core/device.h"

namespace roofmark {

class MemoryDevice : public Device {
 public:
  /// `available_bytes` is what the machine says it has: a quarter of it is what a task rotates
  /// through.  `vendor` is its processor's.
  explicit MemoryDevice(std::int64_t available_bytes = 256 << 10, const std::string& vendor = "") {
    machine_.environment.memory_available_bytes = available_bytes;
    machine_.cpu.vendor = vendor;
  }

  std::string name() const override { return "cpu"; }
  const Machine& machine() const override { return machine_; }

  Buffer allocate(std::int64_t size_bytes, int, Pages) override {
    void* memory = std::aligned_alloc(4096, (size_bytes + 4095) / 4096 * 4096);
    if (memory == nullptr) throw std::bad_alloc();
    return {std::shared_ptr<void>(memory, std::free), static_cast<std::byte*>(memory), size_bytes};
  }

  Buffer cold_operands(std::int64_t size_bytes, int threads, DType type) override {
    Buffer buffer = allocate(size_bytes, threads, Pages::base);
    operands = buffer;
    if (type != DType::f32) {
      randomize(buffer, type, 1);
      return buffer;
    }
    std::mt19937 random(1);
    for (std::int64_t i = 0; i < size_bytes / 4; ++i) {
      buffer.f32()[i] = static_cast<float>(static_cast<std::int32_t>(random())) * 0x1p-31f;
    }
    return buffer;
  }
  Buffer cold_results(std::int64_t size_bytes, int threads) override {
    results = allocate(size_bytes, threads, Pages::base);
    return results;
  }

  void use_threads(int) override {}
  Reading read() override { return {}; }
  Seconds time(Task& task, std::int64_t launches) override {
    task.repeat({}, launches);
    return {};
  }
  Seconds now() override { return {}; }
  Health health() override { return {}; }

  Buffer operands, results;  ///< what was handed out last

 private:
  Machine machine_;
};

}  // namespace roofmark
