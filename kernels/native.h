// From the leaves of an operator, one per instruction set, to its variants.
#pragma once

#include <array>
#include <cassert>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/case.h"
#include "core/kernel.h"
#include "core/sixteen_bits.isa.h"
#include "isas.h"

namespace roofmark {

template <class Function>
struct Leaf {
  std::string_view isa;
  Function function;
};

/// One CPU variant per leaf, named for its instruction set, narrowest first.
template <class Function>
std::vector<Variant> native_variants(std::span<const Leaf<Function>> leaves, Format format,
                                     std::unique_ptr<Task> (*prepare)(const Case&, Device&)) {
  std::vector<Variant> variants;
  for (const Leaf<Function>& leaf : leaves) {
    const std::string isa(leaf.isa);
    variants.push_back({isa, "cpu", isa, format, prepare, {}});
  }
  return variants;
}

/// The leaf a case's variant is named for.
template <class Function>
Function leaf_of(std::span<const Leaf<Function>> leaves, const Case& what) {
  for (const Leaf<Function>& leaf : leaves) {
    if (leaf.isa == what.variant->needs) return leaf.function;
  }
  assert(false && "a native variant without its leaf");
  return nullptr;
}

/// What leaves over elements of a type T compute on, in f32.
template <class T>
constexpr DType type_of = DType::none;
template <>
inline constexpr DType type_of<float> = DType::f32;
template <>
inline constexpr DType type_of<bf16> = DType::bf16;
template <>
inline constexpr DType type_of<f16> = DType::f16;

/// A leaf with ordinary stores, and the one that stores past the caches, where there is one.
template <class Function>
struct StoringLeaf {
  std::string_view isa;
  Function ordinary, nt = nullptr;
};

using Prepare = std::unique_ptr<Task> (*)(const Case&, Device&);
/// How tasks over f32, bf16 and f16 are prepared.
using PrepareElements = std::array<Prepare, 3>;

/// Names of instruction sets, narrowest first.
using Isas = std::span<const std::string_view>;
#define ROOFMARK_NAME(isa, vector_bytes) #isa,
inline constexpr std::string_view base_isas[] = {ROOFMARK_EACH_ISA(ROOFMARK_NAME)};

/// One CPU variant per instruction set and type of element, with ordinary stores.  of_bf16: those
/// that there are leaves of bf16 for.
inline std::vector<Variant> element_variants(const PrepareElements& prepare,
                                             Isas of_bf16 = base_isas) {
  constexpr DType types[] = {DType::f32, DType::bf16, DType::f16};
  std::vector<Variant> variants;
  for (std::size_t i = 0; i < prepare.size(); ++i) {
    const Format format{types[i], types[i], DType::f32};
    for (const std::string_view name : types[i] == DType::bf16 ? of_bf16 : Isas(base_isas)) {
      const std::string isa(name);
      variants.push_back({isa, "cpu", isa, format, prepare[i], {}});
    }
  }
  return variants;
}

constexpr std::string_view nt_suffix = "-nt";

/// Why stores past the caches do not suit results of that shape, whose extents are those of the
/// result; empty: they do.  On Zen 5 such stores made an add from memory 1.4 times as fast, and one
/// whose results fit a cache that much slower.
inline std::string nt_refusal(const Shape& shape) {
  double count = 1;
  for (const auto& [name, extent] : shape.extents) count *= static_cast<double>(extent);
  return count < 0x1p20 ? "stores past the caches are for results that no cache holds" : "";
}

/// The same, and beside each NAME the variant NAME-nt that stores past the caches, which
/// `companion` bounds.
inline std::vector<Variant> storing_variants(const PrepareElements& prepare,
                                             std::optional<Companion> (*companion)(const Shape&,
                                                                                   const Format&),
                                             Isas of_bf16 = base_isas) {
  std::vector<Variant> variants;
  for (Variant& variant : element_variants(prepare, of_bf16)) {
    variants.push_back(variant);
    variant.name += nt_suffix;
    variant.refusal = nt_refusal;
    variant.companion = companion;
    variants.push_back(std::move(variant));
  }
  return variants;
}

/// Copies, and sums of two arrays, with stores past the caches.
inline std::optional<Companion> copy_nt(const Shape&, const Format&) {
  return Companion{"copy", {.level = "dram", .stores = "nt"}};
}
inline std::optional<Companion> triad_nt(const Shape&, const Format&) {
  return Companion{"triad", {.level = "dram", .stores = "nt"}};
}

/// The leaf a case's variant is named for.
template <class Function, std::size_t N>
Function leaf_of(const StoringLeaf<Function> (&leaves)[N], const Case& what) {
  for (const StoringLeaf<Function>& leaf : leaves) {
    if (leaf.isa != what.variant->needs) continue;
    return what.variant->name.ends_with(nt_suffix) ? leaf.nt : leaf.ordinary;
  }
  assert(false && "a native variant without its leaf");
  return nullptr;
}

}  // namespace roofmark
