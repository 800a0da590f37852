#include "analyzer/roofline.h"

#include <algorithm>

namespace roofmark {
namespace {

bool is_integer(DType type) { return type == DType::i8 || type == DType::i4 || type == DType::i32; }

Standing unknown(std::string reason) { return {.reason = std::move(reason)}; }

}  // namespace

Format computing_format(const Format& format) {
  const DType w = format.weights, a = format.activations;
  DType type = bits(w) > bits(a) ? w : a;
  if (is_integer(w) != is_integer(a)) type = is_integer(w) ? a : w;
  if (is_integer(type)) return {type, type, DType::i32};
  if (type == DType::f32 || type == DType::f64) return {type, type, type};
  return {type, type, is_integer(format.accumulate) ? DType::f32 : format.accumulate};
}

Known<OpRate> Roofline::peak(const Format& format) const {
  const auto at = peaks.find(computing_format(format).name());
  if (at == peaks.end()) return std::nullopt;
  return at->second;
}

Standing stand(const Work& work, const Format& format, const Roofline& roofline) {
  if (roofline.name.empty())
    return unknown("no hardware was named; pass --hardware or --peak and --bandwidth");
  if (!roofline.bandwidth) {
    return unknown(roofline.name + " has no known memory bandwidth; pass --bandwidth");
  }
  const Seconds moving = work.bytes() / *roofline.bandwidth;
  if (work.ops.value == 0) return {OpRate{0}, moving, "memory", ""};
  const Known<OpRate> peak = roofline.peak(format);
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
