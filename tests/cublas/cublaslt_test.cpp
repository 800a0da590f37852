// The vendor's product on a GPU, by a library that stands in for it: what is asked of it, which
// algorithm is kept, what is said where it cannot run.
#include <gtest/gtest.h>

#include "core/error.h"
#include "kernels/gemm/cublaslt_task.h"
#include "kernels/product.h"
#include "kernels/vendor/shared_library.h"
#include "tests/cublas/fake_cublaslt.h"
#include "tests/kernels/memory_device.h"

namespace roofmark {
namespace {

const std::vector<std::string> fake = {ROOFMARK_FAKE_CUBLASLT};

/// The library's own handles, as the task opens it.
struct Controls {
  void (*behave)(FakeMode) = nullptr;
  double (*seconds)() = nullptr;

  Controls() {
    const std::vector<const char*> names = {"fake_cublaslt_behave", "fake_cublaslt_seconds"};
    const SharedLibrary library = open_library(fake, names);
    if (library.path.empty()) throw std::runtime_error(library.problem);
    behave = reinterpret_cast<void (*)(FakeMode)>(library.functions[0]);
    seconds = reinterpret_cast<double (*)()>(library.functions[1]);
  }
};

/// Plain memory whose clock is what the library says it spent.
class TimedMemory final : public MemoryDevice {
 public:
  explicit TimedMemory(Controls controls) : controls_(controls) {}
  Seconds time(Task& task, std::int64_t launches) override {
    const double before = controls_.seconds();
    MemoryDevice::time(task, launches);
    return Seconds{controls_.seconds() - before};
  }

 private:
  Controls controls_;
};

class CublasLtProduct : public testing::Test {
 protected:
  void TearDown() override { library_.behave(FakeMode::right); }

  std::unique_ptr<Task> task(const char* format, const Shape& shape) {
    variant_ = {.name = "cublaslt", .device = "cuda", .format = *format_from(format)};
    const Case what{.variant = &variant_, .shape = shape, .format = variant_.format};
    return cublaslt_task(what, device_, fake);
  }
  std::string obstacle(const char* format, const Shape& shape) {
    try {
      task(format, shape);
      return {};
    } catch (const AbsentError& error) {
      return error.what();
    }
  }

  Controls library_;
  TimedMemory device_{library_};
  Variant variant_;
};

Shape shape_of(std::int64_t m, std::int64_t n, std::int64_t k) {
  return {{"m", m}, {"n", n}, {"k", k}};
}

TEST_F(CublasLtProduct, IsRightInEveryFormat) {
  for (const Variant& variant : cublaslt_gemm_variants()) {
    const std::string format = variant.format.name();
    SCOPED_TRACE(format);
    const bool narrow = bytes(variant.format.weights) == 1;
    for (const Shape& shape :
         {shape_of(1, 16, 16), shape_of(5, 48, 32), shape_of(16, 32, 256),
          narrow ? shape_of(3, 32, 48) : shape_of(7, 17, 29), Shape{{"n", 128}, {"k", 1024}}}) {
      EXPECT_LE(task(format.c_str(), shape)->error(), 1) << shape.text();
    }
  }
}

TEST_F(CublasLtProduct, ThatLosesATermIsFound) {
  library_.behave(FakeMode::drops_a_term);
  for (const char* format : {"f32", "tf32-f32", "bf16-f32", "f16-f32", "f16", "w8a8", "fp8-f32"}) {
    EXPECT_GT(task(format, shape_of(48, 64, 32))->error(), 1) << format;
  }
}

TEST_F(CublasLtProduct, ThatWritesNothingIsFound) {
  library_.behave(FakeMode::writes_nothing);
  for (const char* format : {"f32", "tf32-f32", "bf16-f32", "f16-f32", "f16", "w8a8", "fp8-f32"}) {
    EXPECT_GT(task(format, shape_of(4, 64, 64))->error(), 1) << format;
  }
}

TEST_F(CublasLtProduct, TakesTheFastestOfTheAlgorithmsThatRun) {
  EXPECT_EQ(task("bf16-f32", shape_of(4, 8, 16))->implementation(),
            "cuBLASLt 99.1.2, algo 12, tile 1, stages 1, split-k 1, cluster 1 (best of 3)");
}

TEST_F(CublasLtProduct, MovesWhatTheWorkModelCounts) {
  const Shape shape = shape_of(16, 64, 32);
  for (const Variant& variant : cublaslt_gemm_variants()) {
    const Work work = product_work(shape, variant.format);
    task(variant.format.name().c_str(), shape);
    const auto slices = [](std::int64_t bytes) { return 2 * ((bytes + 255) / 256 * 256); };
    // Of 8-bit weights a scale for each output is counted; the library takes one for all.
    const std::int64_t scales = variant.format.weights == DType::i8 ? 2 * shape.at("n") : 0;
    const auto read = static_cast<std::int64_t>(work.read.value) - scales;
    EXPECT_EQ(device_.operands.size_bytes, slices(read));
    EXPECT_EQ(device_.results.size_bytes, slices(static_cast<std::int64_t>(work.written.value)));
  }
}

TEST_F(CublasLtProduct, WithoutAGpuSaysThatTheLibraryDoesNotStart) {
  library_.behave(FakeMode::does_not_start);
  EXPECT_EQ(obstacle("f32", shape_of(1, 8, 8)),
            "cuBLASLt 99.1.2 does not start (CUBLAS_STATUS_NOT_INITIALIZED)");
}

TEST_F(CublasLtProduct, ThatTheLibraryHasNotIsSaid) {
  EXPECT_NE(obstacle("w8a8", shape_of(1, 7, 8)).find("no algorithm for this shape and format"),
            std::string::npos);
  EXPECT_EQ(obstacle("w8a8", shape_of(1, 8, 8)), "");
}

TEST_F(CublasLtProduct, WithoutTheLibrarySaysWhereItWasSought) {
  const std::vector<std::string> none = {"/not/there/libcublasLt.so.99", ROOFMARK_PLANTED_LIBRARY};
  const std::string problem = find_cublaslt(none).problem;
  EXPECT_EQ(problem.rfind("no cuBLASLt found (", 0), 0u) << problem;
  for (const std::string part : {"/not/there/libcublasLt.so.99", "has no cublasLtCreate",
                                 "; install the libcublas of CUDA", "CUDA_HOME"}) {
    EXPECT_NE(problem.find(part), std::string::npos) << part << " in " << problem;
  }
  const Variant variant = cublaslt_gemm_variants().front();
  const Case what{.variant = &variant, .shape = shape_of(1, 8, 8), .format = variant.format};
  EXPECT_THROW(cublaslt_task(what, device_, none), AbsentError);
}

TEST(CublasLtLibrary, OfTheToolkitAnswersWithoutAGpu) {
  const CublasLt found = cublaslt_here();
  if (found.path.empty()) GTEST_SKIP() << found.problem;
  EXPECT_GE(std::stoi(found.version), 12) << found.path;
  EXPECT_EQ(found.problem, "");
}

}  // namespace
}  // namespace roofmark
