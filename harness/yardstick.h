// What a core does when it is left alone: the high end of everything read from it, not the highest.
#pragma once

#include <cstdint>
#include <map>

namespace roofmark {

/// Running 99th percentile of a rate, to half a percent.
/// The maximum would not do: one reading in ten thousand is half as high again as the core can do
/// (a virtual clock that jumped between two stamps), and against it every later reading looks
/// disturbed.
class Yardstick {
 public:
  /// Takes in one reading, > 0; anything else is ignored.
  void add(double rate);

  /// The 99th percentile of what was added (lower edge of its bin); 0 where nothing was.
  double value() const;

  std::int64_t readings() const { return readings_; }

 private:
  std::map<int, std::int64_t> bins_;  ///< readings by floor(log(rate) / log(1.005))
  std::int64_t readings_ = 0;
};

}  // namespace roofmark
