// What rows say that a format costs, against what the leaves make of numbers that the format keeps:
// matrix products and attention.
#include <gtest/gtest.h>

#include "kernels/attention/attention_cpu.h"
#include "kernels/gemm/panel_gemm.h"
#include "kernels/gemv/gemv.h"
#include "kernels/native.h"
#include "tests/kernels/drawn.h"
#include "tests/kernels/guarded.h"

namespace roofmark {
namespace {

/// An operand of a product: as it is kept, and the scale of each of its groups.
struct Kept {
  Reals values;
  Reals scales;
};

/// Rows of k: of integers one scale for every `group` of a row (0: of all).
Kept kept(const Reals& x, DType type, std::int64_t k, std::int64_t group, DType scale_type) {
  if (type != DType::i8 && type != DType::i4) return {x, {}};
  const auto count = static_cast<std::int64_t>(x.size());
  Kept all;
  const std::int64_t step = group == 0 ? count : group;
  for (std::int64_t row = 0; row < count; row += group == 0 ? count : k) {
    const std::int64_t end = group == 0 ? count : row + k;
    for (std::int64_t i = row; i < end; i += step) {
      const auto whole = whole_numbers(x.data() + i, std::min(step, end - i),
                                       type == DType::i8 ? 127 : 7, scale_type);
      all.values.insert(all.values.end(), whole.values.begin(), whole.values.end());
      all.scales.push_back(whole.scale);
    }
  }
  return all;
}

/// Of one product with W [n, k] and A [m, k] drawn: operands as a kernel takes them, but for the
/// order of W, and what its results say.
struct DrawnProduct {
  std::int64_t m, n, k, group;
  Format format;
  Reals exact;
  Kept w, a;
  double weight_scale = 1;  ///< what scales are multiplied by, so that results fill 8 bits
  double result_scale = 1;  ///< of a result that is read

  DrawnProduct(std::int64_t m_, std::int64_t n_, std::int64_t k_, const char* format_,
               std::int64_t group_ = 0)
      : m(m_), n(n_), k(k_), group(group_), format(*format_from(format_)) {
    const Reals reals_w = normal_reals(n * k, 11), reals_a = normal_reals(m * k, 12);
    w = kept(reals_w, format.weights, k, format.weights == DType::i8 ? k : group, DType::f16);
    a = kept(reals_a, format.activations, k, 0, DType::f32);
    for (std::int64_t i = 0; i < m; ++i) {
      for (std::int64_t j = 0; j < n; ++j) {
        double sum = 0;
        for (std::int64_t l = 0; l < k; ++l) sum += reals_a[i * k + l] * reals_w[j * k + l];
        exact.push_back(sum);
      }
    }
    if (format.activations != DType::i8) return;
    // A standard deviation is 20 steps of a result; the kernel multiplies by its own factor.
    const double step = std::sqrt(static_cast<double>(k)) / 20;
    weight_scale = a.scales[0] / (requantization(k, format) * step);
    result_scale = step;
  }

  double error(const Elements& c) const {
    Reals results;
    for (std::int64_t i = 0; i < m * n; ++i) results.push_back(c[i] * result_scale);
    return relative_error(results, exact);
  }
};

/// A case of a format at a shape, for what takes no more of it.
struct AnyCase {
  Variant variant;
  Case what;
  AnyCase(const Shape& shape, const Format& format) {
    variant.format = format;
    what.variant = &variant;
    what.shape = shape;
    what.format = format;
  }
};

Operands operands(std::initializer_list<const Elements*> arrays) {
  Operands x{};
  std::size_t i = 0;
  for (const Elements* array : arrays) x[i++] = array->data();
  return x;
}

Elements scales_of(const DrawnProduct& p, std::int64_t padded) {
  Elements scales(padded, DType::f16);
  for (std::size_t i = 0; i < p.w.scales.size(); ++i) {
    scales.set(static_cast<std::int64_t>(i), p.w.scales[i] * p.weight_scale);
  }
  return scales;
}

void expect_gemv(const RowLeaf& leaf, const DrawnProduct& p) {
  const std::int64_t n = p.n;
  const AnyCase any({{"n", n}, {"k", p.k}}, p.format);
  MemoryDevice device;
  const Elements w(p.w.values, p.format.weights), x(p.a.values, p.format.activations);
  const Elements scales = scales_of(p, n), y(n, p.format.activations);
  NativeGemv(leaf, any.what, device).run(operands({&w, &x, &scales}), {y.data()});
  expect_close(format_error_in_row("gemv", any.what.shape, p.format), p.error(y), p.format.weights);
}

void expect_gemm(const PanelLeaf& leaf, const DrawnProduct& p) {
  const std::int64_t m = p.m, n = p.n, k = p.k;
  const AnyCase any({{"m", m}, {"n", n}, {"k", k}}, p.format);
  MemoryDevice device;
  const Panels panels(n, k, leaf.columns, leaf.unit, leaf.step);
  Elements w(panels.elements(), p.format.weights);
  if (leaf.offset) device.fill_bytes({nullptr, w.data(), panels.elements()}, 0x80);
  for (std::int64_t i = 0; i < n * k; ++i) {
    const double value = p.w.values[i];
    w.set(panels.index(i / k, i % k),
          leaf.offset ? (value < 0 ? value + 128 : value - 128) : value);
  }
  const Elements a(p.a.values, p.format.activations), c(m * n, p.format.activations);
  const Elements scales = scales_of(p, panels.panels() * leaf.columns);
  PanelGemm(leaf, any.what, device).run(operands({&w, &a, &scales}), {c.data()});
  expect_close(format_error_in_row("gemm", any.what.shape, p.format), p.error(c), p.format.weights);
}

void expect_nibble_gemv(const NibbleLeaf& leaf, const DrawnProduct& p) {
  const std::int64_t n = p.n, k = p.k, group = p.group;
  const AnyCase any({{"n", n}, {"k", k}, {"group", group}}, p.format);
  MemoryDevice device;
  const Nibbles packed(n, k, leaf.rows, group);
  std::vector<unsigned char> nibbles(packed.panels() * packed.panel_bytes(), 0x88);
  Elements w(packed.panels() * packed.panel_bytes(), DType::i8);
  Elements scales(packed.panels() * packed.panel_scales(), DType::f16);
  for (std::int64_t j = 0; j < n; ++j) {
    for (std::int64_t l = 0; l < k; ++l) {
      const std::int64_t at = packed.nibble(j, l);
      const int code = static_cast<int>(p.w.values[j * k + l]) + 8;
      unsigned char& byte = nibbles[at / 2];
      byte = static_cast<unsigned char>(at % 2 == 0 ? (byte & 0xf0) | code
                                                    : (byte & 0x0f) | code << 4);
      if (l % group > 0) continue;
      scales.set(packed.scale(j, l), p.w.scales[j * packed.groups() + l / group] * p.weight_scale);
    }
  }
  std::memcpy(w.data(), nibbles.data(), nibbles.size());
  const Elements x(p.a.values, p.format.activations), y(n, p.format.activations);
  NibbleGemv(leaf, any.what, device).run(operands({&w, &x, &scales}), {y.data()});
  expect_close(format_error_in_row("gemv", any.what.shape, p.format), p.error(y), p.format.weights);
}

/// Expects the same of every leaf of a format that runs here.
template <class Leaf>
void each_leaf(std::initializer_list<NamedLeaf<const Leaf*>> leaves, const DrawnProduct& p,
               void (*expect)(const Leaf&, const DrawnProduct&)) {
  for_each_runnable<const Leaf*>(leaves, [&](const Leaf* leaf) { expect(*leaf, p); });
}

TEST(FormatError, OfAGemvIsWhatItsLeavesMakeOfNumbersThatTheFormatKeeps) {
#define ROOFMARK_ROW(isa, vector_bytes) {#isa, &isa_##isa::gemv_f32},
  each_leaf<RowLeaf>({ROOFMARK_EACH_ISA_OF_gemv(ROOFMARK_ROW)}, {1, 600, 1000, "f32"}, expect_gemv);
#undef ROOFMARK_ROW
#define ROOFMARK_ROW(isa, vector_bytes) {#isa, &isa_##isa::gemv_f16},
  each_leaf<RowLeaf>({ROOFMARK_EACH_ISA_OF_gemv(ROOFMARK_ROW)}, {1, 600, 1000, "f16-f32"},
                     expect_gemv);
#undef ROOFMARK_ROW
#define ROOFMARK_ROW(isa, vector_bytes) {#isa, &isa_##isa::gemv_bf16},
  each_leaf<RowLeaf>({ROOFMARK_EACH_ISA_OF_gemv(ROOFMARK_ROW)}, {1, 600, 1000, "bf16-f32"},
                     expect_gemv);
#undef ROOFMARK_ROW
#define ROOFMARK_ROW(isa, vector_bytes) {#isa, &isa_##isa::gemv_int8},
  each_leaf<RowLeaf>({ROOFMARK_EACH_ISA_OF_gemv_int8(ROOFMARK_ROW)}, {1, 600, 1000, "w8a8"},
                     expect_gemv);
#undef ROOFMARK_ROW
}

TEST(FormatError, OfAGemvOfNibblesIsWhatItsLeavesMakeOfNumbersThatTheFormatKeeps) {
#define ROOFMARK_ROW(isa, vector_bytes) {#isa, &isa_##isa::gemv_w4a16},
  each_leaf<NibbleLeaf>({ROOFMARK_EACH_ISA_OF_gemv_w4(ROOFMARK_ROW)}, {1, 600, 1000, "w4a16", 128},
                        expect_nibble_gemv);
#undef ROOFMARK_ROW
#define ROOFMARK_ROW(isa, vector_bytes) {#isa, &isa_##isa::gemv_w4a8},
  each_leaf<NibbleLeaf>({ROOFMARK_EACH_ISA_OF_gemv_w4(ROOFMARK_ROW)}, {1, 600, 1000, "w4a8", 32},
                        expect_nibble_gemv);
#undef ROOFMARK_ROW
}

TEST(FormatError, OfAGemmIsWhatItsLeavesMakeOfNumbersThatTheFormatKeeps) {
#define ROOFMARK_ROW(isa, vector_bytes) {#isa, &isa_##isa::gemm_f32},
  each_leaf<PanelLeaf>({ROOFMARK_EACH_ISA_OF_gemm(ROOFMARK_ROW)}, {24, 40, 1000, "f32"},
                       expect_gemm);
#undef ROOFMARK_ROW
#define ROOFMARK_ROW(isa, vector_bytes) {#isa, &isa_##isa::gemm_f16},
  each_leaf<PanelLeaf>({ROOFMARK_EACH_ISA_OF_gemm(ROOFMARK_ROW)}, {24, 40, 1000, "f16-f32"},
                       expect_gemm);
#undef ROOFMARK_ROW
#define ROOFMARK_ROW(isa, vector_bytes) {#isa, &isa_##isa::gemm_bf16},
  each_leaf<PanelLeaf>({ROOFMARK_EACH_ISA_OF_gemm(ROOFMARK_ROW)}, {24, 40, 1000, "bf16-f32"},
                       expect_gemm);
#undef ROOFMARK_ROW
#define ROOFMARK_ROW(isa, vector_bytes) {#isa, &isa_##isa::gemm_int8},
  each_leaf<PanelLeaf>({ROOFMARK_EACH_ISA_OF_gemm_int8(ROOFMARK_ROW)}, {24, 40, 1000, "w8a8"},
                       expect_gemm);
#undef ROOFMARK_ROW
}

/// Keys or values of one sequence, [kv_heads, cached + fresh, head_dim]: drawn, and in a cache but
/// for the fresh ones, which are [fresh, kv_heads, head_dim].
struct DrawnCache {
  Reals reals;
  Elements cache, fresh;
  std::vector<float> scales;  ///< of the rows of a cache of integers

  DrawnCache(const AttentionExtents& e, const Format& format, std::uint64_t seed)
      : reals(normal_reals(e.cache_elements(), seed)),
        cache(e.cache_elements(), format.weights),
        fresh(e.fresh_elements(), format.activations) {
    const std::int64_t keys = e.cached + e.fresh, d = e.head_dim;
    if (format.weights == DType::i8) scales.resize(static_cast<std::size_t>(e.kv_heads * keys));
    for (std::int64_t row = 0; row < e.kv_heads * keys; ++row) {
      const std::int64_t token = row % keys - e.cached;
      const double* x = reals.data() + row * d;
      Reals kept(x, x + d);
      if (token < 0 && !scales.empty()) {
        const WholeNumbers whole = whole_numbers(x, d, 127, DType::f32);
        kept = whole.values;
        scales[row] = static_cast<float>(whole.scale);
      }
      Elements& to = token < 0 ? cache : fresh;
      const std::int64_t place = token < 0 ? row : token * e.kv_heads + row / keys;
      for (std::int64_t i = 0; i < d; ++i) to.set(place * d + i, kept[i]);
    }
  }
  float* scales_or_none() { return scales.empty() ? nullptr : scales.data(); }
};

/// Causal attention, [fresh, heads, head_dim].
Reals attended(const AttentionExtents& e, const Reals& q, const Reals& k, const Reals& v) {
  const std::int64_t keys = e.cached + e.fresh, d = e.head_dim;
  Reals out;
  for (std::int64_t row = 0; row < e.fresh * e.heads; ++row) {
    const std::int64_t first = row % e.heads / (e.heads / e.kv_heads) * keys;
    Reals weights;
    double sum = 0;
    for (std::int64_t j = 0; j <= e.cached + row / e.heads; ++j) {
      double score = 0;
      for (std::int64_t i = 0; i < d; ++i) score += q[row * d + i] * k[(first + j) * d + i];
      weights.push_back(std::exp(score / std::sqrt(static_cast<double>(d))));
      sum += weights.back();
    }
    for (std::int64_t i = 0; i < d; ++i) {
      double value = 0;
      for (std::size_t j = 0; j < weights.size(); ++j) {
        value += weights[j] / sum * v[(first + static_cast<std::int64_t>(j)) * d + i];
      }
      out.push_back(value);
    }
  }
  return out;
}

double attention_error(const AttentionLeaves& leaves, const Shape& shape, const Format& format) {
  const AttentionExtents e(shape);
  const Reals q = normal_reals(e.query_elements(), 21);
  const Elements kept_q(q, format.activations), out(e.query_elements(), format.activations);
  DrawnCache k(e, format, 22), v(e, format, 23);
  const CpuAttention attention(leaves, shape, format, 1, false);
  const Buffer scratch = MemoryDevice().allocate(4 * attention.scratch_floats(), 1, Pages::base);
  attention.run({kept_q.data(), k.fresh.data(), v.fresh.data(), k.cache.data(), v.cache.data(),
                 out.data(), k.scales_or_none(), v.scales_or_none()},
                scratch.f32());
  Reals results;
  for (std::int64_t i = 0; i < e.query_elements(); ++i) results.push_back(out[i]);
  return relative_error(results, attended(e, q, k.reals, v.reals));
}

TEST(FormatError, OfAttentionIsWhatItsLeavesMakeOfACacheThatTheFormatKeeps) {
  const Shape decode{{"queries", 1}, {"fresh", 1},    {"cached", 300},
                     {"heads", 16},  {"kv_heads", 2}, {"head_dim", 128}};
  const Shape prefill{{"queries", 1}, {"fresh", 100},  {"cached", 0},
                      {"heads", 4},   {"kv_heads", 4}, {"head_dim", 64}};
  for (const Variant& variant : kernel_named("attention").variants) {
    if (variant.device != "cpu" || !can_run(variant.needs)) continue;
    for (const Shape& shape : {decode, prefill}) {
      SCOPED_TRACE(variant.name + " " + variant.format.name() + " " + shape.text());
      expect_close(format_error_in_row("attention", shape, variant.format),
                   attention_error(*attention_leaves(variant.needs), shape, variant.format),
                   variant.format.weights);
    }
  }
}

double of_gemm(const char* format) {
  return format_error_in_row("gemm", {{"m", 512}, {"n", 4096}, {"k", 4096}}, *format_from(format));
}

/// What rounding to a type costs numbers from N(0, 1).
double of_rounding(DType type) {
  const Reals x = normal_reals(100000, 61);
  Reals kept;
  for (const double value : x) kept.push_back(nearest(value, type));
  return relative_error(kept, x);
}

TEST(FormatError, OfWhatOnlyGpusMultiplyIsThatOfItsRoundings) {
  expect_close(of_gemm("fp8-f32"), std::sqrt(3.0) * of_rounding(DType::fp8), DType::fp8);
  // Operands have as many bits as f16 has; results are stored in f32.
  expect_close(of_gemm("tf32-f32"), std::sqrt(2.0) * of_rounding(DType::f16), DType::tf32);
  // 256 roundings of sums: their squares add up to 128 of that of the whole one.
  expect_close(of_gemm("f16"), std::sqrt(128.0 / 3) * of_rounding(DType::f16), DType::f32);
}

TEST(FormatError, OfResultsOfEightBitsIsThatOfTheirStepsToo) {
  // A step of s errs by s / sqrt(12): 20 of results to a standard deviation, 127 of operands to the
  // largest of 4096 normal numbers, about 3.6.
  const double operand = 3.6 / 127 / std::sqrt(12.0), result = 1 / 20.0 / std::sqrt(12.0);
  const Shape shape{{"n", 4096}, {"k", 4096}};
  expect_close(format_error_in_row("gemv", shape, *format_from("w8a8")),
               std::sqrt(2 * operand * operand + result * result), DType::i8);
}

TEST(FormatError, IsTheSameEachTime) { EXPECT_EQ(of_gemm("w4a8"), of_gemm("w4a8")); }

}  // namespace
}  // namespace roofmark
