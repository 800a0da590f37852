// Whole numbers and a scale in place of one fresh key or value: two passes over a row in the cache.
#include <cstdint>

#include "kernels/attention/attention_rows.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {
namespace {

template <class T>
void quantize(const T* x, std::int64_t count, std::int8_t* y, float* scale) {
  float most = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    const float value = load_one(x + i), size = value < 0 ? -value : value;
    most = size > most ? size : most;
  }
  *scale = most / 127;
  for (std::int64_t i = 0; i < count; ++i) {
    // Adding 1.5 * 2^23 rounds to a whole number.
    const float whole = most > 0 ? load_one(x + i) * (127 / most) + 0x1.8p23f : 0x1.8p23f;
    y[i] = static_cast<std::int8_t>(whole - 0x1.8p23f);
  }
}

}  // namespace

void attention_quantize(const void* x, KvElement type, std::int64_t head_dim, std::int8_t* y,
                        float* scale) {
  if (type == KvElement::f32) quantize(at<float>(x, 0), head_dim, y, scale);
  if (type == KvElement::bf16) quantize(at<bf16>(x, 0), head_dim, y, scale);
  if (type == KvElement::f16) quantize(at<f16>(x, 0), head_dim, y, scale);
}

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
