#include "core/cache_room.h"

#include <algorithm>

namespace roofmark {

std::int64_t greatest_cache(const Machine& machine, int level) {
  std::int64_t most = 0;
  for (const Cache& cache : machine.cpu.caches) {
    if (cache.level == level) most = std::max(most, cache.size_bytes);
  }
  return most;
}

std::int64_t in_reach(const Cache& cache, int threads) {
  const int sharing = std::max(1, cache.cores_sharing);
  return cache.size_bytes * ((threads + sharing - 1) / sharing);
}

std::int64_t cache_room(const Machine& machine, int level, int threads) {
  std::int64_t least = 0;
  for (const Cache& cache : machine.cpu.caches) {
    if (cache.level != level) continue;
    const std::int64_t quarter = in_reach(cache, threads) / 4;
    // A host gives a virtual machine memory in pages of 4 KiB from anywhere, whatever pages the
    // machine makes of them, and L2 finds its lines by physical address: of 24 buffers of half a
    // 2 MiB L2 five had more pages in some sets than ways, and read 75 to 164 GB/s instead of 179
    // (a Xeon with AMX, one core); a quarter never did.
    const bool stands_out = quarter >= 2 * threads * greatest_cache(machine, 1);
    const std::int64_t bytes = level == 2 && stands_out ? quarter : 2 * quarter;
    least = least == 0 ? bytes : std::min(least, bytes);
  }
  return least;
}

}  // namespace roofmark
