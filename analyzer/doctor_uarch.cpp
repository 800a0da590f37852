// What the doctor says of the CPU's cores: their micro-architecture, and that they differ.
#include "analyzer/doctor_uarch.h"

#include <algorithm>
#include <cstdio>

#include "analyzer/spec.h"
#include "analyzer/spec_skeleton.h"

namespace roofmark {
namespace {

/// The kinds of core by name; one without a name where all are alike.
std::vector<std::string> kinds_of(const Cpu& cpu) {
  std::vector<std::string> names;
  for (const CoreKind& kind : cpu.kinds) names.push_back(kind.name);
  if (names.empty()) names.emplace_back();
  return names;
}

std::string joined(const std::string& list, const std::string& more) {
  return list.empty() ? more : list + ", " + more;
}

std::string part_of(int implementer, int part) {
  char text[64];
  std::snprintf(text, sizeof text, "implementer 0x%x, part 0x%x",
                static_cast<unsigned>(implementer), static_cast<unsigned>(part));
  return text;
}

std::string numbers_of(const Cpu& cpu, const std::string& cores) {
  for (const CoreKind& kind : cpu.kinds) {
    if (kind.name == cores && kind.implementer && kind.part) {
      return part_of(*kind.implementer, *kind.part);
    }
  }
  if (cpu.implementer && cpu.part) return part_of(*cpu.implementer, *cpu.part);
  if (cpu.family && cpu.model_number) {
    return "family " + std::to_string(*cpu.family) + ", model " + std::to_string(*cpu.model_number);
  }
  return "its numbers cannot be read";
}

}  // namespace

std::string uarch_titles(const Cpu& cpu) {
  std::string titles;
  for (const std::string& kind : kinds_of(cpu)) {
    const Uarch* uarch = uarch_of(cpu, kind);
    const std::string title = uarch ? uarch->title : "unknown";
    titles = joined(titles, kind.empty() ? title : kind + ": " + title);
  }
  return titles;
}

Finding uarch_finding(const Machine& machine) {
  const Cpu& cpu = machine.cpu;
  std::string unknown;
  std::vector<Finding::File> files;
  for (const std::string& kind : kinds_of(cpu)) {
    if (uarch_of(cpu, kind)) continue;
    unknown +=
        (unknown.empty() ? "" : "; ") + (kind.empty() ? "" : kind + ": ") + numbers_of(cpu, kind);
    const std::string name = spec_name(cpu, kind);
    if (!name.empty()) {
      files.push_back({"analyzer/specs/" + name + ".json", spec_skeleton(cpu, kind)});
    }
  }
  if (unknown.empty()) {
    return fine("UARCH", "the micro-architecture is known: " + uarch_titles(cpu));
  }
  Finding finding = warning(
      "UARCH",
      "the micro-architecture is unknown (" + unknown +
          "): everything is measured all the same, but what the cores compute, and what their "
          "caches move, has no theoretical bound, so that no such value can be refused for "
          "exceeding it and none is graded above B (a memory's bound is --bandwidth; a latency or "
          "an overhead needs none)",
      files.empty() ? "add one JSON file under analyzer/specs with its rates per cycle and their "
                      "source (docs/adding.md)"
                    : "add what is below with its rates per cycle and their source, as its "
                      "neighbours have them (docs/adding.md), and build again");
  finding.files = files;
  return finding;
}

Finding cores_finding(const Machine& machine) {
  const Cpu& cpu = machine.cpu;
  if (!cpu.kinds.empty()) {
    std::string kinds;
    for (const CoreKind& kind : cpu.kinds) {
      kinds = joined(kinds, counted(kind.cores, "core") + " of kind " + kind.name);
    }
    const int first = machine.cores_among(machine.cpus_of(cpu.kinds.front().name));
    return warning(
        "CACHES",
        "cores differ (" + kinds +
            "): each kind has rows of its own; work spread over all of them ends with "
            "the slowest, and all threads reach no multiple of one",
        first == 0 ? "" : "for the first kind alone: --threads " + std::to_string(first));
  }
  const auto sizes = [&](int level) {
    return std::count_if(cpu.caches.begin(), cpu.caches.end(),
                         [&](const Cache& cache) { return cache.level == level; });
  };
  if (cpu.caches.empty()) {
    return warning(
        "CACHES",
        "the caches are unknown: probes of cache levels cannot run, and whether an operand "
        "comes from memory cannot be told",
        "");
  }
  if (sizes(1) > 1 || sizes(2) > 1) {
    return warning(
        "CACHES",
        "cores differ (their caches have several sizes): what one thread reaches depends on "
        "the core it runs on, and all threads reach no multiple of it",
        "restrict the run to cores of one kind with taskset");
  }
  return fine("CACHES", "all cores have the same caches");
}

}  // namespace roofmark
