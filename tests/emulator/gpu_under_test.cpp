// The emulated GPU for tests/gpu.  ROOFMARK_EMULATOR_ORDER: forward, backward or shuffled.
#include "tests/gpu/gpu_under_test.h"

#include <cstdlib>
#include <string>

#include "tests/emulator/device.h"
#include "tests/emulator/fibers.h"

namespace roofmark {

std::unique_ptr<Device> gpu_under_test() {
  const char* asked = std::getenv("ROOFMARK_EMULATOR_ORDER");
  const std::string order = asked == nullptr ? "forward" : asked;
  emulator::set_order(order == "backward"   ? emulator::Order::backward
                      : order == "shuffled" ? emulator::Order::shuffled
                                            : emulator::Order::forward);
  return emulator::make_device();
}

}  // namespace roofmark
