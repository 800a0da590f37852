// One RMSNorm, LayerNorm, or RMSNorm after a residual add over [rows, cols], and whether its result
// is right.  Whole rows are spread over threads; where there are fewer rows than threads the rest
// have nothing to do: a decode step's single row is shorter than a fork and join, and the sum over
// it keeps one order.
#pragma once

#include "core/parallel.h"
#include "core/shape.h"
#include "kernels/cpu_task.h"
#include "kernels/native.h"
#include "kernels/norm/norm.isa.h"
#include "kernels/norm/norm_model.h"

namespace roofmark {

/// Operands: x [rows, cols] and w [cols].
template <class T>
class Norm {
 public:
  Norm(NormLeaf<T> leaf, const Shape& shape, int threads)
      : leaf_(leaf), rows_(shape.at("rows")), cols_(shape.at("cols")), threads_(threads) {}

  std::vector<Array> operands() const { return {{type_of<T>, rows_ * cols_}, {type_of<T>, cols_}}; }
  std::vector<Array> results() const { return {{type_of<T>, rows_ * cols_}}; }

  void part(int thread, const Operands& x, const Results& y) const {
    const auto [begin, end] = share_of(rows_, thread, threads_);
    leaf_(array_of<T>(x[0]) + begin * cols_, array_of<T>(x[1]), array_of<T>(y[0]) + begin * cols_,
          end - begin, cols_, norm_eps);
  }

  double error(const Operands& x, const Operands& y) const {
    return norm_error(x[0], x[1], nullptr, y[0], type_of<T>, rows_, cols_);
  }

 private:
  NormLeaf<T> leaf_;
  std::int64_t rows_, cols_;
  int threads_;
};

/// Operands: x [rows, cols], w and b [cols].
template <class T>
class LayerNorm {
 public:
  LayerNorm(LayerNormLeaf<T> leaf, const Shape& shape, int threads)
      : leaf_(leaf), rows_(shape.at("rows")), cols_(shape.at("cols")), threads_(threads) {}

  std::vector<Array> operands() const {
    return {{type_of<T>, rows_ * cols_}, {type_of<T>, cols_}, {type_of<T>, cols_}};
  }
  std::vector<Array> results() const { return {{type_of<T>, rows_ * cols_}}; }

  void part(int thread, const Operands& x, const Results& y) const {
    const auto [begin, end] = share_of(rows_, thread, threads_);
    leaf_(array_of<T>(x[0]) + begin * cols_, array_of<T>(x[1]), array_of<T>(x[2]),
          array_of<T>(y[0]) + begin * cols_, end - begin, cols_, norm_eps);
  }

  double error(const Operands& x, const Operands& y) const {
    return norm_error(x[0], x[1], x[2], y[0], type_of<T>, rows_, cols_);
  }

 private:
  LayerNormLeaf<T> leaf_;
  std::int64_t rows_, cols_;
  int threads_;
};

/// Operands: x and r [rows, cols], w [cols].  Results: h and y [rows, cols].
template <class T>
class AddNorm {
 public:
  AddNorm(AddNormLeaf<T> leaf, const Shape& shape, int threads)
      : leaf_(leaf), rows_(shape.at("rows")), cols_(shape.at("cols")), threads_(threads) {}

  std::vector<Array> operands() const {
    const std::int64_t count = rows_ * cols_;
    return {{type_of<T>, count}, {type_of<T>, count}, {type_of<T>, cols_}};
  }
  std::vector<Array> results() const {
    return {{type_of<T>, rows_ * cols_}, {type_of<T>, rows_ * cols_}};
  }

  void part(int thread, const Operands& x, const Results& y) const {
    const auto [begin, end] = share_of(rows_, thread, threads_);
    const std::int64_t at = begin * cols_;
    leaf_(array_of<T>(x[0]) + at, array_of<T>(x[1]) + at, array_of<T>(x[2]), array_of<T>(y[0]) + at,
          array_of<T>(y[1]) + at, end - begin, cols_, norm_eps);
  }

  double error(const Operands& x, const Operands& y) const {
    return worse(add_error(x[0], x[1], y[0], type_of<T>, rows_ * cols_),
                 norm_error(y[0], x[2], nullptr, y[1], type_of<T>, rows_, cols_));
  }

 private:
  AddNormLeaf<T> leaf_;
  std::int64_t rows_, cols_;
  int threads_;
};

}  // namespace roofmark
