// A small run that uses every field, for tests of what reads and writes runs.
#pragma once

#include "core/measurement.h"

namespace roofmark {

inline Model small_model() {
  return {.name = "two-layer",
          .family = "llama",
          .layers = 2,
          .hidden = 64,
          .intermediate = 96,
          .heads = 4,
          .kv_heads = 2,
          .head_dim = 16,
          .vocabulary = 100,
          .tied_embeddings = true,
          .dtype = DType::bf16,
          .source = "made up"};
}

inline Gpu small_gpu() {
  return {.name = "Made Up GPU",
          .compute_capability = "9.0",
          .sms = 132,
          .memory_bytes = std::int64_t{140} << 30,
          .l2_bytes = 50 << 20,
          .shared_per_sm_bytes = 228 << 10,
          .shared_per_block_bytes = 227 << 10,
          .memory_bus_bits = 6144,
          .host_register = true,
          .pageable_access = false,
          .concurrent_managed = true,
          .setting = {.driver = "580.82.07",
                      .cuda_driver = "13.0",
                      .cuda_runtime = "13.0",
                      .mig = "off",
                      .ecc = true,
                      .uncorrected_errors = 0,
                      .clock_max_hz = 1.98e9,
                      .memory_clock_max_hz = 3.201e9,
                      .power_limit_w = 700,
                      .power_limit_default_w = 700,
                      .throttle_reasons = {{"idle"}},
                      .processes = 0,
                      .unknown = {"power: not supported"}}};
}

inline Machine small_machine() {
  Machine machine;
  machine.id = "0123abcd";
  machine.class_ = "test-2c";
  machine.cpu.vendor = "AuthenticAMD";
  machine.cpu.model = "Test \"CPU\" \\ <1>";
  machine.cpu.family = 26;
  machine.cpu.model_number = 2;
  machine.cpu.architecture = "x86_64";
  machine.cpu.packages = 1;
  machine.cpu.cores = machine.cpu.threads = 2;
  machine.cpu.numa_nodes = 1;
  machine.cpu.smt = false;
  machine.cpu.caches = {{1, 48 << 10, 64, 2, 1}, {3, 32 << 20, 64, 1, 2}};
  machine.cpu.isas = {"sse2", "avx2", "avx512"};
  machine.cpu.nodes = {{0, {0, 1}, std::int64_t{24} << 30}, {1, {}, std::int64_t{8} << 30}};
  machine.cpu.kinds = {
      {.name = "cortex-a76", .cpus = {0}, .cores = 1, .implementer = 65, .part = 3339},
      {.name = "e", .cpus = {1}, .cores = 1}};
  machine.cpu.sve_bytes = 32;
  machine.gpus = {small_gpu()};
  machine.jetson = {.module = "Jetson AGX Orin 64GB",
                    .soc = "tegra234",
                    .l4t = "36.4.3",
                    .jetpack = "6.2",
                    .power_mode = "MODE_30W",
                    .gpu_clock_min_hz = 306e6,
                    .gpu_clock_max_hz = 612e6,
                    .emc_max_hz = 3.199e9,
                    .gated_tpcs = 4,
                    .unknown = {"memory clock: only root may read it"}};
  machine.memory_bytes = std::int64_t{24} << 30;
  machine.allowance.cpus = {0, 1};
  machine.allowance.cores = 2;
  machine.allowance.quota_cpus = 0.5;
  machine.allowance.cgroup = "v2";
  machine.allowance.max_threads = 1;
  machine.environment.os = "Debian";
  machine.environment.load_1m = 0.25;
  machine.environment.container = true;
  machine.environment.variables =
      std::map<std::string, std::string>{{"OMP_WAIT_POLICY", "passive"}};
  return machine;
}

inline Measurement small_probe() {
  Measurement row;
  row.id = "read/avx512/f32/cpu/t2/bytes=4096,level=dram,pages=huge";
  row.kernel = "read";
  row.variant = "avx512";
  row.device = "cpu";
  row.role = Role::bandwidth_probe;
  row.threads = 2;
  row.shape = {{"bytes", 4096}};
  row.conditions = {.level = "dram", .pages = "huge"};
  row.work.read = Bytes{4096};
  row.launches = 7;
  row.samples_s = {1.0 / 3, 1e-7, 1.0000000000000002e-12};
  row.flags = {"", "stolen", ""};
  row.clock_hz = {3.7e9, 0, 3.699999999e9};
  row.load_bytes_s = {0, 1.5e9, 1.0 / 3};
  row.interval_met = true;
  row.grade = 'A';
  row.before.load_1m = 0.1;
  row.after.throttle_events = 3;
  row.before.gpu = {.clock_hz = 1.755e9,
                    .memory_clock_hz = 3.201e9,
                    .power_w = 698.5,
                    .temperature_c = 61,
                    .throttle_reasons = {{"power_cap"}},
                    .thermal_violation_s = 0,
                    .power_violation_s = 12.25};
  row.before.over_current = {.oc1 = 0, .oc2 = 3, .oc3 = 27390};
  row.before.rails_w = {{"VDD_GPU_SOC", 12.345}, {"VDD_CPU_CV", 3.25}};
  return row;
}

inline Measurement small_kernel() {
  Measurement row;
  row.id = "gemv/openblas/f32/cpu/t2/n=4096,k=4096,state=cold";
  row.kernel = "gemv";
  row.variant = "openblas";
  row.device = "cpu";
  row.threads = 2;
  row.shape = {{"n", 4096}, {"k", 4096}};
  row.conditions = {.state = "cold"};
  row.work = {.ops = Ops{33554432},
              .read = Bytes{67125248},
              .written = Bytes{16384},
              .weights = Bytes{67108864},
              .exponentials = Ops{4096}};
  row.implementation = "OpenBLAS 0.3.21, core Haswell";
  row.code_hash = "0123456789abcdef";
  row.error = 0.125;
  row.cold = {std::int64_t{1} << 30, 0.875};
  row.launches = 1;
  row.samples_s = {0.002, 0.0021};
  row.flags = {"", ""};
  row.clock_hz = {3.7e9, 3.7e9};
  row.companion = small_probe().id;
  row.pairs = {{0.002, 1e-7}, {0.0021, 1.0000000000000002e-7, "quiet"}};
  row.contended = true;
  return row;
}

inline Run small_run() {
  Run run;
  run.id = "20261122T021000Z-1";
  run.started = "2026-11-22T02:10:00Z";
  run.complete = true;
  run.campaign = "20261122T020000Z-c";
  run.build = {"0.1.0", "1a2b3c4d", "GCC 12.2.0", {{"openblas", "0.3.21"}, {"cuda", "13.0"}}};
  run.machine = small_machine();
  run.policy.threads = {1, 2};
  run.policy.filter = "gemv/.*/t1/";
  run.policy.seed = 0xffffffffffffffffu;
  run.policy.workloads = {{.model = small_model(),
                           .phase = Phase::prefill,
                           .queries = {{0, 128}, {7, 1}},
                           .format = {DType::i4, DType::f16, DType::f32},
                           .kv = DType::fp8,
                           .attention = Attention::eager}};
  run.rows = {small_probe(), small_kernel()};
  Measurement unsupported = small_kernel();
  unsupported.id = "gemv/none/f32/cpu/t2/n=4096,k=4096,state=cold";
  unsupported.variant = "none";
  unsupported.status = Status::unsupported;
  unsupported.reason = "built without OpenBLAS";
  unsupported.samples_s.clear();
  unsupported.flags.clear();
  unsupported.clock_hz.clear();
  unsupported.pairs.clear();
  run.rows.push_back(unsupported);
  return run;
}

}  // namespace roofmark
