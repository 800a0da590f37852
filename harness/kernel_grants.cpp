// What Linux grants this process of what the CPU has: AMX tiles, and how long SVE vectors are.
#include "harness/kernel_grants.h"

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

namespace roofmark {
namespace {

// Linux Documentation/arch/x86/xstate.rst.  The names are missing from headers before 5.16, and
// the call from other architectures.
constexpr long arch_prctl_of_x86_64 = 158;
constexpr long arch_req_xcomp_perm = 0x1023;
constexpr long tile_data = 18;  // XFEATURE_XTILEDATA

bool needs_tiles(const std::string& isa) { return isa.starts_with("amx_"); }

}  // namespace

bool is_sve_length(std::int64_t bytes) { return bytes >= 16 && bytes <= 256 && bytes % 16 == 0; }

void ask_kernel(Cpu& cpu, const SystemCall& call) {
  if (std::any_of(cpu.isas.begin(), cpu.isas.end(), needs_tiles) &&
      call(arch_prctl_of_x86_64, arch_req_xcomp_perm, tile_data) != 0) {
    std::erase_if(cpu.isas, needs_tiles);
  }
  if (cpu.architecture == "aarch64") {
    const long length = call(SYS_prctl, PR_SVE_GET_VL, 0);
    const long bytes = length < 0 ? 0 : length & PR_SVE_VL_LEN_MASK;
    cpu.sve_bytes = is_sve_length(bytes) ? Known<int>(static_cast<int>(bytes)) : std::nullopt;
  }
}

void ask_kernel(Cpu& cpu) {
  ask_kernel(cpu, [](long number, long first, long second) {
    return syscall(number, first, second, 0, 0, 0);
  });
}

}  // namespace roofmark
