// Residual add of a transformer block over [rows, cols] on a GPU.
#include "kernels/add/add.cuda.h"

#include "kernels/add/add_model.h"
#include "kernels/gpu_task.h"

namespace roofmark {
namespace {

/// Operands: x, then r.
class GpuAdd {
 public:
  GpuAdd(const Case& what, Device& device) : type_(what.variant->format.activations) {
    all_.count = elements(what.shape);
    all_.element = element_of(type_);
    all_.sms = gpu_of(device).sms;
  }

  DType operand_type() const { return type_; }
  std::vector<std::int64_t> operands() const { return {bytes(), bytes()}; }
  std::vector<std::int64_t> results() const { return {bytes()}; }

  void launch(const GpuOperands& x, const GpuResults& y, void* stream) const {
    AddArguments arguments = all_;
    arguments.x = x[0];
    arguments.r = x[1];
    arguments.y = y[0];
    launch_add(arguments, stream);
  }
  static auto launcher() { return &launch_add; }

  double error(const GpuOperands& x, const GpuOperands& y) const {
    return add_error(x[0], x[1], y[0], type_, all_.count);
  }

 private:
  std::int64_t bytes() const { return array_bytes(all_.count, type_); }

  DType type_;
  AddArguments all_;
};

std::unique_ptr<Task> prepare(const Case& what, Device& device) {
  return gpu_task(GpuAdd(what, device), device);
}

}  // namespace

std::vector<Kernel> add_cuda_kernels() {
  return {{.name = "add",
           .summary = "residual add, y = x + r",
           .work = add_work,
           .companion = add_companion,
           .variants = simt_variants(prepare)}};
}

}  // namespace roofmark
