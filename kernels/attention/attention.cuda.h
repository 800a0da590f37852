// Launchers of causal attention over a key/value cache on a GPU: one for decode, one for prefill.
#pragma once

namespace roofmark {

/// For every sequence s, fresh token t (position p = cached + t) and query head h, with key/value
/// head g = h / (heads / kv_heads), all of 16-bit elements, sums in f32:
///   out[s,t,h,:] = sum_j w_j value_j / sum_j w_j,  w_j = e^(q[s,t,h,:] . key_j / sqrt(head_dim)),
///   j = 0 .. p
/// key_j is k_cache[s,g,j,:] for j < cached, else k[s,j-cached,g,:], and values likewise.  The
/// fresh keys and values are written into the cache at their positions.
struct AttentionArguments {
  const void *q, *k, *v;  ///< [queries, fresh, heads | kv_heads, head_dim], 16-byte aligned
  void *k_cache,
      *v_cache;  ///< [queries, kv_heads, cached + fresh, head_dim]: a head's in one piece
  void* out;     ///< [queries, fresh, heads, head_dim]
  bool bf16;     ///< else f16
  int queries, fresh, cached, heads, kv_heads, head_dim;

  // Decode only: each sequence and key/value head is `splits` blocks' work, each of `split_tiles`
  // tiles of 16 keys but the last, which may have fewer.
  int splits, split_tiles;
  float* partials;     ///< decode_partial_floats() of them where splits > 1
  unsigned* counters;  ///< [queries, kv_heads], zero before the first launch and after each
};

constexpr int attention_head_dims[] = {64, 96, 128, 256};
constexpr int decode_tile_keys = 16;
constexpr int most_decode_heads = 16;  ///< query heads of a key/value head

/// What blocks of decode are like: how many tiles one loads at a time, and how many blocks a
/// multiprocessor holds.
struct DecodeBlocks {
  int tiles_per_step, per_sm;
};
DecodeBlocks decode_blocks(bool bf16, int head_dim);

/// Floats of working memory between the blocks of one launch.
constexpr long long decode_partial_floats(const AttentionArguments& a) {
  const long long rows = static_cast<long long>(a.queries) * a.heads * a.splits;
  return rows * (a.head_dim + 4);
}

/// fresh = 1 and heads / kv_heads <= most_decode_heads.
void launch_attention_decode(const AttentionArguments& arguments, void* stream);
/// Any shape.
void launch_attention_prefill(const AttentionArguments& arguments, void* stream);

}  // namespace roofmark
