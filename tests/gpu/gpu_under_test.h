// The GPU that this test program runs on: the emulated one, or the machine's own.
#pragma once

#include <memory>

#include "core/device.h"

namespace roofmark {

/// nullptr where there is none; the test is then skipped: GTEST_SKIP() << "no CUDA device".
std::unique_ptr<Device> gpu_under_test();

}  // namespace roofmark
