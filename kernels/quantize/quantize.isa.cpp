// Dynamic quantization to int8: per element 3 ops (maximum, multiplication, rounding), 1 load and
// one byte stored to memory.  A row needs its maximum first, so it is quantized while the next
// one's is found, as in RMSNorm.
#include <cstdint>

#include "kernels/rows.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {
namespace {

constexpr int unrolled = 4;  // vectors a turn: four of them make one of bytes
constexpr int step = unrolled * lanes;

typedef std::int8_t vi8 __attribute__((vector_size(ROOFMARK_VECTOR_BYTES)));
typedef std::int8_t vi8_unaligned
    __attribute__((vector_size(ROOFMARK_VECTOR_BYTES), aligned(1), may_alias));

// Adding 1.5 * 2^23 rounds to a whole number, which is then in the low bits.
constexpr float to_whole = 0x1.8p23f;

/// Bytes of a vector of whole numbers in [-127, 127].
ROOFMARK_LEAF void store_bytes(std::int8_t* at, vi32 whole) {
  typedef std::int8_t bytes_of_lanes __attribute__((vector_size(lanes), aligned(1), may_alias));
  bytes_of_lanes bytes;
#if defined(__AVX512F__)
  asm("vpmovdb %1, %0" : "=v"(bytes) : "v"(whole));
#else
  bytes = __builtin_convertvector(whole, bytes_of_lanes);
#endif
  *reinterpret_cast<bytes_of_lanes*>(at) = bytes;
}
/// Bytes of four vectors.
ROOFMARK_LEAF void store_bytes(std::int8_t* at, const vi32 (&whole)[unrolled]) {
#if defined(__AVX2__) && !defined(__AVX512F__)
  // Packing leaves groups of four bytes of vectors 0 1 2 3 0 1 2 3.
  const vi32 order = {0, 4, 1, 5, 2, 6, 3, 7};
  vi32 low, high;
  asm("vpackssdw %2, %1, %0" : "=x"(low) : "x"(whole[0]), "x"(whole[1]));
  asm("vpackssdw %2, %1, %0" : "=x"(high) : "x"(whole[2]), "x"(whole[3]));
  asm("vpacksswb %1, %0, %0\n vpermd %0, %2, %0" : "+x"(low) : "x"(high), "x"(order));
  *reinterpret_cast<vi8_unaligned*>(at) = (vi8_unaligned)low;
#elif defined(__x86_64__) && !defined(__AVX512F__)
  vi32 low = whole[0], high = whole[2];
  asm("packssdw %1, %0" : "+x"(low) : "x"(whole[1]));
  asm("packssdw %1, %0" : "+x"(high) : "x"(whole[3]));
  asm("packsswb %1, %0" : "+x"(low) : "x"(high));
  *reinterpret_cast<vi8_unaligned*>(at) = (vi8_unaligned)low;
#else
  for (int u = 0; u < unrolled; ++u) store_bytes(at + u * lanes, whole[u]);
#endif
}

ROOFMARK_LEAF vf32 magnitude(vf32 v) { return (vf32)((vu32)v & 0x7fffffff); }

/// The largest |x| of a row so far, and of what is left of it after its vectors.
struct Largest {
  Chains chains;
  float rest = 0;
};
ROOFMARK_LEAF float largest(const Largest& most) {
  const float value = largest(most.chains);
  return most.rest > value ? most.rest : value;
}
/// `step` elements.  Asks for the row's next ones, where there is another row.
template <bool ASKS, class T>
ROOFMARK_LEAF void look_at(Largest& most, const T* x) {
  for (int u = 0; u < step / unit<T>; ++u) {
    if (ASKS) ask<Stores::ordinary>(x + u * unit<T>, u);
    const auto sizes = each(
        load_unit(x + u * unit<T>),
        [](vf32 v) __attribute__((always_inline)) { return magnitude(v); });
    raise(most.chains, u, sizes);
  }
}
/// `lanes` elements.
template <class T>
ROOFMARK_LEAF void look_at_vector(Largest& most, const T* x) {
  raise(most.chains, 0, magnitude(load(x)));
}
template <class T>
ROOFMARK_LEAF void look_at_one(Largest& most, const T* x) {
  const float value = __builtin_fabsf(load_one(x));
  most.rest = value > most.rest ? value : most.rest;
}

template <class T>
ROOFMARK_LEAF float largest_of_row(const T* x, std::int64_t cols) {
  Largest most;
  std::int64_t i = 0;
  for (; i + step <= cols; i += step) {
    look_at<false>(most, x + i);
  }
  for (; i + lanes <= cols; i += lanes) look_at_vector(most, x + i);
  for (; i < cols; ++i) look_at_one(most, x + i);
  return largest(most);
}

ROOFMARK_LEAF vi32 rounded(vf32 v, vf32 inverse) {
  return (vi32)(v * inverse + broadcast(to_whole)) - 0x4b400000;  // the bits of to_whole
}

/// q = round(x inverse) over one row.  Unless it is the last, returns the largest |x| of the next.
template <bool LAST, class T>
ROOFMARK_LEAF float quantize_row(const T* x, std::int8_t* q, std::int64_t cols, float inverse) {
  const T* next = x + cols;
  const vf32 factor = broadcast(inverse);
  Largest most;
  std::int64_t i = 0;
  for (; i + step <= cols; i += step) {
    if (!LAST) {
      look_at<true>(most, next + i);
      ask_to_write<Stores::ordinary>(q + i, 0);
    }
    vi32 whole[unrolled];
    for (int u = 0; u < unrolled; ++u) whole[u] = rounded(load(x + i + u * lanes), factor);
    store_bytes(q + i, whole);
  }
  for (; i + lanes <= cols; i += lanes) {
    if (!LAST) look_at_vector(most, next + i);
    store_bytes(q + i, rounded(load(x + i), factor));
  }
  for (; i < cols; ++i) {
    if (!LAST) look_at_one(most, next + i);
    q[i] = static_cast<std::int8_t>(rounded(broadcast(load_one(x + i)), factor)[0]);
  }
  return largest(most);
}

template <class T>
ROOFMARK_LEAF void quantize_rows(const T* x, std::int8_t* q, float* scales, std::int64_t rows,
                                 std::int64_t cols) {
  float most = rows > 0 ? largest_of_row(x, cols) : 0;
  for (std::int64_t r = 0; r < rows; ++r, x += cols, q += cols) {
    const float inverse = most > 0 ? 127.0f / most : 0;
    scales[r] = most / 127.0f;
    most = r + 1 < rows ? quantize_row<false>(x, q, cols, inverse)
                        : quantize_row<true>(x, q, cols, inverse);
  }
}

}  // namespace

#define ROOFMARK_DEFINE(T)                                                                         \
  void quantize(const T* x, std::int8_t* q, float* scales, std::int64_t rows, std::int64_t cols) { \
    quantize_rows(x, q, scales, rows, cols);                                                       \
  }
ROOFMARK_EACH_ELEMENT(ROOFMARK_DEFINE)

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
