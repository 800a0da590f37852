// Matrix product of f16 by the widening multiply-adds of FEAT_FHM: per unit of k and six rows, 24
// of them on 4 vectors of weights, none of which is converted, nor any of A.
#include "core/dot.isa.h"
#include "kernels/gemm/panel_product.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {
namespace {

struct Halves {
  using Sum = vf32;
  using Weight = vu16;
  using Spread = vu16;
  using Out = f16;
  using Kept = vf32;
  static constexpr int unit_bytes = 2, weight_bytes = 2 * lanes;
  static constexpr bool resumes = true;
  static constexpr int at_once = 1;
  ROOFMARK_LEAF vf32 start(const Block&, std::int64_t) { return vf32{}; }
  ROOFMARK_LEAF vf32 keep(vf32, vf32 sum, const f16*) { return sum; }
  ROOFMARK_LEAF vu16 weight(const char* w) { return *reinterpret_cast<const vu16_unaligned*>(w); }
  ROOFMARK_LEAF vu16 spread(const char* a) {
    return vu16{} + *reinterpret_cast<const std::uint16_t*>(a);
  }
  ROOFMARK_LEAF vf32 multiply(vf32 sum, vu16 a, vu16 w) { return add_products(sum, a, w); }
  ROOFMARK_LEAF void finish(f16* c, vf32 sum, const f16*, float) { store(c, sum); }
};

}  // namespace

const PanelLeaf gemm_f16{
    .product = panel_product<Halves>, .columns = panel_columns, .unit_bytes = Halves::unit_bytes};

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
