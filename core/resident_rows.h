// Rows of a kernel that lie in a cache, so that its roof shows beside memory's.
#pragma once

#include <cstdint>
#include <optional>

#include "core/kernel.h"
#include "core/model.h"

namespace roofmark {

/// The shape with as many rows, the same number for each thread, as move no more than the
/// bytes of a cache (cache_room).
/// Where not one row for each would fit, extent cols is halved until one does; nullopt where that
/// leaves less than 64 of them.
std::optional<Shape> resident_shape(const Kernel& kernel, const Operator& op, std::int64_t room,
                                    int threads);

}  // namespace roofmark
