// Matrix product of 8 bits by the tiles of AMX-INT8, signed by signed.
#include "kernels/gemm/tile_product.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {
namespace {

struct Tiles {
  using Out = std::int8_t;
  ROOFMARK_TILE_MATH("tdpbssd")

  /// Rounded to nearest, ties to even.  What is above 127 is cut off first, for such as no int32
  /// holds becomes the least.
  ROOFMARK_LEAF void finish(std::int8_t* c, const char* sums, const float* factors) {
    typedef std::int8_t vi8 __attribute__((vector_size(lanes)));
    typedef std::int8_t vi8_unaligned __attribute__((vector_size(lanes), aligned(1), may_alias));
    for (int v = 0; v < square / lanes; ++v) {
      vf32 value = __builtin_convertvector((vi32)load_u32(sums + v * ROOFMARK_VECTOR_BYTES), vf32) *
                   load(factors + v * lanes);
      const vf32 most = broadcast(127);
      vi8 bytes;
      asm("vminps %1, %0, %0\n vcvtps2dq %0, %0" : "+v"(value) : "v"(most));
      asm("vpmovsdb %1, %0" : "=v"(bytes) : "v"(value));
      *reinterpret_cast<vi8_unaligned*>(c + v * lanes) = bytes;
    }
  }
};

}  // namespace

const PanelLeaf gemm_int8{.product = tile_product<Tiles>,
                          .columns = square,
                          .unit = 4,
                          .step = step_bytes / 4,
                          .pack = pack_tiles,
                          .packed_bytes = packed_bytes_of_tiles,
                          .sums_bytes = sums_of_tiles};

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
