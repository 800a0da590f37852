// Softmax of attention scores over [rows, cols] on a GPU.
#include "kernels/softmax/softmax.cuda.h"

#include "kernels/gpu_task.h"
#include "kernels/softmax/softmax_model.h"

namespace roofmark {
namespace {

/// Operands: x.
class GpuSoftmax {
 public:
  GpuSoftmax(const Case& what, Device& device) : type_(what.variant->format.activations) {
    all_.rows = what.shape.at("rows");
    all_.cols = what.shape.at("cols");
    all_.element = element_of(type_);
    all_.sms = gpu_of(device).sms;
    all_.l2_bytes = gpu_of(device).l2_bytes;
    const std::int64_t bytes = softmax_scratch_bytes(all_);
    if (bytes > 0) scratch_ = device.allocate(bytes, 1, Pages::base);
    all_.scratch = scratch_.data;
  }

  DType operand_type() const { return type_; }
  std::vector<std::int64_t> operands() const { return {array_bytes(all_.rows * all_.cols, type_)}; }
  std::vector<std::int64_t> results() const { return operands(); }

  void launch(const GpuOperands& x, const GpuResults& y, void* stream) const {
    SoftmaxArguments arguments = all_;
    arguments.x = x[0];
    arguments.y = y[0];
    launch_softmax(arguments, stream);
  }
  static auto launcher() { return &launch_softmax; }

  double error(const GpuOperands& x, const GpuOperands& y) const {
    return softmax_error(x[0], y[0], type_, all_.rows, all_.cols, softmax_gpu_units);
  }

 private:
  DType type_;
  SoftmaxArguments all_;
  Buffer scratch_;
};

std::unique_ptr<Task> prepare(const Case& what, Device& device) {
  return gpu_task(GpuSoftmax(what, device), device);
}

}  // namespace

std::vector<Kernel> softmax_cuda_kernels() {
  return {{.name = "softmax",
           .summary = "softmax of each row, y = e^(x - max x) / sum of the same",
           .work = softmax_work,
           .companion = softmax_companion,
           .variants = simt_variants(prepare)}};
}

}  // namespace roofmark
