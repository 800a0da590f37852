// The bandwidth probes of a CPU as sites and tasks; also for probes that read at other sizes or
// beside other work.
#pragma once

#include <memory>
#include <vector>

#include "core/case.h"
#include "core/device.h"
#include "probes/stream/stream.h"
#include "probes/stream/stream.isa.h"

namespace roofmark {

/// One variant for each instruction set.
std::vector<Variant> stream_variants(std::unique_ptr<Task> (*prepare)(const Case&, Device&));

/// Whether a variant's instruction set is the widest that this machine has.
bool is_widest_stream(const Machine& machine, const Variant& variant);

/// At most `bytes` of all threads' arrays, in whole steps; 0 where that is less than one.
Site cpu_stream_site(const StreamPattern& pattern, int threads, std::int64_t bytes,
                     const Conditions& conditions);

/// A launch is the passes of pattern `pattern` (an index of stream_patterns) that the case's shape
/// says.  far: the arrays lie in memory, and reading asks for it ahead.
std::unique_ptr<Task> cpu_stream_task(const Case& what, Device& device, int pattern, bool far);

/// What reads b, asking for it ahead in the way that suits the machine.
StreamLeaf stream_read_leaf(const Variant& variant, const Machine& machine);

}  // namespace roofmark
