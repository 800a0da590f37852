// Matrix product of 8 bits on instruction sets without dot products: pairs of 16 bits are
// multiplied and added, the even and the odd bytes of a quadruple apart.
#include "kernels/gemm/gemm_int8.isa.h"

#include "core/dot.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {
namespace {

struct Pairs : Int8 {
  using Weight = ByteHalves;
  using Spread = ByteHalves;
  ROOFMARK_LEAF ByteHalves weight(const char* w) { return byte_halves(load_u32(w)); }
  ROOFMARK_LEAF ByteHalves spread(const char* a) { return byte_halves(broadcast_u32(a)); }
  ROOFMARK_LEAF vi32 multiply(vi32 sum, ByteHalves a, ByteHalves w) { return dot_s8(sum, a, w); }
};

}  // namespace

const PanelLeaf gemm_int8{panel_product<Pairs>, panel_columns, 4, pad_row, true};

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
