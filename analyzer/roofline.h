// A roofline of a whole device (peaks by format, one bandwidth) and where work stands under it.
#pragma once

#include <map>
#include <string>

#include "core/format.h"
#include "core/machine.h"
#include "core/work.h"

namespace roofmark {

struct Roofline {
  std::string name;                     ///< of the hardware, for titles; empty: nothing is known
  std::map<std::string, OpRate> peaks;  ///< by Format::name() of the computing format
  Known<Bandwidth> bandwidth;
  Known<Bytes> memory;

  /// The peak that binds operations in this format; nullopt where it is not known.
  Known<OpRate> peak(const Format& format) const;
};

/// The format in which a product is computed: that of both operands where they agree; integer
/// weights with floating-point activations are converted first (w4a16 computes in f16); of two
/// integer widths (w4a8) and of two floating-point ones the wider.
Format computing_format(const Format& format);

/// Where work stands: attainable = min(peak, intensity x bandwidth), seconds = max(ops / peak,
/// bytes / bandwidth).  An intensity equal to the ridge point peak / bandwidth is compute bound
/// (Williams et al. 2009, doi:10.1145/1498765.1498785).  Work without operations takes bytes /
/// bandwidth and needs no peak. What the roofline does not know leaves attainable and seconds
/// empty, bound "unknown" and a reason.
struct Standing {
  Known<OpRate> attainable;
  Known<Seconds> seconds;
  std::string bound = "unknown";  ///< compute | memory | unknown
  std::string reason;
};
Standing stand(const Work& work, const Format& format, const Roofline& roofline);

}  // namespace roofmark
