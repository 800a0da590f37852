// Attention on NEON against float64: a decode step over each kind of cache, a prefill, odd head
// dimensions.
#include <algorithm>

#include "kernels/attention/attention_cpu.isa.h"
#include "tests/neon/check.h"

namespace {

using namespace roofmark;

struct Extents {
  std::int64_t fresh, cached, group, dim;

  std::int64_t rows() const { return fresh * group; }
  std::int64_t keys() const { return cached + fresh; }
};

double dot(const float* a, const float* b, std::int64_t count) {
  double sum = 0;
  for (std::int64_t i = 0; i < count; ++i) sum += static_cast<double>(a[i]) * b[i];
  return sum;
}

/// Row r of the outputs; k and v as the numbers that the cache holds.
std::vector<double> reference(const Extents& e, const float* q, const std::vector<float>& k,
                              const std::vector<float>& v, std::int64_t r) {
  std::vector<double> sums(static_cast<std::size_t>(e.dim));
  double total = 0;
  for (std::int64_t key = 0; key <= e.cached + r / e.group; ++key) {
    const double score = dot(q + r * e.dim, k.data() + key * e.dim, e.dim);
    const double weight = std::exp(score / std::sqrt(static_cast<double>(e.dim)));
    total += weight;
    for (std::int64_t i = 0; i < e.dim; ++i) {
      sums[static_cast<std::size_t>(i)] += weight * v[static_cast<std::size_t>(key * e.dim + i)];
    }
  }
  for (double& sum : sums) sum /= total;
  return sums;
}

void check_call(Check& check, const Extents& e, KvElement cache) {
  const std::vector<float> q = random_values(e.rows() * e.dim, 1);
  std::vector<float> k = random_values(e.keys() * e.dim, 2), v = random_values(e.keys() * e.dim, 3);
  std::vector<std::uint16_t> k16, v16;
  std::vector<std::int8_t> k8(k.size()), v8(v.size());
  const std::vector<float> scales(static_cast<std::size_t>(e.keys()), 1.0f / 127);
  std::vector<float> y = poisoned(e.rows() * e.dim);
  AttentionHead head{};
  head.cache = cache, head.activations = KvElement::f32;
  head.q = q.data(), head.out = y.data(), head.token_step = e.group * e.dim;
  head.k = k.data(), head.v = v.data();
  head.fresh = e.fresh, head.cached = e.cached, head.group = e.group, head.head_dim = e.dim;
  head.scale = static_cast<float>(1 / std::sqrt(static_cast<double>(e.dim)));
  if (cache == KvElement::bf16) {
    for (std::vector<float>* from : {&k, &v}) {
      for (float& x : *from) {
        std::uint32_t bits = 0;
        __builtin_memcpy(&bits, &x, sizeof bits);
        (from == &k ? k16 : v16).push_back(static_cast<std::uint16_t>(bits >> 16));
        bits &= 0xffff0000;
        __builtin_memcpy(&x, &bits, sizeof bits);
      }
    }
    head.k = k16.data(), head.v = v16.data();
  } else if (cache == KvElement::i8) {
    for (std::size_t i = 0; i < k.size(); ++i) {
      k[i] = scales[0] * static_cast<float>(k8[i] = static_cast<std::int8_t>(k[i] * 127));
      v[i] = scales[0] * static_cast<float>(v8[i] = static_cast<std::int8_t>(v[i] * 127));
    }
    head.k = k8.data(), head.v = v8.data();
    head.k_scales = head.v_scales = scales.data();
  }
  if (e.rows() > 32) {
    const AttentionPrefillLeaf& leaf = isa_neon::attention_prefill;
    std::vector<float> scratch(static_cast<std::size_t>(leaf.scratch_floats(e.dim)));
    for (std::int64_t r = 0; r < e.rows(); r += leaf.rows) {
      leaf.run(head, r, std::min(r + leaf.rows, e.rows()), scratch.data());
    }
  } else {
    std::vector<float> scratch(static_cast<std::size_t>(decode_scratch_floats(e.rows(), e.dim)));
    const std::int64_t floats = decode_piece_floats(e.rows(), e.dim), half = e.keys() / 2;
    std::vector<float> pieces(static_cast<std::size_t>(2 * floats));
    isa_neon::attention_decode(head, 0, half, pieces.data(), scratch.data());
    isa_neon::attention_decode(head, half, e.keys(), pieces.data() + floats, scratch.data());
    isa_neon::attention_join(head, pieces.data(), 2);
  }
  for (std::int64_t r = 0; r < e.rows(); ++r) {
    const std::vector<double> exact = reference(e, q.data(), k, v, r);
    for (std::int64_t i = 0; i < e.dim; ++i) {
      // Scores below 10 and weights that add up to 1: some tens of roundings to f32.
      check.near(y[static_cast<std::size_t>(r * e.dim + i)], exact[static_cast<std::size_t>(i)],
                 64 * 0x1p-24, r * e.dim + i);
    }
  }
  check.guarded(y, e.rows() * e.dim);
}

}  // namespace

int main() {
  Check check("attention");
  for (const KvElement cache : {KvElement::f32, KvElement::bf16, KvElement::i8}) {
    for (const std::int64_t dim : {1, 3, 4, 16, 33, 80, 128}) {
      for (const std::int64_t group : {1, 2, 7}) check_call(check, {1, 70, group, dim}, cache);
      check_call(check, {3, 5, 4, dim}, cache);
      check_call(check, {67, 0, 1, dim}, cache);
      check_call(check, {40, 100, 3, dim}, cache);
    }
  }
  return check.status();
}
