// A GPU whose downloads come back with one bit flipped: what a task's error() must notice.
#pragma once

#include <cstddef>

#include "core/device.h"

namespace roofmark {

class FlippingDevice final : public Device {
 public:
  /// `inner` outlives this.  Flips bit 30 of the word at `share` (0 to 1) of every download.
  FlippingDevice(Device& inner, double share) : inner_(inner), share_(share) {}

  std::string name() const override { return inner_.name(); }
  const Machine& machine() const override { return inner_.machine(); }
  Buffer allocate(std::int64_t size_bytes, int threads, Pages pages) override {
    return inner_.allocate(size_bytes, threads, pages);
  }
  Buffer allocate_in(Residence residence, std::int64_t size_bytes) override {
    return inner_.allocate_in(residence, size_bytes);
  }
  Buffer cold_operands(std::int64_t size_bytes, int threads, DType type) override {
    return inner_.cold_operands(size_bytes, threads, type);
  }
  Buffer cold_results(std::int64_t size_bytes, int threads) override {
    return inner_.cold_results(size_bytes, threads);
  }
  void randomize(const Buffer& buffer, DType type, std::uint64_t seed) override {
    inner_.randomize(buffer, type, seed);
  }
  void fill_bytes(const Buffer& buffer, std::uint8_t byte) override {
    inner_.fill_bytes(buffer, byte);
  }
  void upload(std::byte* to, const void* from, std::int64_t size_bytes) override {
    inner_.upload(to, from, size_bytes);
  }
  void download(void* to, const std::byte* from, std::int64_t size_bytes) override {
    inner_.download(to, from, size_bytes);
    const std::int64_t words = size_bytes / 4;
    const auto at = static_cast<std::int64_t>(share_ * static_cast<double>(words - 1));
    static_cast<std::byte*>(to)[4 * at + 3] ^= std::byte{0x40};
  }
  void synchronize() override { inner_.synchronize(); }
  Queue queue() override { return inner_.queue(); }
  void use_threads(int threads) override { inner_.use_threads(threads); }
  Reading read() override { return inner_.read(); }
  Seconds time(Task& task, std::int64_t launches) override { return inner_.time(task, launches); }
  Seconds now() override { return inner_.now(); }
  Health health() override { return inner_.health(); }

 private:
  Device& inner_;
  double share_;
};

}  // namespace roofmark
