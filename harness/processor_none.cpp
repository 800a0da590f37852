// No processor of this architecture is asked.
#include "harness/processor.h"

namespace roofmark {

bool processor_denies(std::string_view) { return false; }

}  // namespace roofmark
