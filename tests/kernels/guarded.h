// Operands at chosen offsets from alignment and outputs between guard zones, for tests of leaves.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "harness/machine.h"
#include "isas.h"

namespace roofmark {

/// Whether this CPU can run the instruction set.
inline bool can_run(const std::string& isa) {
  static const Machine machine = discover();
  return machine.has_isa(isa);
}

template <class Function>
struct NamedLeaf {
  const char* isa;
  Function function;
};

/// Calls body(isa, leaf) for every leaf of an operator that this CPU can run; fails where there is
/// none.
template <class Function, class Body>
void for_each_runnable(std::initializer_list<NamedLeaf<Function>> leaves, Body body) {
  int ran = 0;
  for (const NamedLeaf<Function>& leaf : leaves) {
    if (!can_run(leaf.isa)) continue;
    SCOPED_TRACE(leaf.isa);
    body(leaf.function);
    ++ran;
  }
  ASSERT_GT(ran, 0) << "no instruction set of this build runs on this CPU";
}

/// Lengths around every vector width and every unrolled step, primes, and one that fills a few
/// pages.
inline std::vector<std::int64_t> odd_lengths() {
  std::vector<std::int64_t> lengths{1, 2, 3, 5, 7, 13, 97, 509, 4099};
  for (const std::int64_t step : {4, 8, 16, 32, 64, 128}) {
    for (const std::int64_t around : {-1, 0, 1}) lengths.push_back(step + around);
  }
  return lengths;
}

/// `count` random f32 in [-scale, scale), `offset` elements past an aligned start.
class Operand {
 public:
  Operand(std::int64_t count, std::int64_t offset, float scale = 1, std::uint32_t seed = 1)
      : memory_(static_cast<std::size_t>(count + offset)), offset_(offset) {
    std::mt19937 random(seed);
    for (float& value : memory_) {
      value = static_cast<float>(static_cast<std::int32_t>(random())) * 0x1p-31f * scale;
    }
  }
  float* data() { return memory_.data() + offset_; }
  const float* data() const { return memory_.data() + offset_; }
  float& operator[](std::int64_t i) { return data()[i]; }
  float operator[](std::int64_t i) const { return data()[i]; }

 private:
  std::vector<float> memory_;
  std::int64_t offset_;
};

/// An output of NaN between two zones that nobody may write.
class Guarded {
 public:
  Guarded(std::int64_t count, std::int64_t offset)
      : memory_(static_cast<std::size_t>(count + offset + 2 * zone), guard),
        begin_(zone + offset),
        count_(count) {
    for (std::int64_t i = 0; i < count; ++i) data()[i] = std::numeric_limits<float>::quiet_NaN();
  }
  float* data() { return memory_.data() + begin_; }
  float operator[](std::int64_t i) const { return memory_[static_cast<std::size_t>(begin_ + i)]; }

  /// Fails the test where an element outside the output was written.
  void expect_intact() const {
    for (std::int64_t i = 0; i < static_cast<std::int64_t>(memory_.size()); ++i) {
      if (i >= begin_ && i < begin_ + count_) continue;
      ASSERT_EQ(memory_[static_cast<std::size_t>(i)], guard)
          << "element " << i - begin_ << " of an output of " << count_;
    }
  }

 private:
  static constexpr std::int64_t zone = 64;
  static constexpr float guard = 12345.0f;
  std::vector<float> memory_;
  std::int64_t begin_, count_;
};

}  // namespace roofmark
