// Rows of a kernel that lie in a cache, so that its roof shows beside memory's.
#pragma once

#include <cstdint>
#include <optional>

#include "core/kernel.h"
#include "core/machine.h"
#include "core/model.h"

namespace roofmark {

/// Bytes of the data caches of that level that so many threads reach; 0: nothing is known of them.
std::int64_t cache_bytes(const Machine& machine, int level, int threads);

/// The shape with as many rows, the same number for each thread, as move half of a cache's bytes.
/// Where not one row for each would fit, extent cols is halved until one does; nullopt where that
/// leaves less than 64 of them.
std::optional<Shape> resident_shape(const Kernel& kernel, const Operator& op,
                                    std::int64_t cache_bytes, int threads);

}  // namespace roofmark
