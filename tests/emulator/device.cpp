#include "tests/emulator/device.h"

#include <cstdlib>
#include <new>

namespace roofmark::emulator {
namespace {

class EmulatedGpu final : public Device {
 public:
  EmulatedGpu() {
    machine_.gpus.push_back({.name = "emulated GPU",
                             .compute_capability = "9.0",
                             .sms = 4,
                             .memory_bytes = std::int64_t{1} << 30,
                             .l2_bytes = 64 << 10});
  }

  std::string name() const override { return "cuda"; }
  const Machine& machine() const override { return machine_; }

  Buffer allocate(std::int64_t size_bytes, int, Pages) override {
    // Exactly as long as asked for, so that AddressSanitizer sees the first byte beyond.
    void* memory = nullptr;
    if (posix_memalign(&memory, 256, static_cast<std::size_t>(size_bytes)) != 0)
      throw std::bad_alloc();
    return {std::shared_ptr<void>(memory, std::free), static_cast<std::byte*>(memory), size_bytes};
  }
  Buffer cold_operands(std::int64_t size_bytes, int threads, DType type) override {
    Buffer buffer = allocate((size_bytes + 3) / 4 * 4, threads, Pages::base);
    randomize(buffer, type, ++seed_);
    return buffer;
  }
  Buffer cold_results(std::int64_t size_bytes, int threads) override {
    return allocate(size_bytes, threads, Pages::base);
  }
  void use_threads(int) override {}
  Reading read() override { return {}; }
  Seconds time(Task& task, std::int64_t launches) override {
    for (std::int64_t i = 0; i < launches; ++i) task.launch({});
    return {};
  }
  Seconds now() override { return {}; }
  Health health() override { return {}; }

 private:
  Machine machine_;
  std::uint64_t seed_ = 0;
};

}  // namespace

std::unique_ptr<Device> make_device() { return std::make_unique<EmulatedGpu>(); }

}  // namespace roofmark::emulator
