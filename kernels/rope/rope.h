// One rotary position embedding over [tokens, heads, head_dim], and whether its result is right.
#pragma once

#include "core/parallel.h"
#include "core/shape.h"
#include "kernels/cpu_task.h"
#include "kernels/native.h"
#include "kernels/rope/rope.isa.h"
#include "kernels/rope/rope_model.h"

namespace roofmark {

/// Operands: x.  The sines and cosines are those of positions 0, 1, ... and the same at each
/// launch, as they are for every layer.  Whole tokens are spread over threads: those of a decode
/// step are shorter than a fork and join.
template <class T>
class Rope {
 public:
  Rope(RopeLeaf<T> leaf, const Shape& shape, int threads)
      : leaf_(leaf),
        tokens_(shape.at("tokens")),
        heads_(shape.at("heads")),
        half_(shape.at("head_dim") / 2),
        threads_(threads),
        angles_(rope_angles(tokens_, 2 * half_)) {}

  std::vector<Array> operands() const { return {{type_of<T>, tokens_ * heads_ * 2 * half_}}; }
  std::vector<Array> results() const { return operands(); }

  void part(int thread, const Operands& x, const Results& y) const {
    const float *cosines = angles_.cosines.data(), *sines = angles_.sines.data();
    const auto [begin, end] = share_of(tokens_, thread, threads_);
    const std::int64_t at = begin * heads_ * 2 * half_;
    leaf_(array_of<T>(x[0]) + at, cosines + begin * half_, sines + begin * half_,
          array_of<T>(y[0]) + at, end - begin, heads_, half_);
  }

  double error(const Operands& x, const Operands& y) const {
    return rope_error(x[0], angles_.cosines.data(), angles_.sines.data(), y[0], type_of<T>, tokens_,
                      heads_, 2 * half_);
  }

 private:
  RopeLeaf<T> leaf_;
  std::int64_t tokens_, heads_, half_;
  int threads_;
  RopeAngles angles_;
};

}  // namespace roofmark
