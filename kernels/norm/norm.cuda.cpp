// RMSNorm and LayerNorm of a transformer block over [rows, cols] on a GPU.
#include "kernels/norm/norm.cuda.h"

#include "kernels/gpu_task.h"
#include "kernels/norm/norm_model.h"

namespace roofmark {
namespace {

/// Operands: x, then w and, of LayerNorm, b.
template <bool CENTRED>
class GpuNorm {
 public:
  GpuNorm(const Case& what, Device& device) : type_(what.variant->format.activations) {
    all_.rows = what.shape.at("rows");
    all_.cols = what.shape.at("cols");
    all_.eps = norm_eps;
    all_.element = element_of(type_);
    all_.sms = gpu_of(device).sms;
  }

  DType operand_type() const { return type_; }
  std::vector<std::int64_t> operands() const {
    const std::int64_t shared = array_bytes(all_.cols, type_);
    std::vector<std::int64_t> sizes{array_bytes(all_.rows * all_.cols, type_), shared};
    if (CENTRED) sizes.push_back(shared);
    return sizes;
  }
  std::vector<std::int64_t> results() const { return {operands().front()}; }

  void launch(const GpuOperands& x, const GpuResults& y, void* stream) const {
    NormArguments arguments = all_;
    arguments.x = x[0];
    arguments.weight = x[1];
    arguments.bias = CENTRED ? x[2] : nullptr;
    arguments.y = y[0];
    launcher()(arguments, stream);
  }
  static auto launcher() { return CENTRED ? &launch_layer_norm : &launch_norm; }

  double error(const GpuOperands& x, const GpuOperands& y) const {
    return norm_error(x[0], x[1], CENTRED ? x[2] : nullptr, y[0], type_, all_.rows, all_.cols);
  }

 private:
  DType type_;
  NormArguments all_;
};

template <bool CENTRED>
std::unique_ptr<Task> prepare(const Case& what, Device& device) {
  return gpu_task(GpuNorm<CENTRED>(what, device), device);
}

}  // namespace

std::vector<Kernel> norm_cuda_kernels() {
  return {{.name = "norm",
           .summary = "RMSNorm, y = w x / sqrt(mean(x^2) + eps)",
           .work = norm_work,
           .companion = norm_companion,
           .variants = simt_variants(prepare<false>)},
          {.name = "layer_norm",
           .summary = "LayerNorm, y = w (x - mean x) / sqrt(var x + eps) + b",
           .work = layer_norm_work,
           .companion = norm_companion,
           .variants = simt_variants(prepare<true>)}};
}

}  // namespace roofmark
