// A made-up run and its analysis, as a two-core machine could give them: for tests of reports.
#pragma once

#include <cmath>
#include <string>
#include <utility>

#include "analyzer/analysis.h"

namespace roofmark::made_up {

/// Ids follow core/case.cpp.
inline std::string probe_id(const std::string& kernel, const std::string& variant,
                            const std::string& format, int threads, const std::string& rest) {
  return kernel + "/" + variant + "/" + format + "/cpu/t" + std::to_string(threads) + "/" + rest;
}

inline void add_compute(Analysis& analysis, int threads) {
  const struct {
    const char* isa;
    double f32_per_cycle;
  } isas[] = {{"sse2", 8}, {"avx2", 32}, {"avx512", 64}};
  for (const auto& isa : isas) {
    for (const std::string format : {"f32", "f64"}) {
      const double bound = isa.f32_per_cycle * (format == "f32" ? 1 : 0.5) * 3.6e9 * threads;
      Ceiling ceiling{.id = probe_id("fma", isa.isa, format, threads, "passes=4096"),
                      .device = "cpu",
                      .kind = "compute",
                      .format = format,
                      .variant = isa.isa,
                      .kernel = "fma",
                      .threads = threads,
                      .value = 0.998 * bound,
                      .low = 0.996 * bound,
                      .high = 0.999 * bound,
                      .theoretical = bound,
                      .share = 0.998,
                      .grade = 'A'};
      analysis.ceilings.push_back(ceiling);
    }
  }
}

inline void add_bandwidth(Analysis& analysis, int threads) {
  const struct {
    const char* name;
    double bytes_per_second, bound;
  } levels[] = {{"l1", 455e9, 461e9}, {"l2", 198e9, 230e9}, {"l3", 93e9, 0}, {"dram", 31e9, 0}};
  const struct {
    const char* name;
    double factor;
    bool stores;
  } mixes[] = {
      {"read", 1, false}, {"write", 0.5, true}, {"copy", 0.62, true}, {"triad", 0.7, true}};
  for (const auto& level : levels) {
    for (const auto& mix : mixes) {
      for (const std::string stores : {"ordinary", "nt"}) {
        const bool dram = std::string(level.name) == "dram";
        if (stores == "nt" && !(mix.stores && dram)) continue;
        const double scale = dram ? (threads == 1 ? 1 : 1.4) : threads;
        const double value =
            level.bytes_per_second * scale * mix.factor * (stores == "nt" ? 1.3 : 1);
        Ceiling ceiling{.id = probe_id(mix.name, "avx512", "f32", threads,
                                       std::string("bytes=16384,level=") + level.name +
                                           (mix.stores ? ",stores=" + stores : "") + ",pages=4k"),
                        .device = "cpu",
                        .kind = "bandwidth",
                        .level = level.name,
                        .variant = "avx512",
                        .kernel = mix.name,
                        .threads = threads,
                        .value = value,
                        .low = 0.97 * value,
                        .high = 1.01 * value,
                        .grade = dram ? 'B' : 'A'};
        if (level.bound > 0) {
          ceiling.theoretical = level.bound * threads * (mix.factor == 1 ? 1 : 0.75);
          ceiling.share = value / *ceiling.theoretical;
        } else {
          ceiling.reason =
              "theoretical unknown (the host's memory channels are not visible in a guest)";
        }
        if (std::string(level.name) == "l3") ceiling.grade = 'C';
        analysis.ceilings.push_back(ceiling);
      }
    }
  }
}

struct Row {
  const char *op, *phase, *kernel, *variant, *shape;
  double ops, bytes, share;
  const char* bound;
};

inline constexpr Row rows[] = {
    {"q_proj", "prefill", "gemm", "openblas", "m=128,n=4096,k=4096", 4.3e9, 71e6, 0.81, "compute"},
    {"k_proj", "prefill", "gemm", "openblas", "m=128,n=1024,k=4096", 1.07e9, 19.4e6, 0.76,
     "compute"},
    {"gate_proj", "prefill", "gemm", "openblas", "m=128,n=14336,k=4096", 15e9, 244e6, 0.84,
     "compute"},
    {"down_proj", "prefill", "gemm", "openblas", "m=128,n=4096,k=14336", 15e9, 244e6, 0.83,
     "compute"},
    {"attn_norm", "prefill", "norm", "avx512", "rows=128,cols=4096", 2.1e6, 4.2e6, 0.88, "memory"},
    {"attn_norm", "prefill", "norm", "avx2", "rows=128,cols=4096", 2.1e6, 4.2e6, 0.85, "memory"},
    {"softmax", "prefill", "softmax", "avx512", "rows=4096,cols=128", 2.6e6, 4.2e6, 0.71, "memory"},
    {"attn_add", "prefill", "add", "avx512", "rows=128,cols=4096", 0.52e6, 6.3e6, 0.93, "memory"},
    {"attn_add", "prefill", "add", "sse2", "rows=128,cols=4096", 0.52e6, 6.3e6, 0.90, "memory"},
    {"q_proj", "decode", "gemv", "avx512", "n=4096,k=4096", 33.5e6, 67.1e6, 0.96, "memory"},
    {"q_proj", "decode", "gemv", "openblas", "n=4096,k=4096", 33.5e6, 67.1e6, 0.89, "memory"},
    {"k_proj", "decode", "gemv", "avx512", "n=1024,k=4096", 8.4e6, 16.8e6, 0.93, "memory"},
    {"gate_proj", "decode", "gemv", "avx512", "n=14336,k=4096", 117e6, 235e6, 0.97, "memory"},
    {"gate_proj", "decode", "gemv", "openblas", "n=14336,k=4096", 117e6, 235e6, 0.9, "memory"},
    {"down_proj", "decode", "gemv", "avx512", "n=4096,k=14336", 117e6, 235e6, 0.95, "memory"},
    {"lm_head", "decode", "gemv", "avx512", "n=128256,k=4096", 1.05e9, 2.1e9, 0.97, "memory"},
    {"attn_norm", "decode", "norm", "avx512", "rows=1,cols=4096", 16384, 49152, 0.07, "launch"},
    {"attn_add", "decode", "add", "avx512", "rows=1,cols=4096", 4096, 49152, 0.06, "launch"},
    {"softmax", "decode", "softmax", "avx512", "rows=32,cols=128", 20480, 32768, 0.05, "launch"},
};

inline void add_points(Analysis& analysis, int threads) {
  const double peak = 64 * 3.6e9 * threads * 0.998, memory = 31e9 * (threads == 1 ? 1 : 1.4);
  for (const Row& row : rows) {
    const double intensity = row.ops / row.bytes;
    const double roof = std::fmin(peak, intensity * memory);
    const double seconds = row.ops / (roof * row.share);
    const bool launch = std::string(row.bound) == "launch";
    const bool rough = std::string(row.variant) == "sse2";
    Point point{.id = probe_id(row.kernel, row.variant, "f32", threads,
                               std::string(row.shape) + ",state=cold"),
                .op = row.op,
                .phase = row.phase,
                .intensity = intensity,
                .achieved = row.ops / seconds,
                .attainable_measured = roof,
                .attainable_theoretical = std::nullopt,
                .share_measured = row.share,
                .bound = row.bound,
                .ceiling = std::string(row.bound) == "compute"
                               ? probe_id("fma", "avx512", "f32", threads, "passes=4096")
                               : probe_id("read", "avx512", "f32", threads,
                                          "bytes=16384,level=dram,pages=4k"),
                .seconds = seconds,
                .low = seconds * (rough ? 0.8 : 0.985),
                .high = seconds * (rough ? 1.3 : 1.02),
                .share_spread = 0.03,
                .grade = rough    ? 'C'
                         : launch ? 'B'
                                  : 'A'};
    if (std::string(row.bound) == "compute") {
      point.attainable_theoretical = 64 * 3.6e9 * threads;
      point.share_theoretical = *point.achieved / *point.attainable_theoretical;
    }
    if (launch) point.overhead_share = 0.7;
    if (rough) point.reason = "interval wider than the target (11 % for 3 %)";
    analysis.points.push_back(point);
  }
}

inline Run run() {
  Run run;
  run.id = "b41e7c02";
  run.started = "2026-11-22T02:10:00Z";
  run.complete = true;
  run.build = {"0.1.0", "1a2b3c4d5e6f", "GNU 12.2.0", {{"openblas", "0.3.21"}}};
  run.machine.id = "7f3a90c1";
  run.machine.class_ = "amd-epyc-zen5-2c-24g";
  run.machine.cpu = {
      .vendor = "AuthenticAMD",
      .model = "AMD EPYC 9V45 96-Core Processor",
      .family = 26,
      .architecture = "x86_64",
      .packages = 1,
      .cores = 2,
      .threads = 2,
      .numa_nodes = 1,
      .caches = {{1, 48 << 10, 64, 2, 1}, {2, 1 << 20, 64, 2, 1}, {3, 32 << 20, 64, 1, 2}},
      .isas = {"sse2", "avx2", "avx512"}};
  run.machine.memory_bytes = std::int64_t{24} << 30;
  run.machine.allowance = {.cpus = {0, 1}, .cgroup = "v2", .max_threads = 2};
  run.machine.environment.kernel = "6.1.0";
  run.machine.environment.os = "Debian GNU/Linux 12";
  run.machine.environment.hypervisor = "kvm";
  run.machine.environment.load_1m = 0.42;
  run.policy.threads = {1, 2};
  return run;
}

/// A row above its bound and rows that could not run.
inline void add_odd_rows(Analysis& result) {
  result.ceilings.push_back(
      {.id = probe_id("read", "sse2", "f32", 2, "bytes=16384,level=l1,pages=4k"),
       .device = "cpu",
       .kind = "bandwidth",
       .level = "l1",
       .variant = "sse2",
       .kernel = "read",
       .threads = 2,
       .value = 1.4e12,
       .low = 1.3e12,
       .high = 1.5e12,
       .theoretical = 461e9,
       .share = 3.04,
       .grade = 'X',
       .reason = "above its theoretical bound by a factor of 3.04"});
  result.ceilings.push_back({.id = probe_id("fma", "neon", "f32", 1, "passes=4096"),
                             .device = "cpu",
                             .kind = "compute",
                             .format = "f32",
                             .variant = "neon",
                             .kernel = "fma",
                             .grade = 'C',
                             .reason = "unsupported: this CPU lacks neon"});
  for (const char* op : {"rope", "attention"}) {
    result.points.push_back({.id = probe_id(op, "none", "f32", 2, "tokens=1"),
                             .op = op,
                             .phase = "decode",
                             .grade = 'C',
                             .reason = "no variant for this device in this build"});
  }
}

inline std::string gpu_id(const std::string& kernel, const std::string& variant,
                          const std::string& format, const std::string& rest) {
  return kernel + "/" + variant + "/" + format + "/cuda/t1/" + rest;
}

inline void add_gpu_flats(Analysis& analysis) {
  const struct {
    const char *variant, *format;
    double bound, share;
  } flats[] = {{"simt", "f32", 66.9e12, 0.98},
               {"mma", "bf16-f32", 989e12, 0.63},
               {"wgmma", "bf16-f32", 989e12, 0.93},
               {"wgmma", "fp8-f32", 1979e12, 0.9}};
  for (const auto& flat : flats) {
    const double value = flat.bound * flat.share;
    analysis.ceilings.push_back({.id = gpu_id("fma", flat.variant, flat.format, "passes=1"),
                                 .device = "cuda",
                                 .kind = "compute",
                                 .format = flat.format,
                                 .variant = flat.variant,
                                 .kernel = "fma",
                                 .value = value,
                                 .low = 0.999 * value,
                                 .high = 1.001 * value,
                                 .clock_hz = 1.755e9,
                                 .theoretical = flat.bound,
                                 .share = flat.share,
                                 .grade = 'A'});
  }
}

inline void add_gpu_slopes(Analysis& analysis) {
  const struct {
    const char *kernel, *level;
    double value;
  } slopes[] = {{"read", "shared", 30e12}, {"read", "l1", 29e12},    {"read", "l2", 7e12},
                {"read", "dram", 4.5e12},  {"copy", "dram", 4.3e12}, {"h2d", "link", 55e9}};
  for (const auto& slope : slopes) {
    analysis.ceilings.push_back(
        {.id = gpu_id(slope.kernel, "simt", "f32", std::string("bytes=4096,level=") + slope.level),
         .device = "cuda",
         .kind = "bandwidth",
         .level = slope.level,
         .variant = "simt",
         .kernel = slope.kernel,
         .value = slope.value,
         .low = 0.99 * slope.value,
         .high = 1.01 * slope.value,
         .grade = 'B'});
  }
}

/// One of two was also launched on its own.
inline void add_gpu_points(Analysis& analysis) {
  const double memory = 4.5e12, bytes = 117e6, launched_s = bytes / 2.6e12;
  for (const double share : {0.91, 0.62}) {
    const bool launched = share > 0.9;
    Point point{.id = gpu_id("gemv", launched ? "simt" : "cublaslt", "bf16-f32",
                             "n=4096,k=14336,state=cold"),
                .op = "down_proj",
                .phase = "decode",
                .intensity = 1,
                .achieved = share * memory,
                .attainable_measured = memory,
                .share_measured = share,
                .bound = "memory",
                .ceiling = gpu_id("read", "simt", "f32", "bytes=4096,level=dram"),
                .seconds = bytes / (share * memory),
                .grade = 'A'};
    if (launched) {
      point.seconds_launched = launched_s;
      point.share_launched = 2.6 / 4.5;
    }
    analysis.points.push_back(point);
  }
}

/// The same run with a GPU beside the CPU: ceilings of three formats and four levels, a link, two
/// overheads, and points.
inline Analysis with_gpu(Analysis result) {
  add_gpu_flats(result);
  add_gpu_slopes(result);
  for (const char* variant : {"graph", "stream"}) {
    result.ceilings.push_back({.id = gpu_id("launch", variant, "none", "launches=1"),
                               .device = "cuda",
                               .kind = "overhead",
                               .variant = variant,
                               .kernel = "launch",
                               .value = 2e-6,
                               .grade = 'A'});
  }
  add_gpu_points(result);
  return result;
}

/// 52 ceilings with a value, two refused or missing, 40 points.
inline Analysis analysis() {
  Analysis result;
  result.title = "AMD EPYC 9V45 (Zen 5), 2 cores of a virtual machine";
  for (const int threads : {1, 2}) {
    add_compute(result, threads);
    add_bandwidth(result, threads);
    result.ceilings.push_back({.id = probe_id("fork_join", "openmp", "f32", threads, "repeats=64"),
                               .device = "cpu",
                               .kind = "overhead",
                               .variant = "openmp",
                               .kernel = "fork_join",
                               .threads = threads,
                               .value = 0.9e-6 * threads,
                               .low = 0.88e-6 * threads,
                               .high = 0.95e-6 * threads,
                               .grade = 'A'});
    add_points(result, threads);
  }
  add_odd_rows(result);
  result.warnings.push_back(
      {"f64 is not half of f32 for fma sse2 on 2 threads (0.53; expected 0.5): "
       "fma/sse2/f64/cpu/t2/passes=4096 and fma/sse2/f32/cpu/t2/passes=4096"});
  return result;
}

}  // namespace roofmark::made_up
