// A matrix product of few rows on a GPU, prepared and verified: what gemv and skinny gemm share.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/case.h"
#include "core/gpu_code.h"
#include "kernels/gpu_memory.h"
#include "kernels/packed_weights.h"
#include "kernels/product.cuda.h"
#include "kernels/product.h"

namespace roofmark {

/// Every launch takes the next cold slice of weights, scales and x to the next slice of y.
class GpuProduct final : public Task {
 public:
  GpuProduct(const Shape& shape, const Format& format, Device& device, ProductLauncher launcher);

  void launch(Queue queue) override { launcher_(next(), queue.stream); }
  ColdOperands cold_operands() const override {
    return scales_ ? cold_operands_of({weights_.all(), scales_->all()})
                   : cold_operands_of({weights_.all()});
  }
  std::string code_hash() const override {
    return launched_code(kernels_gpu_code(), launcher_, device_.machine());
  }

  /// Every element of y is there, and of up to 256 of its columns (the first and last 32 among
  /// them) all are what expected_dot() says of the weights, 4-bit ones dequantized.
  double error() override;

 private:
  ProductArguments next();
  /// Row `row` of W, from the device; f32 holds every weight exactly.
  std::vector<float> weights_of(const ProductArguments& arguments, std::int64_t row);

  Device& device_;
  ProductLauncher launcher_;
  Product product_;
  Format format_;
  PackedWeights packed_;
  ProductArguments given_;  ///< but for the addresses
  ProductArithmetic arithmetic_;
  std::int64_t weight_bytes_, scale_bytes_, x_bytes_, y_bytes_;
  GpuSlices weights_;
  std::optional<GpuSlices> scales_;  ///< of 4-bit and 8-bit weights
  GpuSlices results_;
};

/// What a variant's `prepare` is.
template <ProductLauncher launcher>
std::unique_ptr<Task> prepare_product(const Case& what, Device& device) {
  return std::make_unique<GpuProduct>(what.shape, what.format, device, launcher);
}

/// Why a product of this shape cannot be run on 4-bit weights, or empty.
std::string group_refusal(const Shape& shape);

}  // namespace roofmark
