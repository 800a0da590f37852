#include "analyzer/roofline.h"

#include <utility>

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
  if (work.ops.value == 0) {
    return {OpRate{0}, roof_seconds(work, format, std::nullopt, roofline), "memory", ""};
  }
  const Known<OpRate> peak = roofline.engine.peak(format);
  if (!peak) {
    const std::string missing = computing_format(format).name();
    return unknown(roofline.name + " has no known " + missing + " peak; pass --peak " + missing +
                   "=VALUE");
  }
  const Known<Seconds> seconds = roof_seconds(work, format, peak, roofline);
  const Intensity intensity = work.ops / work.bytes();
  const bool moves = intensity < *peak / *roofline.bandwidth;
  const OpRate attainable = moves ? intensity * *roofline.bandwidth : *peak;
  const Known<OpRate>& exponentials = roofline.exponentials_of(format);
  if (exponentials && work.exponentials / *exponentials > work.ops / attainable) {
    return {work.ops / *seconds, seconds, "compute", ""};
  }
  return {attainable, seconds, moves ? "memory" : "compute", ""};
}

}  // namespace roofmark
