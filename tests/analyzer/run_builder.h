// Runs made of numbers that divide exactly, so that what is derived from them can be compared
// exactly.
#pragma once

#include "core/case.h"
#include "core/measurement.h"

namespace roofmark {

constexpr double test_clock_hz = 0x1p32;  // powers of two: every rate below is exact

/// Two Zen 5 cores: AVX-512 does 64 f32 operations, L1 reads 128 and writes 64 bytes per cycle.
inline Run zen5_run() {
  Run run;
  run.machine.class_ = "test";
  run.machine.cpu.vendor = "AuthenticAMD";
  run.machine.cpu.model = "Test CPU";
  run.machine.cpu.family = 26;
  run.machine.cpu.model_number = 2;
  run.machine.cpu.architecture = "x86_64";
  run.machine.cpu.cores = run.machine.cpu.threads = 2;
  return run;
}

inline Measurement timed(const std::string& kernel, const std::string& variant, Role role,
                         int threads, Work work, double seconds, int samples = 10) {
  Measurement row;
  row.kernel = kernel;
  row.variant = variant;
  row.role = role;
  row.device = "cpu";
  row.threads = threads;
  row.work = work;
  row.samples_s.assign(static_cast<std::size_t>(samples), seconds);
  row.flags.assign(static_cast<std::size_t>(samples), "");
  row.clock_hz.assign(static_cast<std::size_t>(samples), test_clock_hz);
  row.interval_met = true;
  row.grade = 'A';
  row.id = kernel + "/" + variant + "/f32/cpu/t" + std::to_string(threads);
  return row;
}

/// A compute probe at `ops_per_cycle` on each of its threads.
inline Measurement fma_row(const std::string& isa, int threads, double ops_per_cycle,
                           DType type = DType::f32) {
  const double ops = ops_per_cycle * test_clock_hz * threads;
  Measurement row = timed("fma", isa, Role::compute_probe, threads, {.ops = Ops{ops}}, 1);
  row.format = {type, type, type};
  row.id = "fma/" + isa + "/" + row.format.name() + "/cpu/t" + std::to_string(threads);
  return row;
}

/// A bandwidth probe that reads and writes so many bytes in a second.
inline Measurement stream_row(const std::string& kernel, const std::string& level, int threads,
                              double read, double written = 0) {
  Measurement row = timed(kernel, "avx512", Role::bandwidth_probe, threads,
                          {.read = Bytes{read}, .written = Bytes{written}}, 1);
  row.conditions.level = level;
  row.id += "/level=" + level;
  return row;
}

/// A kernel with pairs against `companion`, which takes one second.
inline Measurement kernel_row(const std::string& kernel, Work work, double seconds,
                              const Measurement& companion) {
  Measurement row = timed(kernel, "avx512", Role::kernel, companion.threads, work, seconds);
  row.companion = companion.id;
  row.pairs.assign(10, {seconds, 1});
  return row;
}

/// A GEMV's mix: half an operation per byte.
inline Work reading(double bytes) { return {.ops = Ops{bytes / 2}, .read = Bytes{bytes}}; }

}  // namespace roofmark
