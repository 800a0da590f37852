// cuBLASLt behind kernels/gemm/cublaslt.h: opened at run time, its heuristics' algorithms timed.
#include <cublasLt.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <tuple>
#include <utility>

#include "core/error.h"
#include "kernels/gemm/cublaslt_task.h"
#include "kernels/gpu_memory.h"
#include "kernels/product.h"
#include "kernels/vendor/shared_library.h"

namespace roofmark {
namespace {

/// Asked of the heuristics, which rank by a model of the time.
constexpr int most_algorithms = 16;
/// What NVIDIA recommends for Hopper is 32 MiB; split-k of large products takes more.
constexpr std::int64_t workspace_bytes = 64 << 20;

// clang-format off
#define ROOFMARK_CUBLASLT(X) \
  X(Create) X(Destroy) X(GetVersion) X(GetStatusName) \
  X(MatmulDescCreate) X(MatmulDescDestroy) X(MatmulDescSetAttribute) \
  X(MatrixLayoutCreate) X(MatrixLayoutDestroy) \
  X(MatmulPreferenceCreate) X(MatmulPreferenceDestroy) X(MatmulPreferenceSetAttribute) \
  X(MatmulAlgoGetHeuristic) X(MatmulAlgoConfigGetAttribute) X(Matmul)
// clang-format on

constexpr const char* function_names[] = {
#define ROOFMARK_NAME(name) "cublasLt" #name,
    ROOFMARK_CUBLASLT(ROOFMARK_NAME)
#undef ROOFMARK_NAME
};

/// The library's functions by their names without the prefix.
struct Api {
#define ROOFMARK_POINTER(name) decltype(&cublasLt##name) name = nullptr;
  ROOFMARK_CUBLASLT(ROOFMARK_POINTER)
#undef ROOFMARK_POINTER

  explicit Api(const std::vector<void*>& functions) {
    std::size_t next = 0;
#define ROOFMARK_ASSIGN(name) name = reinterpret_cast<decltype(name)>(functions[next++]);
    ROOFMARK_CUBLASLT(ROOFMARK_ASSIGN)
#undef ROOFMARK_ASSIGN
  }

  std::string version() const {
    const std::size_t number = GetVersion();
    return std::to_string(number / 10000) + '.' + std::to_string(number / 100 % 100) + '.' +
           std::to_string(number % 100);
  }
};

std::string library_name() { return "libcublasLt.so." + std::to_string(CUBLAS_VER_MAJOR); }

std::string not_found(const std::string& problem) {
  const std::string package = CUBLAS_VER_MAJOR < 13
                                  ? "nvidia-cublas-cu" + std::to_string(CUBLAS_VER_MAJOR)
                                  : "nvidia-cublas";
  return "no cuBLASLt found (" + problem + "); install the libcublas of CUDA " +
         std::to_string(CUBLAS_VER_MAJOR) + " or Python's " + package +
         ", or let CUDA_HOME name a toolkit that has it";
}

Api open_api(std::span<const std::string> candidates) {
  const SharedLibrary library = open_library(candidates, function_names);
  if (library.path.empty()) throw AbsentError(not_found(library.problem));
  return Api(library.functions);
}

/// How cuBLASLt is asked for a format; its documentation lists which combinations it has.
struct Recipe {
  const char* format;
  const char* needs;            ///< least compute capability
  DType stored;                 ///< of operands and result
  cudaDataType_t type, c_type;  ///< c_type: of the summand that is not used
  cublasComputeType_t compute;
  cudaDataType_t scale;
};
constexpr Recipe recipes[] = {
    // Pedantic: neither tf32 nor emulation by bf16, whatever the environment asks for.
    {"f32", "", DType::f32, CUDA_R_32F, CUDA_R_32F, CUBLAS_COMPUTE_32F_PEDANTIC, CUDA_R_32F},
    {"tf32-f32", "8.0", DType::tf32, CUDA_R_32F, CUDA_R_32F, CUBLAS_COMPUTE_32F_FAST_TF32,
     CUDA_R_32F},
    {"bf16-f32", "8.0", DType::bf16, CUDA_R_16BF, CUDA_R_16BF, CUBLAS_COMPUTE_32F, CUDA_R_32F},
    {"f16-f32", "", DType::f16, CUDA_R_16F, CUDA_R_16F, CUBLAS_COMPUTE_32F, CUDA_R_32F},
    {"f16", "", DType::f16, CUDA_R_16F, CUDA_R_16F, CUBLAS_COMPUTE_16F, CUDA_R_16F},
    {"w8a8", "8.0", DType::i8, CUDA_R_8I, CUDA_R_8I, CUBLAS_COMPUTE_32I, CUDA_R_32F},
    {"fp8-f32", "8.9", DType::fp8, CUDA_R_8F_E4M3, CUDA_R_16BF, CUBLAS_COMPUTE_32F, CUDA_R_32F},
};

const Recipe& recipe_of(const Format& format) {
  return *std::find_if(std::begin(recipes), std::end(recipes),
                       [&](const Recipe& recipe) { return *format_from(recipe.format) == format; });
}

/// What the library scales sums by.
float scale_of(DType stored, std::int64_t k) {
  return stored == DType::i8 ? requantization(k, *format_from("w8a8")) : 1.0f;
}

/// A number in the type of the scale.
struct Scalar {
  alignas(8) std::array<std::byte, 8> bytes{};

  Scalar(float value, cudaDataType_t type) {
    const std::uint16_t one_f16 = 0x3c00, zero_f16 = 0;
    if (type == CUDA_R_16F) {
      std::memcpy(bytes.data(), value == 0 ? &zero_f16 : &one_f16, sizeof one_f16);
    } else {
      std::memcpy(bytes.data(), &value, sizeof value);
    }
  }
};

/// A cuBLASLt object and the function that ends it.
template <class T>
using Owned = std::unique_ptr<std::remove_pointer_t<T>, cublasStatus_t (*)(T)>;

/// One product as the library sees it.  Its matrices are column-major, so a row-major [rows, cols]
/// is to it [cols, rows]:  C^T [n,m] = (W^T)^T A^T, first operand transposed, which is the only
/// order that int8 and fp8 have.
class Problem {
 public:
  Problem(Api api, const Product& extents, const Recipe& recipe)
      : api_(api),
        handle_(create(api.Create, api.Destroy, "start")),
        description_(create(api.MatmulDescCreate, api.MatmulDescDestroy, "describe a product",
                            recipe.compute, recipe.scale)),
        w_(layout(recipe.type, extents.k, extents.n)),
        a_(layout(recipe.type, extents.k, extents.m)),
        c_(layout(recipe.c_type, extents.n, extents.m)),
        d_(layout(recipe.type, extents.n, extents.m)),
        alpha_(scale_of(recipe.stored, extents.k), recipe.scale),
        beta_(0, recipe.scale),
        c_is_d_(recipe.c_type == recipe.type) {
    const std::int32_t transposed = CUBLAS_OP_T;
    require(api_.MatmulDescSetAttribute(description_.get(), CUBLASLT_MATMUL_DESC_TRANSA,
                                        &transposed, sizeof transposed),
            "transpose");
  }

  std::vector<cublasLtMatmulHeuristicResult_t> algorithms() const {
    const auto preference =
        create(api_.MatmulPreferenceCreate, api_.MatmulPreferenceDestroy, "state preferences");
    const auto prefer = [&](cublasLtMatmulPreferenceAttributes_t which, auto value) {
      require(api_.MatmulPreferenceSetAttribute(preference.get(), which, &value, sizeof value),
              "state preferences");
    };
    prefer(CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, static_cast<std::uint64_t>(workspace_bytes));
    // Parts of a split k are added in the accumulator's type, as the format promises.
    prefer(CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK,
           static_cast<std::uint32_t>(CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE));
    std::vector<cublasLtMatmulHeuristicResult_t> found(most_algorithms);
    int count = 0;
    const cublasStatus_t status = api_.MatmulAlgoGetHeuristic(
        handle_.get(), description_.get(), w_.get(), a_.get(), c_.get(), d_.get(), preference.get(),
        most_algorithms, found.data(), &count);
    found.resize(status == CUBLAS_STATUS_SUCCESS ? static_cast<std::size_t>(count) : 0);
    std::erase_if(found, [](const auto& one) { return one.state != CUBLAS_STATUS_SUCCESS; });
    if (found.empty()) {
      throw AbsentError(text() + " has no algorithm for this shape and format here (" +
                        api_.GetStatusName(status) +
                        "); int8 needs n and k in multiples of 4, fp8 of 16");
    }
    return found;
  }

  cublasStatus_t run(const cublasLtMatmulAlgo_t& algorithm, const void* w, const void* a, void* c,
                     void* workspace, void* stream) const {
    // C is multiplied by 0.  Where its type is not D's the library refuses that both are one
    // matrix.
    const void* added = c_is_d_ ? c : nullptr;
    return api_.Matmul(handle_.get(), description_.get(), alpha_.bytes.data(), w, w_.get(), a,
                       a_.get(), beta_.bytes.data(), added, c_.get(), c, d_.get(), &algorithm,
                       workspace, static_cast<std::size_t>(workspace_bytes),
                       static_cast<cudaStream_t>(stream));
  }

  std::string status_name(cublasStatus_t status) const { return api_.GetStatusName(status); }
  std::string text() const { return "cuBLASLt " + api_.version(); }

  /// "algo 66, tile 23, stages 16, split-k 1, cluster 3": the library's own numbers (cublasLt.h).
  std::string text_of(const cublasLtMatmulAlgo_t& algorithm) const {
    const auto value = [&](cublasLtMatmulAlgoConfigAttributes_t which, auto unset) {
      api_.MatmulAlgoConfigGetAttribute(&algorithm, which, &unset, sizeof unset, nullptr);
      return std::to_string(unset);
    };
    return "algo " + value(CUBLASLT_ALGO_CONFIG_ID, std::int32_t{-1}) + ", tile " +
           value(CUBLASLT_ALGO_CONFIG_TILE_ID, std::uint32_t{0}) + ", stages " +
           value(CUBLASLT_ALGO_CONFIG_STAGES_ID, std::uint32_t{0}) + ", split-k " +
           value(CUBLASLT_ALGO_CONFIG_SPLITK_NUM, std::int32_t{1}) + ", cluster " +
           value(CUBLASLT_ALGO_CONFIG_CLUSTER_SHAPE_ID, std::uint16_t{0});
  }

 private:
  void require(cublasStatus_t status, const char* what) const {
    if (status == CUBLAS_STATUS_SUCCESS) return;
    throw AbsentError(text() + " does not " + what + " (" + api_.GetStatusName(status) + ")");
  }

  template <class T, class... P>
  Owned<T> create(cublasStatus_t (*make)(T*, P...), cublasStatus_t (*destroy)(T), const char* what,
                  std::type_identity_t<P>... arguments) const {
    T made = nullptr;
    require(make(&made, arguments...), what);
    return Owned<T>(made, destroy);
  }

  Owned<cublasLtMatrixLayout_t> layout(cudaDataType_t type, std::int64_t rows,
                                       std::int64_t cols) const {
    return create(api_.MatrixLayoutCreate, api_.MatrixLayoutDestroy, "describe a matrix", type,
                  static_cast<std::uint64_t>(rows), static_cast<std::uint64_t>(cols), rows);
  }

  Api api_;
  Owned<cublasLtHandle_t> handle_;
  Owned<cublasLtMatmulDesc_t> description_;
  Owned<cublasLtMatrixLayout_t> w_, a_, c_, d_;
  Scalar alpha_, beta_;
  bool c_is_d_;
};

std::int64_t aligned(std::int64_t size_bytes) { return (size_bytes + 255) / 256 * 256; }

/// What one product works on: the next slices of operands and results at every launch.
struct Memory {
  std::int64_t weights_bytes, activations_bytes, result_bytes;
  GpuSlices operands, results;
  Buffer workspace;

  /// An operand slice holds w, then a from the next multiple of 256 bytes on.
  Memory(const Product& p, DType stored, Device& device)
      : weights_bytes(p.n * p.k * bits(stored) / 8),
        activations_bytes(p.m * p.k * bits(stored) / 8),
        result_bytes(p.m * p.n * bits(stored) / 8),
        operands(device, GpuSlices::Use::operands, aligned(weights_bytes) + activations_bytes,
                 stored),
        results(device, GpuSlices::Use::results, result_bytes),
        workspace(device.allocate(workspace_bytes, 1, Pages::base)) {}
};

/// One algorithm at work.
class Attempt final : public Task {
 public:
  Attempt(const Problem& problem, Memory& memory, const cublasLtMatmulAlgo_t& algorithm)
      : problem_(problem), memory_(memory), algorithm_(algorithm) {}

  cublasStatus_t run(const std::byte* operands, std::byte* result, void* stream) const {
    return problem_.run(algorithm_, operands, operands + aligned(memory_.weights_bytes), result,
                        memory_.workspace.data, stream);
  }
  void launch(Queue queue) override {
    const cublasStatus_t status =
        run(memory_.operands.next(), memory_.results.next(), queue.stream);
    if (status == CUBLAS_STATUS_SUCCESS) return;
    throw MeasurementError(problem_.text() + " did not start a product (" +
                           problem_.status_name(status) + ")");
  }
  double error() override { return 0; }
  std::string implementation() const override { return problem_.text_of(algorithm_); }

 private:
  const Problem& problem_;
  Memory& memory_;
  cublasLtMatmulAlgo_t algorithm_;
};

class CublasLtTask final : public Task {
 public:
  CublasLtTask(const Case& what, Device& device, Api api)
      : device_(device),
        extents_(what.shape),
        format_(what.variant->format),
        stored_(recipe_of(format_).stored),
        problem_(api, extents_, recipe_of(format_)),
        memory_(extents_, stored_, device),
        code_(library_code(reinterpret_cast<const void*>(api.Matmul))) {
    for (const auto& found : problem_.algorithms()) {
      auto attempt = std::make_unique<Attempt>(problem_, memory_, found.algo);
      const cublasStatus_t status =
          attempt->run(memory_.operands.next(), memory_.results.next(), device.queue().stream);
      if (status == CUBLAS_STATUS_SUCCESS) attempts_.push_back(std::move(attempt));
    }
    device.synchronize();
    if (attempts_.empty()) throw AbsentError(problem_.text() + " runs none of its algorithms here");
    best_ = fastest();
  }

  void launch(Queue queue) override { best_->launch(queue); }

  double error() override {
    const std::byte* operands = memory_.operands.next();
    std::byte* result = memory_.results.next();
    // NaN in every floating-point format, -1 in int8.
    device_.fill_bytes({nullptr, result, memory_.result_bytes}, 0xff);
    if (best_->run(operands, result, device_.queue().stream) != CUBLAS_STATUS_SUCCESS) {
      return std::nan("");
    }
    device_.synchronize();
    const auto w = fetched(device_, operands, memory_.weights_bytes);
    const auto a =
        fetched(device_, operands + aligned(memory_.weights_bytes), memory_.activations_bytes);
    const auto c = fetched(device_, result, memory_.result_bytes);
    return product_error({.extents = extents_,
                          .a = a.data(),
                          .w = w.data(),
                          .c = c.data(),
                          .format = format_,
                          .result = stored_,
                          .scale = scale_of(stored_, extents_.k)},
                         std::max(1, device_.machine().allowance.max_threads));
  }

  ColdOperands cold_operands() const override { return cold_operands_of({memory_.operands.all()}); }
  std::string code_hash() const override { return code_; }
  std::string implementation() const override {
    return problem_.text() + ", " + best_->implementation() + " (best of " +
           std::to_string(attempts_.size()) + ")";
  }

 private:
  /// Two rounds over all, so that the first is not judged at the clock of an idle GPU.
  Attempt* fastest() {
    constexpr double sample_s = 2e-3;
    std::vector<double> seconds(attempts_.size(), INFINITY);
    for (int round = 0; round < 2; ++round) {
      for (std::size_t i = 0; i < attempts_.size(); ++i) {
        try {
          const double once = device_.time(*attempts_[i], 1).value;
          const std::int64_t launches = std::clamp<std::int64_t>(
              once > 0 ? static_cast<std::int64_t>(sample_s / once) : 1, 2, 50);
          const double sample = device_.time(*attempts_[i], launches).value;
          seconds[i] = std::min(seconds[i], sample / static_cast<double>(launches));
        } catch (const MeasurementError&) {  // one algorithm that fails leaves the others
          device_.synchronize();
        }
      }
    }
    const auto least = std::min_element(seconds.begin(), seconds.end());
    return attempts_[static_cast<std::size_t>(least - seconds.begin())].get();
  }

  Device& device_;
  Product extents_;
  Format format_;
  DType stored_;
  Problem problem_;
  Memory memory_;
  std::string code_;
  std::vector<std::unique_ptr<Attempt>> attempts_;
  Attempt* best_ = nullptr;
};

std::unique_ptr<Task> prepare(const Case& what, Device& device) {
  return cublaslt_task(what, device, cublaslt_candidates());
}

}  // namespace

std::vector<std::string> cublaslt_candidates() {
  return library_candidates(library_name(), CUBLAS_VER_MAJOR, library_places());
}

CublasLt find_cublaslt(std::span<const std::string> candidates) {
  const SharedLibrary library = open_library(candidates, function_names);
  if (library.path.empty()) return {.problem = not_found(library.problem)};
  return {Api(library.functions).version(), library.path, {}};
}

CublasLt cublaslt_here() { return find_cublaslt(cublaslt_candidates()); }

std::unique_ptr<Task> cublaslt_task(const Case& what, Device& device,
                                    std::span<const std::string> candidates) {
  return std::make_unique<CublasLtTask>(what, device, open_api(candidates));
}

std::vector<Variant> cublaslt_gemm_variants() {
  std::vector<Variant> variants;
  for (const Recipe& recipe : recipes) {
    variants.push_back({.name = "cublaslt",
                        .device = "cuda",
                        .needs = recipe.needs,
                        .format = *format_from(recipe.format),
                        .prepare = prepare});
  }
  return variants;
}

}  // namespace roofmark
