// Matrix-vector product of f16 by the widening multiply-adds of FEAT_FHM: per 8 weights 2 of them
// and 2 loads, of x as it is stored.
#include "core/dot.isa.h"
#include "kernels/gemv/row_product.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {
namespace {

struct RowHalves : RowOfPairs<f16> {
  ROOFMARK_LEAF vf32 multiply(vf32 sum, const char* w, const char* x) {
    return add_products(sum, load_u32(x), load_u32(w));
  }
};

}  // namespace

const RowLeaf gemv_f16{row_product<RowHalves>};

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
