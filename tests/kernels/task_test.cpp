// Every variant that this CPU can run, as a run uses it: prepared, launched, verified; and what a
// wrong leaf or a damaged output is told.
#include <gtest/gtest.h>

#include "core/case.h"
#include "kernels/add/add.h"
#include "kernels/cpu_task.h"
#include "kernels/gemm/gemm.h"
#include "kernels/gemv/gemv.h"
#include "kernels/norm/norm.h"
#include "kernels/registry.h"
#include "kernels/softmax/softmax.h"
#include "kernels/vendor/onednn.h"
#include "tests/kernels/guarded.h"
#include "tests/kernels/memory_device.h"

namespace roofmark {
namespace {

Shape shape_of(const std::string& kernel, bool grouped = false) {
  if (grouped && kernel == "gemm") return {{"m", 5}, {"n", 67}, {"k", 129}, {"group", 32}};
  if (grouped) return {{"n", 67}, {"k", 129}, {"group", 32}};
  if (kernel == "gemm") return {{"m", 5}, {"n", 67}, {"k", 129}};
  if (kernel == "gemv") return {{"n", 67}, {"k", 129}};
  return {{"rows", 5}, {"cols", 131}};
}

/// Calls body(case) for every variant that this build and this CPU can run, on one and three
/// threads.
template <class Body>
void each_runnable(Body body) {
  int ran = 0;
  const std::vector<Kernel> kernels = all_kernels();
  for (const Kernel& kernel : kernels) {
    for (const Variant& variant : kernel.variants) {
      if (variant.device != "cpu") continue;     // tests/gpu
      if (kernel.name == "attention") continue;  // attention_test.cpp: it writes to its operands
      if (!variant.unavailable.empty() || (!variant.needs.empty() && !can_run(variant.needs))) {
        continue;
      }
      for (const int threads : {1, 3}) {
        const Case what{.kernel = &kernel,
                        .variant = &variant,
                        .shape = shape_of(kernel.name, variant.format.weights == DType::i4),
                        .threads = threads,
                        .format = variant.format};
        SCOPED_TRACE(what.id());
        body(what);
        ++ran;
      }
    }
  }
  EXPECT_GE(ran, 8) << "add, gemv, norm and softmax in at least one instruction set";
}

TEST(Tasks, AreCorrectEveryTimeTheyAreAsked) {
  each_runnable([](const Case& what) {
    MemoryDevice device;
    const auto task = what.variant->prepare(what, device);
    for (int time = 0; time < 3; ++time) {
      const double error = task->error();
      EXPECT_LE(error, 1);
      EXPECT_GE(error, 0);
      task->launch({});
    }
  });
}

TEST(Tasks, LeaveTheirOperandsAsTheyWere) {
  each_runnable([](const Case& what) {
    MemoryDevice device;
    const auto task = what.variant->prepare(what, device);
    const std::vector<std::byte> before(device.operands.data,
                                        device.operands.data + device.operands.size_bytes);
    task->launch({});
    (void)task->error();
    EXPECT_TRUE(std::equal(before.begin(), before.end(), device.operands.data));
  });
}

TEST(Tasks, TakeTheNextSliceAtEachLaunch) {
  each_runnable([](const Case& what) {
    MemoryDevice device;
    const auto task = what.variant->prepare(what, device);
    const DType type = what.format.activations;
    if (type == DType::i8) return;  // which has no NaN to tell what was not written
    device.fill_bytes(device.results, 0xff);
    const std::int64_t count = device.results.size_bytes * 8 / bits(type);
    // A launch writes one slice of results and no more: as many elements become numbers.
    const double written = what.kernel->work(what.shape, what.format).written.value;
    for (int launch = 1; launch <= 2; ++launch) {
      task->launch({});
      std::int64_t numbers = 0;
      for (std::int64_t i = 0; i < count; ++i) {
        numbers += !std::isnan(value_at(device.results.data, type, i));
      }
      EXPECT_EQ(static_cast<double>(numbers) * bytes(type), launch * written);
    }
  });
}

TEST(Tasks, ThatRotateThroughOneSliceStillWork) {
  each_runnable([](const Case& what) {
    MemoryDevice device(4);
    const auto task = what.variant->prepare(what, device);
    task->launch({});
    task->launch({});
    EXPECT_LE(task->error(), 1);
  });
}

TEST(Tasks, OfTheVendorNameTheLibraryTheyUse) {
  each_runnable([](const Case& what) {
    MemoryDevice device;
    const auto task = what.variant->prepare(what, device);
    const std::string text = task->implementation();
    if (what.variant->name == "openblas") {
      EXPECT_EQ(text, blas_text());
    } else if (what.variant->name == "onednn") {
      EXPECT_EQ(text.find("oneDNN " + onednn_info()->version + ", ISA " + onednn_info()->isa +
                          ", kernel "),
                0u)
          << text;
    } else {
      EXPECT_EQ(text, "");
    }
  });
}

TEST(Variants, OfTheVendorSayWhyTheyCannotRun) {
  for (const Kernel& kernel : all_kernels()) {
    for (const Variant& variant : kernel.variants) {
      if (variant.name == "openblas") {
        EXPECT_EQ(variant.unavailable, blas_info() ? "" : "built without OpenBLAS");
      }
      if (variant.name == "onednn" && !onednn_info()) {
        EXPECT_EQ(variant.unavailable, "built without oneDNN");
      }
    }
  }
}

// Leaves with a fault that a plausible mistake would make.

void add_without_tail(const float* x, const float* r, float* y, std::int64_t count) {
  for (std::int64_t i = 0; i < count / 16 * 16; ++i) y[i] = x[i] + r[i];
}
void add_once_too_often(const float* x, const float* r, float* y, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) y[i] = x[i] + r[i] + 1e-6f;
}
void gemv_without_tail(const RowProduct& of) {
  const auto* w = reinterpret_cast<const float*>(of.w);
  const auto* x = reinterpret_cast<const float*>(of.x);
  for (std::int64_t r = 0; r < of.rows; ++r) {
    float sum = 0;
    for (std::int64_t i = 0; i < of.k - 1; ++i) sum += w[r * of.k + i] * x[i];
    reinterpret_cast<float*>(of.y)[r] = sum;
  }
}
void norm_without_weights(const float* x, const float*, float* y, std::int64_t rows,
                          std::int64_t cols, float eps) {
  for (std::int64_t r = 0; r < rows; ++r) {
    float squares = eps;
    for (std::int64_t c = 0; c < cols; ++c) squares += x[r * cols + c] * x[r * cols + c];
    for (std::int64_t c = 0; c < cols; ++c) {
      y[r * cols + c] = x[r * cols + c] / std::sqrt(squares / static_cast<float>(cols));
    }
  }
}
void softmax_of_squares(const float* x, float* y, std::int64_t rows, std::int64_t cols) {
  for (std::int64_t r = 0; r < rows; ++r) {
    float sum = 0;
    for (std::int64_t c = 0; c < cols; ++c)
      sum += y[r * cols + c] = x[r * cols + c] * x[r * cols + c];
    for (std::int64_t c = 0; c < cols; ++c) y[r * cols + c] /= sum;
  }
}
void softmax_by_a_coarse_exponential(const float* x, float* y, std::int64_t rows,
                                     std::int64_t cols) {
  for (std::int64_t r = 0; r < rows; ++r) {
    float sum = 0;
    for (std::int64_t c = 0; c < cols; ++c) {
      sum += y[r * cols + c] = std::pow(1 + x[r * cols + c] / 65536, 65536.0f);
    }
    for (std::int64_t c = 0; c < cols; ++c) y[r * cols + c] /= sum;
  }
}

template <class Operation>
double error_of(Operation operation) {
  MemoryDevice device;
  return cpu_task(std::move(operation), Case{.threads = 2}, device)->error();
}

/// On two threads.
Case f32_case(const std::string& kernel) {
  static const Variant f32{.name = "f32", .device = "cpu"};
  return {.variant = &f32, .shape = shape_of(kernel), .threads = 2};
}

TEST(Tasks, WithAWrongLeafAreWrong) {
  const Shape rows = shape_of("add");
  EXPECT_GT(error_of(Add(add_without_tail, rows, 2)), 1);
  EXPECT_GT(error_of(Add(add_once_too_often, rows, 2)), 1);
  MemoryDevice device;
  const RowLeaf leaf{gemv_without_tail};
  EXPECT_GT(error_of(NativeGemv(leaf, f32_case("gemv"), device)), 1);
  EXPECT_GT(error_of(Norm(norm_without_weights, rows, 2)), 1);
  EXPECT_GT(error_of(Softmax(softmax_of_squares, rows, 2)), 1);
  EXPECT_GT(error_of(Softmax(softmax_by_a_coarse_exponential, rows, 2)), 1);
}

/// Error of a correct f32 result after one element was changed by a part in a thousand.
template <class Operation>
double error_when_damaged(const Operation& operation, std::int64_t at) {
  MemoryDevice device;
  CpuArrays arrays(CpuArrays::Use::operands, operation.operands(), Case{}, device);
  const auto slices = arrays.next();
  Operands operands{};
  std::copy(slices.begin(), slices.end(), operands.begin());
  std::vector<float> y(static_cast<std::size_t>(operation.results().front().count));
  const Results results{reinterpret_cast<std::byte*>(y.data())};
  const Operands written{reinterpret_cast<const std::byte*>(y.data())};
  operation.run(operands, results);
  EXPECT_LE(operation.error(operands, written), 1);
  y[static_cast<std::size_t>(at)] *= 1.001f;
  return operation.error(operands, written);
}

// The narrowest instruction set of a build is one that every CPU of its architecture has.
#define ROOFMARK_ROW(isa, vector_bytes) isa_##isa::add,
constexpr AddLeaf add_leaves[] = {ROOFMARK_EACH_ISA(ROOFMARK_ROW)};
#undef ROOFMARK_ROW
#define ROOFMARK_ROW(isa, vector_bytes) &isa_##isa::gemv_f32,
constexpr const RowLeaf* gemv_leaves[] = {ROOFMARK_EACH_ISA(ROOFMARK_ROW)};
#undef ROOFMARK_ROW
#define ROOFMARK_ROW(isa, vector_bytes) isa_##isa::norm,
constexpr NormLeaf norm_leaves[] = {ROOFMARK_EACH_ISA(ROOFMARK_ROW)};
#undef ROOFMARK_ROW
#define ROOFMARK_ROW(isa, vector_bytes) isa_##isa::softmax,
constexpr SoftmaxLeaf softmax_leaves[] = {ROOFMARK_EACH_ISA(ROOFMARK_ROW)};
#undef ROOFMARK_ROW

TEST(Tasks, WithADamagedOutputAreWrong) {
  MemoryDevice memory;
  const Shape rows = shape_of("add");
  for (const std::int64_t at : {0, 300, 654}) {
    EXPECT_GT(error_when_damaged(Add(add_leaves[0], rows, 2), at), 1) << at;
    EXPECT_GT(error_when_damaged(Norm(norm_leaves[0], rows, 2), at), 1) << at;
    EXPECT_GT(error_when_damaged(Softmax(softmax_leaves[0], rows, 2), at), 1) << at;
  }
  for (const std::int64_t at : {0, 33, 66}) {
    EXPECT_GT(error_when_damaged(NativeGemv(*gemv_leaves[0], f32_case("gemv"), memory), at), 1)
        << at;
  }
  for (const std::int64_t at : {0, 150, 334}) {
    if (blas_info()) {
      EXPECT_GT(error_when_damaged(BlasGemm(shape_of("gemm"), 2), at), 1) << at;
    }
  }
}

}  // namespace
}  // namespace roofmark
