// Rows of a kernel that lie in L2, so that its roof shows beside memory's.
#pragma once

#include <cstdint>
#include <optional>

#include "core/kernel.h"
#include "core/machine.h"
#include "core/model.h"

namespace roofmark {

/// Bytes of the L2 caches that so many threads reach; 0: nothing is known of them.
std::int64_t l2_bytes(const Machine& machine, int threads);

/// The shape with as many rows, the same number for each thread, as move half of L2's bytes;
/// nullopt where not one row for each would fit.
std::optional<Shape> resident_shape(const Kernel& kernel, const Operator& op, std::int64_t l2,
                                    int threads);

}  // namespace roofmark
