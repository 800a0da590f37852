// A random cycle through the lines of a working set, which no prefetcher can guess.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <utility>
#include <vector>

namespace roofmark {

/// The successor of each of `count` elements in a random cycle through all of them.
/// Source: Sattolo 1986, Information Processing Letters 22(6).
inline std::vector<std::uint32_t> random_cycle(std::int64_t count) {
  std::vector<std::uint32_t> next(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < next.size(); ++i) next[i] = static_cast<std::uint32_t>(i);
  std::mt19937_64 random(5);
  for (std::size_t i = next.size(); i-- > 1;) std::swap(next[i], next[random() % i]);
  return next;
}

/// Whether `count` addresses, `stride` bytes apart from `memory` on, each the address of the next,
/// are one cycle through all of them.  Several walks go at once, each from one address to the next
/// start of a walk: one alone would wait 8 s for the loads of 2 GiB.  Walk after walk from the
/// first back to the first is the chain itself, and it comes back after as many steps as the walks
/// on the way took.
inline bool is_one_cycle(const std::byte* memory, std::int64_t count, std::int64_t stride) {
  constexpr std::int64_t most_walks = 32;
  struct Walk {
    const std::byte* at;
    std::int64_t steps = 0, ended_at = -1;  ///< the walk that begins there
  };
  const std::int64_t walks = std::clamp<std::int64_t>(count / 64, 1, most_walks);
  const std::int64_t apart = count / walks * stride;
  std::array<Walk, most_walks> all{};
  for (std::int64_t w = 0; w < walks; ++w) all[w].at = memory + w * apart;
  std::int64_t under_way = walks;
  for (std::int64_t step = 0; step < count && under_way > 0; ++step) {
    for (Walk& walk : std::span(all).first(walks)) {
      if (walk.ended_at >= 0) continue;
      walk.at = *reinterpret_cast<const std::byte* const*>(walk.at);
      ++walk.steps;
      const std::int64_t offset = walk.at - memory;
      if (offset % apart != 0 || offset / apart >= walks) continue;
      walk.ended_at = offset / apart;
      --under_way;
    }
  }
  std::int64_t steps = 0, walk = 0;
  for (std::int64_t turn = 0; turn < walks && walk >= 0; ++turn) {
    steps += all[walk].steps;
    walk = all[walk].ended_at;
    if (walk == 0) return steps == count;
  }
  return false;  // a chain that never comes back to its first
}

/// Where `steps` steps from element 0 lead.
inline std::uint32_t after(const std::vector<std::uint32_t>& next, std::int64_t steps) {
  std::uint32_t at = 0;
  for (std::int64_t step = 0; step < steps; ++step) at = next[at];
  return at;
}

}  // namespace roofmark
