// The one home of OpenMP: a team of threads that call the same function with their number.
#pragma once

#include <omp.h>

#include <cstdint>
#include <utility>

namespace roofmark {

/// Calls f(thread) on each of `threads` threads at once and waits for all.  One thread calls
/// directly, so that no fork and join is paid.  f must not throw.
template <class F>
void parallel(int threads, F&& f) {
  if (threads == 1) {
    f(0);
    return;
  }
#pragma omp parallel num_threads(threads)
  f(omp_get_thread_num());
}

/// How many threads a team of `threads` really has: an OMP_THREAD_LIMIT makes it smaller, whose
/// work would then be counted as that of all.  A busy machine (OMP_DYNAMIC) makes none smaller any
/// more.
inline int team_of(int threads) {
  omp_set_dynamic(0);
  int team = 0;
#pragma omp parallel num_threads(threads) reduction(+ : team)
  team += 1;
  return team;
}

/// Teams that a library starts from this thread, and does not say the size of, have that many
/// threads: the bound ones of the device.
inline void size_foreign_teams(int threads) {
  if (omp_get_max_threads() != threads) omp_set_num_threads(threads);
}

/// All threads of the running team wait for one another.  Outside a team: nothing.
inline void barrier() {
#pragma omp barrier
}

/// [begin, end) of `count` items for one of `threads` threads: contiguous, equal to within `grain`,
/// the same at every call so that memory stays with the thread that touched it first.
inline std::pair<std::int64_t, std::int64_t> share_of(std::int64_t count, int thread, int threads,
                                                      std::int64_t grain = 1) {
  const std::int64_t grains = (count + grain - 1) / grain;
  const auto bound = [&](int t) {
    const std::int64_t at = grains * t / threads * grain;
    return at < count ? at : count;
  };
  return {bound(thread), bound(thread + 1)};
}

/// Bytes from the working memory of one thread to that of the next, of which each uses `bytes`:
/// whole pages and one more.  Prefetchers run over the end of an array, into the page after it too,
/// and there take lines from the core that writes them (Intel, two cores, softmax of 16384 x 512 in
/// bf16: 25 GB/s where the exponentials of a thread begin beside those of another or in the page
/// after them, 35 GB/s so).
constexpr std::int64_t apart(std::int64_t bytes) {
  constexpr std::int64_t page = 4096;
  return bytes == 0 ? 0 : (bytes + page - 1) / page * page + page;
}

}  // namespace roofmark
