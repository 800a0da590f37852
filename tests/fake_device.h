// A device whose clock and whose core are a script: the whole path from plan to analysis can be
// tested with exact numbers and without waiting.
#pragma once

#include <cstdlib>
#include <deque>
#include <functional>
#include <string>

#include "core/device.h"

namespace roofmark {

class FakeDevice final : public Device {
 public:
  Machine machine_facts;
  double seconds_per_launch = 1e-3;
  /// Where set, decides instead: seconds of one launch of the n-th sample.
  std::function<double(int)> script;
  /// Where set, changes the n-th reading.
  std::function<void(int, Reading&)> disturb;
  double clock_hz = 4e9;
  int samples = 0, readings = 0;
  double clock_s = 0;  ///< the fake's own time
  double stop_allocating_at_bytes = 1e18;

  std::string name() const override { return "cpu"; }
  const Machine& machine() const override { return machine_facts; }

  Buffer allocate(std::int64_t size_bytes, int, Pages) override {
    if (static_cast<double>(size_bytes) > stop_allocating_at_bytes) throw std::bad_alloc();
    void* at =
        std::aligned_alloc(4096, static_cast<std::size_t>((size_bytes + 8191) / 4096 * 4096));
    Buffer buffer{std::shared_ptr<void>(at, std::free), static_cast<std::byte*>(at), size_bytes};
    for (std::int64_t i = 0; i < size_bytes / 4; ++i) {
      // A short sequence with no structure that a kernel could mistake for its own.
      buffer.f32()[i] = static_cast<float>((i * 2654435761U) % 2048) / 1024.0F - 1.0F;
    }
    return buffer;
  }
  Buffer cold_operands(std::int64_t size_bytes, int threads, DType) override {
    return allocate(size_bytes, threads, Pages::huge);
  }
  Buffer cold_results(std::int64_t size_bytes, int threads) override {
    return allocate(size_bytes, threads, Pages::huge);
  }

  void use_threads(int threads) override { threads_ = threads; }

  Reading read() override {
    Reading reading;
    for (int thread = 0; thread < threads_; ++thread) {
      CoreReading core{.clock_hz = clock_hz, .quiet = 1.0};
      core.begin = core.end = {.wall_s = clock_s, .cpu_s = clock_s, .cpu = thread};
      reading.cores.push_back(core);
    }
    if (disturb) disturb(readings, reading);
    ++readings;
    return reading;
  }

  Seconds time(Task& task, std::int64_t launches) override {
    task.launch({});
    const double seconds =
        (script ? script(samples) : seconds_per_launch) * static_cast<double>(launches);
    ++samples;
    clock_s += seconds;
    return Seconds{seconds};
  }
  Seconds now() override { return Seconds{clock_s}; }
  Health health() override { return {}; }

 private:
  int threads_ = 1;
};

}  // namespace roofmark
