// Dynamic quantization of activations over [rows, cols].
//
// No operator of a network is one: networks of int8 activations have static scales here
// (kernels/product.h).  Those that scale each row anew also run it before their products, and a run
// measures it at those shapes.
#include "kernels/quantize/quantize.h"

namespace roofmark {
namespace {

#define ROOFMARK_ROW(isa, vector_bytes) {#isa, isa_##isa::quantize},
template <class T>
constexpr StoringLeaf<QuantizeLeaf<T>> leaves[] = {ROOFMARK_EACH_ISA(ROOFMARK_ROW)};
#undef ROOFMARK_ROW

template <class T>
std::unique_ptr<Task> prepare(const Case& what, Device& device) {
  return leaf_task<Quantize<T>>(leaf_of(leaves<T>, what), what, device);
}

std::optional<Companion> companion(const Shape&, int) {
  return Companion{"copy", {.level = "dram", .stores = "ordinary"}};
}

/// Of 16-bit elements two bytes are read for each that is written, as in a triad; of f32, four.
std::optional<Companion> cpu_companion(const Shape&, const Format&) {
  return Companion{"triad", {.level = "dram", .stores = "ordinary"}};
}

}  // namespace

std::vector<Kernel> quantize_kernels() {
  std::vector<Variant> variants = element_variants({prepare<float>, prepare<bf16>, prepare<f16>});
  for (Variant& variant : variants) variant.companion = cpu_companion;
  return {{.name = "quantize",
           .summary =
               "int8 quantization of each row, q = round(127 x / max |x|), scale = max |x| / 127",
           .work = quantize_work,
           .companion = companion,
           .format_error = quantize_format_error,
           .variants = std::move(variants),
           .rows_extent = "rows"}};
}

}  // namespace roofmark
