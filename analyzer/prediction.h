// How long an operator would take on the machine of a run: from what the run's kernels reached.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "analyzer/accounting.h"
#include "analyzer/roofline.h"
#include "core/measurement.h"

namespace roofmark {

/// Predicts calls of kernels on one device of a run:
///
///   measured      the fastest row of the run with the call's kernel, format and shape
///   interpolated  seconds at the roof / share.  A row's share is its seconds at the roof / its own
///                 seconds.  It is interpolated linearly in the logarithms of extent and share
///                 between two rows of one kernel, format, variant and number of threads that
///                 differ from the call in one extent and enclose it, else weighted with the
///                 inverse square of the distance in the logarithms of the extents (Shepard 1968,
///                 doi:10.1145/800186.810616) where rows enclose it in every extent.
///   extrapolated  the same beyond the rows: the share at the nearest place that they enclose, by
///                 distance in the logarithms of the extents, is carried over unchanged
///   ceiling       seconds at the measured roof: no row is like it
///   spec          seconds at the theoretical roof: the run has no ceiling for it either
///
/// Of several variants and numbers of threads the largest share counts, those that enclose the call
/// or come nearest to doing so as they are, the share of others divided by e^(distance - least
/// distance): a product measured on one row alone says little of a thousand rows, and no variant
/// appears or vanishes at once where its rows end.
///
/// Rows whose operands lie in a cache, and rows of grade X, say nothing of a call.  Shapes are
/// compared as measured() has them (analyzer/operators.h), a gemv being a gemm of one row, formats
/// by name: both types of 16 bits are alike.
class Predictor {
 public:
  /// `of_run` is the run's own analysis; both roofs are of that device.  The run outlives this.
  /// `exact` says the work of what is measured in another format than it is counted in
  /// (measured(), analyzer/operators.h); without it such calls are predicted where a row has their
  /// shape alone.
  Predictor(const Run& run, const Analysis& of_run, const std::string& device, Roofline measured,
            Roofline theoretical, WorkModel exact = {});

  Prediction operator()(const CountedOperator& op) const;

 private:
  /// A row of the run, and how much of the roof it reaches.
  struct Reached {
    const Measurement* row;
    Shape shape;
    Seconds seconds;
    Known<double> share;
    std::vector<double> place;  ///< logarithms of its extents
  };
  using Series = std::vector<const Reached*>;

  static Known<double> along_one_extent(const Series& rows, const std::vector<double>& place);
  static double among_all(const Series& rows, const std::vector<double>& place);
  /// What one variant on one number of threads is expected to reach at a place.
  struct Expected {
    double share = 0;
    double distance = 0;  ///< of the place from those that the rows enclose
  };
  static Expected expected_of(const Series& rows, const std::vector<double>& place);
  /// Of them all: the largest share, and the least distance.
  static Known<Expected> expected(const std::vector<Reached>& rows, const Shape& shape);
  /// Seconds at the measured roof of what is measured in the call's place.
  Known<Seconds> measured_roof(const CountedOperator& op, const Operator& row) const;

  Roofline measured_, theoretical_;
  WorkModel exact_;
  std::map<std::pair<std::string, std::string>, std::vector<Reached>> rows_;  ///< kernel, format
};

}  // namespace roofmark
