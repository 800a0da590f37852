// What this very processor says of itself.
#pragma once

#include <string_view>

namespace roofmark {

/// Whether the processor that runs this program lacks what a word of /proc/cpuinfo names ("avx2"):
/// under an emulator that file is the host's.  Words it is not asked about are denied by none; of
/// architectures but x86 nothing is asked.
bool processor_denies(std::string_view word);

}  // namespace roofmark
