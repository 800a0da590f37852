// y = W x summed in f32: per weight 1 multiply and 1 add, 1 load from memory and 1 of x from the
// cache; weights of 16 bits are widened as they are loaded.
#include "kernels/gemv/row_product.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {
namespace {

/// T: of weights and results.  x is f32.
template <class T>
struct Widened {
  using Sum = vf32;
  using Total = float;
  static constexpr int unrolled = 8, elements = lanes;
  static constexpr int w_bytes = lanes * sizeof(T), x_bytes = 4 * lanes;
  ROOFMARK_LEAF vf32 multiply(vf32 sum, const char* w, const char* x) {
    return sum + load(reinterpret_cast<const T*>(w)) * load(reinterpret_cast<const float*>(x));
  }
  ROOFMARK_LEAF vf32 add(vf32 a, vf32 b) { return a + b; }
  ROOFMARK_LEAF float total(vf32 sums) { return sum(sums); }
  ROOFMARK_LEAF float rest(const char* w, const char* x, std::int64_t count) {
    float sum = 0;
    for (std::int64_t i = 0; i < count; ++i) {
      sum += load_one(reinterpret_cast<const T*>(w) + i) * reinterpret_cast<const float*>(x)[i];
    }
    return sum;
  }
  ROOFMARK_LEAF void finish(const RowProduct& of, std::int64_t row, float total) {
    store_one(reinterpret_cast<T*>(of.y) + row, total);
  }
};

template <class T>
void widen(const char* x, char* to, std::int64_t k) {
  const T* from = reinterpret_cast<const T*>(x);
  float* wide = reinterpret_cast<float*>(to);
  std::int64_t i = 0;
  for (; i + lanes <= k; i += lanes) store(wide + i, load(from + i));
  for (; i < k; ++i) wide[i] = load_one(from + i);
}

}  // namespace

const RowLeaf gemv_f32{row_product<Widened<float>>};
const RowLeaf gemv_f16{row_product<Widened<f16>>, widen<f16>};
const RowLeaf gemv_bf16{row_product<Widened<bf16>>, widen<bf16>};

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
