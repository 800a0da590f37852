#include "analyzer/numbers.h"

#include <array>
#include <charconv>
#include <cmath>

namespace roofmark {
namespace {

/// Decimals that show three significant digits of a value in (0, 1000).
int decimals_of_three_digits(double value) {
  const double size = std::abs(value);
  if (size == 0) return 0;
  // 9.995 and 99.95 round up to the next power of ten, which needs one decimal less.
  const int magnitude = static_cast<int>(std::floor(std::log10(size)));
  const int decimals = 2 - magnitude;
  const bool carries = size * std::pow(10.0, decimals) >= 999.5;
  return std::max(0, decimals - (carries ? 1 : 0));
}

std::string three_digits(double value) { return fixed(value, decimals_of_three_digits(value)); }

struct Prefix {
  double factor;
  std::string_view text;
};
constexpr std::array<Prefix, 7> large{
    {{1, ""}, {1e3, "k"}, {1e6, "M"}, {1e9, "G"}, {1e12, "T"}, {1e15, "P"}, {1e18, "E"}}};
constexpr std::array<Prefix, 4> small{{{1e-12, "p"}, {1e-9, "n"}, {1e-6, "\u00b5"}, {1e-3, "m"}}};
constexpr double rounds_up = 999.5;  // three digits of it and more are 1000

/// The prefix that leaves three digits before the point at most.
Prefix prefix_of(double value, std::string_view unit) {
  const double size = std::abs(value);
  if (unit == "s" && size > 0 && size < 0.9995) {
    for (const Prefix& prefix : small) {
      if (size / prefix.factor < rounds_up) return prefix;
    }
  }
  for (const Prefix& prefix : large) {
    if (size / prefix.factor < rounds_up) return prefix;
  }
  return large.back();
}

}  // namespace

std::string fixed(double value, int decimals) {
  if (!std::isfinite(value)) return "unknown";
  std::array<char, 400> text;  // 309 digits before the point at most
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value,
                                 std::chars_format::fixed, decimals)
                       .ptr;
  std::string result(text.data(), end);
  // -0.00 is a rounding of something small, and reads as a defect.
  if (result.front() == '-' && result.find_first_not_of("-0.") == std::string::npos)
    result.erase(0, 1);
  return result;
}

std::string exact(double value) {
  if (!std::isfinite(value)) return "";
  std::array<char, 64> text;
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
}

std::string plain_number(double value) {
  if (!std::isfinite(value)) return "unknown";
  return three_digits(value);
}

std::string si(double value, std::string_view unit) {
  if (!std::isfinite(value)) return "unknown";
  const Prefix prefix = prefix_of(value, unit);
  return three_digits(value / prefix.factor) + " " + std::string(prefix.text) + std::string(unit);
}

std::string si(std::optional<double> value, std::string_view unit) {
  return value ? si(*value, unit) : "unknown";
}

std::string time_text(const std::optional<Seconds>& seconds,
                      const std::optional<Seconds>& at_least) {
  if (seconds) return si(seconds->value, "s");
  return at_least ? "at least " + si(at_least->value, "s") : "unknown";
}

std::string si_interval(std::optional<double> low, std::optional<double> high, double value,
                        std::string_view unit) {
  if (!low || !high || !std::isfinite(*low) || !std::isfinite(*high) || !std::isfinite(value))
    return "";
  const double factor = prefix_of(value, unit).factor;
  return "[" + three_digits(*low / factor) + " " + three_digits(*high / factor) + "]";
}

std::string iec(double bytes) {
  if (!std::isfinite(bytes)) return "unknown";
  constexpr std::array<std::string_view, 5> units{"KiB", "MiB", "GiB", "TiB", "PiB"};
  if (std::abs(bytes) < 1024) return plain_number(bytes) + " B";
  double value = bytes / 1024;
  std::size_t at = 0;
  while (std::abs(value) >= 1023.5 && at + 1 < units.size()) {
    value /= 1024;
    ++at;
  }
  return plain_number(value) + " " + std::string(units[at]);
}

std::string percent(double share) {
  if (!std::isfinite(share)) return "-";
  const double value = 100 * share;
  return fixed(value, std::abs(value) >= 99.95 || value == 0 ? 0 : 1) + " %";
}

std::string percent(std::optional<double> share) { return share ? percent(*share) : "-"; }

std::string viewer_count(double value) {
  const double size = std::abs(value);
  if (size >= 1e12) return fixed(value / 1e12, 0) + "T";
  if (size >= 1e9) return fixed(value / 1e9, 0) + "G";
  if (size >= 1e6) return fixed(value / 1e6, 0) + "M";
  if (size >= 1e3) return fixed(value / 1e3, 0) + "K";
  return fixed(value, 0);
}

std::string viewer_intensity(double value) {
  if (!std::isfinite(value)) return "unknown";
  if (std::abs(value) >= 100) return fixed(value, 0);
  std::string text = fixed(value, 2);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

}  // namespace roofmark
