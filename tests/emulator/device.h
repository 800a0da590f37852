// A GPU that is this process's memory and the emulator: enough to prepare a task, launch it and
// check it.
#pragma once

#include <memory>

#include "core/device.h"

namespace roofmark::emulator {

/// Four multiprocessors and 64 KiB of L2, so that rotations stay small.
std::unique_ptr<Device> make_device();

}  // namespace roofmark::emulator
