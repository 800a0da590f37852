// The working set of a pointer chase on a CPU: lines of a cache, each holding the address of the
// next.
#pragma once

#include "core/case.h"
#include "core/device.h"
#include "core/pace.isa.h"
#include "probes/latency/cycle.h"

namespace roofmark {

/// One pointer in each line.  Where lines are of 128 bytes two neighbours are one line, which is
/// rarely met again before it has left.
constexpr std::int64_t chase_line_bytes = 64;

class ChaseLines {
 public:
  /// Lines for the case's `bytes`, where it wants them.
  ChaseLines(const Case& what, Device& device)
      : memory_(allocate_for(what, device, what.shape.at("bytes"))),
        count_(what.shape.at("bytes") / chase_line_bytes),
        at_(memory_.data) {
    const std::vector<std::uint32_t> next = random_cycle(count_);
    for (std::size_t i = 0; i < next.size(); ++i) *line(i) = line(next[i]);
  }

  const void* first() const { return memory_.data; }

  /// `loads` steps from where the last call stopped; loads: a multiple of chase_turn.
  void follow(std::int64_t loads) { at_ = chase(loads, at_); }

  /// Whether the chain comes back to its first line after as many loads as there are lines and not
  /// before, so that it meets each once.
  bool is_cycle() const { return is_one_cycle(memory_.data, count_, chase_line_bytes); }

  /// Whether `loads` steps from the first line end where they must.
  bool lands(std::int64_t loads) {
    const void* wanted = memory_.data;
    for (std::int64_t i = 0; i < loads; ++i) wanted = *static_cast<const void* const*>(wanted);
    at_ = memory_.data;
    follow(loads);
    return at_ == wanted;
  }

 private:
  void** line(std::size_t index) const {
    return reinterpret_cast<void**>(memory_.data +
                                    static_cast<std::int64_t>(index) * chase_line_bytes);
  }

  Buffer memory_;
  std::int64_t count_;
  const void* at_;
};

}  // namespace roofmark
