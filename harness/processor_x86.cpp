// What an x86 processor says of itself by CPUID.
#include <cpuid.h>
#include <immintrin.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>

#include "harness/processor.h"

namespace roofmark {
namespace {

enum Register : std::size_t { eax, ebx, ecx, edx };

/// Parts of the state that an operating system saves (XCR0): without them their registers fault.
constexpr std::uint64_t no_state = 0, ymm = 0x6, zmm = 0xe6, tiles = 0x60000;

/// Where CPUID tells of a feature (Intel SDM, volume 2, CPUID; AMD APM, volume 3, appendix E), by
/// the word that Linux has for it.
struct Feature {
  std::string_view word;
  unsigned leaf, subleaf;
  Register in;
  int bit;
  std::uint64_t state;
};

constexpr Feature features[] = {
    {"sse2", 1, 0, edx, 26, no_state},   {"avx", 1, 0, ecx, 28, ymm},
    {"fma", 1, 0, ecx, 12, ymm},         {"f16c", 1, 0, ecx, 29, ymm},
    {"avx2", 7, 0, ebx, 5, ymm},         {"avx512f", 7, 0, ebx, 16, zmm},
    {"avx512dq", 7, 0, ebx, 17, zmm},    {"avx512bw", 7, 0, ebx, 30, zmm},
    {"avx512vl", 7, 0, ebx, 31, zmm},    {"avx512_vnni", 7, 0, ecx, 11, zmm},
    {"avx512_fp16", 7, 0, edx, 23, zmm}, {"avx512_bf16", 7, 1, eax, 5, zmm},
    {"avx_vnni", 7, 1, eax, 4, ymm},     {"amx_bf16", 7, 0, edx, 22, tiles},
    {"amx_tile", 7, 0, edx, 24, tiles},  {"amx_int8", 7, 0, edx, 25, tiles},
};

constexpr Feature saves_state = {"osxsave", 1, 0, ecx, 27, no_state};

bool shows(const Feature& feature) {
  std::array<unsigned, 4> registers{};
  if (__get_cpuid_count(feature.leaf, feature.subleaf, &registers[eax], &registers[ebx],
                        &registers[ecx], &registers[edx]) == 0) {
    return false;
  }
  return (registers[feature.in] >> feature.bit & 1U) != 0;
}

__attribute__((target("xsave"))) std::uint64_t saved_state() {
  return static_cast<std::uint64_t>(_xgetbv(0));
}

}  // namespace

bool processor_denies(std::string_view word) {
  const auto* feature = std::find_if(std::begin(features), std::end(features),
                                     [&](const Feature& one) { return one.word == word; });
  if (feature == std::end(features)) return false;
  if (!shows(*feature)) return true;
  if (feature->state == no_state) return false;
  return !shows(saves_state) || (saved_state() & feature->state) != feature->state;
}

}  // namespace roofmark
