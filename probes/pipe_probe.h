// Makes probes of loops on registers: kernels, their shapes, and tasks that check every lane.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "core/case.h"
#include "core/device.h"
#include "probes/pipes.isa.h"

namespace roofmark {

/// The loops of one instruction set.
struct PipeLeaf {
  const char* isa;
  const PipeLoops* loops;
};

/// One row on the threads asked for and, on a machine with several kinds of core, one and all of
/// each kind.
std::vector<Site> pipe_sites(std::span<const PipeLeaf> leaves, const char* name,
                             const Machine& machine, const Variant& variant, int threads);

std::unique_ptr<Task> prepare_pipe(std::span<const PipeLeaf> leaves, const Case& what,
                                   Device& device);

/// The kernel of that name with a variant for each of the leaves' loops of that name.
Kernel pipe_kernel(const char* name, const char* summary, std::span<const PipeLeaf> leaves,
                   decltype(Variant::prepare) prepare, decltype(Kernel::sites) sites);

/// The same, with functions that know its leaves and name: `Leaves` is an array of PipeLeaf, `Name`
/// one of characters, both constexpr at namespace scope.
template <const auto& Leaves, const auto& Name>
Kernel pipe_kernel(const char* summary) {
  return pipe_kernel(
      Name, summary, Leaves,
      [](const Case& what, Device& device) { return prepare_pipe(Leaves, what, device); },
      [](const Machine& machine, const Variant& variant, int threads) {
        return pipe_sites(Leaves, Name, machine, variant, threads);
      });
}

}  // namespace roofmark
