// Numbers as people read them, the same in every language setting.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/units.h"

namespace roofmark {

/// `value` with a fixed number of decimals, rounded half to even on the binary value, as printf
/// does. Not finite: "unknown".
std::string fixed(double value, int decimals);

/// The shortest text that reads back as the same double, for files: "0.1", "1e+300".  Not finite:
/// "".
std::string exact(double value);

/// Three significant digits without prefix: "0.250", "1.25", "42.6", "230", "1024" (whole numbers
/// from 1000 on are kept whole).  Not finite: "unknown".
std::string plain_number(double value);

/// Three significant digits, a decimal prefix and the unit: "42.6 GB/s", "230 Gop/s", "1.25 op/B".
/// Only seconds go below one: "3.14 ms", "812 ns".  Not finite or absent: "unknown".
std::string si(double value, std::string_view unit);
std::string si(std::optional<double> value, std::string_view unit);

/// "1.20 ms", where only a lower bound is known "at least 1.20 ms", else "unknown".
std::string time_text(const std::optional<Seconds>& seconds,
                      const std::optional<Seconds>& at_least);

/// An interval in the prefix that si() gives `value`: "[41.9 43.0]" beside "42.6 GB/s".  Absent:
/// "".
std::string si_interval(std::optional<double> low, std::optional<double> high, double value,
                        std::string_view unit);

/// Sizes with binary prefixes: "512 B", "32.0 KiB", "12.6 GiB".
std::string iec(double bytes);

/// A share of one: 0.834 -> "83.4 %"; from 99.95 % on without decimals that say nothing: "100 %".
/// Not finite or absent: "-".
std::string percent(double share);
std::string percent(std::optional<double> share);

/// The style of the published LLM-Viewer tables: decimal prefix K M G T by magnitude, then "%.0f":
/// 68719476736 -> "69G", 192e9 -> "192G", 512 -> "512".
std::string viewer_count(double value);
/// Its intensities: "%.0f" from 100 on, else "%.2f" without trailing zeros: 1.25, 0.99, 1, 1024.
std::string viewer_intensity(double value);

}  // namespace roofmark
