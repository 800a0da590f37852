// Rows of a GPU made of numbers that divide exactly.
#pragma once

#include "core/case.h"
#include "tests/analyzer/run_builder.h"

namespace roofmark {

inline Measurement on_gpu(Measurement row) {
  row.device = "cuda";
  row.threads = 1;
  row.id = case_id(row.kernel, row.variant, row.format, row.device, row.threads, row.shape,
                   row.conditions);
  return row;
}

/// A compute probe at `ops_per_cycle` on each of `sms` multiprocessors.
inline Measurement gpu_compute_row(const std::string& variant, const Format& format, int sms,
                                   double ops_per_cycle) {
  Measurement row = timed("fma", variant, Role::compute_probe, 1,
                          {.ops = Ops{ops_per_cycle * sms * test_clock_hz}}, 1);
  row.format = format;
  return on_gpu(row);
}

/// A bandwidth probe that reads and writes so many bytes in a second.
inline Measurement gpu_stream_row(const std::string& kernel, const std::string& level, double read,
                                  double written = 0) {
  Measurement row = stream_row(kernel, level, 1, read, written);
  row.variant = "simt";
  return on_gpu(row);
}

/// A kernel with pairs against `companion`, which takes one second.
inline Measurement gpu_kernel_row(const std::string& kernel, Work work, double seconds,
                                  const Measurement& companion) {
  Measurement row = kernel_row(kernel, work, seconds, companion);
  row.variant = "simt";
  return on_gpu(row);
}

/// Shape and format of a tensor-core product.
inline Format accumulating(DType operands, DType accumulate) {
  return {operands, operands, accumulate};
}

}  // namespace roofmark
