// Every variant that this CPU can run, as a run uses it: prepared, launched, verified; and what a
// wrong leaf or a damaged output is told.
#include <gtest/gtest.h>

#include <atomic>
#include <cstring>

#include "core/case.h"
#include "kernels/activation/activation.h"
#include "kernels/add/add.h"
#include "kernels/cpu_task.h"
#include "kernels/gemm/gemm.h"
#include "kernels/gemv/gemv.h"
#include "kernels/norm/norm.h"
#include "kernels/quantize/quantize.h"
#include "kernels/registry.h"
#include "kernels/rope/rope.h"
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
  if (kernel == "rope") return {{"tokens", 5}, {"heads", 3}, {"head_dim", 46}};
  if (kernel == "embedding") return {{"tokens", 5}, {"cols", 131}, {"vocabulary", 211}};
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

TEST(Tasks, SayThroughHowMuchTheyGoRoundAndThatHotOnesDoNot) {
  each_runnable([](const Case& what) {
    constexpr std::int64_t available_bytes = 4 << 20;
    MemoryDevice device(available_bytes);
    const double once = what.kernel->work(what.shape, what.format).read.value;
    const auto cold = what.variant->prepare(what, device)->cold_operands();
    // A quarter of the memory for each of at most two arrays, in whole slices.
    EXPECT_GT(cold.rotation_bytes, available_bytes / 4 - 2 * 4096 - once);
    EXPECT_LE(cold.rotation_bytes, available_bytes / 2);
    EXPECT_EQ(cold.huge_page_share, std::nullopt);  // this device does not know
    if (what.kernel->name == "embedding") return;   // never hot
    Case hot = what;
    hot.conditions.state = "hot";
    EXPECT_EQ(what.variant->prepare(hot, device)->cold_operands().rotation_bytes, 0);
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

/// What lies in the results after that many launches, all of whose bytes were `filler` before.
std::vector<std::byte> results_after(int launches, int filler, const Case& what) {
  MemoryDevice device;
  const auto task = what.variant->prepare(what, device);
  const Buffer& results = device.results;
  std::memset(results.data, filler, static_cast<std::size_t>(results.size_bytes));
  for (int i = 0; i < launches; ++i) task->launch({});
  return {results.data, results.data + results.size_bytes};
}

TEST(Tasks, TakeTheNextSliceAtEachLaunch) {
  each_runnable([](const Case& what) {
    // A launch writes one slice of results and no more: so many bytes are the same whatever they
    // were.
    const double written = what.kernel->work(what.shape, what.variant->format).written.value;
    for (int launches = 1; launches <= 2; ++launches) {
      const std::vector<std::byte> once = results_after(launches, 0xff, what);
      const std::vector<std::byte> again = results_after(launches, 0x5a, what);
      std::int64_t same = 0;
      for (std::size_t i = 0; i < once.size(); ++i) same += once[i] == again[i];
      EXPECT_EQ(static_cast<double>(same), launches * written);
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

// An instruction set that every CPU of the build's architecture has.
#if defined(__x86_64__)
namespace isa_of_all = isa_sse2;
#else
namespace isa_of_all = isa_neon;
#endif

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
void softmax_of_squares(const float* x, float* y, float*, std::int64_t rows, std::int64_t cols) {
  for (std::int64_t r = 0; r < rows; ++r) {
    float sum = 0;
    for (std::int64_t c = 0; c < cols; ++c)
      sum += y[r * cols + c] = x[r * cols + c] * x[r * cols + c];
    for (std::int64_t c = 0; c < cols; ++c) y[r * cols + c] /= sum;
  }
}
void softmax_by_a_coarse_exponential(const float* x, float* y, float*, std::int64_t rows,
                                     std::int64_t cols) {
  for (std::int64_t r = 0; r < rows; ++r) {
    float sum = 0;
    for (std::int64_t c = 0; c < cols; ++c) {
      sum += y[r * cols + c] = std::pow(1 + x[r * cols + c] / 65536, 65536.0f);
    }
    for (std::int64_t c = 0; c < cols; ++c) y[r * cols + c] /= sum;
  }
}

void layer_norm_about_zero(const float* x, const float* w, const float* b, float* y,
                           std::int64_t rows, std::int64_t cols, float eps) {
  isa_of_all::norm(x, w, y, rows, cols, eps);
  for (std::int64_t i = 0; i < rows * cols; ++i) y[i] += b[i % cols];
}
void add_norm_of_the_first(const float* x, const float* r, const float* w, float* h, float* y,
                           std::int64_t rows, std::int64_t cols, float eps) {
  isa_of_all::norm(x, w, y, rows, cols, eps);
  isa_of_all::add(x, r, h, rows * cols);
}
void activation_of_the_other(const float* gate, const float* up, float* y, std::int64_t count) {
  isa_of_all::activation(up, gate, y, count);
}
void rope_turned_back(const float* x, const float* cosines, const float* sines, float* y,
                      std::int64_t tokens, std::int64_t heads, std::int64_t half) {
  std::vector<float> back(sines, sines + tokens * half);
  for (float& sine : back) sine = -sine;
  isa_of_all::rope(x, cosines, back.data(), y, tokens, heads, half);
}
void quantize_towards_zero(const float* x, std::int8_t* q, float* scales, std::int64_t rows,
                           std::int64_t cols) {
  isa_of_all::quantize(x, q, scales, rows, cols);
  for (std::int64_t i = 0; i < rows * cols; ++i) {
    q[i] = static_cast<std::int8_t>(x[i] / scales[i / cols]);
  }
}
void quantize_without_the_last(const float* x, std::int8_t* q, float* scales, std::int64_t rows,
                               std::int64_t cols) {
  std::vector<std::int8_t> all(static_cast<std::size_t>(rows * cols));
  isa_of_all::quantize(x, all.data(), scales, rows, cols);
  std::copy(all.begin(), all.end() - 1, q);
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
  EXPECT_GT(error_of(Add<float>(add_without_tail, rows, 2)), 1);
  EXPECT_GT(error_of(Add<float>(add_once_too_often, rows, 2)), 1);
  MemoryDevice device;
  const RowLeaf leaf{gemv_without_tail};
  EXPECT_GT(error_of(NativeGemv(leaf, f32_case("gemv"), device)), 1);
  EXPECT_GT(error_of(Norm<float>(norm_without_weights, rows, 2)), 1);
  EXPECT_GT(error_of(Softmax<float>(softmax_of_squares, rows, 2)), 1);
  EXPECT_GT(error_of(Softmax<float>(softmax_by_a_coarse_exponential, rows, 2)), 1);
  EXPECT_GT(error_of(LayerNorm<float>(layer_norm_about_zero, rows, 2)), 1);
  EXPECT_GT(error_of(AddNorm<float>(add_norm_of_the_first, rows, 2)), 1);
  EXPECT_GT(error_of(GatedActivation<float, Silu>(activation_of_the_other, rows, 2)), 1);
  EXPECT_GT(error_of(Rope<float>(rope_turned_back, shape_of("rope"), 2)), 1);
  EXPECT_GT(error_of(Quantize<float>(quantize_towards_zero, rows, 2)), 1);
  EXPECT_GT(error_of(Quantize<float>(quantize_without_the_last, rows, 2)), 1);
}

std::atomic<int> calls = 0;
void counted_add(const float* x, const float* r, float* y, std::int64_t count) {
  ++calls;
  isa_of_all::add(x, r, y, count);
}

TEST(Tasks, RepeatEachThreadsPartAsOftenAsAsked) {
  for (const std::string state : {"cold", "hot"}) {
    MemoryDevice device;
    const Shape rows = shape_of("add");
    const Case what{.shape = rows, .conditions = {.state = state}, .threads = 2};
    const auto task = cpu_task(Add<float>(counted_add, rows, 2), what, device);
    calls = 0;
    task->repeat({}, 5);
    EXPECT_EQ(calls, 5 * 2) << state;
    EXPECT_LE(task->error(), 1) << state;
  }
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
  carry_out(operation, 2, operands, results);
  EXPECT_LE(operation.error(operands, written), 1);
  y[static_cast<std::size_t>(at)] *= 1.001f;
  return operation.error(operands, written);
}

TEST(Tasks, WithADamagedOutputAreWrong) {
  MemoryDevice memory;
  const Shape rows = shape_of("add");
  for (const std::int64_t at : {0, 300, 654}) {
    EXPECT_GT(error_when_damaged(Add<float>(isa_of_all::add, rows, 2), at), 1) << at;
    EXPECT_GT(error_when_damaged(Norm<float>(isa_of_all::norm, rows, 2), at), 1) << at;
    EXPECT_GT(error_when_damaged(LayerNorm<float>(isa_of_all::layer_norm, rows, 2), at), 1) << at;
    EXPECT_GT(error_when_damaged(GatedActivation<float, Silu>(isa_of_all::activation, rows, 2), at),
              1)
        << at;
    EXPECT_GT(error_when_damaged(Softmax<float>(isa_of_all::softmax, rows, 2), at), 1) << at;
  }
  for (const std::int64_t at : {0, 33, 66}) {
    EXPECT_GT(error_when_damaged(NativeGemv(isa_of_all::gemv_f32, f32_case("gemv"), memory), at), 1)
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
