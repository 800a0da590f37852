// Into how many pieces the keys of one head are cut, so that every multiprocessor has work.
#pragma once

#include <algorithm>
#include <cstdint>

namespace roofmark {

struct DecodeSplits {
  int count = 1, tiles = 1;  ///< pieces, and tiles of each but the last
};

/// `heads` sequences and key/value heads, each of `tiles` tiles of keys; a block takes `step` tiles
/// at a time, and the GPU holds `slots` blocks at a time.  Least is the time in steps: waves of
/// blocks, each of a piece's steps and two to begin and end, and a 64th for each part to add up.
inline DecodeSplits decode_splits(std::int64_t heads, int tiles, int step, int slots) {
  const int steps = (tiles + step - 1) / step;
  DecodeSplits best;
  double least = 0;
  for (int wanted = 1; wanted <= steps; ++wanted) {
    const int each = (steps + wanted - 1) / wanted;
    const int count = (steps + each - 1) / each;  // no piece is empty
    if (count != wanted) continue;
    const std::int64_t waves = (heads * count + slots - 1) / std::max(slots, 1);
    const double time = static_cast<double>(waves * (each + 2)) + count / 64.0;
    if (wanted == 1 || time < least) {
      least = time;
      best = {count, each * step};
    }
  }
  return best;
}

}  // namespace roofmark
