// What kernels are timed beside, with the probes and kernels that there are, on CPUs with and
// without matrix units.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "app/measurable.h"
#include "core/plan.h"

namespace roofmark {
namespace {

constexpr Format f32{}, bf16{DType::bf16, DType::bf16, DType::f32},
    w8a8{DType::i8, DType::i8, DType::i32};

Machine cpu(const char* vendor, std::vector<std::string> isas) {
  Machine machine;
  machine.cpu.vendor = vendor;
  machine.cpu.isas = std::move(isas);
  machine.cpu.caches = {{.level = 1, .size_bytes = 48 << 10, .instances = 1, .cores_sharing = 1},
                        {.level = 2, .size_bytes = 2 << 20, .instances = 1, .cores_sharing = 1}};
  machine.allowance.cpus = {0};
  machine.allowance.cores = machine.allowance.max_threads = 1;
  machine.environment.huge_pages = "madvise";
  return machine;
}

const Machine with_tiles = cpu("GenuineIntel", {"sse2", "avx2", "avx512", "avx512_vnni",
                                                "avx512_bf16", "amx_int8", "amx_bf16"}),
              with_dots =
                  cpu("AuthenticAMD", {"sse2", "avx2", "avx512", "avx512_vnni", "avx512_bf16"}),
              with_fma = cpu("AuthenticAMD", {"sse2", "avx2"});

Shape attention(std::int64_t fresh, std::int64_t cached) {
  return {{"queries", 1}, {"fresh", fresh}, {"cached", cached},
          {"heads", 32},  {"kv_heads", 32}, {"head_dim", 128}};
}
Shape product(std::int64_t rows) { return {{"m", rows}, {"n", 4096}, {"k", 4096}}; }

/// Kernels and instruction sets of the probes beside an operator's rows, each once: "dot
/// avx512_bf16".
std::string beside(const Machine& machine, const std::string& kernel, const Shape& shape,
                   const Format& format) {
  const std::vector<Kernel> registry = everything();
  const std::vector<Operator> asked = {
      {.name = "asked", .kernel = kernel, .shape = shape, .format = format}};
  Policy policy;
  policy.threads = {1};
  const Plan made = plan(registry, machine, asked, policy);
  std::string all;
  for (const PlannedCase& planned : made.cases) {
    if (planned.what.kernel->name != kernel || !planned.what.reason.empty()) continue;
    std::string probe = "nothing";
    if (planned.companion >= 0) {
      const Case& found = made.cases[static_cast<std::size_t>(planned.companion)].what;
      probe = found.kernel->name + " " + found.variant->name;
    }
    if (all.find(probe) == std::string::npos) all += (all.empty() ? "" : ", ") + probe;
  }
  return all;
}

class Companions : public testing::Test {
 protected:
  void SetUp() override {
    if (beside(with_fma, "gemm", product(512), f32) != "fma avx2") {
      GTEST_SKIP() << "another architecture's kernels";
    }
  }
};

TEST_F(Companions, OfAPromptAreMemorysWhereMatrixUnitsWouldOutrunIt) {
  // 86 operations for a byte with 512 tokens, 345 with 2048; half as many in f32.
  EXPECT_EQ(beside(with_tiles, "attention", attention(512, 0), bf16), "copy avx512");
  EXPECT_EQ(beside(with_tiles, "attention", attention(1024, 0), bf16), "copy avx512");
  EXPECT_EQ(beside(with_tiles, "attention", attention(2048, 0), bf16), "matrix amx_bf16");
  EXPECT_EQ(beside(with_tiles, "attention", attention(512, 0), f32), "fma avx512");
  EXPECT_EQ(beside(with_dots, "attention", attention(512, 0), bf16), "dot avx512_bf16");
  EXPECT_EQ(beside(with_fma, "attention", attention(512, 0), bf16), "fma avx2");
  EXPECT_EQ(beside(with_fma, "attention", attention(16, 0), f32), "copy avx2");
}

TEST_F(Companions, OfAProductGoByItsRows) {
  EXPECT_EQ(beside(with_tiles, "gemm", product(128), bf16), "read avx512");
  EXPECT_EQ(beside(with_tiles, "gemm", product(256), bf16), "matrix amx_bf16");
  EXPECT_EQ(beside(with_tiles, "gemm", product(256), w8a8), "matrix amx_int8");
  EXPECT_EQ(beside(with_tiles, "gemm", product(128), w8a8), "read avx512");
  EXPECT_EQ(beside(with_tiles, "gemm", product(32), f32), "fma avx512");
  EXPECT_EQ(beside(with_dots, "gemm", product(128), bf16), "dot avx512_bf16");
  EXPECT_EQ(beside(with_dots, "gemm", product(8), bf16), "read avx512");
  EXPECT_EQ(beside(with_dots, "gemm", product(128), w8a8), "dot avx512_vnni");
  EXPECT_EQ(beside(with_fma, "gemm", product(32), bf16), "fma avx2");
  EXPECT_EQ(beside(with_fma, "gemm", product(4), f32), "read avx2");
}

TEST_F(Companions, OfDecodeReadMemoryEverywhere) {
  for (const Machine& machine : {with_tiles, with_dots, with_fma}) {
    for (const Format& format : {f32, bf16}) {
      const std::string found = beside(machine, "attention", attention(1, 2048), format);
      EXPECT_EQ(found.substr(0, 4), "read") << found;
      EXPECT_EQ(beside(machine, "gemv", product(1), format).substr(0, 4), "read");
    }
  }
}

}  // namespace
}  // namespace roofmark
