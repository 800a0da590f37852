// What a kernel grants, and what remains of a CPU where it does not.
#include "harness/kernel_grants.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <array>

namespace roofmark {
namespace {

using Call = std::array<long, 3>;

/// A kernel that answers every call alike and remembers it.
struct FakeKernel {
  long answer = 0;
  std::vector<Call> calls{};

  void ask(Cpu& cpu) {
    ask_kernel(cpu, [this](long number, long first, long second) {
      calls.push_back({number, first, second});
      return answer;
    });
  }
};

Cpu with_amx() {
  Cpu cpu;
  cpu.architecture = "x86_64";
  cpu.isas = {"avx512", "amx_int8", "amx_bf16"};
  return cpu;
}

TEST(KernelGrants, TilesAreAskedForOnceAndKeptWhereGranted) {
  Cpu cpu = with_amx();
  FakeKernel kernel;
  kernel.ask(cpu);
  EXPECT_EQ(kernel.calls, std::vector<Call>({{158, 0x1023, 18}}));  // arch_prctl, tile data
  EXPECT_EQ(cpu, with_amx());
}

TEST(KernelGrants, NoInstructionSetOfTilesIsLeftWhereTheyAreRefused) {
  Cpu cpu = with_amx();
  FakeKernel{.answer = -1}.ask(cpu);
  EXPECT_EQ(cpu.isas, std::vector<std::string>{"avx512"});
}

TEST(KernelGrants, ACpuWithoutTilesAsksForNone) {
  Cpu cpu = with_amx();
  cpu.isas = {"avx512"};
  FakeKernel kernel;
  kernel.ask(cpu);
  EXPECT_TRUE(kernel.calls.empty());
}

TEST(KernelGrants, TheVectorLengthIsThisProcessesAndNotTheDefault) {
  Cpu cpu;
  cpu.architecture = "aarch64";
  cpu.sve_bytes = 64;
  FakeKernel kernel{.answer = 32 | PR_SVE_VL_INHERIT};
  kernel.ask(cpu);
  EXPECT_EQ(kernel.calls, std::vector<Call>({{SYS_prctl, PR_SVE_GET_VL, 0}}));
  EXPECT_EQ(cpu.sve_bytes, 32);
  FakeKernel{.answer = -1}.ask(cpu);
  EXPECT_EQ(cpu.sve_bytes, std::nullopt);
}

}  // namespace
}  // namespace roofmark
