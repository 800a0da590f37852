// The prepared variants of operators that go over rows: correct every time they are asked, and told
// so when they are not.
#include <gtest/gtest.h>

#include "kernels/activation/activation_model.h"
#include "kernels/add/add.cuda.h"
#include "kernels/add/add_model.h"
#include "kernels/gpu_task.h"
#include "kernels/norm/norm_model.h"
#include "kernels/rope/rope_model.h"
#include "kernels/softmax/softmax_model.h"
#include "tests/gpu/arrays.h"
#include "tests/gpu/gpu_under_test.h"

namespace roofmark {

std::vector<Kernel> activation_cuda_kernels();
std::vector<Kernel> add_cuda_kernels();
std::vector<Kernel> embedding_cuda_kernels();
std::vector<Kernel> norm_cuda_kernels();
std::vector<Kernel> rope_cuda_kernels();
std::vector<Kernel> softmax_cuda_kernels();

namespace {

std::vector<Kernel> row_kernels() {
  std::vector<Kernel> all;
  for (const auto kernels : {activation_cuda_kernels, add_cuda_kernels, embedding_cuda_kernels,
                             norm_cuda_kernels, rope_cuda_kernels, softmax_cuda_kernels}) {
    merge(all, kernels());
  }
  return all;
}

std::vector<Shape> shapes_of(const std::string& kernel) {
  if (kernel == "rope") {
    return {{{"tokens", 3}, {"heads", 5}, {"head_dim", 64}},
            {{"tokens", 7}, {"heads", 40}, {"head_dim", 128}}};
  }
  if (kernel == "embedding") {
    return {{{"tokens", 1}, {"cols", 131}, {"vocabulary", 50}},
            {{"tokens", 9}, {"cols", 256}, {"vocabulary", 700}}};
  }
  return {
      {{"rows", 1}, {"cols", 256}}, {{"rows", 7}, {"cols", 131}}, {{"rows", 9}, {"cols", 2048}}};
}

TEST(GpuRowTasks, AreCorrectEveryTimeTheyAreAsked) {
  const std::vector<Kernel> kernels = row_kernels();
  EXPECT_EQ(kernels.size(), 12u);
  for (const Kernel& kernel : kernels) {
    EXPECT_EQ(kernel.variants.size(), 3u) << kernel.name;
    for (const Variant& variant : kernel.variants) {
      for (const Shape& shape : shapes_of(kernel.name)) {
        const auto device = gpu_under_test();
        if (device == nullptr) GTEST_SKIP() << "no CUDA device";
        const Case what{.kernel = &kernel,
                        .variant = &variant,
                        .shape = shape,
                        .device = "cuda",
                        .format = variant.format};
        SCOPED_TRACE(what.id());
        const auto task = variant.prepare(what, *device);
        for (int time = 0; time < 3; ++time) {
          const double error = task->error();
          EXPECT_LE(error, 1);
          EXPECT_GE(error, 0);
          task->launch(device->queue());
        }
        device->synchronize();
      }
    }
  }
}

/// An add with faults that can be chosen.
struct FaultyAdd {
  std::int64_t count = 1000;
  std::int64_t added = 1000;  ///< elements that it adds
  bool doubles = false;       ///< adds x to itself
  std::vector<const void*>* seen = nullptr;

  static auto launcher() { return &launch_add; }
  DType operand_type() const { return DType::bf16; }
  std::vector<std::int64_t> operands() const { return {2 * count, 2 * count}; }
  std::vector<std::int64_t> results() const { return {2 * count}; }
  void launch(const GpuOperands& x, const GpuResults& y, void* stream) const {
    if (seen != nullptr) seen->insert(seen->end(), {x[0], x[1], y[0]});
    AddArguments arguments;
    arguments.x = x[0];
    arguments.r = doubles ? x[0] : x[1];
    arguments.y = y[0];
    arguments.count = added;
    arguments.element = Element::bf16;
    launch_add(arguments, stream);
  }
  double error(const GpuOperands& x, const GpuOperands& y) const {
    return add_error(x[0], x[1], y[0], DType::bf16, count);
  }
};

TEST(GpuTasks, ThatAreWrongAreTold) {
  const auto device = gpu_under_test();
  if (device == nullptr) GTEST_SKIP() << "no CUDA device";
  EXPECT_LE(gpu_task(FaultyAdd{}, *device)->error(), 1);
  EXPECT_GT(gpu_task(FaultyAdd{.added = 999}, *device)->error(), 1);
  EXPECT_GT(gpu_task(FaultyAdd{.doubles = true}, *device)->error(), 1);
}

TEST(GpuTasks, TakeTheNextSliceOfOperandsAndOfResultsAtEachLaunch) {
  const auto device = gpu_under_test();
  if (device == nullptr) GTEST_SKIP() << "no CUDA device";
  std::vector<const void*> seen;
  const auto task = gpu_task(FaultyAdd{.seen = &seen}, *device);
  task->launch(device->queue());
  task->launch(device->queue());
  device->synchronize();
  ASSERT_EQ(seen.size(), 6u);
  for (std::size_t i = 0; i < seen.size(); ++i) {
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(seen[i]) % 256, 0u);
    for (std::size_t j = 0; j < i; ++j) EXPECT_NE(seen[i], seen[j]);
  }
}

// The references themselves: a result of float64 rounded to bf16 passes, and one that is off by two
// units in the last place does not.

void nudge(Values& y, std::int64_t at) {
  std::uint16_t code;
  std::memcpy(&code, y.data() + 2 * at, 2);
  code = static_cast<std::uint16_t>(code ^ 2);
  std::memcpy(y.data() + 2 * at, &code, 2);
}

template <class Exact, class Error>
void expect_two_units_found(std::int64_t count, Exact exact, Error error) {
  Values y(DType::bf16, count);
  for (std::int64_t i = 0; i < count; ++i) y.set(i, static_cast<float>(exact(i)));
  EXPECT_LE(error(y.data()), 1);
  for (const std::int64_t at : {std::int64_t{0}, count / 2, count - 1}) {
    Values damaged = y;
    nudge(damaged, at);
    EXPECT_GT(error(damaged.data()), 1) << at;
  }
}

TEST(References, FindTwoUnitsInTheLastPlaceOfBf16) {
  constexpr std::int64_t cols = 48;
  const Values x(DType::bf16, cols, 1, 1), r(DType::bf16, cols, 1, 2), b(DType::bf16, cols, 1, 3);
  expect_two_units_found(
      cols, [&](std::int64_t i) { return x[i] + r[i]; },
      [&](const void* y) { return add_error(x.data(), r.data(), y, DType::bf16, cols); });
  expect_two_units_found(
      cols, [&](std::int64_t i) { return x[i] / (1 + std::exp(-x[i])) * r[i]; },
      [&](const void* y) {
        return gated_error<Silu, NarrowExponential::full>(x.data(), r.data(), y, DType::bf16, cols);
      });
  double sum = 0, squares = 0, mean = 0;
  for (std::int64_t i = 0; i < cols; ++i) {
    sum += std::exp(x[i]);
    squares += x[i] * x[i] / cols;
    mean += x[i] / cols;
  }
  expect_two_units_found(
      cols, [&](std::int64_t i) { return std::exp(x[i]) / sum; },
      [&](const void* y) {
        return softmax_error(x.data(), y, DType::bf16, 1, cols, softmax_gpu_units);
      });
  const double eps = static_cast<double>(norm_eps);
  expect_two_units_found(
      cols, [&](std::int64_t i) { return x[i] / std::sqrt(squares + eps) * r[i]; },
      [&](const void* y) {
        return norm_error(x.data(), r.data(), nullptr, y, DType::bf16, 1, cols);
      });
  expect_two_units_found(
      cols,
      [&](std::int64_t i) {
        return (x[i] - mean) / std::sqrt(squares - mean * mean + eps) * r[i] + b[i];
      },
      [&](const void* y) {
        return norm_error(x.data(), r.data(), b.data(), y, DType::bf16, 1, cols);
      });
}

TEST(References, FindTwoUnitsInTheLastPlaceOfARotation) {
  const Values x(DType::bf16, 32, 1, 1), c(DType::f32, 16, 1, 2), s(DType::f32, 16, 1, 3);
  const auto* cosines = reinterpret_cast<const float*>(c.data());
  const auto* sines = reinterpret_cast<const float*>(s.data());
  expect_two_units_found(
      32,
      [&](std::int64_t i) {
        return i < 16 ? x[i] * c[i] - x[i + 16] * s[i] : x[i] * c[i - 16] + x[i - 16] * s[i - 16];
      },
      [&](const void* y) {
        return rope_error(x.data(), cosines, sines, y, DType::bf16, 1, 1, 32);
      });
}

}  // namespace
}  // namespace roofmark
