// Threads stay where they are bound and get their affinity back.
#include "harness/pinning.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mman.h>

#include <cstring>
#include <thread>
#include <vector>

#include "core/error.h"

namespace roofmark {
namespace {

std::vector<int> allowed_cpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  sched_getaffinity(0, sizeof set, &set);
  std::vector<int> cpus;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &set)) cpus.push_back(cpu);
  }
  return cpus;
}

TEST(Pinning, ABoundThreadRunsOnItsCpuOnly) {
  const AffinityGuard guard;
  for (const int cpu : allowed_cpus()) {
    bind_this_thread(cpu);
    EXPECT_EQ(allowed_cpus(), std::vector<int>{cpu});
    EXPECT_EQ(sched_getcpu(), cpu);
    // A thread may leave a CPU it was bound to, as long as the machine allows the other.
  }
}

TEST(Pinning, TheGuardRestoresWhatTheThreadHad) {
  const std::vector<int> before = allowed_cpus();
  {
    const AffinityGuard guard;
    bind_this_thread(before.back());
    ASSERT_EQ(allowed_cpus().size(), 1u);
  }
  EXPECT_EQ(allowed_cpus(), before);
}

TEST(Pinning, AThreadBoundToOneCpuCanBeLetOntoAllOfThem) {
  const AffinityGuard guard;
  const std::vector<int> before = allowed_cpus();
  bind_this_thread(before.front());
  let_this_thread_run_on(before);
  EXPECT_EQ(allowed_cpus(), before);
  let_this_thread_run_on({});  // nothing to run on: left as it is
  EXPECT_EQ(allowed_cpus(), before);
}

TEST(Pinning, MemoryIsBoundToANodeThatIsThereAndToNoOther) {
  const Binder binder;
  constexpr std::size_t length = 4 << 20;
  void* at = ::mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(at, MAP_FAILED);
  try {
    binder.bind_memory(at, length, 0);
    std::memset(at, 1, length);
  } catch (const AbsentError& error) {
    ::munmap(at, length);
    GTEST_SKIP() << error.what();  // containers may forbid it
  }
  EXPECT_THROW(binder.bind_memory(at, length, 1000), AbsentError);
  EXPECT_THROW(binder.bind_memory(at, length, -1), AbsentError);
  ::munmap(at, length);
}

TEST(Pinning, OneBinderServesSeveralThreadsAndBindsOnlyTheCaller) {
  const std::vector<int> before = allowed_cpus();
  const Binder binder;
  std::vector<std::vector<int>> seen(before.size());
  std::vector<std::thread> team;
  for (std::size_t t = 0; t < before.size(); ++t) {
    team.emplace_back([&, t] {
      binder.bind_this_thread(before[t]);
      seen[t] = allowed_cpus();
    });
  }
  for (std::thread& thread : team) thread.join();
  for (std::size_t t = 0; t < before.size(); ++t) {
    EXPECT_EQ(seen[t], std::vector<int>{before[t]});
  }
  EXPECT_EQ(allowed_cpus(), before);
}

TEST(Pinning, AnAbsentCpuIsRefusedByNumber) {
  try {
    bind_this_thread(100000);
    FAIL() << "bound to a CPU that does not exist";
  } catch (const MeasurementError& error) {
    EXPECT_NE(std::string(error.what()).find("CPU 100000 ("), std::string::npos) << error.what();
  }
  EXPECT_THROW(bind_this_thread(-1), MeasurementError);
}

}  // namespace
}  // namespace roofmark
