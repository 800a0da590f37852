// No processor of this architecture is asked.
#include "harness/cpu_identity.h"

namespace roofmark {

void drop_denied_isas(Cpu&) {}

}  // namespace roofmark
