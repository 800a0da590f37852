// Matrix-vector product of f16 by the widening multiply-adds of FEAT_FHM: per 8 weights 2 of them
// and 2 loads, of x as it is stored.
#include "core/dot.isa.h"
#include "kernels/gemv/row_product.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {
namespace {

struct RowHalves {
  using Sum = vf32;
  using Total = float;
  static constexpr std::int64_t ahead = ahead_of_narrow;
  static constexpr int unrolled = 8, elements = 2 * lanes;
  static constexpr int w_bytes = ROOFMARK_VECTOR_BYTES, x_bytes = ROOFMARK_VECTOR_BYTES;
  ROOFMARK_LEAF vf32 multiply(vf32 sum, const char* w, const char* x) {
    return add_products(sum, load_u32(x), load_u32(w));
  }
  ROOFMARK_LEAF vf32 add(vf32 a, vf32 b) { return a + b; }
  ROOFMARK_LEAF float total(vf32 sums) { return sum(sums); }
  ROOFMARK_LEAF float rest(const char* w, const char* x, std::int64_t count) {
    float sum = 0;
    for (std::int64_t i = 0; i < count; ++i) {
      sum += load_one(reinterpret_cast<const f16*>(w) + i) *
             load_one(reinterpret_cast<const f16*>(x) + i);
    }
    return sum;
  }
  ROOFMARK_LEAF void finish(const RowProduct& of, std::int64_t row, float total) {
    store_one(reinterpret_cast<f16*>(of.y) + row, total);
  }
};

}  // namespace

const RowLeaf gemv_f16{row_product<RowHalves>};

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
