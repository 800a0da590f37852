// Dynamic quantization of activations over [rows, cols]: variants on GPUs, none on CPUs yet.
//
// No operator of a network is one: networks of int8 activations have static scales here
// (kernels/product.h).  Those that scale each row anew also run it before their products, and a run
// measures it at those shapes.
#include "kernels/quantize/quantize.h"

#include "core/kernel.h"

namespace roofmark {
namespace {

std::optional<Companion> companion(const Shape&, int) {
  return Companion{"copy", {.level = "dram", .stores = "ordinary"}};
}

}  // namespace

std::vector<Kernel> quantize_kernels() {
  return {{.name = "quantize",
           .summary =
               "int8 quantization of each row, q = round(127 x / max |x|), scale = max |x| / 127",
           .work = quantize_work,
           .companion = companion}};
}

}  // namespace roofmark
