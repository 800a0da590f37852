// The launch that every probe of a GPU's ordinary cores makes: chains of dependent steps, each in a
// register of its own.
#pragma once

namespace roofmark {

// One block of 32 warps gives each of a multiprocessor's four schedulers 8 warps of 8 chains: 64
// independent steps where a latency of 4 to 30 cycles must be hidden.
constexpr int chain_threads = 1024;
constexpr int chain_count = 8;
// Of a turn: its 512 instructions stand against 3 of the loop, and their 8 KiB fit the instruction
// cache.
constexpr int chain_steps = 64;

struct ChainLaunch {
  /// Words [4 + chain_count][chain_threads]: m1, c1, m2, c2 of each thread, then its chains'
  /// starts.
  const void* operands;
  /// Words [blocks][chain_threads]: where chain (block + thread) % chain_count ended.
  void* results;
  long long*
      times;   ///< [4]: cycles and nanoseconds at the start of the first block, and at its end
  int blocks;  ///< one for each multiprocessor
  int turns;
};

}  // namespace roofmark
