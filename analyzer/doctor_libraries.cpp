// What the vendors' libraries do with this CPU.
#include "analyzer/doctor_libraries.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace roofmark {
namespace {

/// The instruction sets that OpenBLAS's kernels for a core are written in, narrowest first.
enum class Width { unknown, generic_arm, below_avx2, avx2, avx512, other_arm };

/// Names of OpenBLAS's dynamic dispatch (driver/others/dynamic.c and dynamic_arm64.c) with the sets
/// that TargetList.txt and Makefile.x86_64 build them for.
Width width_of(std::string_view core) {
  struct Named {
    std::string_view core;
    Width width;
  };
  static constexpr std::array<Named, 26> known{{{"katmai", Width::below_avx2},
                                                {"coppermine", Width::below_avx2},
                                                {"northwood", Width::below_avx2},
                                                {"prescott", Width::below_avx2},
                                                {"banias", Width::below_avx2},
                                                {"atom", Width::below_avx2},
                                                {"core2", Width::below_avx2},
                                                {"penryn", Width::below_avx2},
                                                {"dunnington", Width::below_avx2},
                                                {"nehalem", Width::below_avx2},
                                                {"athlon", Width::below_avx2},
                                                {"opteron", Width::below_avx2},
                                                {"opteron_sse3", Width::below_avx2},
                                                {"barcelona", Width::below_avx2},
                                                {"nano", Width::below_avx2},
                                                {"bobcat", Width::below_avx2},
                                                {"sandybridge", Width::below_avx2},
                                                {"bulldozer", Width::below_avx2},
                                                {"piledriver", Width::below_avx2},
                                                {"steamroller", Width::below_avx2},
                                                {"excavator", Width::avx2},
                                                {"haswell", Width::avx2},
                                                {"zen", Width::avx2},
                                                {"skylakex", Width::avx512},
                                                {"cooperlake", Width::avx512},
                                                {"sapphirerapids", Width::avx512}}};
  std::string lower(core);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  const auto at =
      std::find_if(known.begin(), known.end(), [&](const Named& one) { return one.core == lower; });
  if (at != known.end()) return at->width;
  if (lower == "armv8") return Width::generic_arm;
  for (const char* family : {"cortex", "neoverse", "thunderx", "tsv", "a64fx", "armv8sve"}) {
    if (lower.find(family) == 0) return Width::other_arm;
  }
  return Width::unknown;
}

std::string described(const Surroundings::Blas& blas) {
  return blas.name + ' ' + blas.version + " chose its kernels for " + blas.core +
         (blas.asked.empty() ? ""
                             : " (OPENBLAS_CORETYPE=" + blas.asked + " is set in the environment)");
}

Finding core_finding(const Machine& machine, const Surroundings::Blas& blas) {
  const auto narrow = [&](const std::string& set, const std::string& better) {
    return Finding{true, "W-BLAS",
                   described(blas) + ", which leave this CPU's " + set +
                       " idle: its GEMM rows show the library's choice, not the machine's limit",
                   (blas.asked.empty() ? "" : "unset OPENBLAS_CORETYPE, or ") +
                       ("set OPENBLAS_CORETYPE=" + better) + " in the environment, and run again"};
  };
  switch (width_of(blas.core)) {
    case Width::below_avx2:
      if (machine.has_isa("avx512")) return narrow("AVX2 and AVX-512 units", "SkylakeX");
      if (machine.has_isa("avx2")) return narrow("AVX2 units", "Haswell");
      break;
    case Width::avx2:
      if (machine.has_isa("avx512")) return narrow("AVX-512 units", "SkylakeX");
      break;
    case Width::generic_arm:
      return Finding{
          true, "W-BLAS",
          described(blas) + ", its kernels for any 64-bit Arm core: faster ones may exist",
          "on a Cortex-A76, Neoverse N1 or later set OPENBLAS_CORETYPE=NEOVERSEN1 in the "
          "environment and compare"};
    case Width::unknown:
      return {false, "OK-BLAS", described(blas) + "; whether these use all of this CPU is unknown",
              ""};
    case Width::avx512:
    case Width::other_arm:
      break;
  }
  return {false, "OK-BLAS", described(blas), ""};
}

/// What oneDNN's name for a set (dnnl_types.h) says that it uses of a CPU, by the names of
/// cmake/isas.cmake, and what of that a machine has beyond it; empty: nothing, or unknown.
std::string idle_under_onednn(const Machine& machine, std::string_view isa) {
  struct Step {
    std::string_view onednn, ours, units;
  };
  static constexpr std::array<Step, 6> steps{{{"avx2", "avx2", "AVX2 units"},
                                              {"avx2_vnni", "avx_vnni", "AVX-VNNI units"},
                                              {"avx512_core", "avx512", "AVX-512 units"},
                                              {"avx512_core_vnni", "avx512_vnni", "VNNI units"},
                                              {"avx512_core_bf16", "avx512_bf16", "BF16 units"},
                                              {"avx512_core_amx", "amx_bf16", "AMX units"}}};
  std::size_t used = steps.size();  // names of later sets: all of them
  if (isa == "sse41" || isa == "avx") used = 0;
  if (isa == "avx2_vnni_2") used = 2;
  if (isa == "avx512_core_fp16") used = 5;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (steps[i].onednn == isa) used = i + 1;
  }
  std::string idle;
  for (std::size_t i = used; i < steps.size(); ++i) {
    if (!machine.has_isa(std::string(steps[i].ours))) continue;
    // The wider of the two takes its place.
    if (steps[i].onednn == "avx2_vnni" && machine.has_isa("avx512")) continue;
    idle += (idle.empty() ? "" : ", ") + std::string(steps[i].units);
  }
  return idle;
}

}  // namespace

std::vector<Finding> blas_findings(const Machine& machine, const Surroundings& around) {
  if (!around.blas) {
    return {{true, "W-BLAS",
             (around.blas_obstacle.empty() ? "built without a BLAS" : around.blas_obstacle) +
                 ": rows of its variants say so, and GEMM is not measured",
             "install libopenblas-openmp-dev and build again (scripts/setup)"}};
  }
  std::vector<Finding> found{core_finding(machine, *around.blas)};
  if (around.blas->threading == "pthreads") {
    found.push_back({true, "W-BLASTHREADS",
                     around.blas->name +
                         " brings threads of its own: they are not bound, and compete with ours",
                     "use the OpenMP build (Debian: libopenblas0-openmp)"});
  }
  return found;
}

std::vector<Finding> onednn_findings(const Machine& machine, const Surroundings& around) {
  if (!around.onednn) {
    return {{false, "OK-ONEDNN",
             "built without oneDNN: rows of its variants say so (scripts/setup installs it)", ""}};
  }
  const Surroundings::Onednn& library = *around.onednn;
  const std::string text = "oneDNN " + library.version + " writes its kernels in " + library.isa;
  std::vector<Finding> found{{false, "OK-ONEDNN", text, ""}};
  if (const std::string idle = idle_under_onednn(machine, library.isa); !idle.empty()) {
    found[0] = {true, "W-ONEDNN",
                text + ", which leaves this CPU's " + idle +
                    " idle: its rows show the library's choice, not the machine's limit",
                "unset ONEDNN_MAX_CPU_ISA and DNNL_MAX_CPU_ISA if they cap it, or build with a "
                "later oneDNN"};
  }
  if (library.threading != "openmp") {
    found.push_back({true, "W-ONEDNNTHREADS",
                     "oneDNN runs on threads that are not OpenMP's (" + library.threading +
                         "): they are not bound, and compete with ours",
                     "use the OpenMP build (Debian: libdnnl-dev)"});
  }
  return found;
}

}  // namespace roofmark
