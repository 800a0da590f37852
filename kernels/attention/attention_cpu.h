// Attention over a key/value cache on a CPU: how one call is spread over threads, and its task.
#pragma once

#include <cassert>
#include <cmath>
#include <cstring>
#include <memory>
#include <numeric>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "core/case.h"
#include "core/code_table.h"
#include "core/device.h"
#include "core/parallel.h"
#include "kernels/attention/attention_check.h"
#include "kernels/attention/attention_cpu.isa.h"
#include "kernels/quantize/quantize.isa.h"
#include "kernels/rotation.h"

namespace roofmark {

struct AttentionLeaves {
  AttentionDecodeLeaf decode;
  AttentionJoinLeaf join;
  const AttentionPrefillLeaf* prefill;
  /// Put a fresh key or value into an i8 cache.
  QuantizeLeaf<float> quantize_f32;
  QuantizeLeaf<bf16> quantize_bf16;
  QuantizeLeaf<f16> quantize_f16;
};

/// Those of an instruction set; nullopt where there are none.
std::optional<AttentionLeaves> attention_leaves(std::string_view isa);

inline KvElement kv_element_of(DType type) {
  assert(type == DType::f32 || type == DType::bf16 || type == DType::f16 || type == DType::i8);
  if (type == DType::i8) return KvElement::i8;
  return type == DType::f32    ? KvElement::f32
         : type == DType::bf16 ? KvElement::bf16
                               : KvElement::f16;
}

/// What one call reads and writes, in the order of AttentionView.
struct AttentionArrays {
  const std::byte *q, *k, *v;
  std::byte *k_cache, *v_cache, *out;
  float *k_scales = nullptr, *v_scales = nullptr;
};

/// One call.  Where a key/value head has few rows, all of them go over its keys together, which are
/// cut into pieces where there are too few heads for the threads; else threads take blocks of rows,
/// as many as make the same number of pairs.
class CpuAttention {
 public:
  /// Rows that share a key for which going over it once is faster than a block that is mostly
  /// padding.
  static constexpr std::int64_t most_decode_rows = prefill_panel / 2;

  CpuAttention(const AttentionLeaves& leaves, const Shape& shape, const Format& format, int threads,
               bool asks_by_l2)
      : leaves_(leaves),
        asks_by_l2_(asks_by_l2),
        e_(shape),
        cache_(format.weights),
        activations_(format.activations),
        threads_(threads),
        heads_(e_.queries * e_.kv_heads),
        group_(e_.heads / e_.kv_heads),
        keys_(e_.cached + e_.fresh) {
    if (!is_decode()) return;
    // The least number of pieces that gives each thread as many, of four tiles or more.
    const std::int64_t fair = threads / std::gcd(heads_, static_cast<std::int64_t>(threads));
    pieces_ = std::min(fair, std::max<std::int64_t>(1, keys_ / (4 * decode_keys)));
  }

  const AttentionExtents& extents() const { return e_; }
  DType cache() const { return cache_; }
  DType activations() const { return activations_; }
  bool is_decode() const { return e_.fresh == 1 || rows() <= most_decode_rows; }
  std::int64_t pieces() const { return pieces_; }

  /// Task::code_hash(): of the leaves that this shape takes.
  std::string code() const {
    const void* quantize = cache_ == DType::i8 ? quantize_code() : nullptr;
    const auto hash = [&](auto... leaf) {
      const void* const addresses[] = {reinterpret_cast<const void*>(leaf)..., quantize};
      return code_hash(kernels_code(), addresses);
    };
    return is_decode() ? hash(leaves_.decode, leaves_.join) : hash(leaves_.prefill);
  }

  /// Floats of working memory of a call.
  std::int64_t scratch_floats() const { return threads_ * thread_floats() + pieces_floats(); }

  /// `scratch` is 64-byte aligned.
  void run(const AttentionArrays& a, float* scratch) const {
    parallel(threads_, [&](int thread) {
      append(a, thread);
      if (!has_own_heads()) barrier();
      float* own = scratch + thread * thread_floats();
      float* pieces = scratch + threads_ * thread_floats();
      is_decode() ? decode(a, thread, own, pieces) : prefill(a, thread, own);
    });
  }

 private:
  std::int64_t rows() const { return e_.fresh * group_; }
  std::int64_t block_rows() const { return leaves_.prefill->rows; }
  /// Whether a thread looks at no head but those that it appends to and joins.
  bool has_own_heads() const { return is_decode() && pieces_ == 1; }
  std::int64_t thread_floats() const {
    return apart(4 * (is_decode() ? decode_scratch_floats(rows(), e_.head_dim)
                                  : leaves_.prefill->scratch_floats(e_.head_dim))) /
           4;
  }
  std::int64_t piece_floats() const { return decode_piece_floats(rows(), e_.head_dim); }
  std::int64_t pieces_floats() const { return is_decode() ? heads_ * pieces_ * piece_floats() : 0; }
  std::int64_t cache_bytes(std::int64_t elements) const { return elements * bits(cache_) / 8; }
  std::int64_t activation_bytes(std::int64_t elements) const {
    return elements * bits(activations_) / 8;
  }

  /// Puts the fresh keys and values of a thread's heads into their places: token by token, as they
  /// lie there, and what will be written is asked for ahead, for each row lies elsewhere (Xeon, AMX
  /// generation: a bf16 prefill of 512 tokens and 32 heads took 6.1 ms head by head, 5.6 ms so).
  void append(const AttentionArrays& a, int thread) const {
    constexpr std::int64_t ahead = 8;  // rows
    const auto [begin, end] = share_of(heads_, thread, threads_);
    const std::int64_t heads = end - begin, rows = e_.fresh * heads, first = begin;
    const auto place = [&](std::int64_t row) {
      return (first + row % heads) * keys_ + e_.cached + row / heads;
    };
    for (std::int64_t row = 0; row < rows; ++row) {
      if (row + ahead < rows) {
        own_row(a.k_cache, place(row + ahead));
        own_row(a.v_cache, place(row + ahead));
      }
      const std::int64_t h = begin + row % heads, token = row / heads;
      const std::int64_t sequence = h / e_.kv_heads;
      const std::int64_t from = (sequence * e_.fresh + token) * e_.kv_heads + h % e_.kv_heads;
      append_row(a.k, from, a.k_cache, place(row), a.k_scales);
      append_row(a.v, from, a.v_cache, place(row), a.v_scales);
    }
  }
  void own_row(const std::byte* cache, std::int64_t to) const {
    constexpr std::int64_t line = 64;
    const std::byte* place = cache + cache_bytes(to * e_.head_dim);
    for (std::int64_t i = 0; i < cache_bytes(e_.head_dim); i += line) {
      __builtin_prefetch(place + i, 1);
    }
  }
  void append_row(const std::byte* fresh, std::int64_t from, std::byte* cache, std::int64_t to,
                  float* scales) const {
    const std::byte* source = fresh + activation_bytes(from * e_.head_dim);
    std::byte* place = cache + cache_bytes(to * e_.head_dim);
    if (scales == nullptr) {
      std::memcpy(place, source, static_cast<std::size_t>(cache_bytes(e_.head_dim)));
    } else {
      quantize(source, reinterpret_cast<std::int8_t*>(place), scales + to);
    }
  }
  void quantize(const std::byte* x, std::int8_t* y, float* scale) const {
    switch (activations_) {
      case DType::f32:
        return leaves_.quantize_f32(as<float>(x), y, scale, 1, e_.head_dim);
      case DType::bf16:
        return leaves_.quantize_bf16(as<bf16>(x), y, scale, 1, e_.head_dim);
      default:
        return leaves_.quantize_f16(as<f16>(x), y, scale, 1, e_.head_dim);
    }
  }
  const void* quantize_code() const {
    switch (activations_) {
      case DType::f32:
        return reinterpret_cast<const void*>(leaves_.quantize_f32);
      case DType::bf16:
        return reinterpret_cast<const void*>(leaves_.quantize_bf16);
      default:
        return reinterpret_cast<const void*>(leaves_.quantize_f16);
    }
  }
  template <class T>
  static const T* as(const std::byte* elements) {
    return reinterpret_cast<const T*>(elements);
  }

  AttentionHead head_of(const AttentionArrays& a, std::int64_t h) const {
    const std::int64_t sequence = h / e_.kv_heads, first = h % e_.kv_heads * group_;
    const std::int64_t query =
        activation_bytes(sequence * e_.query_elements() + first * e_.head_dim);
    const std::int64_t key = cache_bytes(h * keys_ * e_.head_dim);
    AttentionHead head{};
    head.cache = kv_element_of(cache_);
    head.activations = kv_element_of(activations_);
    head.q = a.q + query;
    head.out = a.out + query;
    head.token_step = e_.heads * e_.head_dim;
    head.k = a.k_cache + key;
    head.v = a.v_cache + key;
    head.k_scales = a.k_scales == nullptr ? nullptr : a.k_scales + h * keys_;
    head.v_scales = a.v_scales == nullptr ? nullptr : a.v_scales + h * keys_;
    head.fresh = e_.fresh, head.cached = e_.cached;
    head.group = group_, head.head_dim = e_.head_dim;
    head.asks_by_l2 = asks_by_l2_;
    head.scale = static_cast<float>(1 / std::sqrt(static_cast<double>(e_.head_dim)));
    return head;
  }

  void decode(const AttentionArrays& a, int thread, float* scratch, float* all) const {
    const auto [begin, end] = share_of(heads_ * pieces_, thread, threads_);
    for (std::int64_t i = begin; i < end; ++i) {
      const auto [first, last] =
          share_of(keys_, static_cast<int>(i % pieces_), static_cast<int>(pieces_), decode_keys);
      leaves_.decode(head_of(a, i / pieces_), first, last, all + i * piece_floats(), scratch);
    }
    if (!has_own_heads()) barrier();
    const auto [first_head, last_head] = share_of(heads_, thread, threads_);
    for (std::int64_t h = first_head; h < last_head; ++h) {
      leaves_.join(head_of(a, h), all + h * pieces_ * piece_floats(), pieces_);
    }
  }

  /// Pairs of a row and a key in blocks 0 .. blocks - 1 of a head.
  std::int64_t pairs(std::int64_t blocks) const {
    const std::int64_t r = std::min(blocks * block_rows(), rows());
    // Row i sees cached + i / group + 1 keys.
    const std::int64_t whole = r / group_, rest = r % group_;
    return r * (e_.cached + 1) + group_ * (whole * (whole - 1) / 2) + rest * whole;
  }

  void prefill(const AttentionArrays& a, int thread, float* scratch) const {
    const std::int64_t blocks = (rows() + block_rows() - 1) / block_rows();
    const double each = static_cast<double>(pairs(blocks));
    const double share = each * static_cast<double>(heads_) / threads_;
    for (std::int64_t i = 0; i < heads_ * blocks; ++i) {
      const std::int64_t h = i / blocks, b = i % blocks;
      const double middle = static_cast<double>(pairs(b) + pairs(b + 1)) / 2;
      const auto owner = static_cast<int>((each * static_cast<double>(h) + middle) / share);
      if (std::min(owner, threads_ - 1) != thread) continue;
      leaves_.prefill->run(head_of(a, h), b * block_rows(),
                           std::min((b + 1) * block_rows(), rows()), scratch);
    }
  }

  AttentionLeaves leaves_;
  bool asks_by_l2_;
  AttentionExtents e_;
  DType cache_, activations_;
  int threads_;
  std::int64_t heads_, group_, keys_;
  std::int64_t pieces_ = 1;
};

/// The caches are found in memory: each launch takes the next of several.  What it writes into
/// them, fresh keys and values, is of their type: whoever has that memory next finds numbers there
/// too. Queries, fresh keys and values and outputs stay where they are, as the activations of a
/// layer do.
class CpuAttentionTask final : public Task {
 public:
  CpuAttentionTask(CpuAttention attention, const Case& what, Device& device)
      : attention_(attention), e_(attention_.extents()), is_hot_(what.conditions.state == "hot") {
    const std::int64_t slice = 2 * (cache_bytes() + scales_bytes());
    Buffer caches;
    if (is_hot_) {
      caches = device.allocate(slice, what.threads, Pages::huge);
      device.randomize(caches, attention_.cache(), 1);
    } else {
      caches = device.cold_operands(rotation_bytes(device.machine(), slice), what.threads,
                                    attention_.cache());
    }
    caches_.emplace(caches, slice);
    for (std::int64_t i = 0; i < caches_->slices(); ++i) make_scales(caches_->next());
    for (Buffer* x : {&q_, &k_, &v_, &out_}) {
      const bool wide = x == &q_ || x == &out_;
      *x = device.allocate(wide ? query_bytes() : fresh_bytes(), what.threads, Pages::huge);
      if (x != &out_) device.randomize(*x, attention_.activations(), wide ? 2 : x == &k_ ? 3 : 4);
    }
    scratch_ = device.allocate_scratch(4 * attention_.scratch_floats(), what.threads);
  }

  void launch(Queue) override { attention_.run(arrays(caches_->next()), scratch_.f32()); }

  double error() override {
    const AttentionArrays a = arrays(caches_->next());
    poison(a);
    attention_.run(a, scratch_.f32());
    const AttentionCheck check(e_, attention_.cache(), attention_.activations());
    const std::set<std::int64_t> checked = checked_sequences();
    double worst = 0;
    for (std::int64_t s = 0; s < e_.queries; ++s) {
      const AttentionView sequence = sequence_of(a, s);
      if (checked.count(s) > 0) {
        worst = worse(worst, check.error(sequence, static_cast<std::uint64_t>(s + 1)));
      } else if (!check.is_finite(sequence.out)) {
        return std::numeric_limits<double>::infinity();
      }
    }
    return worst;
  }

  ColdOperands cold_operands() const override {
    return is_hot_ ? ColdOperands{} : cold_operands_of({caches_->all()});
  }
  std::string code_hash() const override { return attention_.code(); }
  std::string implementation() const override {
    const std::int64_t pieces = attention_.pieces();
    return pieces == 1 ? "" : "keys in " + std::to_string(pieces) + " pieces";
  }

 private:
  static std::int64_t bytes_of(std::int64_t elements, DType type) {
    return (elements * bits(type) / 8 + 63) / 64 * 64;
  }
  std::int64_t query_bytes() const {
    return bytes_of(e_.queries * e_.query_elements(), attention_.activations());
  }
  std::int64_t fresh_bytes() const {
    return bytes_of(e_.queries * e_.fresh_elements(), attention_.activations());
  }
  std::int64_t cache_bytes() const {
    return bytes_of(e_.queries * e_.cache_elements(), attention_.cache());
  }
  std::int64_t rows() const { return e_.queries * e_.kv_heads * (e_.cached + e_.fresh); }
  std::int64_t scales_bytes() const {
    return attention_.cache() == DType::i8 ? bytes_of(rows(), DType::f32) : 0;
  }

  AttentionArrays arrays(std::byte* cache) const {
    AttentionArrays a{q_.data, k_.data, v_.data, cache, cache + cache_bytes(), out_.data};
    if (scales_bytes() > 0) {
      a.k_scales = reinterpret_cast<float*>(cache + 2 * cache_bytes());
      a.v_scales = reinterpret_cast<float*>(cache + 2 * cache_bytes() + scales_bytes());
    }
    return a;
  }

  /// From half a 127th to one and a half, so that keys and values are about as large as
  /// activations.
  void make_scales(std::byte* cache) const {
    const AttentionArrays a = arrays(cache);
    if (a.k_scales == nullptr) return;
    for (std::int64_t i = 0; i < rows(); ++i) {
      const auto seed = static_cast<std::uint64_t>(i);
      a.k_scales[i] = static_cast<float>(0x1p31 + random_bits(5, seed)) * (0x1p-32f / 127);
      a.v_scales[i] = static_cast<float>(0x1p31 + random_bits(6, seed)) * (0x1p-32f / 127);
    }
  }

  /// Outputs, and the places of the fresh keys and values.
  void poison(const AttentionArrays& a) const {
    std::memset(a.out, 0xff, static_cast<std::size_t>(query_bytes()));
    const std::int64_t row = e_.head_dim * bits(attention_.cache()) / 8;
    for (std::int64_t h = 0; h < e_.queries * e_.kv_heads; ++h) {
      const std::int64_t first = h * (e_.cached + e_.fresh) + e_.cached;
      for (std::byte* cache : {a.k_cache, a.v_cache}) {
        std::memset(cache + first * row, 0xff, static_cast<std::size_t>(e_.fresh * row));
      }
      for (float* scales : {a.k_scales, a.v_scales}) {
        if (scales == nullptr) continue;
        std::memset(scales + first, 0xff, static_cast<std::size_t>(4 * e_.fresh));
      }
    }
  }

  std::set<std::int64_t> checked_sequences() const {
    std::set<std::int64_t> some;
    constexpr std::int64_t most = 8;
    for (std::int64_t i = 0; i < most; ++i) some.insert(i * (e_.queries - 1) / (most - 1));
    return some;
  }

  AttentionView sequence_of(const AttentionArrays& a, std::int64_t s) const {
    const std::int64_t activation = bits(attention_.activations()) / 8;
    const std::int64_t query = s * e_.query_elements() * activation;
    const std::int64_t fresh = s * e_.fresh_elements() * activation;
    const std::int64_t cache = s * e_.cache_elements() * bits(attention_.cache()) / 8;
    const std::int64_t row = s * e_.kv_heads * (e_.cached + e_.fresh);
    return {a.q + query,
            a.k + fresh,
            a.v + fresh,
            a.k_cache + cache,
            a.v_cache + cache,
            a.out + query,
            a.k_scales == nullptr ? nullptr : a.k_scales + row,
            a.v_scales == nullptr ? nullptr : a.v_scales + row};
  }

  CpuAttention attention_;
  AttentionExtents e_;
  bool is_hot_;
  std::optional<Rotation> caches_;
  Buffer q_, k_, v_, out_, scratch_;
};

}  // namespace roofmark
