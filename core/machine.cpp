#include "core/machine.h"

#include <algorithm>
#include <string_view>

namespace roofmark {
namespace {

/// What stands between a GPU's name and its slice's.
constexpr std::string_view mig_mark = " MIG ";

}  // namespace

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

std::string Gpu::model() const {
  return name.substr(0, std::min(name.find(mig_mark), name.find(" (nvgpu)")));
}

std::string Gpu::slice() const {
  const std::size_t at = name.find(mig_mark);
  return at == std::string::npos ? "" : name.substr(at + mig_mark.size());
}

bool Machine::has_isa(const std::string& isa) const {
  return std::find(cpu.isas.begin(), cpu.isas.end(), isa) != cpu.isas.end();
}

}  // namespace roofmark
