// Matrix product of 8 bits on instruction sets without dot products: pairs of 16 bits are
// multiplied and added, the even and the odd bytes of a quadruple apart.
#include "kernels/gemm/gemm_int8.isa.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace roofmark::ROOFMARK_ISA_NAMESPACE {
namespace {

typedef std::int16_t vi16 __attribute__((vector_size(ROOFMARK_VECTOR_BYTES)));

/// Bytes 0 and 2, and 1 and 3, of each lane as 16-bit numbers.
struct Halves {
  vi16 even, odd;
};

ROOFMARK_LEAF Halves halves(vu32 bytes) {
  const vi16 all = (vi16)bytes;
  return {(all << 8) >> 8, all >> 8};
}

/// a[2i] b[2i] + a[2i+1] b[2i+1].
ROOFMARK_LEAF vi32 pair_sums(vi16 a, vi16 b) {
#if defined(__AVX512BW__)
  return (vi32)_mm512_madd_epi16((__m512i)a, (__m512i)b);
#elif defined(__AVX2__)
  return (vi32)_mm256_madd_epi16((__m256i)a, (__m256i)b);
#elif defined(__x86_64__)
  return (vi32)_mm_madd_epi16((__m128i)a, (__m128i)b);
#else
  return (vi32)vpaddq_s32(vmull_s16(vget_low_s16((int16x8_t)a), vget_low_s16((int16x8_t)b)),
                          vmull_high_s16((int16x8_t)a, (int16x8_t)b));
#endif
}

struct Pairs : Int8 {
  using Weight = Halves;
  using Spread = Halves;
  ROOFMARK_LEAF Halves weight(const char* w) { return halves(load_u32(w)); }
  ROOFMARK_LEAF Halves spread(const char* a) { return halves(broadcast_u32(a)); }
  ROOFMARK_LEAF vi32 multiply(vi32 sum, Halves a, Halves w) {
    return sum + pair_sums(a.even, w.even) + pair_sums(a.odd, w.odd);
  }
};

}  // namespace

const PanelLeaf gemm_int8{panel_product<Pairs>, panel_columns, 4, pad_row, true};

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
