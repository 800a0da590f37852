#include "core/format.h"

#include <array>

namespace roofmark {
namespace {

struct Known {
  DType type;
  std::string_view name;
  int bits;
};
constexpr std::array<Known, 13> types{{{DType::none, "none", 0},
                                       {DType::f64, "f64", 64},
                                       {DType::f32, "f32", 32},
                                       {DType::tf32, "tf32", 32},
                                       {DType::f16, "f16", 16},
                                       {DType::bf16, "bf16", 16},
                                       {DType::fp8, "fp8", 8},
                                       {DType::i32, "i32", 32},
                                       {DType::i16, "i16", 16},
                                       {DType::i8, "i8", 8},
                                       {DType::i4, "i4", 4},
                                       {DType::i2, "i2", 2},
                                       {DType::i1, "i1", 1}}};

bool is_integer(DType type) {
  return type == DType::i32 || type == DType::i16 || type == DType::i8 || type == DType::i4 ||
         type == DType::i2 || type == DType::i1;
}

}  // namespace

std::string_view name(DType type) { return types[static_cast<std::size_t>(type)].name; }

std::optional<DType> dtype_from(std::string_view text) {
  for (const Known& known : types) {
    if (known.name == text) return known.type;
  }
  return std::nullopt;
}

int bits(DType type) { return types[static_cast<std::size_t>(type)].bits; }
double bytes(DType type) { return bits(type) / 8.0; }

std::string Format::name() const {
  if (is_integer(weights) && weights != DType::i16) {
    return "w" + std::to_string(bits(weights)) + "a" + std::to_string(bits(activations));
  }
  const std::string stored(roofmark::name(weights));
  return weights == accumulate ? stored : stored + "-" + std::string(roofmark::name(accumulate));
}

std::optional<Format> format_from(std::string_view text) {
  if (text == "w8a8") return Format{DType::i8, DType::i8, DType::i32};
  if (text == "w4a8") return Format{DType::i4, DType::i8, DType::i32};
  if (text == "w4a16") return Format{DType::i4, DType::f16, DType::f32};
  if (text == "i16-i32") return Format{DType::i16, DType::i16, DType::i32};
  const std::size_t dash = text.find('-');
  const auto stored = dtype_from(text.substr(0, dash));
  const auto accumulated =
      dash == std::string_view::npos ? stored : dtype_from(text.substr(dash + 1));
  if (!stored || !accumulated || is_integer(*stored)) return std::nullopt;
  return Format{*stored, *stored, *accumulated};
}

std::optional<Format> working_format_from(std::string_view text) {
  std::optional<Format> format = format_from(text);
  const bool narrow = format && (bits(format->weights) <= 16 || format->weights == DType::tf32);
  if (narrow && text.find('-') == std::string_view::npos && !is_integer(format->weights)) {
    format->accumulate = DType::f32;
  }
  return format;
}

Format function_format(const Format& of) {
  const DType result = bits(of.activations) == 16 ? DType::bf16 : DType::f32;
  return {DType::none, result, result};
}

Format computing_format(const Format& format) {
  const DType w = format.weights, a = format.activations;
  if (w == DType::none) return format;
  DType type = bits(w) > bits(a) ? w : a;
  if (is_integer(w) != is_integer(a)) type = is_integer(w) ? a : w;
  if (is_integer(type)) return {type, type, DType::i32};
  if (type == DType::f32 || type == DType::f64) return {type, type, type};
  return {type, type, is_integer(format.accumulate) ? DType::f32 : format.accumulate};
}

}  // namespace roofmark
