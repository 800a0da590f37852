// Attention on CPUs against float64: every variant at odd shapes, on arrays that end where their
// last element does.
#include "kernels/attention/attention.h"

#include <gtest/gtest.h>

#include "core/case.h"
#include "core/values.h"
#include "kernels/attention/attention_cpu.h"
#include "kernels/registry.h"
#include "tests/kernels/guarded.h"
#include "tests/kernels/memory_device.h"

namespace roofmark {
namespace {

using Elements = std::vector<std::byte>;

Shape shape(std::int64_t queries, std::int64_t fresh, std::int64_t cached, std::int64_t heads,
            std::int64_t kv_heads, std::int64_t head_dim) {
  return {{"queries", queries}, {"fresh", fresh},       {"cached", cached},
          {"heads", heads},     {"kv_heads", kv_heads}, {"head_dim", head_dim}};
}

Elements random_elements(std::int64_t count, DType type, std::uint64_t seed) {
  MemoryDevice device;
  const Buffer buffer = device.allocate(count * bits(type) / 8 + 4, 1, Pages::base);
  device.randomize(buffer, type, seed);
  return {buffer.data, buffer.data + count * bits(type) / 8};
}

/// Floating-point elements times a power of two.
void multiply(Elements& elements, DType type, double factor) {
  const std::size_t width = static_cast<std::size_t>(bits(type)) / 8;
  for (std::size_t i = 0; i < elements.size() / width; ++i) {
    const double x = value_at(elements.data(), type, static_cast<std::int64_t>(i));
    const std::uint64_t code = encoded(x * factor, type);
    std::memcpy(elements.data() + i * width, &code, width);
  }
}

/// One call on random operands, poisoned outputs and fresh places, and what it left behind.
class Call {
 public:
  Call(const AttentionLeaves& leaves, const Shape& extents, const Format& format, int threads,
       double steepness = 1)
      : attention_(leaves, extents, format, threads, threads == 1), e_(extents), format_(format) {
    const std::int64_t n = e_.queries;
    q_ = random_elements(n * e_.query_elements(), format.activations, 1);
    k_ = random_elements(n * e_.fresh_elements(), format.activations, 2);
    v_ = random_elements(n * e_.fresh_elements(), format.activations, 3);
    k_cache_ = random_elements(n * e_.cache_elements(), format.weights, 4);
    v_cache_ = random_elements(n * e_.cache_elements(), format.weights, 5);
    out_.assign(q_.size(), std::byte{0xff});
    multiply(q_, format.activations, steepness);
    if (format.weights == DType::i8) {
      const auto rows = static_cast<std::size_t>(n * e_.kv_heads * (e_.cached + e_.fresh));
      for (std::vector<float>* scales : {&k_scales_, &v_scales_}) {
        for (std::size_t i = 0; i < rows; ++i) {
          scales->push_back((0.5f + static_cast<float>(i * 37 % 64) / 64) / 127);
        }
      }
    }
    k_before_ = k_cache_, v_before_ = v_cache_;
    MemoryDevice device;
    const Buffer scratch = device.allocate(4 * attention_.scratch_floats(), 1, Pages::base);
    device.fill_bytes(scratch, 0xff);
    attention_.run({q_.data(), k_.data(), v_.data(), k_cache_.data(), v_cache_.data(), out_.data(),
                    k_scales_.empty() ? nullptr : k_scales_.data(),
                    v_scales_.empty() ? nullptr : v_scales_.data()},
                   scratch.f32());
  }

  /// In units of the tolerance, over every row of all sequences.
  double error() const {
    const AttentionCheck check(e_, format_.weights, format_.activations);
    const auto part = [](const Elements& all, std::int64_t s, std::int64_t n) {
      return all.data() + static_cast<std::int64_t>(all.size()) / n * s;
    };
    double worst = 0;
    for (std::int64_t s = 0; s < e_.queries; ++s) {
      const std::int64_t row = s * e_.kv_heads * (e_.cached + e_.fresh);
      const AttentionView view{part(q_, s, e_.queries),
                               part(k_, s, e_.queries),
                               part(v_, s, e_.queries),
                               part(k_cache_, s, e_.queries),
                               part(v_cache_, s, e_.queries),
                               part(out_, s, e_.queries),
                               k_scales_.empty() ? nullptr : k_scales_.data() + row,
                               v_scales_.empty() ? nullptr : v_scales_.data() + row};
      worst = worse(worst, check.error(view, 1, e_.heads * e_.fresh));
    }
    return worst;
  }

  /// Cached rows are as they were.
  void expect_cache_kept() const {
    const std::int64_t row = e_.head_dim * bits(format_.weights) / 8, keys = e_.cached + e_.fresh;
    for (std::int64_t i = 0; i < static_cast<std::int64_t>(k_cache_.size()); ++i) {
      if (i / row % keys >= e_.cached) continue;
      const auto at = static_cast<std::size_t>(i);
      ASSERT_TRUE(k_cache_[at] == k_before_[at] && v_cache_[at] == v_before_[at]) << "byte " << i;
    }
  }

 private:
  CpuAttention attention_;
  AttentionExtents e_;
  Format format_;
  Elements q_, k_, v_, k_cache_, v_cache_, out_, k_before_, v_before_;
  std::vector<float> k_scales_, v_scales_;
};

const Kernel& kernel() {
  static const Kernel found = [] {
    for (const Kernel& candidate : all_kernels()) {
      if (candidate.name == "attention") return candidate;
    }
    return Kernel{};
  }();
  return found;
}

/// Calls body(leaves, format) for every variant that this CPU can run.
template <class Body>
void each_variant(Body body) {
  int ran = 0;
  for (const Variant& variant : kernel().variants) {
    if (variant.device != "cpu" || !can_run(variant.needs)) continue;
    const std::optional<AttentionLeaves> leaves = attention_leaves(variant.needs);
    ASSERT_TRUE(leaves.has_value());
    SCOPED_TRACE(variant.name + " " + variant.format.name());
    body(*leaves, variant.format);
    ++ran;
  }
  EXPECT_GE(ran, 5) << "five formats in at least one instruction set";
}

void expect_right(const AttentionLeaves& leaves, const Format& format, const Shape& extents,
                  int threads = 1, double steepness = 1) {
  SCOPED_TRACE(extents.text() + " on " + std::to_string(threads));
  const Call call(leaves, extents, format, threads, steepness);
  EXPECT_LE(call.error(), 1);
  call.expect_cache_kept();
}

TEST(CpuAttention, DecodesForEveryLengthOfTheCache) {
  each_variant([](const AttentionLeaves& leaves, const Format& format) {
    for (const int cached : {0, 1, 6, 15, 16, 30, 62, 63, 64, 65, 127, 128, 201}) {
      expect_right(leaves, format, shape(1, 1, cached, 3, 1, 32));
    }
  });
}

TEST(CpuAttention, DecodesForEveryHeadDimension) {
  each_variant([](const AttentionLeaves& leaves, const Format& format) {
    for (const int dim : {1, 2, 3, 7, 8, 16, 17, 31, 33, 48, 64, 80, 96, 100, 128, 131, 160, 256}) {
      expect_right(leaves, format, shape(1, 1, 70, 5, 1, dim));
    }
  });
}

TEST(CpuAttention, DecodesForEveryGroupOfQueryHeads) {
  each_variant([](const AttentionLeaves& leaves, const Format& format) {
    for (const int group : {1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 16, 31, 71}) {
      expect_right(leaves, format, shape(2, 1, 37, 2 * group, 2, 64));
    }
  });
}

TEST(CpuAttention, DecodesForManyQueryHeadsAtEveryLengthAndHeadDimension) {
  each_variant([](const AttentionLeaves& leaves, const Format& format) {
    for (const int cached : {0, 1, 2, 13, 15, 16, 17, 31, 61, 63, 64, 65, 130}) {
      expect_right(leaves, format, shape(1, 1, cached, 8, 1, 128));
      expect_right(leaves, format, shape(1, 1, cached, 11, 1, 40));
    }
    for (const int dim : {1, 3, 4, 6, 7, 12, 20, 36, 60, 72, 100, 128, 132, 256}) {
      expect_right(leaves, format, shape(1, 1, 70, 8, 1, dim));
      expect_right(leaves, format, shape(1, 1, 70, 4, 1, dim));
    }
  });
}

TEST(CpuAttention, DecodesSeveralTokensEachWithItsOwnKeys) {
  each_variant([](const AttentionLeaves& leaves, const Format& format) {
    for (const int cached : {0, 1, 58, 60, 64, 100}) {
      expect_right(leaves, format, shape(1, 5, cached, 4, 2, 48));
      expect_right(leaves, format, shape(1, 3, cached, 8, 1, 64));
      expect_right(leaves, format, shape(1, 3, cached, 4, 2, 64));
    }
  });
}

TEST(CpuAttention, DecodesInPiecesWhereThereAreFewHeads) {
  each_variant([](const AttentionLeaves& leaves, const Format& format) {
    for (const int cached : {511, 600, 1100}) {
      expect_right(leaves, format, shape(1, 1, cached, 4, 2, 32), 3);
      expect_right(leaves, format, shape(1, 2, cached, 3, 1, 20), 4);
    }
  });
}

TEST(CpuAttention, PrefillsForEveryLength) {
  each_variant([](const AttentionLeaves& leaves, const Format& format) {
    for (const int fresh : {33, 48, 63, 64, 65, 96, 97, 130, 200}) {
      expect_right(leaves, format, shape(1, fresh, 0, 1, 1, 32));
    }
  });
}

TEST(CpuAttention, PrefillsForEveryHeadDimension) {
  each_variant([](const AttentionLeaves& leaves, const Format& format) {
    for (const int dim : {1, 2, 7, 16, 17, 33, 64, 80, 96, 100, 128, 131, 256}) {
      expect_right(leaves, format, shape(1, 67, 0, 1, 1, dim));
    }
  });
}

TEST(CpuAttention, PrefillsAfterCachedTokensForSharedHeadsAndSeveralSequences) {
  each_variant([](const AttentionLeaves& leaves, const Format& format) {
    for (const int cached : {1, 50, 95, 96, 150}) {
      expect_right(leaves, format, shape(1, 40, cached, 3, 3, 32));
      expect_right(leaves, format, shape(2, 21, cached, 14, 2, 16), 3);
    }
    expect_right(leaves, format, shape(1, 9, 40, 8, 1, 64), 2);
  });
}

/// Of rows and keys, however many a leaf takes at a time: sums are scaled anew at every tile, and
/// the second block of rows begins with keys that all of it sees.
TEST(CpuAttention, PrefillsOverSeveralBlocksAndTiles) {
  each_variant([](const AttentionLeaves& leaves, const Format& format) {
    const std::int64_t rows = leaves.prefill->rows, keys = leaves.prefill->keys;
    expect_right(leaves, format, shape(1, 2 * rows + 19, 0, 1, 1, 24));
    expect_right(leaves, format, shape(1, rows + 3, 2 * keys + 5, 1, 1, 40), 2);
    expect_right(leaves, format, shape(1, rows / 3 + 50, keys - 1, 3, 1, 32), 3, 16);
  });
}

TEST(CpuAttention, IsRightWhereAFewKeysHaveAllTheWeight) {
  each_variant([](const AttentionLeaves& leaves, const Format& format) {
    for (const double steepness : {16.0, 64.0}) {
      expect_right(leaves, format, shape(1, 1, 700, 4, 2, 64), 3, steepness);
      expect_right(leaves, format, shape(1, 150, 20, 2, 2, 64), 2, steepness);
    }
  });
}

TEST(CpuAttention, TasksAreCorrectEveryTimeTheyAreAsked) {
  for (const Variant& variant : kernel().variants) {
    if (variant.device != "cpu" || !can_run(variant.needs)) continue;
    for (const Shape& extents :
         {shape(9, 1, 150, 4, 2, 64), shape(1, 1, 600, 2, 1, 64), shape(1, 90, 3, 2, 1, 80)}) {
      for (const std::string state : {"cold", "hot"}) {
        const Case what{&kernel(), &variant, extents, {.state = state}, 2, "cpu", variant.format};
        MemoryDevice device;
        const auto task = variant.prepare(what, device);
        for (int time = 0; time < 3; ++time) {
          EXPECT_LE(task->error(), 1) << what.id();
          task->launch({});
        }
      }
    }
  }
}

TEST(CpuAttention, RefusesHeadsThatDoNotShareEvenly) {
  const Variant& variant = kernel().variants.front();
  EXPECT_EQ(variant.refusal(shape(1, 1, 1, 6, 3, 64)), "");
  EXPECT_NE(variant.refusal(shape(1, 1, 1, 6, 4, 64)), "");
}

TEST(CpuAttention, SaysWhatNoKernelHasYet) {
  const Variant& variant = kernel().variants.front();
  const auto refusal_of = [&](const char* extent) {
    Shape extents = shape(1, 1, 1, 4, 2, 64);
    extents.extents.push_back({extent, 128});
    return variant.refusal(extents);
  };
  EXPECT_EQ(refusal_of("window"), "no kernel of attention has a window yet");
  EXPECT_EQ(refusal_of("chunk"), "no kernel of attention has chunks yet");
  EXPECT_EQ(refusal_of("sinks"), "no kernel of attention has sinks yet");
}

// Leaves with a fault that a plausible mistake would make, over those of the narrowest instruction
// set, which every CPU of its architecture has.

AttentionLeaves sound() { return *attention_leaves(kernel().variants.front().needs); }

void decode_without_the_last_key(const AttentionHead& head, std::int64_t first, std::int64_t last,
                                 float* piece, float* scratch) {
  const bool is_last = last == head.cached + head.fresh;
  sound().decode(head, first, is_last ? last - 1 : last, piece, scratch);
}
void decode_unscaled(const AttentionHead& head, std::int64_t first, std::int64_t last, float* piece,
                     float* scratch) {
  AttentionHead wrong = head;
  wrong.scale *= 1.01f;
  sound().decode(wrong, first, last, piece, scratch);
}
void join_without_the_last_piece(const AttentionHead& head, float* pieces, std::int64_t count) {
  sound().join(head, pieces, count - 1);
}
void prefill_one_key_too_far(const AttentionHead& head, std::int64_t first, std::int64_t last,
                             float* scratch) {
  AttentionHead wrong = head;
  wrong.cached -= 1;
  sound().prefill->run(wrong, first, last, scratch);
}
const AttentionPrefillLeaf one_key_too_far{prefill_one_key_too_far, 64, 96};
void prefill_without_the_last_row(const AttentionHead& head, std::int64_t first, std::int64_t last,
                                  float* scratch) {
  sound().prefill->run(head, first, last - 1, scratch);
}
const AttentionPrefillLeaf without_the_last_row{prefill_without_the_last_row, 64, 96};
void quantize_cut_off(const float* x, std::int8_t* y, float* scale, std::int64_t rows,
                      std::int64_t head_dim) {
  sound().quantize_f32(x, y, scale, rows, head_dim);
  y[head_dim - 1] = static_cast<std::int8_t>(y[head_dim - 1] / 2);
}
void quantize_by_another_scale(const float* x, std::int8_t* y, float* scale, std::int64_t rows,
                               std::int64_t head_dim) {
  sound().quantize_f32(x, y, scale, rows, head_dim);
  *scale *= 127.0f / 128;
}

TEST(CpuAttention, WithAWrongLeafIsWrong) {
  const auto error_with = [](auto plant, const Shape& extents, const Format& format, int threads) {
    AttentionLeaves leaves = sound();
    EXPECT_LE(Call(leaves, extents, format, threads).error(), 1);
    plant(leaves);
    return Call(leaves, extents, format, threads).error();
  };
  const Format f32, bf16{DType::bf16, DType::bf16, DType::f32},
      i8{DType::i8, DType::f32, DType::f32};
  const Shape decode = shape(1, 1, 200, 4, 2, 64), prefill = shape(1, 70, 3, 2, 1, 64);
  const Shape in_pieces = shape(1, 1, 700, 2, 1, 64);
  using Leaves = AttentionLeaves;
  for (const Format& format : {f32, bf16, i8}) {
    EXPECT_GT(
        error_with([](Leaves& l) { l.decode = decode_without_the_last_key; }, decode, format, 1),
        1);
    EXPECT_GT(
        error_with([](Leaves& l) { l.join = join_without_the_last_piece; }, in_pieces, format, 2),
        1);
    EXPECT_GT(error_with([](Leaves& l) { l.prefill = &one_key_too_far; }, prefill, format, 1), 1);
    EXPECT_GT(error_with([](Leaves& l) { l.prefill = &without_the_last_row; }, prefill, format, 1),
              1);
  }
  EXPECT_GT(error_with([](Leaves& l) { l.decode = decode_unscaled; }, decode, f32, 1), 1);
  EXPECT_GT(error_with([](Leaves& l) { l.quantize_f32 = quantize_cut_off; }, decode, i8, 1), 1);
  EXPECT_GT(
      error_with([](Leaves& l) { l.quantize_f32 = quantize_by_another_scale; }, decode, i8, 1), 1);
}

}  // namespace
}  // namespace roofmark
