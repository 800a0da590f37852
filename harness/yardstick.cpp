// Logarithmic bins: the rate may be per cycle or, where the clock is unknown, per multiply.
#include "harness/yardstick.h"

#include <cmath>

namespace roofmark {
namespace {

constexpr double bin_width = 1.005;
constexpr double above = 0.01;  ///< share of the readings that lie higher

}  // namespace

void Yardstick::add(double rate) {
  if (!(rate > 0) || !std::isfinite(rate)) return;
  ++bins_[static_cast<int>(std::floor(std::log(rate) / std::log(bin_width)))];
  ++readings_;
}

double Yardstick::value() const {
  const double tolerated = above * static_cast<double>(readings_);
  std::int64_t seen = 0;
  for (auto bin = bins_.rbegin(); bin != bins_.rend(); ++bin) {
    seen += bin->second;
    if (static_cast<double>(seen) > tolerated) return std::pow(bin_width, bin->first);
  }
  return 0;
}

}  // namespace roofmark
