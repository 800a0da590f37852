// A library with cuBLASLt's interface that multiplies in this process's memory, for machines
// without a GPU.  It refuses what the real one refuses and misbehaves when told to.
#include "tests/cublas/fake_cublaslt.h"

#include <cublasLt.h>
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_fp8.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>

namespace {

FakeMode mode = FakeMode::right;
double seconds_spent = 0;

struct Matrix {
  cudaDataType_t type;
  std::uint64_t rows, cols;
  std::int64_t ld;
};
struct Description {
  cublasComputeType_t compute;
  cudaDataType_t scale;
  bool first_transposed;
};
struct Preference {
  std::uint64_t workspace;
  std::uint32_t reductions;
};

template <class T, class Opaque>
T& inside(Opaque* opaque) {
  static_assert(sizeof(T) <= sizeof(Opaque));
  return *reinterpret_cast<T*>(opaque);
}

float element(const void* data, cudaDataType_t type, std::int64_t i) {
  switch (type) {
    case CUDA_R_32F:
      return static_cast<const float*>(data)[i];
    case CUDA_R_16F:
      return __half2float(static_cast<const __half*>(data)[i]);
    case CUDA_R_16BF:
      return __bfloat162float(static_cast<const __nv_bfloat16*>(data)[i]);
    case CUDA_R_8F_E4M3:
      return static_cast<float>(static_cast<const __nv_fp8_e4m3*>(data)[i]);
    default:
      return static_cast<const std::int8_t*>(data)[i];
  }
}

void store(void* data, cudaDataType_t type, std::int64_t i, float value) {
  switch (type) {
    case CUDA_R_32F:
      static_cast<float*>(data)[i] = value;
      break;
    case CUDA_R_16F:
      static_cast<__half*>(data)[i] = __float2half_rn(value);
      break;
    case CUDA_R_16BF:
      static_cast<__nv_bfloat16*>(data)[i] = __float2bfloat16_rn(value);
      break;
    case CUDA_R_8F_E4M3:
      static_cast<__nv_fp8_e4m3*>(data)[i] = __nv_fp8_e4m3(value);
      break;
    default:
      static_cast<std::int8_t*>(data)[i] =
          static_cast<std::int8_t>(std::clamp(std::nearbyint(value), -128.0f, 127.0f));
  }
}

/// As a matrix unit takes f32: ten bits of the mantissa, the rest cut off.
float as_tf32(float value) {
  std::uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  bits &= ~0x1fffu;
  std::memcpy(&value, &bits, sizeof bits);
  return value;
}

float dot(const Description& how, cudaDataType_t type, const void* x, std::int64_t x_at,
          const void* y, std::int64_t y_at, std::int64_t k) {
  float sum = 0;
  const std::int64_t taken = mode == FakeMode::drops_a_term ? k - 1 : k;
  for (std::int64_t l = 0; l < taken; ++l) {
    float a = element(x, type, x_at + l), b = element(y, type, y_at + l);
    if (how.compute == CUBLAS_COMPUTE_32F_FAST_TF32) a = as_tf32(a), b = as_tf32(b);
    sum += a * b;
    if (how.compute == CUBLAS_COMPUTE_16F) sum = __half2float(__float2half_rn(sum));
  }
  return sum;
}

bool supported(const Description& how, const Matrix& w, const Matrix& a, const Matrix& c,
               const Matrix& d) {
  const std::uint64_t multiple = d.type == CUDA_R_8I ? 4 : d.type == CUDA_R_8F_E4M3 ? 16 : 1;
  const cudaDataType_t wanted_c = d.type == CUDA_R_8F_E4M3 ? CUDA_R_16BF : d.type;
  const cudaDataType_t wanted_scale = how.compute == CUBLAS_COMPUTE_16F ? CUDA_R_16F : CUDA_R_32F;
  return how.first_transposed && how.scale == wanted_scale && c.type == wanted_c &&
         w.type == d.type && a.type == d.type && w.rows == a.rows && w.cols == d.rows &&
         a.cols == d.cols && c.rows == d.rows && c.cols == d.cols && w.ld == a.ld &&
         d.rows % multiple == 0 && w.rows % multiple == 0 && w.ld == std::int64_t(w.rows) &&
         d.ld == std::int64_t(d.rows);
}

int id_of(const cublasLtMatmulAlgo_t& algo) { return static_cast<int>(algo.data[0]); }

template <class Opaque, class T>
cublasStatus_t make(Opaque** made, T value) {
  *made = new Opaque{};
  inside<T>(*made) = value;
  return CUBLAS_STATUS_SUCCESS;
}

}  // namespace

extern "C" {

void fake_cublaslt_behave(FakeMode as) { mode = as; }
double fake_cublaslt_seconds() { return seconds_spent; }

cublasStatus_t cublasLtCreate(cublasLtHandle_t* handle) {
  if (mode == FakeMode::does_not_start) return CUBLAS_STATUS_NOT_INITIALIZED;
  *handle = reinterpret_cast<cublasLtHandle_t>(new char);
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtDestroy(cublasLtHandle_t handle) {
  delete reinterpret_cast<char*>(handle);
  return CUBLAS_STATUS_SUCCESS;
}
std::size_t cublasLtGetVersion() { return 990102; }
const char* cublasLtGetStatusName(cublasStatus_t status) {
  switch (status) {
    case CUBLAS_STATUS_SUCCESS:
      return "CUBLAS_STATUS_SUCCESS";
    case CUBLAS_STATUS_NOT_INITIALIZED:
      return "CUBLAS_STATUS_NOT_INITIALIZED";
    case CUBLAS_STATUS_NOT_SUPPORTED:
      return "CUBLAS_STATUS_NOT_SUPPORTED";
    default:
      return "CUBLAS_STATUS_EXECUTION_FAILED";
  }
}

cublasStatus_t cublasLtMatmulDescCreate(cublasLtMatmulDesc_t* made, cublasComputeType_t compute,
                                        cudaDataType_t scale) {
  return make(made, Description{compute, scale, false});
}
cublasStatus_t cublasLtMatmulDescDestroy(cublasLtMatmulDesc_t made) {
  delete made;
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatmulDescSetAttribute(cublasLtMatmulDesc_t description,
                                              cublasLtMatmulDescAttributes_t which,
                                              const void* value, std::size_t) {
  if (which == CUBLASLT_MATMUL_DESC_TRANSA) {
    inside<Description>(description).first_transposed =
        *static_cast<const std::int32_t*>(value) == CUBLAS_OP_T;
  }
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatrixLayoutCreate(cublasLtMatrixLayout_t* made, cudaDataType type,
                                          std::uint64_t rows, std::uint64_t cols, std::int64_t ld) {
  return make(made, Matrix{type, rows, cols, ld});
}
cublasStatus_t cublasLtMatrixLayoutDestroy(cublasLtMatrixLayout_t made) {
  delete made;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulPreferenceCreate(cublasLtMatmulPreference_t* made) {
  return make(made, Preference{0, CUBLASLT_REDUCTION_SCHEME_MASK});
}
cublasStatus_t cublasLtMatmulPreferenceDestroy(cublasLtMatmulPreference_t made) {
  delete made;
  return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtMatmulPreferenceSetAttribute(cublasLtMatmulPreference_t preference,
                                                    cublasLtMatmulPreferenceAttributes_t which,
                                                    const void* value, std::size_t size) {
  Preference& to = inside<Preference>(preference);
  if (which == CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES) std::memcpy(&to.workspace, value, size);
  if (which == CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK) std::memcpy(&to.reductions, value, size);
  return CUBLAS_STATUS_SUCCESS;
}

/// Four algorithms: 11 and 13 are slow, 12 is fast, 14 is said to be faster yet and does not run.
cublasStatus_t cublasLtMatmulAlgoGetHeuristic(cublasLtHandle_t, cublasLtMatmulDesc_t description,
                                              cublasLtMatrixLayout_t w, cublasLtMatrixLayout_t a,
                                              cublasLtMatrixLayout_t c, cublasLtMatrixLayout_t d,
                                              cublasLtMatmulPreference_t preference, int wanted,
                                              cublasLtMatmulHeuristicResult_t* found, int* count) {
  const Preference& prefer = inside<Preference>(preference);
  const bool can = supported(inside<Description>(description), inside<Matrix>(w), inside<Matrix>(a),
                             inside<Matrix>(c), inside<Matrix>(d)) &&
                   prefer.reductions == CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE &&
                   prefer.workspace > 0;
  if (!can) return CUBLAS_STATUS_NOT_SUPPORTED;
  *count = std::min(wanted, 5);
  for (int i = 0; i < *count; ++i) {
    found[i] = {};
    found[i].algo.data[0] = static_cast<std::uint64_t>(11 + i);
    found[i].state = i == 4 ? CUBLAS_STATUS_NOT_SUPPORTED : CUBLAS_STATUS_SUCCESS;
  }
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulAlgoConfigGetAttribute(const cublasLtMatmulAlgo_t* algo,
                                                    cublasLtMatmulAlgoConfigAttributes_t which,
                                                    void* value, std::size_t size, std::size_t*) {
  const std::int32_t id = which == CUBLASLT_ALGO_CONFIG_ID ? id_of(*algo) : 1;
  std::memcpy(value, &id, size);
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmul(cublasLtHandle_t, cublasLtMatmulDesc_t description, const void* alpha,
                              const void* w, cublasLtMatrixLayout_t w_layout, const void* a,
                              cublasLtMatrixLayout_t, const void* beta, const void*,
                              cublasLtMatrixLayout_t, void* d, cublasLtMatrixLayout_t d_layout,
                              const cublasLtMatmulAlgo_t* algo, void*, std::size_t, cudaStream_t) {
  if (id_of(*algo) == 14) return CUBLAS_STATUS_EXECUTION_FAILED;
  seconds_spent += id_of(*algo) == 12 ? 1e-3 : 3e-3;
  const Description& how = inside<Description>(description);
  const Matrix& weights = inside<Matrix>(w_layout);
  const Matrix& result = inside<Matrix>(d_layout);
  if (element(beta, how.scale, 0) != 0) return CUBLAS_STATUS_INVALID_VALUE;
  if (mode == FakeMode::writes_nothing) return CUBLAS_STATUS_SUCCESS;
  const auto k = static_cast<std::int64_t>(weights.rows);
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(result.cols); ++i) {
    for (std::int64_t j = 0; j < static_cast<std::int64_t>(result.rows); ++j) {
      const float sum = dot(how, weights.type, w, j * k, a, i * k, k);
      store(d, result.type, i * result.ld + j, element(alpha, how.scale, 0) * sum);
    }
  }
  return CUBLAS_STATUS_SUCCESS;
}
}
