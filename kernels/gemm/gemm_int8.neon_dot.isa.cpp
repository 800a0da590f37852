// Matrix product of 8 bits in quadruples: per four of k and six rows, 24 dot products on 4 vectors
// of weights.
#include "core/dot.isa.h"
#include "kernels/gemm/gemm_int8.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {
namespace {

struct Quads : Int8 {
  using Weight = vu32;
  using Spread = vu32;
  ROOFMARK_LEAF vu32 weight(const char* w) { return load_u32(w); }
  ROOFMARK_LEAF vu32 spread(const char* a) { return broadcast_u32(a); }
  ROOFMARK_LEAF vi32 multiply(vi32 sum, vu32 a, vu32 w) { return dot_s8(sum, a, w); }
};

}  // namespace

const PanelLeaf gemm_int8{panel_product<Quads>, panel_columns, 4, pad_row, true};

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
