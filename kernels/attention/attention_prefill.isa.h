// Attention of a block of rows to all the keys that they see, by online softmax over tiles of keys
// that stay in the caches (Dao et al. 2022, arXiv:2205.14135).  Lanes are rows, so that scores need
// no sum over lanes, softmax no maximum over them, and keys and values are used as they lie in
// memory: only the block's queries are transposed.  `Math` says how the products of a tile are
// made.
#pragma once

#include <cstdint>

#include "kernels/attention/attention_rows.isa.h"

namespace roofmark::ROOFMARK_ISA_NAMESPACE {

/// Rows of a block that are multiplied at a time.
template <class Math>
static constexpr int panel_of = Math::vectors* lanes;

/// A tile of keys and values as Math multiplies them.
struct Tile {
  const void *keys, *values;
  std::int64_t key_step, value_step;  ///< elements of a row
  std::int64_t dim;                   ///< elements of a row that count, those of padding included
};

/// Keys and values of the next tile, those that a block of rows later sees first among them: a
/// prefetcher does not foresee them, and a block that meets them late takes half as long again
/// (Xeon, AMX generation, f32, 512 keys, one row to a key).
struct NextTile {
  const char *keys, *values;
  std::int64_t bytes;

  /// One of `parts` parts, into L2.
  ROOFMARK_LEAF void ask(NextTile& next, std::int64_t parts) {
    constexpr std::int64_t line = 64;
    const std::int64_t step = (next.bytes + parts * line - 1) / (parts * line) * line;
    for (std::int64_t i = 0; i < step; i += line) {
      __builtin_prefetch(next.keys + i, 0, 2);
      __builtin_prefetch(next.values + i, 0, 2);
    }
    next.keys += step;
    next.values += step;
  }
};

/// Those from `key` on, at most `most`.
template <class T>
ROOFMARK_LEAF NextTile next_tile(const AttentionHead& head, std::int64_t key, std::int64_t most) {
  const std::int64_t left = head.cached + head.fresh - key, first = key * head.head_dim;
  return {at<char>(at<T>(head.k, first), 0), at<char>(at<T>(head.v, first), 0),
          (left < most ? left : most) * head.head_dim * static_cast<std::int64_t>(sizeof(T))};
}

struct PrefillMemory {
  std::int64_t padded;
  float* q;                         ///< [rows / panel, padded, panel]
  float* o;                         ///< sums of values [rows, padded]
  float *top, *sum, *kept, *limit;  ///< [rows]
  float* s;                         ///< scores, then weights [keys, panel]
  float *keys, *values;             ///< [keys, padded]
};

template <class Math>
ROOFMARK_LEAF PrefillMemory prefill_memory(const AttentionHead& head, float* scratch) {
  PrefillMemory m = {};
  m.padded = padded_dim(head.head_dim);
  m.q = scratch;
  m.o = m.q + Math::rows * m.padded;
  m.top = m.o + Math::rows * m.padded;
  m.sum = m.top + Math::rows;
  m.kept = m.sum + Math::rows;
  m.limit = m.kept + Math::rows;
  m.s = m.limit + Math::rows;
  m.keys = m.s + Math::keys * prefill_panel;
  m.values = m.keys + Math::keys * m.padded;
  return m;
}

/// Keys that a row sees.
ROOFMARK_LEAF std::int64_t seen_by(const AttentionHead& head, std::int64_t row) {
  return head.cached + row / head.group + 1;
}

/// Scores of keys that a row does not see become -infinity.  Of keys key .. key + count - 1, those
/// from `all_see` on are not seen by every row.
template <class Math>
ROOFMARK_LEAF void mask(const PrefillMemory& m, std::int64_t p, std::int64_t key,
                        std::int64_t count, std::int64_t all_see) {
  constexpr int panel = panel_of<Math>;
  for (std::int64_t k = all_see < key ? 0 : all_see - key; k < count; ++k) {
    for (int n = 0; n < Math::vectors; ++n) {
      // Differences from the block's first limit: small whole numbers, exact in f32.
      const vf32 limit = load(m.limit + p + n * lanes);
      const vf32 position = splat(static_cast<float>(key + k - all_see));
      float* at = m.s + k * panel + n * lanes;
      store(at, position < limit ? load(at) : splat(-__builtin_inff()));
    }
  }
}

/// Turns scores of a panel's rows p .. p + panel - 1 into weights and adds these up; says by how
/// much what was summed before is to be scaled, and whether that is by anything but 1.
template <class Math>
ROOFMARK_LEAF bool weigh(const AttentionHead& head, const PrefillMemory& m, std::int64_t p,
                         std::int64_t count) {
  constexpr int panel = panel_of<Math>;
  using Weight = typename Math::Weight;
  const vf32 scale = splat(head.scale);
  vi32 changed = {};
  for (int n = 0; n < Math::vectors; ++n) {
    float* s = m.s + n * lanes;
    vf32 most[2] = {load(s), load(s)};
    std::int64_t k = 1;
    for (; k + 2 <= count; k += 2) {
      for (int i = 0; i < 2; ++i) most[i] = larger(load(s + (k + i) * panel), most[i]);
    }
    if (k < count) most[0] = larger(load(s + k * panel), most[0]);
    const vf32 before = load(m.top + p + n * lanes);
    const vf32 top = larger(larger(most[0], most[1]) * scale, before);
    const vf32 kept = exponential(before - top);
    changed |= top > before;
    store(m.top + p + n * lanes, top);
    store(m.kept + p + n * lanes, kept);
    vf32 total = load(m.sum + p + n * lanes) * kept;
    for (k = 0; k < count; k += 2) {
      const vf32 even = exponential_for<Weight>(load(s + k * panel) * scale - top);
      vf32 odd = {};
      if (k + 1 < count) odd = exponential_for<Weight>(load(s + (k + 1) * panel) * scale - top);
      total += even + odd;
      Math::keep_weights(s, k, even, odd);
    }
    store(m.sum + p + n * lanes, total);
  }
  std::int32_t any = 0;
  for (int i = 0; i < lanes; ++i) any |= changed[i];
  return any != 0;
}

/// Asks for rows from `begin` to before `end`, if they are before `last`.
template <bool to_write>
ROOFMARK_LEAF void ask_for_rows(const AttentionHead& head, std::int64_t begin, std::int64_t end,
                                std::int64_t last) {
  for (std::int64_t row = begin; row < end && row < last; ++row) ask_for_row<to_write>(head, row);
}

/// f(r) for rows first + r of a block, each asked for some rows before.
template <bool to_write, class F>
ROOFMARK_LEAF void each_row(const AttentionHead& head, std::int64_t first, std::int64_t last,
                            const F& f) {
  constexpr std::int64_t ahead = 8;
  ask_for_rows<to_write>(head, first, first + ahead, last);
  for (std::int64_t row = first; row < last; ++row) {
    ask_for_rows<to_write>(head, row + ahead, row + ahead + 1, last);
    f(row - first);
  }
}

/// Sums of values of a Math whose lanes are columns there: o [rows, padded].
struct RowsOfValues {
  static constexpr std::int64_t rows = 64, keys = 96;  // of a block and of a tile
  static constexpr std::int64_t keys_at_once = 6;

  /// Turns of a tile's scores, over all panels.
  template <int panel>
  ROOFMARK_LEAF std::int64_t turns_of(std::int64_t count) {
    return (count + keys_at_once - 1) / keys_at_once * (rows / panel);
  }

  ROOFMARK_LEAF void rescale(const PrefillMemory& m, std::int64_t p, std::int64_t count) {
    for (std::int64_t r = p; r < p + count; ++r) {
      if (m.kept[r] == 1) continue;
      float* o = m.o + r * m.padded;
      for (std::int64_t i = 0; i < m.padded; i += lanes) {
        store(o + i, load(o + i) * splat(m.kept[r]));
      }
    }
  }

  ROOFMARK_LEAF void write(const AttentionHead& head, const PrefillMemory& m, std::int64_t first,
                           std::int64_t count) {
    each_row<true>(
        head, first, first + count, [&](std::int64_t r) __attribute__((always_inline)) {
          write_output(head, first + r, m.o + r * m.padded, 1.0f / m.sum[r]);
        });
  }
};

/// Adds to the sums of `rows` rows from p on what a tile's values come to, columns i to the last, N
/// vectors of them at a time, by Math::block<rows, N>.
template <class Math, int N>
ROOFMARK_LEAF void value_columns(const PrefillMemory& m, const Tile& tile, std::int64_t p,
                                 std::int64_t rows, std::int64_t count, std::int64_t i) {
  for (; i + N * lanes <= tile.dim; i += N * lanes) {
    float* o = m.o + p * m.padded + i;
    std::int64_t r = 0;
    for (; r + 6 <= rows; r += 6) {
      Math::template block<6, N>(m, tile, r, i, count, o + r * m.padded);
    }
    for (; r + 2 <= rows; r += 2) {
      Math::template block<2, N>(m, tile, r, i, count, o + r * m.padded);
    }
    if (r < rows) Math::template block<1, N>(m, tile, r, i, count, o + r * m.padded);
  }
  if constexpr (N > 1) value_columns<Math, N / 2>(m, tile, p, rows, count, i);
}

template <class Math>
ROOFMARK_LEAF void prefill(const AttentionHead& head, std::int64_t first, std::int64_t last,
                           float* scratch) {
  constexpr int panel = panel_of<Math>;
  static_assert(panel <= prefill_panel && Math::rows % panel == 0);
  const PrefillMemory m = prefill_memory<Math>(head, scratch);
  for (std::int64_t i = 0; i < Math::rows * m.padded; i += lanes) store(m.o + i, vf32{});
  for (std::int64_t r = 0; r < Math::rows; ++r) {
    m.top[r] = lowest;
    m.sum[r] = 0;
    const std::int64_t token = (first + r) / head.group, first_token = first / head.group;
    m.limit[r] = static_cast<float>(token - first_token);
  }
  Math::read_queries(head, m, first, last);
  const std::int64_t all_see = seen_by(head, first), seen = seen_by(head, last - 1);
  for (std::int64_t key = 0; key < seen; key += Math::keys) {
    const std::int64_t most = seen - key < Math::keys ? seen - key : Math::keys;
    const Tile tile = Math::tile(head, m, key, most);
    NextTile next = next_tile<typename Math::Element>(head, key + most, Math::keys);
    for (std::int64_t p = 0; p < last - first; p += panel) {
      const std::int64_t rows = last - first - p < panel ? last - first - p : panel;
      const std::int64_t left = seen_by(head, first + p + rows - 1) - key;
      if (left <= 0) continue;
      const std::int64_t count = left < most ? left : most;
      Math::scores(m, tile, p, rows, count, next);
      if (key + count > all_see) mask<Math>(m, p, key, count, all_see);
      if (weigh<Math>(head, m, p, count)) Math::rescale(m, p, rows);
      Math::values(m, tile, p, rows, count);
    }
  }
  Math::write(head, m, first, last - first);
}

}  // namespace roofmark::ROOFMARK_ISA_NAMESPACE
