// Every variant of the matrix products that this CPU can run, at shapes that fill no vector, tile,
// panel, group or block, against float64; and leaves of 8 bits against whole numbers, exactly.
#include <gtest/gtest.h>

#include "core/case.h"
#include "kernels/gemm/gemm.isa.h"
#include "kernels/panels.h"
#include "kernels/registry.h"
#include "tests/kernels/guarded.h"
#include "tests/kernels/memory_device.h"
#include "tests/kernels/special_activations.h"

namespace roofmark {
namespace {

/// Calls body(case) for every variant of a kernel that can run here, with each shape; weights of 4
/// bits come in groups of 8, 32 and 128.
template <class Body>
void each_case(const std::string& name, const std::vector<Shape>& shapes, Body body) {
  const std::vector<Kernel> kernels = all_kernels();
  int ran = 0;
  for (const Kernel& kernel : kernels) {
    for (const Variant& variant : kernel.variants) {
      const bool runs = variant.unavailable.empty() && variant.device == "cpu" &&
                        (variant.needs.empty() || can_run(variant.needs));
      if (kernel.name != name || !runs) continue;
      for (const Shape& shape : shapes) {
        Case what{&kernel, &variant, shape};
        what.format = variant.format;
        what.threads = 1 + ran % 3;
        if (variant.format.weights == DType::i4) {
          what.shape.extents.push_back({"group", std::vector<std::int64_t>{8, 32, 128}[ran % 3]});
        }
        SCOPED_TRACE(what.id());
        body(what);
        ++ran;
      }
    }
  }
  EXPECT_GT(ran, 40);
}

void expect_right_on(const std::string& vendor, const Case& what) {
  MemoryDevice device(16 << 10, vendor);
  const auto task = what.variant->prepare(what, device);
  const double error = task->error();
  EXPECT_LE(error, 1);
  EXPECT_GE(error, 0);
}

void expect_right(const Case& what) { expect_right_on("", what); }

TEST(OddProducts, OfAMatrixAreRight) {
  std::vector<Shape> shapes;
  for (std::int64_t m = 2; m <= 13; ++m) shapes.push_back({{"m", m}, {"n", 65}, {"k", 131}});
  for (const std::int64_t n : {1, 3, 17, 63, 64, 129}) {
    shapes.push_back({{"m", 7}, {"n", n}, {"k", 37}});
  }
  for (const std::int64_t k : {1, 2, 3, 4, 5, 31, 64, 1023, 1025, 2051, 4099}) {
    shapes.push_back({{"m", 3}, {"n", 19}, {"k", k}});
  }
  // Beyond a block of rows, of columns and of k, with edges behind them.
  shapes.push_back({{"m", 16}, {"n", 40}, {"k", 64}});
  shapes.push_back({{"m", 275}, {"n", 33}, {"k", 67}});
  shapes.push_back({{"m", 33}, {"n", 531}, {"k", 33}});
  shapes.push_back({{"m", 49}, {"n", 65}, {"k", 1100}});
  // Of k in each block of rows or columns.
  shapes.push_back({{"m", 290}, {"n", 37}, {"k", 1100}});
  shapes.push_back({{"m", 35}, {"n", 298}, {"k", 1100}});
  each_case("gemm", shapes, expect_right);
}

TEST(OddProducts, OfFewRowsAreRight) {
  std::vector<Shape> shapes;
  for (const std::int64_t m : {2, 7, 12, 32}) {
    shapes.push_back({{"m", m}, {"n", 298}, {"k", 1100}});
  }
  // Rows too long for the caches: more panels than take a part of them by turns, and a part left.
  shapes.push_back({{"m", 6}, {"n", 530}, {"k", 11000}});
  shapes.push_back({{"m", 12}, {"n", 530}, {"k", 5600}});
  // Processors that ask by L2, and others.
  for (const char* vendor : {"GenuineIntel", "AuthenticAMD"}) {
    each_case("gemm", shapes, [&](const Case& what) { expect_right_on(vendor, what); });
  }
}

TEST(OddProducts, OfAVectorAreRight) {
  std::vector<Shape> shapes;
  for (const std::int64_t n : {1, 2, 3, 15, 17, 33, 65}) shapes.push_back({{"n", n}, {"k", 131}});
  for (const std::int64_t k : {1, 2, 3, 4, 5, 7, 31, 33, 63, 65, 127, 129, 509, 1025, 4099}) {
    shapes.push_back({{"n", 5}, {"k", k}});
  }
  each_case("gemv", shapes, expect_right);
}

/// C of whole numbers by a leaf of 8 bits, whose sums stay within what 8 bits hold.
void expect_whole_numbers(const PanelLeaf& leaf) {
  constexpr std::int64_t m = 7, n = 70, k = 1029;
  const Panels panels(n, k, leaf.columns, leaf.unit, leaf.step);
  const auto a = [](std::int64_t i, std::int64_t l) { return i == l % 11 ? l % 3 - 1 : 0; };
  const auto w = [](std::int64_t j, std::int64_t l) { return (j + l) % 101 == 0 ? 5 : 0; };
  MemoryDevice device;
  const Buffer packed = device.allocate(panels.elements(), 1, Pages::base);
  const Buffer rows = device.allocate(
      leaf.pack == nullptr ? m * panels.units() * leaf.unit_bytes : leaf.packed_bytes(m, k), 1,
      Pages::base);
  device.fill_bytes(packed, leaf.offset ? 0x80 : 0);
  for (std::int64_t j = 0; j < n; ++j) {
    for (std::int64_t l = 0; l < k; ++l) {
      packed.data[panels.index(j, l)] = static_cast<std::byte>(w(j, l) + (leaf.offset ? 128 : 0));
    }
  }
  std::vector<char> stored(m * k);
  for (std::int64_t i = 0; i < m * k; ++i) {
    stored[static_cast<std::size_t>(i)] = static_cast<char>(a(i / k, i % k));
  }
  std::vector<std::int32_t> starts;
  for (std::int64_t i = 0; leaf.prepare != nullptr && i < m; ++i) {
    char* to = reinterpret_cast<char*>(rows.data) + i * panels.units() * leaf.unit_bytes;
    starts.push_back(leaf.prepare(stored.data() + i * k, to, k));
  }
  if (leaf.pack != nullptr) {
    leaf.pack(stored.data(), m, k, 0, m, reinterpret_cast<char*>(rows.data));
  }
  const std::vector<f16> ones(static_cast<std::size_t>(panels.panels() * leaf.columns),
                              f16{0x3c00});
  const Buffer sums = device.allocate(
      leaf.sums_bytes == nullptr ? panels_of_sums * m * leaf.columns * 4 : leaf.sums_bytes(m, n), 1,
      Pages::base);
  std::vector<signed char> c(m * n + 1, 99);
  leaf.product({.a = reinterpret_cast<const char*>(rows.data),
                .a_stride = panels.units() * leaf.unit_bytes,
                .w = reinterpret_cast<const char*>(packed.data),
                .c = reinterpret_cast<char*>(c.data()),
                .c_stride = n,
                .m = m,
                .columns = n,
                .units = panels.units(),
                .sums = reinterpret_cast<char*>(sums.data),
                .row_starts = starts.empty() ? nullptr : starts.data(),
                .scales = ones.data()});
  for (std::int64_t i = 0; i < m; ++i) {
    for (std::int64_t j = 0; j < n; ++j) {
      std::int64_t exact = 0;
      for (std::int64_t l = 0; l < k; ++l) exact += a(i, l) * w(j, l);
      ASSERT_EQ(c[static_cast<std::size_t>(i * n + j)], exact) << i << " " << j;
    }
  }
  EXPECT_EQ(c.back(), 99);
}

TEST(OddProducts, OfBytesAreExact) {
#define ROOFMARK_ROW(isa, vector_bytes) {#isa, &isa_##isa::gemm_int8},
  for_each_runnable<const PanelLeaf*>({ROOFMARK_EACH_ISA_OF_gemm_int8(ROOFMARK_ROW)},
                                      [](const PanelLeaf* leaf) { expect_whole_numbers(*leaf); });
#undef ROOFMARK_ROW
}

TEST(OddProducts, OfHalvesOfEverySizeAreThoseOfF32) {
#define ROOFMARK_ROW(isa, vector_bytes) {#isa, &isa_##isa::gemv_w4a16},
  for_each_runnable<const NibbleLeaf*>({ROOFMARK_EACH_ISA_OF_gemv_w4(ROOFMARK_ROW)},
                                       [](const NibbleLeaf* leaf) {
                                         for (const std::int64_t group : {8, 40, 128, 1024}) {
                                           EXPECT_EQ(SpecialActivations(*leaf, group).fault(), "");
                                         }
                                       });
#undef ROOFMARK_ROW
}

}  // namespace
}  // namespace roofmark
