// How every leaf widens and narrows its 16-bit elements: all of their encodings, and the numbers
// between them.
#include <gtest/gtest.h>

#include "kernels/add/add.isa.h"
#include "tests/kernels/numbers.h"

namespace roofmark {
namespace {

template <class T>
struct Conversions {
  ConversionFunction<T, float>* widen;
  ConversionFunction<float, T>* narrow;
};

template <class T, class Body>
void each_conversion(Body body) {
#define ROOFMARK_ROW(isa, vector_bytes) {#isa, {isa_##isa::widen, isa_##isa::narrow}},
  for_each_runnable<Conversions<T>>({ROOFMARK_EACH_ISA(ROOFMARK_ROW)}, body);
#undef ROOFMARK_ROW
}

template <class Body>
void each_type(Body body) {
  body(bf16{});
  body(f16{});
}

/// All encodings; one more than a multiple of any vector, so that the last goes alone.
template <class T>
std::vector<T> all_encodings() {
  std::vector<T> all;
  for (std::uint32_t bits = 0; bits <= 0x10000; ++bits) {
    all.push_back(static_cast<T>(static_cast<std::uint16_t>(bits == 0x10000 ? 0x8001 : bits)));
  }
  return all;
}

std::uint32_t bits_of(float value) {
  std::uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

TEST(SixteenBits, AreWidenedExactly) {
  each_type([](auto element) {
    using T = decltype(element);
    const std::vector<T> all = all_encodings<T>();
    each_conversion<T>([&](Conversions<T> convert) {
      std::vector<float> wide(all.size());
      convert.widen(all.data(), wide.data(), static_cast<std::int64_t>(all.size()));
      for (std::size_t i = 0; i < all.size(); ++i) {
        const double exact = value_at(all.data(), type_of<T>, static_cast<std::int64_t>(i));
        if (std::isnan(exact)) {
          ASSERT_TRUE(std::isnan(wide[i])) << i;
        } else {
          ASSERT_EQ(bits_of(wide[i]), bits_of(static_cast<float>(exact))) << i;
        }
      }
    });
  });
}

TEST(SixteenBits, AreWidenedByThemselvesAsBesideOthers) {
  each_type([](auto element) {
    using T = decltype(element);
    const std::vector<T> all = all_encodings<T>();
    each_conversion<T>([&](Conversions<T> convert) {
      for (std::size_t i = 0; i < all.size(); ++i) {
        float alone = 0;
        convert.widen(&all[i], &alone, 1);
        const double exact = value_at(&all[i], type_of<T>, 0);
        if (std::isnan(exact)) {
          ASSERT_TRUE(std::isnan(alone)) << i;
        } else {
          ASSERT_EQ(bits_of(alone), bits_of(static_cast<float>(exact))) << i;
        }
      }
    });
  });
}

/// Each finite number, what lies halfway to the next and the f32 next to that on both sides, of
/// either sign; infinity; the largest f32, and the smallest.
template <class T>
std::vector<float> between() {
  std::vector<float> values;
  const std::vector<T> all = all_encodings<T>();
  const auto infinity = static_cast<std::int64_t>(encoded(INFINITY, type_of<T>));
  for (std::int64_t i = 0; i < infinity; ++i) {
    const double at = value_at(all.data(), type_of<T>, i);
    // Beyond the largest: as if there were another as far from it.
    const double next = i + 1 < infinity ? value_at(all.data(), type_of<T>, i + 1)
                                         : 2 * at - value_at(all.data(), type_of<T>, i - 1);
    const auto half = static_cast<float>((at + next) / 2);
    for (const float value :
         {static_cast<float>(at), std::nextafter(half, 0.0f), half, std::nextafter(half, INFINITY),
          std::nextafter(static_cast<float>(at), INFINITY)}) {
      values.push_back(value);
      values.push_back(-value);
    }
  }
  for (const float value : {INFINITY, std::numeric_limits<float>::max(), 0x1p-149f, 0x1p-126f}) {
    values.push_back(value);
    values.push_back(-value);
  }
  return values;
}

TEST(SixteenBits, AreTheNearestToWhatWasComputed) {
  each_type([](auto element) {
    using T = decltype(element);
    const std::vector<float> wide = between<T>();
    each_conversion<T>([&](Conversions<T> convert) {
      std::vector<T> narrow(wide.size());
      convert.narrow(wide.data(), narrow.data(), static_cast<std::int64_t>(wide.size()));
      for (std::size_t i = 0; i < wide.size(); ++i) {
        ASSERT_EQ(static_cast<std::uint16_t>(narrow[i]), encoded(wide[i], type_of<T>))
            << wide[i] << " at " << i;
      }
    });
  });
}

TEST(SixteenBits, KeepEveryNaN) {
  each_type([](auto element) {
    using T = decltype(element);
    each_conversion<T>([](Conversions<T> convert) {
      for (const std::uint32_t bits :
           {0x7fc00000u, 0x7f800001u, 0x7fffffffu, 0xffc00000u, 0xff800001u, 0xffffffffu}) {
        float value[33];
        for (float& each : value) std::memcpy(&each, &bits, sizeof each);
        T narrow[33];
        convert.narrow(value, narrow, 33);
        for (int i = 0; i < 33; ++i) {
          ASSERT_TRUE(std::isnan(value_at(narrow, type_of<T>, i))) << std::hex << bits;
        }
      }
    });
  });
}

}  // namespace
}  // namespace roofmark
