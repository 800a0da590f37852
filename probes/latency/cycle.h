// A random cycle through the lines of a working set, which no prefetcher can guess.
#pragma once

#include <cstdint>
#include <random>
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

/// Where `steps` steps from element 0 lead.
inline std::uint32_t after(const std::vector<std::uint32_t>& next, std::int64_t steps) {
  std::uint32_t at = 0;
  for (std::int64_t step = 0; step < steps; ++step) at = next[at];
  return at;
}

}  // namespace roofmark
