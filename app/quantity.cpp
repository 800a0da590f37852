#include "app/quantity.h"

#include <charconv>
#include <cmath>

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

}  // namespace

double quantity_from(std::string_view text, std::string_view flag) {
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  const double factor = factor_of(std::string_view(rest, static_cast<std::size_t>(end - rest)));
  const double value = number * factor;
  if (error != std::errc() || factor == 0 || !std::isfinite(value) || value <= 0) {
    throw InputError(
        std::string(flag) + ": \"" + printable(text, 40) +
        "\" is not a positive number with a prefix k, M, G, T or P; write it like 768G");
  }
  return value;
}

std::string quantity_doubt(std::string_view text, std::string_view flag, std::string_view unit) {
  const bool bare = !text.empty() && text.back() >= '0' && text.back() <= '9';
  if (!bare || quantity_from(text, flag) >= 1e9) return {};
  return std::string(flag) + ": " + printable(text, 40) + " is taken as " + printable(text, 40) +
         " " + std::string(unit) + " (it has no prefix k, M, G, T or P); write it like " +
         printable(text, 40) + "G if that was meant";
}

}  // namespace roofmark
