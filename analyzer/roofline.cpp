#include "analyzer/roofline.h"

#include <algorithm>

namespace roofmark {
namespace {

Standing unknown(std::string reason) { return {.reason = std::move(reason)}; }

}  // namespace

Standing stand(const Work& work, const Format& format, const Roofline& roofline) {
  if (roofline.name.empty())
    return unknown("no hardware was named; pass --hardware or --peak and --bandwidth");
  if (!roofline.bandwidth) {
    return unknown(roofline.name + " has no known memory bandwidth; pass --bandwidth");
  }
  const Seconds moving = work.bytes() / *roofline.bandwidth;
  if (work.ops.value == 0) return {OpRate{0}, moving, "memory", ""};
  const Known<OpRate> peak = roofline.engine.peak(format);
  if (!peak) {
    const std::string missing = computing_format(format).name();
    return unknown(roofline.name + " has no known " + missing + " peak; pass --peak " + missing +
                   "=VALUE");
  }
  const Seconds computing = work.ops / *peak;
  const Intensity intensity = work.ops / work.bytes();
  if (intensity < *peak / *roofline.bandwidth) {
    return {intensity * *roofline.bandwidth, std::max(moving, computing), "memory", ""};
  }
  return {*peak, std::max(moving, computing), "compute", ""};
}

}  // namespace roofmark
