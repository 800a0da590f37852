// A roofline of a whole device (peaks by format, one bandwidth) and where work stands under it.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "analyzer/spec.h"
#include "core/format.h"
#include "core/machine.h"
#include "core/work.h"

namespace roofmark {

struct Roofline {
  std::string name;  ///< of the hardware, for titles; empty: nothing is known
  Engine engine;     ///< its peaks
  Known<Bandwidth> bandwidth;
  Known<Bytes> memory;
  Known<Bandwidth> link;  ///< of one device to the others it works with, one direction
  /// e^x per second, measured; null: they are as fast as the peak.  Of f32, and as good as results
  /// of 16 bits want them.
  Known<OpRate> exponentials, short_exponentials;

  const Known<OpRate>& exponentials_of(const Format& format) const {
    const bool is_short = bits(format.activations) == 16 && short_exponentials;
    return is_short ? short_exponentials : exponentials;
  }
  /// That which a probe of this format measures: none-bf16 or none-f32.
  Known<OpRate>& exponentials_in(std::string_view probe_format) {
    return probe_format == "none-bf16" ? short_exponentials : exponentials;
  }
};

/// Where work stands: attainable = min(peak, intensity x bandwidth), seconds = max(ops / peak,
/// bytes / bandwidth).  An intensity equal to the ridge point peak / bandwidth is compute bound
/// (Williams et al. 2009, doi:10.1145/1498765.1498785).  Where the exponentials alone take longer
/// than that, attainable = ops / (exponentials / their rate) and the bound is compute.  Work
/// without operations takes bytes / bandwidth and needs no peak. What the roofline does not know
/// leaves attainable and seconds empty, bound "unknown" and a reason; without the peak alone the
/// time of the bytes is still a lower bound (at_least).
struct Standing {
  Known<OpRate> attainable;
  Known<Seconds> seconds;
  std::string bound = "unknown";  ///< compute | memory | unknown
  std::string reason;
  Known<Seconds> at_least;  ///< where only the peak is not known: bytes / bandwidth
};
Standing stand(const Work& work, const Format& format, const Roofline& roofline);

/// The seconds of that alone, where the peak is already found: max(ops / peak, bytes / bandwidth,
/// exponentials / their rate).
inline Known<Seconds> roof_seconds(const Work& work, const Format& format,
                                   const Known<OpRate>& peak, const Roofline& roofline) {
  if (!roofline.bandwidth) return std::nullopt;
  const Seconds moving = work.bytes() / *roofline.bandwidth;
  if (work.ops.value == 0) return moving;
  if (!peak) return std::nullopt;
  const Seconds longer = std::max(moving, work.ops / *peak);
  const Known<OpRate>& exponentials = roofline.exponentials_of(format);
  return exponentials ? std::max(longer, work.exponentials / *exponentials) : longer;
}

}  // namespace roofmark
