// Matrix products on every instruction set of AArch64 and in every format, prepared and verified as
// a run does, at shapes that fill no vector, tile, panel, group or block.
#include "core/case.h"
#include "isas.h"
#include "kernels/gemm/nibble_gemm.h"
#include "kernels/gemm/panel_gemm.h"
#include "kernels/gemv/gemv.h"
#include "tests/kernels/memory_device.h"
#include "tests/kernels/special_activations.h"
#include "tests/neon/check.h"

namespace {

using namespace roofmark;

/// Checks `Operation` by `leaf` at each shape, on one thread.
template <class Operation, class Leaf>
void check_product(Check& check, const char* what, const Leaf& leaf, const char* format,
                   const std::vector<Shape>& shapes) {
  const Variant variant{.name = what, .format = *format_from(format)};
  double worst = 0;
  for (const Shape& shape : shapes) {
    Case of{.variant = &variant, .shape = shape, .format = variant.format};
    if (variant.format.weights == DType::i4) {
      constexpr std::int64_t groups[] = {8, 32, 128};
      of.shape.extents.push_back({"group", groups[shape.at("k") % 3]});
    }
    MemoryDevice device(16 << 10);
    const double error = cpu_task(Operation(leaf, of, device), of, device)->error();
    check.that(error <= 1, of.shape.text().c_str(), shape.at("k"));
    worst = worse(worst, error);
  }
  std::printf("%s %s: off by %.3g tolerances\n", what, format, worst);
}

std::vector<Shape> of_matrices() {
  std::vector<Shape> shapes;
  for (const std::int64_t m : {1, 2, 3, 4, 5, 6, 7, 13}) {
    shapes.push_back({{"m", m}, {"n", 33}, {"k", 131}});
  }
  for (const std::int64_t n : {1, 3, 15, 16, 17, 50}) {
    shapes.push_back({{"m", 7}, {"n", n}, {"k", 37}});
  }
  for (const std::int64_t k : {1, 2, 3, 4, 5, 7, 8, 9, 31, 64, 1025, 4099, 8200}) {
    shapes.push_back({{"m", 8}, {"n", 19}, {"k", k}});
  }
  return shapes;
}
std::vector<Shape> of_vectors() {
  std::vector<Shape> shapes;
  for (const std::int64_t n : {1, 2, 3, 5, 9}) shapes.push_back({{"n", n}, {"k", 131}});
  for (const std::int64_t k : {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 63, 64, 65, 127, 129, 1025}) {
    shapes.push_back({{"n", 5}, {"k", k}});
  }
  return shapes;
}

void check_special(Check& check, const NibbleLeaf& leaf) {
  for (const std::int64_t group : {8, 40, 128, 1024}) {
    const std::string fault = SpecialActivations(leaf, group).fault();
    check.that(fault.empty(), fault.c_str(), group);
  }
}

}  // namespace

int main() {
  Check check("products");
#define ROOFMARK_GEMM(leaf, format) \
  check_product<PanelGemm>(check, "gemm " #leaf, leaf, format, of_matrices());
#define ROOFMARK_GEMM_W4(leaf, format) \
  check_product<NibbleGemm>(check, "gemm " #leaf, leaf, format, of_matrices());
#define ROOFMARK_GEMV(leaf, format) \
  check_product<NativeGemv>(check, "gemv " #leaf, leaf, format, of_vectors());
#define ROOFMARK_GEMV_W4(leaf, format) \
  check_product<NibbleGemv>(check, "gemv " #leaf, leaf, format, of_vectors());
#define ROOFMARK_CHECK(isa, bytes)                 \
  ROOFMARK_GEMM(isa_##isa::gemm_f32, "f32")        \
  ROOFMARK_GEMM(isa_##isa::gemm_f16, "f16-f32")    \
  ROOFMARK_GEMM(isa_##isa::gemm_bf16, "bf16-f32")  \
  ROOFMARK_GEMV(isa_##isa::gemv_f32, "f32")        \
  ROOFMARK_GEMV(isa_##isa::gemv_f16, "f16-f32")    \
  ROOFMARK_GEMV(isa_##isa::gemv_bf16, "bf16-f32")  \
  ROOFMARK_GEMM_W4(isa_##isa::gemm_w4a16, "w4a16") \
  ROOFMARK_GEMM_W4(isa_##isa::gemm_w4a8, "w4a8")
  ROOFMARK_EACH_ISA(ROOFMARK_CHECK)
#undef ROOFMARK_CHECK
#define ROOFMARK_CHECK(isa, bytes) ROOFMARK_GEMM(isa_##isa::gemm_f16, "f16-f32")
  ROOFMARK_EACH_ISA_OF_gemm_f16(ROOFMARK_CHECK)
#undef ROOFMARK_CHECK
#define ROOFMARK_CHECK(isa, bytes) ROOFMARK_GEMV(isa_##isa::gemv_f16, "f16-f32")
      ROOFMARK_EACH_ISA_OF_gemv_f16(ROOFMARK_CHECK)
#undef ROOFMARK_CHECK
#define ROOFMARK_CHECK(isa, bytes) ROOFMARK_GEMM(isa_##isa::gemm_bf16_pairs, "bf16-f32")
          ROOFMARK_EACH_ISA_OF_gemm_pairs(ROOFMARK_CHECK)
#undef ROOFMARK_CHECK
#define ROOFMARK_CHECK(isa, bytes) ROOFMARK_GEMV(isa_##isa::gemv_bf16_pairs, "bf16-f32")
              ROOFMARK_EACH_ISA_OF_gemv_pairs(ROOFMARK_CHECK)
#undef ROOFMARK_CHECK
#define ROOFMARK_CHECK(isa, bytes) ROOFMARK_GEMM(isa_##isa::gemm_int8, "w8a8")
                  ROOFMARK_EACH_ISA_OF_gemm_int8(ROOFMARK_CHECK)
#undef ROOFMARK_CHECK
#define ROOFMARK_CHECK(isa, bytes) ROOFMARK_GEMV(isa_##isa::gemv_int8, "w8a8")
                      ROOFMARK_EACH_ISA_OF_gemv_int8(ROOFMARK_CHECK)
#undef ROOFMARK_CHECK
#define ROOFMARK_CHECK(isa, bytes) ROOFMARK_GEMM_W4(isa_##isa::gemm_w4a8_quads, "w4a8")
                          ROOFMARK_EACH_ISA_OF_gemm_w4a8(ROOFMARK_CHECK)
#undef ROOFMARK_CHECK
#define ROOFMARK_CHECK(isa, bytes)                 \
  ROOFMARK_GEMV_W4(isa_##isa::gemv_w4a16, "w4a16") \
  ROOFMARK_GEMV_W4(isa_##isa::gemv_w4a8, "w4a8")   \
  check_special(check, isa_##isa::gemv_w4a16);
                              ROOFMARK_EACH_ISA_OF_gemv_w4(ROOFMARK_CHECK)
#undef ROOFMARK_CHECK
                                  return check.status();
}
