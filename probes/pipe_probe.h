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

/// f32 of a multiply-add in f32, bf16-f32 of a dot product; of what is no product (an addition, a
/// square root) none-f32.
Format format_of(const PipeLoop& loop);

/// Bytes of a register of the loop on that machine; 0: unknown.
int register_bytes(const PipeLoop& loop, const Machine& machine);

/// The kernel of that name with a variant for each of the leaves' loops of that name.  Each probe
/// has functions of its own that call the two below with its leaves.
Kernel pipe_kernel(const char* name, const char* summary, std::span<const PipeLeaf> leaves,
                   decltype(Variant::prepare) prepare, decltype(Kernel::sites) sites);

/// One core and, on a machine with several kinds of core, one and all of each kind.
std::vector<Site> pipe_sites(std::span<const PipeLeaf> leaves, const char* name,
                             const Machine& machine, const Variant& variant, int threads);

std::unique_ptr<Task> prepare_pipe(std::span<const PipeLeaf> leaves, const Case& what,
                                   Device& device);

}  // namespace roofmark
