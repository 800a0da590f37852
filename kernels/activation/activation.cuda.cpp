// Gated activation of an MLP over [rows, cols] on a GPU.
#include "kernels/activation/activation.cuda.h"

#include "kernels/activation/activation_model.h"
#include "kernels/gpu_task.h"

namespace roofmark {
namespace {

/// Operands: gate, then up.
class GpuActivation {
 public:
  GpuActivation(const Case& what, Device& device) : type_(what.variant->format.activations) {
    all_.count = elements(what.shape);
    all_.element = element_of(type_);
    all_.sms = gpu_of(device).sms;
  }

  DType operand_type() const { return type_; }
  std::vector<std::int64_t> operands() const { return {bytes(), bytes()}; }
  std::vector<std::int64_t> results() const { return {bytes()}; }

  void launch(const GpuOperands& x, const GpuResults& y, void* stream) const {
    ActivationArguments arguments = all_;
    arguments.gate = x[0];
    arguments.up = x[1];
    arguments.y = y[0];
    launch_activation(arguments, stream);
  }

  double error(const GpuOperands& x, const GpuOperands& y) const {
    return activation_error(x[0], x[1], y[0], type_, all_.count);
  }

 private:
  std::int64_t bytes() const { return array_bytes(all_.count, type_); }

  DType type_;
  ActivationArguments all_;
};

std::unique_ptr<Task> prepare(const Case& what, Device& device) {
  return gpu_task(GpuActivation(what, device), device);
}

}  // namespace

std::vector<Kernel> activation_cuda_kernels() {
  return {{.name = "activation",
           .summary = "gated activation, y = silu(gate) up",
           .work = gated_work<silu_ops>,
           .companion = activation_companion,
           .variants = simt_variants(prepare)}};
}

}  // namespace roofmark
