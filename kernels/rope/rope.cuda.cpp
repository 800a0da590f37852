// Rotary position embedding of queries and keys over [tokens, heads, head_dim] on a GPU.
#include "kernels/rope/rope.cuda.h"

#include "kernels/gpu_task.h"
#include "kernels/rope/rope_model.h"

namespace roofmark {
namespace {

/// Operands: x.  The sines and cosines are those of positions 0, 1, ... and the same at each
/// launch, as they are for every layer.
class GpuRope {
 public:
  GpuRope(const Case& what, Device& device) : type_(what.variant->format.activations) {
    all_.tokens = what.shape.at("tokens");
    all_.heads = what.shape.at("heads");
    all_.head_dim = what.shape.at("head_dim");
    all_.element = element_of(type_);
    all_.sms = gpu_of(device).sms;
    angles_ = rope_angles(all_.tokens, all_.head_dim);
    const auto count = static_cast<std::int64_t>(angles_.cosines.size());
    const GpuArrays arrays({4 * count, 4 * count});
    tables_ = device.allocate(arrays.bytes(), 1, Pages::base);
    const auto at = arrays.in(tables_.data);
    device.upload(at[0], angles_.cosines.data(), 4 * count);
    device.upload(at[1], angles_.sines.data(), 4 * count);
    all_.cosines = reinterpret_cast<const float*>(at[0]);
    all_.sines = reinterpret_cast<const float*>(at[1]);
  }

  DType operand_type() const { return type_; }
  std::vector<std::int64_t> operands() const {
    return {array_bytes(all_.tokens * all_.heads * all_.head_dim, type_)};
  }
  std::vector<std::int64_t> results() const { return operands(); }

  void launch(const GpuOperands& x, const GpuResults& y, void* stream) const {
    RopeArguments arguments = all_;
    arguments.x = x[0];
    arguments.y = y[0];
    launch_rope(arguments, stream);
  }
  static auto launcher() { return &launch_rope; }

  double error(const GpuOperands& x, const GpuOperands& y) const {
    return rope_error(x[0], angles_.cosines.data(), angles_.sines.data(), y[0], type_, all_.tokens,
                      all_.heads, all_.head_dim);
  }

 private:
  DType type_;
  RopeArguments all_;
  RopeAngles angles_;
  Buffer tables_;
};

std::unique_ptr<Task> prepare(const Case& what, Device& device) {
  return gpu_task(GpuRope(what, device), device);
}

}  // namespace

std::vector<Kernel> rope_cuda_kernels() {
  return {{.name = "rope",
           .summary = "rotary position embedding of queries and keys",
           .work = rope_work,
           .companion = rope_companion,
           .variants = simt_variants(prepare)}};
}

}  // namespace roofmark
