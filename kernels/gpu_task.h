// The task of GPU kernels that take operands to results: each launch takes the next slice of cold
// operands to the next slice of cold results, as a decode step takes the next layer's weights.
#pragma once

#include <array>
#include <cassert>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "core/case.h"
#include "core/device.h"
#include "core/gpu_code.h"
#include "kernels/element.h"
#include "kernels/gpu_memory.h"

namespace roofmark {

/// The GPU that a device drives; where the machine tells of none, one as small as an Orin Nano.
inline Gpu gpu_of(const Device& device) {
  if (!device.machine().gpus.empty()) return device.machine().gpus.front();
  Gpu gpu;
  gpu.sms = 8;
  gpu.l2_bytes = 2 << 20;
  return gpu;
}

inline Element element_of(DType type) {
  assert(type == DType::f32 || type == DType::bf16 || type == DType::f16);
  return type == DType::f32 ? Element::f32 : type == DType::bf16 ? Element::bf16 : Element::f16;
}

inline std::int64_t array_bytes(std::int64_t count, DType type) { return count * bits(type) / 8; }

/// The formats that computing on ordinary cores in f32 comes in, and their variants on a GPU.
inline std::vector<Variant> simt_variants(std::unique_ptr<Task> (*prepare)(const Case&, Device&)) {
  std::vector<Variant> variants;
  for (const DType type : {DType::f32, DType::bf16, DType::f16}) {
    variants.push_back({"simt", "cuda", "8.0", {type, type, DType::f32}, prepare, {}});
  }
  return variants;
}

/// Arrays that lie one after the other in a slice, each from a multiple of 256 bytes on.
class GpuArrays {
 public:
  static constexpr std::size_t most = 4;
  template <class Byte>
  using At = std::array<Byte*, most>;

  explicit GpuArrays(const std::vector<std::int64_t>& sizes_bytes) {
    assert(sizes_bytes.size() <= most);
    for (std::size_t i = 0; i < sizes_bytes.size(); ++i) {
      offsets_[i] = bytes_;
      bytes_ += (sizes_bytes[i] + 255) / 256 * 256;
    }
  }
  std::int64_t bytes() const { return bytes_; }
  template <class Byte>
  At<Byte> in(Byte* slice) const {
    At<Byte> at;
    for (std::size_t i = 0; i < most; ++i) at[i] = slice + offsets_[i];
    return at;
  }

 private:
  std::array<std::int64_t, most> offsets_{};
  std::int64_t bytes_ = 0;
};

using GpuOperands = GpuArrays::At<const std::byte>;
using GpuResults = GpuArrays::At<std::byte>;

/// `Operation` says what one launch is:
///   DType operand_type() const;  what operands are random numbers of
///   std::vector<std::int64_t> operands() const, results() const;  bytes of each array
///   void launch(const GpuOperands&, const GpuResults&, void* stream) const;
///   auto launcher() const;  the function that does it, by which its code is known
///   double error(const GpuOperands&, const GpuOperands& results) const;  of copies in this
///     process's memory, after a launch on results that were NaN; <= 1 is correct
/// What all launches share, it holds itself.
template <class Operation>
class GpuTask final : public Task {
 public:
  GpuTask(Operation operation, Device& device)
      : operation_(std::move(operation)),
        device_(device),
        of_operands_(operation_.operands()),
        of_results_(operation_.results()),
        operands_(device, GpuSlices::Use::operands, of_operands_.bytes(),
                  operation_.operand_type()),
        results_(device, GpuSlices::Use::results, of_results_.bytes()) {}

  void launch(Queue queue) override {
    const std::byte* x = operands_.next();
    operation_.launch(of_operands_.in(x), of_results_.in(results_.next()), queue.stream);
  }

  double error() override {
    const std::byte* x = operands_.next();
    std::byte* y = results_.next();
    device_.fill_bytes({.data = y, .size_bytes = of_results_.bytes()}, 0xff);
    operation_.launch(of_operands_.in(x), of_results_.in(y), device_.queue().stream);
    device_.synchronize();
    const std::vector<std::byte> operands = fetched(device_, x, of_operands_.bytes());
    const std::vector<std::byte> results = fetched(device_, y, of_results_.bytes());
    return operation_.error(of_operands_.in(operands.data()), of_results_.in(results.data()));
  }

  ColdOperands cold_operands() const override { return cold_operands_of({operands_.all()}); }
  std::string code_hash() const override {
    return launched_code(kernels_gpu_code(), operation_.launcher(), device_.machine());
  }

 private:
  Operation operation_;
  Device& device_;
  GpuArrays of_operands_, of_results_;
  GpuSlices operands_, results_;
};

template <class Operation>
std::unique_ptr<Task> gpu_task(Operation operation, Device& device) {
  return std::make_unique<GpuTask<Operation>>(std::move(operation), device);
}

}  // namespace roofmark
