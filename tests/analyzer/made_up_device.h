// Rooflines of round numbers, on which figures can be computed in the head.
#pragma once

#include "analyzer/roofline.h"

namespace roofmark {

constexpr Format half{DType::f16, DType::f16, DType::f32};

/// 100 Top/s in 16 bits and 200 in 8, 1 TB/s, 20 GB: ridge points of 100 and 200 op/B.
inline Roofline made_up_device() {
  return {.name = "device",
          .engine = {.peaks = {{"f16-f32", OpRate{100e12}}, {"w8a8", OpRate{200e12}}}},
          .bandwidth = Bandwidth{1e12},
          .memory = Bytes{20e9}};
}

/// Peaks in 16 and, where it is not 0, in 8 bits, and a bandwidth.
inline Roofline roofline_with(double f16, double int8, double bandwidth) {
  Roofline roofline{.name = "made up", .bandwidth = Bandwidth{bandwidth}};
  roofline.engine.peaks["f16-f32"] = OpRate{f16};
  if (int8 > 0) roofline.engine.peaks["w8a8"] = OpRate{int8};
  return roofline;
}

}  // namespace roofmark
