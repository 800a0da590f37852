// The times that the first block of a compute probe notes, as the host reads them.
#pragma once

#include <array>

#include "core/device.h"

namespace roofmark {

class GpuTimes {
 public:
  explicit GpuTimes(Device& device)
      : device_(device), noted_(device.allocate(sizeof(Noted), 1, Pages::base)) {
    device.fill_bytes(noted_, 0);
  }

  long long* data() const { return reinterpret_cast<long long*>(noted_.data); }

  /// Cycles per second between start and end of the last launch; 0 where there was none.
  double clock_hz() const {
    Noted noted{};
    device_.download(noted.data(), noted_.data, sizeof noted);
    const auto [start_cycles, start_ns, end_cycles, end_ns] = noted;
    if (end_ns <= start_ns) return 0;
    return 1e9 * static_cast<double>(end_cycles - start_cycles) /
           static_cast<double>(end_ns - start_ns);
  }

 private:
  using Noted = std::array<long long, 4>;  // cycles, nanoseconds at the start; at the end

  Device& device_;
  Buffer noted_;
};

}  // namespace roofmark
