// Attention of a few rows to many keys, by online softmax (Milakov & Gimelshein 2018,
// arXiv:1805.02867) over tiles of keys that all rows share: each key and value comes from memory
// once.  `Math` says how the products of a tile are made.
#pragma once

#include <cstdint>

#include "kernels/attention/attention_rows.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

/// Parts of a piece and of working memory.
struct DecodeMemory {
  std::int64_t rows, padded;
  float *values, *top, *sum;  ///< [rows, padded], [rows], [rows]
  float* q;                   ///< [rows, padded], as Math likes them; these and scores and weights
  float *scores, *weights;    ///< [rows, decode_keys] have room for a multiple of sixteen rows
  float* tile;                ///< [decode_keys, padded]
  float* sums;  ///< [rows, padded], where Math adds up values elsewhere than in a piece
};

ROOFMARK_LEAF void split_piece(float* piece, DecodeMemory& m) {
  m.values = piece;
  m.top = piece + m.rows * m.padded;
  m.sum = m.top + m.rows;
}

ROOFMARK_LEAF DecodeMemory decode_memory(const AttentionHead& head, float* piece, float* scratch) {
  DecodeMemory m = {};
  m.rows = head.group * head.fresh;
  m.padded = padded_dim(head.head_dim);
  split_piece(piece, m);
  m.q = scratch;
  const std::int64_t rows = decode_padded_rows(m.rows);
  m.scores = m.q + rows * m.padded;
  m.weights = m.scores + rows * decode_keys;
  m.tile = m.weights + rows * decode_keys;
  m.sums = m.tile + decode_keys * m.padded;
  return m;
}

constexpr std::int64_t line = 64;

/// Memory that the next product needs, which this one asks for as it goes.  Evenly, for many
/// requests at once hold up the loads behind them.
struct Ahead {
  const char* at;
  std::int64_t bytes;
};

/// A part of that, a piece at each turn of a loop.
struct Walk {
  const char* at;
  std::int64_t step;
  bool by_l2;  ///< Cpu::asks_by_l2(), a constant: a branch at each line costs 4 %

  ROOFMARK_LEAF void ask_for(const char* at, bool by_l2) {
    if (by_l2) {
      __builtin_prefetch(at, 0, 2);
    } else {
      __builtin_prefetch(at);
    }
  }

  /// Of a turn that is one of `parts` of what a step is for, no more than a line.
  template <int parts = 1>
  ROOFMARK_LEAF void ask_line(Walk& walk) {
    ask_for(walk.at, walk.by_l2);
    walk.at += walk.step / parts;
    // Where they are, among the loads: compilers put what a whole loop asks for in front of it.
    asm volatile("");
  }

  /// Two lines are asked for whatever a step is: most are no longer, and a loop over as many lines
  /// as a step has takes longer than they do.
  ROOFMARK_LEAF void ask(Walk& walk) {
    ask_for(walk.at, walk.by_l2);
    ask_for(walk.at + line, walk.by_l2);
    for (std::int64_t i = 2 * line; i < walk.step; i += line) ask_for(walk.at + i, walk.by_l2);
    walk.at += walk.step;
  }
};

ROOFMARK_LEAF std::int64_t lines_of(std::int64_t bytes) { return (bytes + line - 1) / line; }

/// `count` of `parts` parts, from `first` on, in as many turns.
ROOFMARK_LEAF Walk walk_of(const Ahead& ahead, std::int64_t first, std::int64_t count,
                           std::int64_t parts, std::int64_t turns, bool by_l2) {
  const std::int64_t bytes = ahead.bytes / parts;
  return {ahead.at + first * bytes, count * bytes / (turns > 0 ? turns : 1), by_l2};
}

/// How much of the next tile of keys is asked for while weights are made, where there are enough
/// rows of queries for that to take long: memory would have nothing to do.
template <class Math>
ROOFMARK_LEAF std::int64_t asked_in_weigh(const DecodeMemory& m, const Ahead& next) {
  return m.rows >= Math::weigh_from ? next.bytes / Math::weigh_share : 0;
}

/// v = factor v, `count` of them, a multiple of lanes.
ROOFMARK_LEAF void rescale(float* v, std::int64_t count, float factor) {
  for (std::int64_t i = 0; i < count; i += lanes) store(v + i, load(v + i) * splat(factor));
}

/// Products with whole numbers, times the scales of `count` keys from `key` on.
ROOFMARK_LEAF void apply_scales(float* x, const float* scales, std::int64_t count) {
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) store(x + i, load(x + i) * load(scales + i));
  for (; i < count; ++i) x[i] *= scales[i];
}

/// Keys of a tile of `tile_bytes`, whose rows are `row_bytes` as they are multiplied: two tiles, of
/// keys and of values, and what is asked for are to stay in an L1 cache of 48 KiB.
ROOFMARK_LEAF std::int64_t tile_keys(std::int64_t row_bytes, std::int64_t tile_bytes) {
  const std::int64_t keys = tile_bytes / row_bytes / 16 * 16;
  return keys < 16 ? 16 : keys < decode_keys ? keys : decode_keys;
}

/// What row r does not see of keys key .. key + count - 1, and what pads them, becomes -infinity.
ROOFMARK_LEAF void mask(const AttentionHead& head, float* s, std::int64_t r, std::int64_t key,
                        std::int64_t count) {
  const std::int64_t seen = head.cached + r / head.group + 1 - key;
  for (std::int64_t i = seen < 0 ? 0 : seen < count ? seen : count; i < decode_keys; ++i) {
    s[i] = -__builtin_inff();
  }
}

/// Raises row r's largest score to that of a tile, and scales what was summed before.
ROOFMARK_LEAF void raise_top(const AttentionHead& head, const DecodeMemory& m, std::int64_t r,
                             std::int64_t whole) {
  const float* s = m.scores + r * decode_keys;
  vf32 most = load(s);
  for (std::int64_t i = lanes; i < whole; i += lanes) most = larger(load(s + i), most);
  const float top = largest(most) * head.scale;
  if (!(top > m.top[r])) return;
  const float kept = exponential(splat(m.top[r] - top))[0];
  rescale(m.values + r * m.padded, m.padded, kept);
  m.sum[r] *= kept;
  m.top[r] = top;
}

/// Turns row r's scores into weights and adds these up.
ROOFMARK_LEAF void weigh_row(const AttentionHead& head, const DecodeMemory& m, std::int64_t r,
                             std::int64_t whole) {
  const float* s = m.scores + r * decode_keys;
  const vf32 scale = splat(head.scale), top = splat(m.top[r]);
  vf32 total = {};
  for (std::int64_t i = 0; i < whole; i += lanes) {
    const vf32 e = exponential(load(s + i) * scale - top);
    total += e;
    store(m.weights + r * decode_keys + i, e);
  }
  m.sum[r] += sum(total);
}

/// Turns scores, [rows, decode_keys], into weights.
ROOFMARK_LEAF void weigh_rows(const AttentionHead& head, const DecodeMemory& m, std::int64_t key,
                              std::int64_t count, const Ahead& ahead, bool by_l2) {
  const std::int64_t whole = (count + lanes - 1) / lanes * lanes;
  for (std::int64_t r = 0; r < m.rows; ++r) {
    float* s = m.scores + r * decode_keys;
    if (head.k_scales != nullptr) apply_scales(s, head.k_scales + key, count);
    if (count != whole || key + count > head.cached + 1) mask(head, s, r, key, count);
    raise_top(head, m, r, whole);
  }
  Walk walk = walk_of(ahead, 0, 1, 1, m.rows, by_l2);
  for (std::int64_t r = 0; r < m.rows; ++r) {
    if (ahead.bytes > 0) Walk::ask(walk);
    weigh_row(head, m, r, whole);
    if (head.v_scales != nullptr) {
      apply_scales(m.weights + r * decode_keys, head.v_scales + key, count);
    }
  }
}

template <class Math>
ROOFMARK_LEAF void decode(const AttentionHead& head, std::int64_t first, std::int64_t last,
                          float* piece, float* scratch) {
  const DecodeMemory m = decode_memory(head, piece, scratch);
  for (std::int64_t i = 0; i < m.rows * m.padded; i += lanes) store(m.values + i, vf32{});
  for (std::int64_t r = 0; r < m.rows; ++r) {
    m.top[r] = lowest;
    m.sum[r] = 0;
  }
  Math::read_queries(head, m);
  const std::int64_t step = tile_keys(Math::row_bytes(head, m), Math::tile_bytes);
  for (std::int64_t key = first; key < last; key += step) {
    const std::int64_t count = last - key < step ? last - key : step;
    Math::scores(head, m, key, count);
    const Ahead next = Math::keys_from(head, key + step, step);
    const std::int64_t asked = asked_in_weigh<Math>(m, next);
    Math::weigh(head, m, key, count, {next.at, asked});
    Math::values(head, m, key, count, {next.at + asked, next.bytes - asked});
  }
  Math::finish(head, m);
}

/// Each piece's sums are relative to its own largest score.
ROOFMARK_LEAF void join(const AttentionHead& head, float* pieces, std::int64_t count) {
  DecodeMemory all = {};
  all.rows = head.group * head.fresh;
  all.padded = padded_dim(head.head_dim);
  const std::int64_t step = decode_piece_floats(all.rows, head.head_dim);
  split_piece(pieces, all);
  for (std::int64_t r = 0; r < all.rows; ++r) {
    float* to = all.values + r * all.padded;
    for (std::int64_t p = 1; p < count; ++p) {
      DecodeMemory other = all;
      split_piece(pieces + p * step, other);
      const float top = all.top[r] > other.top[r] ? all.top[r] : other.top[r];
      const float kept = exponential(splat(all.top[r] - top))[0];
      const float added = exponential(splat(other.top[r] - top))[0];
      const float* from = other.values + r * all.padded;
      for (std::int64_t i = 0; i < all.padded; i += lanes) {
        store(to + i, load(to + i) * splat(kept) + load(from + i) * splat(added));
      }
      all.sum[r] = all.sum[r] * kept + other.sum[r] * added;
      all.top[r] = top;
    }
    write_output(head, r, to, 1.0f / all.sum[r]);
  }
}

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
