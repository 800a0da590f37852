// Dynamic quantization of activations on NVIDIA GPUs.
#include "kernels/quantize/quantize.cuda.h"

#include <cmath>

#include "core/case.h"
#include "core/gpu_code.h"
#include "core/values.h"
#include "kernels/gpu_memory.h"
#include "kernels/quantize/quantize_model.h"
#include "kernels/verify.h"

namespace roofmark {
namespace {

using Launcher = void (*)(const QuantizeArguments&, void* stream);

class Quantize final : public Task {
 public:
  Quantize(const Shape& shape, DType type, Device& device, Launcher launcher)
      : device_(device),
        launcher_(launcher),
        type_(type),
        rows_(shape.at("rows")),
        cols_(shape.at("cols")),
        q_bytes_((rows_ * cols_ + 255) / 256 * 256),
        x_(device, GpuSlices::Use::operands, 2 * rows_ * cols_, type),
        results_(device, GpuSlices::Use::results, q_bytes_ + 4 * rows_) {}

  void launch(Queue queue) override { launcher_(next(), queue.stream); }
  ColdOperands cold_operands() const override { return cold_operands_of({x_.all()}); }
  std::string code_hash() const override {
    return launched_code(kernels_gpu_code(), launcher_, device_.machine());
  }

  /// Every element is there, and of up to 64 rows, the first and last among them, all are right.
  double error() override {
    const QuantizeArguments arguments = next();
    auto* results = reinterpret_cast<std::byte*>(arguments.q);
    // -128, which no element is, and a scale of -4e-38, which none is either.
    device_.fill_bytes({nullptr, results, q_bytes_ + 4 * rows_}, 0x80);
    launcher_(arguments, device_.queue().stream);
    device_.synchronize();
    const auto bytes = fetched(device_, results, q_bytes_ + 4 * rows_);
    const auto* q = reinterpret_cast<const signed char*>(bytes.data());
    for (std::int64_t i = 0; i < rows_ * cols_; ++i) {
      if (q[i] == -128) return worse(0, std::nan(""));
    }
    const std::int64_t step = std::max<std::int64_t>(1, rows_ / 64);
    double error = 0;
    for (std::int64_t i = 0; i < rows_; i += step) {
      const std::int64_t row = rows_ - 1 - i;
      error = worse(error, checked(arguments, q, bytes.data() + q_bytes_, row));
    }
    return worse(error, checked(arguments, q, bytes.data() + q_bytes_, 0));
  }

 private:
  QuantizeArguments next() {
    std::byte* results = results_.next();
    return {x_.next(), reinterpret_cast<signed char*>(results),
            reinterpret_cast<float*>(results + q_bytes_), rows_, cols_};
  }

  double checked(const QuantizeArguments& arguments, const signed char* q, const std::byte* scales,
                 std::int64_t row) {
    const auto x =
        fetched(device_, static_cast<const std::byte*>(arguments.x) + 2 * row * cols_, 2 * cols_);
    return quantized_row_error(x.data(), type_, cols_, q + row * cols_,
                               static_cast<float>(value_at(scales, DType::f32, row)));
  }

  Device& device_;
  Launcher launcher_;
  DType type_;
  std::int64_t rows_, cols_, q_bytes_;
  GpuSlices x_, results_;
};

template <Launcher launcher>
std::unique_ptr<Task> prepare(const Case& what, Device& device) {
  return std::make_unique<Quantize>(what.shape, what.format.activations, device, launcher);
}

}  // namespace

std::vector<Kernel> quantize_cuda_kernels() {
  return {{.name = "quantize",
           .work = quantize_work,
           .variants = {{.name = "simt",
                         .device = "cuda",
                         .needs = "8.0",
                         .format = {DType::f16, DType::f16, DType::f32},
                         .prepare = prepare<launch_quantize_f16>},
                        {.name = "simt",
                         .device = "cuda",
                         .needs = "8.0",
                         .format = {DType::bf16, DType::bf16, DType::f32},
                         .prepare = prepare<launch_quantize_bf16>}}}};
}

}  // namespace roofmark
