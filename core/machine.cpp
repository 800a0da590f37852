#include "core/machine.h"

#include <algorithm>
#include <iterator>
#include <string_view>

namespace roofmark {
namespace {

/// What stands between a GPU's name and its slice's.
constexpr std::string_view mig_mark = " MIG ";

template <class Group, class Is>
bool in_one(const std::vector<Group>& groups, int cpu, Is is) {
  return std::any_of(groups.begin(), groups.end(), [&](const Group& group) {
    return is(group) && std::find(group.cpus.begin(), group.cpus.end(), cpu) != group.cpus.end();
  });
}

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

Known<std::string> Environment::variables_text() const {
  if (!variables) return std::nullopt;
  std::string text;
  for (const auto& [name, value] : *variables) {
    text += (text.empty() ? "" : ", ") + name + "=" + value;
  }
  return text.empty() ? "none" : text;
}

bool Cpu::asks_by_l2() const { return vendor == "GenuineIntel"; }

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

std::vector<int> Machine::cpus_of(const std::string& kind, Known<int> node) const {
  const auto is_kind = [&](const CoreKind& one) { return one.name == kind; };
  const auto is_node = [&](const NumaNode& one) { return one.id == *node; };
  std::vector<int> found;
  std::copy_if(allowance.cpus.begin(), allowance.cpus.end(), std::back_inserter(found),
               [&](int logical) {
                 return (kind.empty() || in_one(cpu.kinds, logical, is_kind)) &&
                        (!node || in_one(cpu.nodes, logical, is_node));
               });
  return found;
}

int Machine::cores_among(const std::vector<int>& allowed) const {
  const auto first = allowance.cpus.begin();
  const auto last = first + std::min<std::ptrdiff_t>(allowance.cores, allowance.cpus.end() - first);
  return static_cast<int>(std::count_if(allowed.begin(), allowed.end(), [&](int logical) {
    return std::find(first, last, logical) != last;
  }));
}

}  // namespace roofmark
