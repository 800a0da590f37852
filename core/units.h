// Physical quantities whose exponents of (second, byte, operation) are part of the type,
// so that the roofline equation is checked by the compiler.
#pragma once

#include <compare>
#include <type_traits>

namespace roofmark {

/// value * second^S * byte^B * operation^O.  SI inside; GB, GiB and percent exist only in reports.
template <int S, int B, int O>
struct Quantity {
  double value = 0.0;

  constexpr Quantity() = default;
  constexpr explicit Quantity(double v) : value(v) {}
  constexpr auto operator<=>(const Quantity&) const = default;  // NOLINT(modernize-use-nullptr)

  constexpr Quantity& operator+=(Quantity other) {
    value += other.value;
    return *this;
  }
  friend constexpr Quantity operator+(Quantity a, Quantity b) {
    return Quantity{a.value + b.value};
  }
  friend constexpr Quantity operator-(Quantity a, Quantity b) {
    return Quantity{a.value - b.value};
  }
  friend constexpr Quantity operator*(Quantity a, double f) { return Quantity{a.value * f}; }
  friend constexpr Quantity operator*(double f, Quantity a) { return Quantity{f * a.value}; }
  friend constexpr Quantity operator/(Quantity a, double f) { return Quantity{a.value / f}; }
};

/// A ratio of like quantities is a plain number; any other product or quotient adds the exponents.
template <int S1, int B1, int O1, int S2, int B2, int O2>
constexpr auto operator/(Quantity<S1, B1, O1> a, Quantity<S2, B2, O2> b) {
  if constexpr (S1 == S2 && B1 == B2 && O1 == O2) {
    return a.value / b.value;
  } else {
    return Quantity<S1 - S2, B1 - B2, O1 - O2>{a.value / b.value};
  }
}
template <int S1, int B1, int O1, int S2, int B2, int O2>
constexpr auto operator*(Quantity<S1, B1, O1> a, Quantity<S2, B2, O2> b) {
  if constexpr (S1 + S2 == 0 && B1 + B2 == 0 && O1 + O2 == 0) {
    return a.value * b.value;
  } else {
    return Quantity<S1 + S2, B1 + B2, O1 + O2>{a.value * b.value};
  }
}

using Seconds = Quantity<1, 0, 0>;
using Hertz = Quantity<-1, 0, 0>;
using Bytes = Quantity<0, 1, 0>;
using Ops = Quantity<0, 0, 1>;
using Bandwidth = decltype(Bytes{} / Seconds{});
using OpRate = decltype(Ops{} / Seconds{});
using Intensity = decltype(Ops{} / Bytes{});

static_assert(std::is_same_v<decltype(Intensity{} * Bandwidth{}), OpRate>,
              "the roofline equation: intensity [op/byte] x bandwidth [byte/s] = op/s");

}  // namespace roofmark
