// Activation of an MLP over [rows, cols] on a GPU, gated or alone.
#include "kernels/activation/activation.cuda.h"

#include "kernels/activation/activation_model.h"
#include "kernels/gpu_task.h"

namespace roofmark {
namespace {

template <class F>
constexpr ActivationFunction function_of = ActivationFunction::silu;
template <>
constexpr ActivationFunction function_of<Gelu> = ActivationFunction::gelu;
template <>
constexpr ActivationFunction function_of<Relu> = ActivationFunction::relu;

/// Operands: gate, then up where gated.
template <class F, bool gated>
class GpuActivation {
 public:
  GpuActivation(const Case& what, Device& device) : type_(what.variant->format.activations) {
    all_.function = function_of<F>;
    all_.count = elements(what.shape);
    all_.element = element_of(type_);
    all_.sms = gpu_of(device).sms;
  }

  DType operand_type() const { return type_; }
  std::vector<std::int64_t> operands() const {
    return std::vector<std::int64_t>(gated ? 2 : 1, bytes());
  }
  std::vector<std::int64_t> results() const { return {bytes()}; }

  void launch(const GpuOperands& x, const GpuResults& y, void* stream) const {
    ActivationArguments arguments = all_;
    arguments.gate = x[0];
    if (gated) arguments.up = x[1];
    arguments.y = y[0];
    launch_activation(arguments, stream);
  }
  static auto launcher() { return &launch_activation; }

  double error(const GpuOperands& x, const GpuOperands& y) const {
    return gated ? gated_error<F, NarrowExponential::full>(x[0], x[1], y[0], type_, all_.count)
                 : plain_error<F, NarrowExponential::full>(x[0], y[0], type_, all_.count);
  }

 private:
  std::int64_t bytes() const { return array_bytes(all_.count, type_); }

  DType type_;
  ActivationArguments all_;
};

template <class F, bool gated>
std::unique_ptr<Task> prepare(const Case& what, Device& device) {
  return gpu_task(GpuActivation<F, gated>(what, device), device);
}

/// Variants of a kernel that is described beside those for CPUs.
template <class F, bool gated>
Kernel kernel(const char* name) {
  return {.name = name,
          .work = gated ? gated_work<F> : plain_work<F>,
          .companion = gated ? gated_companion : plain_companion,
          .variants = simt_variants(prepare<F, gated>)};
}

}  // namespace

std::vector<Kernel> activation_cuda_kernels() {
  return {kernel<Silu, true>("activation"), kernel<Gelu, true>("gelu_gated"),
          kernel<Relu, true>("relu_gated"), kernel<Silu, false>("silu"),
          kernel<Gelu, false>("gelu"),      kernel<Relu, false>("relu")};
}

}  // namespace roofmark
