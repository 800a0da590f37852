// How new rounds of a series compare with earlier ones.  Values are seconds or ratios of seconds:
// positive, and judged in their logarithm, because noise and changes are shares of them.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace roofmark {

/// An earlier round that was elsewhere.
struct Stray {
  double level = 0;     ///< its logarithm
  bool passed = false;  ///< the round before it and the one after it are none: it went as it came
};

/// What earlier rounds say of a series.
struct Past {
  std::size_t rounds = 0;     ///< all of them
  std::vector<Stray> strays;  ///< those that the rest leaves out
  double centre = 0;          ///< mean of the logarithms
  double spread = 0;  ///< their standard deviation (n - 1); about the relative one of the values
  double lowest = 0, highest = 0;  ///< of the logarithms
  double freedom = 0;              ///< degrees of freedom of the spread
  bool assumed = false;            ///< the spread is not from these rounds
};
/// Of at least one value, all positive and finite.  One value has no spread: assumed() gives one.
Past past_of(std::span<const double> values);
/// The same of rounds, oldest first, of which a few were elsewhere: at most one of seven, each more
/// than five spreads of the rest away from it, is set aside, where there are ten rounds or more.  A
/// neighbour that is there in one round of fifteen otherwise hides all that is smaller than what it
/// did. More than so few are how the series is.
Past without_strays(std::span<const double> values);
/// `past` with a spread that somebody else says; `freedom`: how well that is known.
Past assumed(Past past, double spread, double freedom);

inline constexpr double judged_level = 0.995;      ///< of the prediction interval
inline constexpr double false_discoveries = 0.05;  ///< among those called different
inline constexpr double least_floor = 0.03;        ///< smaller changes are nobody's business
inline constexpr double found_at = 0.95;           ///< the power that detectable() states
inline constexpr std::size_t enough_rounds = 15;   ///< find 5 % at 1 % spread
inline constexpr std::size_t fewest_rounds = 3;    ///< below, a spread says nothing

/// What new rounds say.
struct Shift {
  double share = 0;          ///< exp(d) - 1: +0.05 is 5 % more
  double low = 0, high = 0;  ///< its judged_level interval
  double p = 1;              ///< P of as large a difference where nothing changed
  bool outside = false;      ///< the interval leaves out no change
  /// Every new round, of five or more all but one of five, is beyond all earlier ones but the
  /// strays on the same side, and their median by half a spread more: a series that goes to and fro
  /// between two values does not.  A round that is back, within reach of the earlier centre and
  /// not of the new median, is not beyond them; reach = spread sqrt(1 + v(k)) t(0.995; freedom).
  bool beyond_range = false;
  bool wavers = false;  ///< some new round is back
  /// Some strays are within reach of their median.
  bool near_stray = false;
  /// They may be strays as those are: where m of n earlier rounds were, as many of them as are
  /// beyond the range are so with P > (1 - judged_level) / 2 (beta-binomial, Jeffreys' prior). Of
  /// one that has not passed nobody knows how long it would have stayed: near it, they always may.
  bool known_level = false;
};

/// d = median(log new) - centre;  se = spread sqrt(v(k) + 1/n), v(k) = variance_of_median(k), n
/// without strays;  interval d -+ t(1 - (1 - level)/2; freedom) se.  That is the prediction
/// interval of the median of k new rounds (Student; Hahn & Meeker, Statistical Intervals, 1991,
/// section 4.8, for their mean).  A series without any spread changes by whatever it differs.
Shift change_of(const Past& past, std::span<const double> fresh);

/// Variance of the median of k standard normal values: 1, 1/2, 0.4487, ... (Sarhan & Greenberg,
/// Contributions to Order Statistics, 1962); beyond 10 values pi / (2k + pi - 2).
double variance_of_median(std::size_t k);

/// What a difference from fewer than enough_rounds has to exceed, as a share, so that lucky rounds
/// blame nobody: exp(max(t(0.9975) se, log(1 + floor)) + t(0.95) se) - 1.  Infinite where there is
/// no spread (fewer than two rounds).
/// Source: Bloom, Minimum detectable effects, Evaluation Review 19(5), 1995.
double least_of_few(const Past& past, std::size_t fresh, double floor);
/// The least slowdown, as a share, that `fresh` rounds find in found_at of cases, where it is the
/// only one of so many series: what their median has to exceed, and t(0.95) se.  That is the
/// largest of
///   - t se at the P that false_discovery_limit then asks for
///   - log(1 + floor), and with few rounds log(1 + least_of_few)
///   - the highest earlier round and half a spread
/// Infinite as above.
double detectable(const Past& past, std::size_t fresh, double floor, std::size_t series);

/// Which of many tests to believe: the largest p such that p_(i) <= q i / m, so that among those
/// called different a share of q is wrong; 0 where none is.
/// Source: Benjamini & Hochberg, J. R. Statist. Soc. B 57(1), 1995.
double false_discovery_limit(std::span<const double> p, double q);

}  // namespace roofmark
