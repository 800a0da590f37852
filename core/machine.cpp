#include "core/machine.h"

#include <algorithm>

namespace roofmark {

const Cache* Cpu::cache(int level) const {
  const auto at = std::find_if(caches.begin(), caches.end(),
                               [&](const Cache& cache) { return cache.level == level; });
  return at == caches.end() ? nullptr : &*at;
}

std::int64_t Cpu::last_level_bytes() const {
  std::int64_t size = 0;
  int level = 0;
  for (const Cache& cache : caches) {
    if (cache.level > level) {
      level = cache.level;
      size = cache.size_bytes;
    }
  }
  return size;
}

bool Machine::has_isa(const std::string& isa) const {
  return std::find(cpu.isas.begin(), cpu.isas.end(), isa) != cpu.isas.end();
}

}  // namespace roofmark
