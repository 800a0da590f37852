// Matrix products summed in f32, of f32 weights and of 16-bit ones that are widened as they are
// loaded: per unit of k and six rows, 24 (12 in 16 registers) fused multiply-adds on 4 (2) vectors
// of weights.
#include "kernels/gemm/panel_product.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {
namespace {

/// T: of weights and results.  A is f32.
template <class T>
struct Widened {
  using Sum = vf32;
  using Weight = vf32;
  using Spread = vf32;
  using Out = T;
  static constexpr int unit_bytes = 4, weight_bytes = lanes * sizeof(T);
  using Kept = vf32;
  static constexpr bool resumes = true;
  static constexpr int at_once = vector_registers == 32 ? 4 : 1;  // sums stay in registers
  ROOFMARK_LEAF vf32 start(const Block&, std::int64_t) { return vf32{}; }
  ROOFMARK_LEAF vf32 keep(vf32, vf32 sum, const f16*) { return sum; }
  ROOFMARK_LEAF vf32 weight(const char* w) { return load(reinterpret_cast<const T*>(w)); }
  ROOFMARK_LEAF vf32 spread(const char* a) { return broadcast(*reinterpret_cast<const float*>(a)); }
  ROOFMARK_LEAF vf32 multiply(vf32 sum, vf32 a, vf32 w) { return sum + a * w; }
  ROOFMARK_LEAF void finish(T* c, vf32 sum, const f16*, float) { store(c, sum); }
};

template <class T>
static std::int32_t widen(const char* row, char* to, std::int64_t k) {
  const T* from = reinterpret_cast<const T*>(row);
  float* wide = reinterpret_cast<float*>(to);
  std::int64_t i = 0;
  for (; i + lanes <= k; i += lanes) store(wide + i, load(from + i));
  for (; i < k; ++i) wide[i] = load_one(from + i);
  return 0;
}

}  // namespace

const PanelLeaf gemm_f32{panel_product<Widened<float>>, panel_columns};
const PanelLeaf gemm_f16{panel_product<Widened<f16>>, panel_columns, 1, widen<f16>};
const PanelLeaf gemm_bf16{panel_product<Widened<bf16>>, panel_columns, 1, widen<bf16>};

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
