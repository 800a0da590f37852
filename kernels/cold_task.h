// The task of every CPU kernel here: each launch takes the next slice of cold operands to the next
// slice of cold results, as a decode step takes the next layer's weights.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "core/device.h"
#include "kernels/rotation.h"
#include "kernels/verify.h"

namespace roofmark {

/// `Operation` says what one call is:
///   std::int64_t operands() const, results() const;  f32 elements of one call; operands lie end to
///   end void run(const float* operands, float* results) const; double error(const float* operands,
///   const float* results) const;  <= 1 is correct std::string implementation() const;
///   Task::implementation(), where it has one
template <class Operation>
class ColdTask final : public Task {
 public:
  ColdTask(Operation operation, int threads, Device& device)
      : operation_(std::move(operation)),
        operands_(device.cold_operands(rotation_bytes(device.machine(), read_bytes()), threads),
                  read_bytes()),
        results_(device.cold_results(rotation_bytes(device.machine(), written_bytes()), threads),
                 written_bytes()) {}

  void launch(Queue) override { operation_.run(operands_.next(), results_.next()); }

  double error() override {
    const float* x = operands_.next();
    float* y = results_.next();
    poison(y, operation_.results());
    operation_.run(x, y);
    return operation_.error(x, y);
  }

  std::string implementation() const override {
    if constexpr (requires { operation_.implementation(); }) return operation_.implementation();
    return {};
  }

 private:
  std::int64_t read_bytes() const { return 4 * operation_.operands(); }
  std::int64_t written_bytes() const { return 4 * operation_.results(); }

  Operation operation_;
  Rotation operands_, results_;
};

template <class Operation>
std::unique_ptr<Task> cold_task(Operation operation, int threads, Device& device) {
  return std::make_unique<ColdTask<Operation>>(std::move(operation), threads, device);
}

}  // namespace roofmark
