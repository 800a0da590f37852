// What an x86 processor itself says it lacks.
#include <algorithm>

#include "harness/cpu_identity.h"

namespace roofmark {

void drop_denied_isas(Cpu& cpu) {
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") &&
                      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
                      __builtin_cpu_supports("avx512vl");
  const bool vnni = avx512 && __builtin_cpu_supports("avx512vnni");
  const bool bf16_dots = avx512 && __builtin_cpu_supports("avx512bf16");
  const auto is_denied = [&](const std::string& isa) {
    if (isa == "sse2") return false;
    if (isa == "scalar" || isa == "avx128") {
      return !(__builtin_cpu_supports("avx") && __builtin_cpu_supports("fma"));
    }
    if (isa == "avx512_vnni") return !vnni;
    if (isa == "avx512_bf16") return !bf16_dots;
    return isa.rfind("avx512", 0) == 0 || isa.rfind("amx", 0) == 0 ? !avx512 : !avx2;
  };
  cpu.isas.erase(std::remove_if(cpu.isas.begin(), cpu.isas.end(), is_denied), cpu.isas.end());
}

}  // namespace roofmark
