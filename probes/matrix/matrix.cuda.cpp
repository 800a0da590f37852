// Peak rate of dense products on a GPU's tensor cores, by instruction and number format.
#include <iterator>

#include "probes/f64_rate.h"
#include "probes/matrix/matrix_layouts.h"
#include "probes/matrix/matrix_task.h"

namespace roofmark {
namespace {

using D = DType;
constexpr Format f16_f32{D::f16, D::f16, D::f32}, f16{D::f16, D::f16, D::f16},
    bf16_f32{D::bf16, D::bf16, D::f32}, tf32_f32{D::tf32, D::tf32, D::f32},
    fp8_f32{D::fp8, D::fp8, D::f32}, f64{D::f64, D::f64, D::f64}, w8a8{D::i8, D::i8, D::i32},
    w4a4{D::i4, D::i4, D::i32};

constexpr const MatrixLayout *fragments = &fragment_layout, *warpgroups = &warpgroup_layout;

// A turn of mma.sync takes an H200 1500 to 2000 cycles and one of wgmma 3840; an Orin about 2000.
// The last variant of a format that can run bounds kernels in it: wgmma after mma.
constexpr MatrixProbe probes[] = {
    {"mma", "8.0", f16_f32, launch_mma_f16_f32, fragments, 16, 8, 16, 64, 4, 2, 4, 1000},
    {"mma", "8.0", f16, launch_mma_f16, fragments, 16, 8, 16, 64, 4, 2, 2, 1000},
    {"mma", "8.0", bf16_f32, launch_mma_bf16_f32, fragments, 16, 8, 16, 64, 4, 2, 4, 1000},
    {"mma", "8.0", tf32_f32, launch_mma_tf32_f32, fragments, 16, 8, 8, 64, 4, 2, 4, 1000},
    {"mma", "8.9", fp8_f32, launch_mma_fp8_f32, fragments, 16, 8, 32, 64, 4, 2, 4, 1000},
    {"mma", "8.0", w8a8, launch_mma_w8a8, fragments, 16, 8, 32, 64, 4, 2, 4, 1000},
    {"mma", "8.0", w4a4, launch_mma_w4a4, fragments, 16, 8, 64, 64, 4, 2, 4, 1000},
    {"mma", "8.0", f64, launch_mma_f64, fragments, 8, 8, 4, 64, 1, 1, 2, 1000},
    {"mma-m16n8k16", "9.0a", f64, launch_mma_f64_m16n8k16, fragments, 16, 8, 16, 32, 8, 4, 4, 250},
    {"wgmma", "9.0a", f16_f32, launch_wgmma_f16_f32, warpgroups, 64, 256, 16, 2, 0, 0, 128, 500},
    {"wgmma", "9.0a", f16, launch_wgmma_f16, warpgroups, 64, 256, 16, 2, 0, 0, 64, 500},
    {"wgmma", "9.0a", bf16_f32, launch_wgmma_bf16_f32, warpgroups, 64, 256, 16, 2, 0, 0, 128, 500},
    {"wgmma", "9.0a", tf32_f32, launch_wgmma_tf32_f32, warpgroups, 64, 256, 8, 2, 0, 0, 128, 500},
    {"wgmma", "9.0a", fp8_f32, launch_wgmma_fp8_f32, warpgroups, 64, 256, 32, 2, 0, 0, 128, 500},
    {"wgmma", "9.0a", w8a8, launch_wgmma_w8a8, warpgroups, 64, 256, 32, 2, 0, 0, 128, 500},
};

const MatrixProbe& probe_of(const Variant& variant) {
  return *std::find_if(std::begin(probes), std::end(probes), [&](const MatrixProbe& probe) {
    return probe.variant == variant.name && probe.format == variant.format;
  });
}

/// Why mma.sync in that format would measure something else on this part: ptxas 13.0 makes other
/// instructions of it.
std::string obstacle(const MatrixProbe& probe, const std::string& capability) {
  if (probe.layout != fragments) return {};
  if (probe.format == w4a4 && capability[0] != '8') {
    return "only GPUs of compute capability 8.x multiply 4-bit integers; this one emulates them";
  }
  if (probe.format == fp8_f32 && capability != "8.9" && capability.rfind("12.", 0) != 0) {
    return "mma.sync in fp8 is done in f16 on compute capability " + capability;
  }
  const bool has_tcgen05 = capability.rfind("10.", 0) == 0 || capability.rfind("11.", 0) == 0;
  if (has_tcgen05 && probe.format != f64) {
    return "mma.sync is far below what this part's own instructions (tcgen05) reach, which no "
           "probe "
           "uses yet; a roof drawn from it would be too low";
  }
  return {};
}

std::vector<Site> sites(const Machine& machine, const Variant& variant, int) {
  const MatrixProbe& probe = probe_of(variant);
  const bool slow = probe.format == f64 && !has_full_rate_f64(machine);
  const int turns = slow ? probe.turns / slow_f64_turns : probe.turns;
  const std::int64_t blocks = std::max(1, machine.gpus.front().sms);
  Site site{.shape = {{"ops", blocks * probe.ops_of_a_turn() * turns}, {"passes", turns}}};
  site.reason = obstacle(probe, machine.gpus.front().compute_capability);
  return {site};
}

Work work(const Shape& shape, const Format&) {
  return {.ops = Ops{static_cast<double>(shape.at("ops"))}};
}

std::unique_ptr<Task> prepare(const Case& what, Device& device) {
  return std::make_unique<MatrixTask>(what, device, probe_of(*what.variant));
}

}  // namespace

std::vector<Kernel> matrix_cuda_kernels() {
  Kernel kernel{.name = "matrix",
                .summary = "peak rate of dense products on tensor cores, per number format",
                .role = Role::compute_probe,
                .work = work};
  for (const MatrixProbe& probe : probes) {
    kernel.variants.push_back(
        {probe.variant, "cuda", probe.needs, probe.format, prepare, {}, sites});
  }
  return {kernel};
}

}  // namespace roofmark
