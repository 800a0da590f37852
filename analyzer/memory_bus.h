// The peak bandwidth of a memory from what is printed of it: transfers per second, width, channels.
#pragma once

#include "core/units.h"

namespace roofmark {

/// transfers per second x bits / 8 x channels, in bytes per second (decimal, never GiB/s).
/// DDR4-2666 transfers 2666e6 times a second (its clock is half of that); GDDR and HBM are printed
/// as bits per second and pin, which is the same number.
constexpr Bandwidth bus_bandwidth(double transfers_per_second, double bus_bits,
                                  double channels = 1) {
  return Bandwidth{transfers_per_second * bus_bits / 8 * channels};
}

}  // namespace roofmark
