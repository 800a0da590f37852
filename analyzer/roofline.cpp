#include "analyzer/roofline.h"

#include <utility>

namespace roofmark {
namespace {

Standing unknown(std::string reason) { return {.reason = std::move(reason)}; }

/// "it has f16-f32, w8a8".  Exponentials are no peak of products.
std::string peaks_text(const Engine& engine) {
  std::string text;
  for (const auto& [format, peak] : engine.peaks) {
    if (format.rfind("none-", 0) != 0) text += (text.empty() ? "it has " : ", ") + format;
  }
  return text.empty() ? "none of its peaks is known" : text;
}

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
    Standing standing = unknown(roofline.name + " has no known " + missing + " peak (" +
                                peaks_text(roofline.engine) + "); pass --peak " + missing +
                                "=VALUE, or another --dtype");
    standing.at_least = work.bytes() / *roofline.bandwidth;
    return standing;
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
