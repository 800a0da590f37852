// What the doctor says of machines made up for it.
#include "analyzer/doctor.h"

#include <gtest/gtest.h>

#include <set>

#include "analyzer/spec_json.h"
#include "core/error.h"

namespace roofmark {
namespace {

constexpr std::int64_t gib = std::int64_t{1} << 30;

/// A quiet, locked, dedicated machine that is known in every respect.
Machine ideal() {
  Machine machine;
  machine.cpu.vendor = "AuthenticAMD";
  machine.cpu.family = 26;
  machine.cpu.model_number = 2;
  machine.cpu.cores = 4;
  machine.cpu.threads = 4;
  machine.cpu.smt = false;
  machine.cpu.caches = {{1, 48 << 10, 64, 4, 1}, {2, 1 << 20, 64, 4, 1}, {3, 32 << 20, 64, 1, 4}};
  machine.cpu.isas = {"sse2", "avx2", "avx512"};
  machine.memory_bytes = 64 * gib;
  machine.allowance = {{0, 1, 2, 3}, std::nullopt, std::nullopt, "v2", 4};
  machine.environment.hypervisor = "none";
  machine.environment.container = false;
  machine.environment.governor = "performance";
  machine.environment.turbo = "off";
  machine.environment.huge_pages = "madvise";
  machine.environment.load_1m = 0.1;
  machine.environment.pressure_cpu_some_avg10 = 0.5;
  machine.environment.memory_available_bytes = 60 * gib;
  return machine;
}

Surroundings usual() {
  Surroundings around;
  around.blas = Surroundings::Blas{"OpenBLAS", "0.3.29", "SkylakeX", "openmp"};
  around.onednn = Surroundings::Onednn{"2.6.3", "avx512_core", "openmp"};
  around.health.throttle_events = 0;
  return around;
}

std::set<std::string> warnings(const Machine& machine, const Surroundings& around = usual()) {
  std::set<std::string> ids;
  for (const Finding& finding : findings(machine, around)) {
    if (finding.warns) ids.insert(finding.id);
  }
  return ids;
}

Finding the(const std::string& id, const Machine& machine, const Surroundings& around = usual()) {
  for (const Finding& finding : findings(machine, around)) {
    if (finding.id == id) return finding;
  }
  ADD_FAILURE() << "no finding " << id;
  return {};
}

using Ids = std::set<std::string>;

TEST(Doctor, AnIdealMachineGivesNoWarning) { EXPECT_EQ(warnings(ideal()), Ids{}); }

TEST(Doctor, EverySubjectIsReportedOnceWithTextAndLevel) {
  std::set<std::string> ids;
  for (const Finding& finding : findings(ideal(), usual())) {
    EXPECT_TRUE(ids.insert(finding.id).second) << finding.id;
    EXPECT_FALSE(finding.text.empty()) << finding.id;
    EXPECT_EQ(finding.level(), "ok");
    EXPECT_EQ(finding.id.substr(0, 3), "OK-");
  }
  EXPECT_EQ(ids.size(), 20u);
}

TEST(Doctor, ThisProgramsLibrariesSayNothingOfARecordedMachine) {
  Surroundings around = usual();
  around.here = false;
  around.blas->core = "Haswell";
  EXPECT_EQ(warnings(ideal(), around), Ids{});
  EXPECT_EQ(findings(ideal(), around).size(), 17u);
}

TEST(Doctor, WhatIsUnknownOnlyWarnsWhereItMayHideSomething) {
  Machine machine;
  machine.cpu.threads = 1;
  machine.allowance.cpus = {0};
  machine.allowance.cgroup = "unknown";
  EXPECT_EQ(warnings(machine, {}),
            (Ids{"W-BLAS", "W-CACHES", "W-ISA", "W-MEMORY", "W-QUOTA", "W-UARCH"}));
}

/// What the reader makes of a file that the doctor began, once its source is written.
Uarch begun(Finding::File file) {
  const std::string source = "\"sources\": [";
  file.text.insert(file.text.find(source) + source.size(), "\"measured here\"");
  return std::get<Uarch>(spec_from_json(file.text, file.path));
}

TEST(Doctor, AnUnknownMicroArchitectureSaysHowToAddIt) {
  Machine machine = ideal();
  machine.cpu.model = "AMD \"Next\"";
  machine.cpu.model_number = 250;
  const Finding finding = the("W-UARCH", machine);
  EXPECT_NE(finding.text.find("family 26, model 250"), std::string::npos) << finding.text;
  EXPECT_NE(finding.text.find("everything is measured all the same"), std::string::npos);
  EXPECT_NE(finding.text.find("a latency or an overhead needs none"), std::string::npos);
  ASSERT_EQ(finding.files.size(), 1u);
  EXPECT_EQ(finding.files[0].path, "analyzer/specs/amd-f26-m250.json");
  EXPECT_THROW(spec_from_json(finding.files[0].text, "f"), InputError);  // no source
  const Uarch uarch = begun(finding.files[0]);
  EXPECT_EQ(uarch.name, "amd-f26-m250");
  EXPECT_EQ(uarch.title, "AMD \"Next\"");
  EXPECT_TRUE(uarch.matches.at(0).fits(machine.cpu, nullptr));
  EXPECT_FALSE(uarch.matches.at(0).fits(ideal().cpu, nullptr));
}

TEST(Doctor, AnUnknownArmPartIsMatchedByItsNumbers) {
  Machine machine = ideal();
  machine.cpu.vendor = "Arm";
  machine.cpu.family = machine.cpu.model_number = std::nullopt;
  machine.cpu.implementer = 0x41;
  machine.cpu.part = 0xdff;
  const Finding finding = the("W-UARCH", machine);
  EXPECT_NE(finding.text.find("implementer 0x41, part 0xdff"), std::string::npos) << finding.text;
  ASSERT_EQ(finding.files.size(), 1u);
  EXPECT_EQ(finding.files[0].path, "analyzer/specs/arm-dff.json");
  EXPECT_TRUE(begun(finding.files[0]).matches.at(0).fits(machine.cpu, nullptr));
}

TEST(Doctor, EachKindOfCoreThatIsUnknownHasAFileOfItsOwn) {
  Machine machine = ideal();
  machine.cpu.vendor = "GenuineIntel";
  machine.cpu.family = 6;
  machine.cpu.model_number = 250;
  machine.cpu.kinds = {{.name = "p", .cpus = {0, 1}, .cores = 2},
                       {.name = "e", .cpus = {2, 3}, .cores = 2}};
  machine.allowance.cores = 4;
  const Finding finding = the("W-UARCH", machine);
  ASSERT_EQ(finding.files.size(), 2u);
  EXPECT_NE(finding.text.find("p: family 6, model 250; e: family 6, model 250"), std::string::npos)
      << finding.text;
  EXPECT_EQ(finding.files[1].path, "analyzer/specs/intel-f6-m250-e.json");
  const CpuMatch match = begun(finding.files[1]).matches.at(0);
  EXPECT_TRUE(match.fits(machine.cpu, &machine.cpu.kinds[1]));
  EXPECT_FALSE(match.fits(machine.cpu, &machine.cpu.kinds[0]));
  const Finding differ = the("W-CACHES", machine);
  EXPECT_NE(differ.text.find("2 cores of kind p, 2 cores of kind e"), std::string::npos);
  EXPECT_NE(differ.remedy.find("--threads 2"), std::string::npos) << differ.remedy;
}

TEST(Doctor, ACpuWithoutNumbersGetsNoFile) {
  Machine machine = ideal();
  machine.cpu.family.reset();
  const Finding finding = the("W-UARCH", machine);
  EXPECT_TRUE(finding.files.empty());
  EXPECT_NE(finding.remedy.find("one JSON file under analyzer/specs"), std::string::npos);
}

TEST(Doctor, AHypervisorWarnsAndCountsStolenTime) {
  Machine machine = ideal();
  machine.environment.hypervisor = "KVM";
  Surroundings around = usual();
  around.health.steal_s = 2.5;
  const Finding finding = the("W-HYPERVISOR", machine, around);
  EXPECT_NE(finding.text.find("KVM"), std::string::npos);
  EXPECT_NE(finding.text.find("2.5 s of CPU time were stolen"), std::string::npos) << finding.text;
}

TEST(Doctor, AQuotaNamesItsThreadsAndACpusetItsCpus) {
  Machine machine = ideal();
  machine.allowance = {{2, 3}, 0.5, std::nullopt, "v2", 1};
  EXPECT_EQ(warnings(machine), (Ids{"W-CPUS", "W-QUOTA"}));
  EXPECT_NE(the("W-QUOTA", machine).text.find("at most 1 thread at a time"), std::string::npos);
  EXPECT_NE(the("W-CPUS", machine).text.find("only 2 of 4 logical CPUs may be used (2-3)"),
            std::string::npos);
}

Machine with_variables(std::map<std::string, std::string> variables) {
  Machine machine = ideal();
  machine.environment.variables = std::move(variables);
  return machine;
}

TEST(Doctor, AThreadLimitBelowTheThreadsOfARunSaysThatItEndsIt) {
  const Finding one = the("W-OPENMP", with_variables({{"OMP_THREAD_LIMIT", "3"}}));
  EXPECT_NE(one.text.find("OMP_THREAD_LIMIT=3: a run on more than 3 threads ends with an error"),
            std::string::npos)
      << one.text;
  EXPECT_NE(one.remedy.find("unset OMP_THREAD_LIMIT"), std::string::npos);
  EXPECT_EQ(warnings(with_variables({{"OMP_MAX_ACTIVE_LEVELS", "0"}})), Ids{"W-OPENMP"});
  for (const char* enough : {"4", "64", "0", "-1", "two", ""}) {  // it ignores what it cannot read
    EXPECT_EQ(warnings(with_variables({{"OMP_THREAD_LIMIT", enough}})), Ids{}) << enough;
  }
}

TEST(Doctor, ABindingOfOpenMpIsNamedOnlyWhereCpusAreMissing) {
  for (const char* name : {"OMP_PROC_BIND", "OMP_PLACES", "GOMP_CPU_AFFINITY"}) {
    Machine machine = with_variables({{name, "spread"}});
    EXPECT_EQ(warnings(machine), Ids{}) << name;
    machine.allowance.cpus = {0};
    EXPECT_EQ(warnings(machine), (Ids{"W-CPUS", "W-OPENMP"})) << name;
    EXPECT_NE(the("W-OPENMP", machine).remedy.find(std::string("unset ") + name),
              std::string::npos);
    EXPECT_EQ(the("W-CPUS", machine).remedy, "do as W-OPENMP says, then look again");
    machine.environment.variables->insert_or_assign("OMP_PROC_BIND", "FALSE");
    EXPECT_EQ(warnings(machine), Ids{"W-CPUS"}) << name;
    EXPECT_NE(the("W-CPUS", machine).remedy.find("taskset"), std::string::npos);
  }
}

TEST(Doctor, ThreadsThatSleepWhileTheyWaitWarn) {
  EXPECT_EQ(warnings(with_variables({{"OMP_WAIT_POLICY", "PASSIVE"}})), Ids{"W-OPENMP"});
  EXPECT_EQ(warnings(with_variables({{"GOMP_SPINCOUNT", "0"}})), Ids{"W-OPENMP"});
  EXPECT_EQ(warnings(with_variables({{"OMP_WAIT_POLICY", "active"}})), Ids{});
  EXPECT_EQ(warnings(with_variables({{"GOMP_SPINCOUNT", "infinite"}})), Ids{});
  Machine one = with_variables({{"OMP_WAIT_POLICY", "passive"}});
  one.allowance.max_threads = 1;  // it waits for nobody
  EXPECT_EQ(warnings(one), Ids{});
}

TEST(Doctor, ANumberOfThreadsForOpenMpIsSaidToChangeNothing) {
  const Finding finding = the("OK-OPENMP", with_variables({{"OMP_NUM_THREADS", "1"}}));
  EXPECT_NE(finding.text.find("OMP_NUM_THREADS=1 changes nothing"), std::string::npos);
  for (const char* none : {"foo", "", "0", "-1", "4,", "4x"}) {
    const std::string text = the("OK-OPENMP", with_variables({{"OMP_NUM_THREADS", none}})).text;
    EXPECT_NE(text.find(std::string(none) + " (no number of threads) changes nothing"),
              std::string::npos)
        << text;
  }
  EXPECT_NE(the("OK-OPENMP", with_variables({{"OMP_NUM_THREADS", "4, 2"}}))
                .text.find("OMP_NUM_THREADS=4, 2 changes nothing"),
            std::string::npos);
}

TEST(Doctor, ClocksThatMoveWarn) {
  Machine machine = ideal();
  machine.environment.governor = "powersave";
  machine.environment.turbo = "on";
  Surroundings around = usual();
  around.health.throttle_events = 3;
  EXPECT_EQ(warnings(machine, around), (Ids{"W-GOVERNOR", "W-THROTTLE", "W-TURBO"}));
}

TEST(Doctor, LoadWarnsAboveHalfATaskPerAllowedCpu) {
  Machine machine = ideal();
  machine.environment.load_1m = 2.0;  // 0.5 x 4
  EXPECT_EQ(warnings(machine), Ids{});
  machine.environment.load_1m = 2.01;
  EXPECT_EQ(warnings(machine), Ids{"W-LOAD"});
  machine.environment.load_1m = 0.6;
  machine.allowance.cpus = {0};
  EXPECT_EQ(warnings(machine), (Ids{"W-CPUS", "W-LOAD"}));
}

TEST(Doctor, PressureHugePagesAndMemoryWarn) {
  Machine machine = ideal();
  machine.environment.pressure_cpu_some_avg10 = 20;
  machine.environment.huge_pages = "never";
  machine.environment.memory_available_bytes = 4 * gib - 1;
  machine.allowance.memory_limit_bytes = 5 * gib;
  EXPECT_EQ(warnings(machine), (Ids{"W-HUGEPAGES", "W-MEMORY", "W-MEMORYLIMIT", "W-PRESSURE"}));
}

TEST(Doctor, QuickWantsFourTimesWhatItRotatesThrough) {
  Cpu cpu;
  EXPECT_EQ(quick_memory_bytes(cpu), 4 * gib);
  cpu.caches = {{3, 768 << 20, 64, 1, 96}};
  EXPECT_EQ(quick_memory_bytes(cpu), 4 * 4 * (std::int64_t{768} << 20));
}

TEST(Doctor, CoresThatDifferWarn) {
  Machine machine = ideal();
  machine.cpu.caches.push_back({1, 32 << 10, 64, 8, 1});
  EXPECT_EQ(warnings(machine), Ids{"W-CACHES"});
}

TEST(Doctor, AnOpenBlasThatLeavesVectorUnitsIdleSaysHowToOverrideIt) {
  Surroundings around = usual();
  around.blas->core = "Haswell";
  EXPECT_NE(the("W-BLAS", ideal(), around).remedy.find("OPENBLAS_CORETYPE=SkylakeX"),
            std::string::npos);
  Machine avx2 = ideal();
  avx2.cpu.isas = {"sse2", "avx2"};
  EXPECT_EQ(warnings(avx2, around), Ids{});
  around.blas->asked = "Haswell";
  EXPECT_NE(the("W-BLAS", ideal(), around).text.find("OPENBLAS_CORETYPE=Haswell is set"),
            std::string::npos);
  EXPECT_EQ(the("W-BLAS", ideal(), around).remedy.find("unset OPENBLAS_CORETYPE, or set"), 0u);
  around.blas->asked.clear();
  around.blas->core = "PRESCOTT";
  EXPECT_NE(the("W-BLAS", avx2, around).remedy.find("OPENBLAS_CORETYPE=Haswell"),
            std::string::npos);
  around.blas->core = "armv8";
  EXPECT_EQ(warnings(ideal(), around), Ids{"W-BLAS"});
  around.blas->core = "NEOVERSEN1";
  EXPECT_EQ(warnings(ideal(), around), Ids{});
  around.blas->core = "SomethingNew";
  EXPECT_NE(the("OK-BLAS", ideal(), around).text.find("unknown"), std::string::npos);
}

TEST(Doctor, AOneDnnThatLeavesUnitsIdleSaysWhichAndWhatCapsIt) {
  Surroundings around = usual();
  EXPECT_EQ(warnings(ideal(), around), std::set<std::string>{});
  around.onednn->isa = "avx2";
  const Finding found = the("W-ONEDNN", ideal(), around);
  EXPECT_NE(found.text.find("leaves this CPU's AVX-512 units idle"), std::string::npos);
  EXPECT_NE(found.remedy.find("ONEDNN_MAX_CPU_ISA"), std::string::npos);
  Machine newer = ideal();
  newer.cpu.isas = {"sse2", "avx2", "avx_vnni", "avx512", "avx512_vnni", "avx512_bf16"};
  around.onednn->isa = "avx512_core";
  EXPECT_NE(the("W-ONEDNN", newer, around).text.find("VNNI units, BF16 units"), std::string::npos);
  for (const char* all : {"avx512_core_bf16", "avx512_core_fp16", "avx512_core_amx", "default"}) {
    around.onednn->isa = all;
    EXPECT_EQ(warnings(newer, around), std::set<std::string>{}) << all;
  }
}

TEST(Doctor, OneDnnThreadsOfItsOwnWarnAndNoOneDnnDoesNot) {
  Surroundings around = usual();
  around.onednn->threading = "tbb";
  EXPECT_EQ(warnings(ideal(), around), std::set<std::string>{"W-ONEDNNTHREADS"});
  around.onednn.reset();
  EXPECT_EQ(the("OK-ONEDNN", ideal(), around).text.find("built without oneDNN: "), 0u);
  EXPECT_EQ(warnings(ideal(), around), std::set<std::string>{});
}

TEST(Doctor, BlasThreadsOfItsOwnAndNoBlasWarn) {
  Surroundings around = usual();
  around.blas->threading = "pthreads";
  EXPECT_EQ(warnings(ideal(), around), Ids{"W-BLASTHREADS"});
  around.blas.reset();
  around.blas_obstacle = "built without OpenBLAS";
  EXPECT_EQ(the("W-BLAS", ideal(), around).text.find("built without OpenBLAS: "), 0u);
}

TEST(Doctor, AGpuIsMissedOnlyByABuildThatCouldUseIt) {
  Machine machine = ideal();
  EXPECT_EQ(the("OK-CUDA", machine).text.find("built without CUDA"), 0u);
  Surroundings around = usual();
  around.cuda_runtime = "13.0";
  around.cuda_obstacle = "no CUDA device (no driver)";
  EXPECT_NE(the("W-CUDA", machine, around).text.find("built with CUDA 13.0 but no CUDA device"),
            std::string::npos);
  machine.gpus = {{"NVIDIA H200", "9.0", 132, 141 * gib, 60 << 20, false}};
  EXPECT_EQ(the("OK-CUDA", machine, around).text, "GPUs: NVIDIA H200");
}

TEST(Ranges, JoinNeighbours) {
  EXPECT_EQ(ranges({0, 2, 1, 3, 8, 10, 11}), "0-3,8,10-11");
  EXPECT_EQ(ranges({5}), "5");
  EXPECT_EQ(ranges({}), "");
}

}  // namespace
}  // namespace roofmark
