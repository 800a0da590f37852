// What a key/value cache occupies: the same for reading it as for keeping it.
#pragma once

#include "core/format.h"

namespace roofmark {

/// Of a cache of integers each vector (the key or the value of a head, a latent vector, a rotated
/// key) has a scale of its own in f32, as the kernels here quantize fresh ones: max |x_i| / 127.
/// Floating point needs none; that which fp8 models are published with is one for a whole tensor.
inline double scale_bytes_of_cached(DType type) {
  const bool integer =
      type == DType::i8 || type == DType::i4 || type == DType::i2 || type == DType::i1;
  return integer ? 4 : 0;
}

/// Bytes of one such vector.
inline double cached_bytes(double elements, DType type) {
  return elements * bytes(type) + scale_bytes_of_cached(type);
}

}  // namespace roofmark
