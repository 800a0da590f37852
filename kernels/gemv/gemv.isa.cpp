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
  static constexpr std::int64_t ahead = ahead_of_narrow, near = ahead_by_l2;
  static constexpr int beside = beside_products;
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

/// bf16, two to a lane: the upper one of 4 bytes is an f32 once the lower is masked off, and the
/// lower one once it is shifted up, which takes half the instructions of widening each vector.  x
/// is f32, of every 2 lanes elements the even ones first.
struct Bf16Pairs : Widened<bf16> {
  static constexpr int unrolled = 4, elements = 2 * lanes;
  static constexpr int w_bytes = ROOFMARK_VECTOR_BYTES, x_bytes = 2 * ROOFMARK_VECTOR_BYTES;
  struct Sum {
    vf32 even, odd;
  };
  ROOFMARK_LEAF Sum multiply(Sum sums, const char* w, const char* x) {
    const vu32 pairs = load_u32(w);
    const float* wide = reinterpret_cast<const float*>(x);
    return {sums.even + (vf32)(pairs << 16) * load(wide),
            sums.odd + (vf32)(pairs & 0xffff0000) * load(wide + lanes)};
  }
  ROOFMARK_LEAF Sum add(Sum a, Sum b) { return {a.even + b.even, a.odd + b.odd}; }
  ROOFMARK_LEAF float total(Sum sums) { return sum(sums.even + sums.odd); }
};

void widen_pairs(const char* x, char* to, std::int64_t k) {
  const bf16* from = reinterpret_cast<const bf16*>(x);
  float* wide = reinterpret_cast<float*>(to);
  std::int64_t i = 0;
  for (; i + 2 * lanes <= k; i += 2 * lanes) {
    const vu32 pairs = load_u32(reinterpret_cast<const char*>(from + i));
    store(wide + i, (vf32)(pairs << 16));
    store(wide + i + lanes, (vf32)(pairs & 0xffff0000));
  }
  for (; i < k; ++i) wide[i] = load_one(from + i);
}

}  // namespace

const RowLeaf gemv_f32{row_product<Widened<float>>};
const RowLeaf gemv_f16{row_product<Widened<f16>>, widen<f16>};
const RowLeaf gemv_bf16{row_product<Bf16Pairs>, widen_pairs};

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
