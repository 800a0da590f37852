// Where a rate over sizes is flat: between its plateaus it falls from one to the next.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace roofmark {

/// Neighbours that have one rate.
struct Flat {
  std::size_t first = 0, last = 0;  ///< inclusive
  double value = 0;                 ///< median
};

/// The most likely plateaus of positive rates at ascending positive sizes, in the logarithms of
/// both: pieces are level, or fall (or rise) along a line by at least 26 % per octave, or are
/// single rates that lie anywhere.  Dynamic programming over all ends of pieces minimizes the sum
/// of
///     level   n (ln 2s + 1) + 3/2 ln N      s: mean distance from the median (Laplace's scatter)
///     slope   n (ln 2s + 1) +   2 ln N      s: mean distance from the line of least squares
///     single  ln R                          R: ln of the largest / smallest rate, at least 1
/// n: rates of the piece, at least three; N: all rates; s is at least 1.5 % and at least what most
/// neighbours differ by.  1/2 ln N is the price of each parameter: rate, slope, scatter, end
/// (Schwarz 1978, doi:10.1214/aos/1176344136).  Medians are robust: a disturbed rate costs its
/// plateau little. A rate does not rise with the size: a plateau that is not 10 % below the one
/// before is one with it.
std::vector<Flat> flats_of(std::span<const double> sizes, std::span<const double> rates);

}  // namespace roofmark
