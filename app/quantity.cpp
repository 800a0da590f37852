#include "app/quantity.h"

#include <charconv>
#include <cmath>
#include <cstdio>

#include "core/error.h"
#include "core/printable.h"

namespace roofmark {
namespace {

/// 0 where the text is no prefix.
double factor_of(std::string_view prefix) {
  if (prefix.empty()) return 1;
  if (prefix == "k" || prefix == "K") return 1e3;
  if (prefix == "M") return 1e6;
  if (prefix == "G") return 1e9;
  if (prefix == "T") return 1e12;
  if (prefix == "P") return 1e15;
  return 0;
}

/// 0 where the text is no prefix of a size.
double size_factor_of(std::string_view prefix) {
  if (prefix == "Ki" || prefix == "ki") return 0x1p10;
  if (prefix == "Mi") return 0x1p20;
  if (prefix == "Gi") return 0x1p30;
  if (prefix == "Ti") return 0x1p40;
  return factor_of(prefix);
}

/// 0 where the text is no number, has no such prefix or is not positive and finite.
double read(std::string_view text, double (*factor)(std::string_view)) {
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc()) return 0;
  const double value =
      number * factor(std::string_view(rest, static_cast<std::size_t>(end - rest)));
  return std::isfinite(value) && value > 0 ? value : 0;
}

/// "1e+06 to 1e+19"
std::string range_text(double low, double high) {
  char text[60];
  std::snprintf(text, sizeof text, "%g to %g", low, high);
  return text;
}

constexpr double most_bytes = 1e18;

}  // namespace

double size_from(std::string_view text, std::string_view flag) {
  const double value = read(text, size_factor_of);
  if (value >= 1 && value <= most_bytes) return value;
  throw InputError(std::string(flag) + ": \"" + printable(text, 40) +
                   "\" is not a number of bytes (" + range_text(1, most_bytes) +
                   ") with a prefix k, M, G, T or Ki, Mi, Gi, Ti; write it like 24G or 24Gi");
}

double number_from(std::string_view text, double low, double high, std::string_view flag) {
  const double value =
      read(text, [](std::string_view prefix) { return prefix.empty() ? 1.0 : 0.0; });
  if (value >= low && value <= high) return value;
  throw InputError(std::string(flag) + ": \"" + printable(text, 40) + "\" is not a number from " +
                   range_text(low, high) + "; write it like 64 or 2666.67");
}

double quantity_from(std::string_view text, std::string_view flag, const RateUnit& unit) {
  const double value = read(text, factor_of);
  if (value >= unit.least && value <= unit.most) return value;
  const std::string given = std::string(flag) + ": \"" + printable(text, 40) + "\" is not ";
  if (value > 0) {
    throw InputError(given + "what hardware does (it is " + range_text(unit.least, unit.most) +
                     " " + std::string(unit.name) + "); write it like 768G");
  }
  throw InputError(given + "a positive number with a prefix k, M, G, T or P; write it like 768G");
}

std::string quantity_doubt(std::string_view text, std::string_view flag, const RateUnit& unit) {
  const bool bare = !text.empty() && text.back() >= '0' && text.back() <= '9';
  if (!bare || quantity_from(text, flag, unit) >= 1e9) return {};
  return std::string(flag) + ": " + printable(text, 40) + " is taken as " + printable(text, 40) +
         " " + std::string(unit.name) + " (it has no prefix k, M, G, T or P); write it like " +
         printable(text, 40) + "G if that was meant";
}

}  // namespace roofmark
