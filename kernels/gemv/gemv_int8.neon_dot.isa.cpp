// Matrix-vector product of 8 bits by the dot products of FEAT_DotProd.
#include "kernels/gemv/gemv_int8.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {
namespace {

struct RowQuads : RowInt8 {
  using Sum = vi32;
  static constexpr int unrolled = 8;
  ROOFMARK_LEAF vi32 multiply(vi32 sums, const char* w, const char* x) {
    return dot_s8(sums, load_u32(w), load_u32(x));
  }
  ROOFMARK_LEAF vi32 add(vi32 a, vi32 b) { return a + b; }
  ROOFMARK_LEAF std::int32_t total(vi32 sums) { return sum(sums); }
};

}  // namespace

const RowLeaf gemv_int8{row_product<RowQuads>};

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
