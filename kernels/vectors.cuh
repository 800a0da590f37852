// Vectors of 16 bytes as numbers, and code for each type of element.
#pragma once

#include <cstdint>

#include "core/gpu.cuh"
#include "kernels/element.h"

namespace roofmark::gpu {

template <class T>
constexpr int per_vector = 16 / static_cast<int>(sizeof(T));

template <class T>
ROOFMARK_DEVICE void unpack16(uint4 v, float (&x)[per_vector<T>]) {
  if constexpr (sizeof(T) == 4) {
    __builtin_memcpy(&x, &v, sizeof v);
  } else {
    unpack<T>(v.x, x[0], x[1]);
    unpack<T>(v.y, x[2], x[3]);
    unpack<T>(v.z, x[4], x[5]);
    unpack<T>(v.w, x[6], x[7]);
  }
}

/// Rounded to nearest, ties to even.
template <class T>
ROOFMARK_DEVICE uint4 pack16(const float (&x)[per_vector<T>]) {
  uint4 v;
  if constexpr (sizeof(T) == 4) {
    __builtin_memcpy(&v, &x, sizeof v);
  } else {
    v.x = pack<T>(x[0], x[1]);
    v.y = pack<T>(x[2], x[3]);
    v.z = pack<T>(x[4], x[5]);
    v.w = pack<T>(x[6], x[7]);
  }
  return v;
}

/// body(T{}) for the type that `element` names.
template <class Body>
void with_element(Element element, Body body) {
  switch (element) {
    case Element::f32:
      return body(float{});
    case Element::bf16:
      return body(Bf16{});
    case Element::f16:
      return body(F16{});
  }
}

}  // namespace roofmark::gpu
