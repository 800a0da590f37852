// From the leaves of an operator, one per instruction set, to its variants.
#pragma once

#include <array>
#include <cassert>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "core/case.h"
#include "core/kernel.h"

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

}  // namespace roofmark
