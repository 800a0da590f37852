// Products of 4-bit weights with activations of f16 that are extreme, of many sizes at once, zero
// or not finite.  Without a test framework, for leaves of other machines are asked too.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "core/values.h"
#include "kernels/gemv/gemv_w4.isa.h"
#include "kernels/nibbles.h"
#include "kernels/product.h"

namespace roofmark {

using Activations = std::vector<double>;
using WeightOf = std::function<int(std::int64_t row, std::int64_t column)>;

/// y of one leaf, every scale being 1.  Behind x lies NaN, behind the rows and columns of W lie
/// weights of 1.
inline std::vector<double> nibble_products(const NibbleLeaf& leaf, std::int64_t rows,
                                           std::int64_t group, const Activations& x,
                                           const WeightOf& weight) {
  const auto k = static_cast<std::int64_t>(x.size());
  const Nibbles packed(rows, k, leaf.rows, group);
  const auto at = [](std::int64_t i) { return static_cast<std::size_t>(i); };
  std::vector<unsigned char> w(at(packed.panels() * packed.panel_bytes()), 0x99);
  for (std::int64_t r = 0; r < rows; ++r) {
    for (std::int64_t l = 0; l < k; ++l) {
      const std::int64_t nibble = packed.nibble(r, l), shift = nibble % 2 * 4;
      unsigned char& byte = w[at(nibble / 2)];
      byte = static_cast<unsigned char>((byte & ~(15 << shift)) | (weight(r, l) + 8) << shift);
    }
  }
  const std::vector<f16> scales(at(packed.panels() * packed.panel_scales()), f16{0x3c00});
  std::vector<f16> stored(x.size() + 64, f16{0x7e00});
  for (std::size_t i = 0; i < x.size(); ++i) stored[i] = f16(encoded(x[i], DType::f16));
  std::vector<char> prepared(at(leaf.prepared_bytes(packed.columns(), group)));
  leaf.prepare(reinterpret_cast<const char*>(stored.data()), prepared.data(), k, packed.columns(),
               group);
  std::vector<f16> y(at(rows), f16{0x7e00});
  leaf.product({.w = reinterpret_cast<const char*>(w.data()),
                .scales = scales.data(),
                .x = prepared.data(),
                .y = reinterpret_cast<char*>(y.data()),
                .rows = rows,
                .groups = packed.groups(),
                .group = group});
  std::vector<double> values;
  for (std::int64_t r = 0; r < rows; ++r) values.push_back(value_at(y.data(), DType::f16, r));
  return values;
}

/// What a leaf makes of such activations, in words where it is wrong; empty: nothing is.  group: at
/// least 8.
class SpecialActivations {
 public:
  SpecialActivations(const NibbleLeaf& leaf, std::int64_t group)
      : leaf_(leaf), group_(group), k_(3 * group - 5) {}

  std::string fault() {
    whole_numbers(1, "small whole numbers");
    whole_numbers(0x1p-24, "the smallest numbers");
    whole_numbers(0, "zeros");
    largest_numbers();
    for (unsigned seed = 1; seed <= 20; ++seed) {
      of_every_size(seed);
      small_beside_large(seed);
    }
    for (const double value : {std::numeric_limits<double>::infinity(),
                               -std::numeric_limits<double>::infinity(), std::nan("")}) {
      for (const std::int64_t place : {std::int64_t{0}, group_ - 1, group_, k_ - 1}) {
        not_finite(value, place);
      }
    }
    return fault_;
  }

 private:
  static constexpr std::int64_t rows = 19;  // fills no panel

  Activations activations(const std::function<double(std::int64_t)>& value) const {
    Activations x;
    for (std::int64_t i = 0; i < k_; ++i) x.push_back(value(i));
    return x;
  }

  /// Within what sums in f32 and a result of f16 err by; as f16 has it where that is infinite.
  void compare(const std::string& what, const Activations& x, const WeightOf& weight,
               ProductArithmetic by = {.result = 0x1p-11, .step = 0x1p-25}) {
    const std::vector<double> y = nibble_products(leaf_, rows, group_, x, weight);
    const std::vector<float> a(x.begin(), x.end());
    for (std::int64_t r = 0; r < rows; ++r) {
      std::vector<float> w;
      for (std::int64_t l = 0; l < k_; ++l) w.push_back(static_cast<float>(weight(r, l)));
      const Expected expected = expected_dot(w.data(), a.data(), k_, by);
      const double got = y[static_cast<std::size_t>(r)];
      const bool too_large = std::abs(expected.value) >= 65520;
      const bool right = too_large ? got == std::copysign(HUGE_VAL, expected.value)
                                   : std::abs(got - expected.value) <= expected.tolerance;
      if (!right) say(what, r, got, expected.value);
    }
  }

  /// Sums that every step of the way holds exactly.
  void whole_numbers(double unit, const char* what) {
    const Activations x =
        activations([&](std::int64_t i) { return unit * static_cast<double>(i * 7 % 31 - 15); });
    compare(what, x,
            [](std::int64_t r, std::int64_t l) { return (r + l) % 37 == 0 ? int(r % 16) - 8 : 0; },
            {.sum = 0});
  }

  /// Alone and in pairs that cancel; eight of them are more than f16 holds.
  void largest_numbers() {
    const Activations x = activations([](std::int64_t i) { return i % 2 == 0 ? 65504 : -65504; });
    compare("the largest numbers", x, [](std::int64_t r, std::int64_t l) {
      if (l < 2) return int(r % 16) - 8;
      return l == 2 ? int(r % 3) - 1 : l == 3 && r == 18 ? -8 : 0;
    });
  }

  void of_every_size(unsigned seed) {
    std::mt19937 random(seed);
    const Activations x = activations([&](std::int64_t) {
      const double sign = random() % 2 == 0 ? 1 : -1;
      const int exponent = static_cast<int>(random() % 28) - 24;
      return sign * std::ldexp(1 + static_cast<int>(random() % 1024) / 1024.0, exponent);
    });
    compare("numbers of every size", x, weights(seed));
  }

  /// The large ones cancel, and what the small ones come to is left.
  void small_beside_large(unsigned seed) {
    std::mt19937 random(seed);
    Activations x = activations(
        [&](std::int64_t) { return static_cast<int>(random() % 4096) / 256.0 - 8 + 0x1p-12; });
    x[1] = x[2] = 65504;
    const WeightOf others = weights(seed);
    compare("small numbers beside large ones", x, [&](std::int64_t r, std::int64_t l) {
      return l == 1 ? 7 : l == 2 ? -7 : others(r, l);
    });
  }

  void not_finite(double value, std::int64_t place) {
    Activations x = activations([](std::int64_t i) { return static_cast<double>(i % 5); });
    x[static_cast<std::size_t>(place)] = value;
    const std::vector<double> y = nibble_products(leaf_, rows, group_, x, weights(1));
    for (std::int64_t r = 0; r < rows; ++r) {
      const double got = y[static_cast<std::size_t>(r)];
      if (!std::isnan(got)) say("a number that is not finite", r, got, value);
    }
  }

  static WeightOf weights(unsigned seed) {
    return [seed](std::int64_t r, std::int64_t l) {
      std::minstd_rand random(seed + static_cast<unsigned>(1000 * r + l));
      random.discard(3);
      return static_cast<int>(random() / 64 % 16) - 8;
    };
  }

  void say(const std::string& what, std::int64_t row, double got, double wanted) {
    if (!fault_.empty()) return;
    fault_ = what + ", groups of " + std::to_string(group_) + ": row " + std::to_string(row) +
             " is " + std::to_string(got) + ", not " + std::to_string(wanted);
  }

  const NibbleLeaf& leaf_;
  std::int64_t group_, k_;
  std::string fault_;
};

}  // namespace roofmark
