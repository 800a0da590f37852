#include "harness/cpu_memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <new>
#include <vector>

#include "core/parallel.h"

namespace roofmark {
namespace {

constexpr std::int64_t huge_page = 2 << 20, base_page = 4096;
// Below this the page size makes no difference worth a look at smaps (about 1 ms).
constexpr std::int64_t worth_asking = 64 << 20;
// Mappings that are kept for the next case.
constexpr std::int64_t worth_keeping = 16 << 20;

/// Part of what is resident of the mapping at `address` that the kernel backs with huge pages;
/// mappings that lie side by side may be one to it, and the part is then that of all.
std::optional<double> huge_share_of(const void* address) {
  std::FILE* smaps = std::fopen("/proc/self/smaps", "re");
  if (smaps == nullptr) return std::nullopt;
  const std::uintptr_t wanted = reinterpret_cast<std::uintptr_t>(address);
  char line[512];
  bool inside = false;
  std::int64_t resident_kib = 0;
  std::optional<double> share;
  while (std::fgets(line, sizeof line, smaps) != nullptr) {
    std::uintptr_t begin = 0, end = 0;
    std::int64_t kib = 0;
    if (std::sscanf(line, "%" SCNxPTR "-%" SCNxPTR " ", &begin, &end) == 2) {
      inside = begin <= wanted && wanted < end;
    } else if (inside && std::sscanf(line, "Rss: %" SCNd64, &kib) == 1) {
      resident_kib = kib;
    } else if (inside && std::sscanf(line, "AnonHugePages: %" SCNd64, &kib) == 1) {
      if (resident_kib > 0) {
        share = std::min(1.0, static_cast<double>(kib) / static_cast<double>(resident_kib));
      }
      break;
    }
  }
  std::fclose(smaps);
  return share;
}

}  // namespace

CpuMemory::CpuMemory(std::int64_t budget_bytes, bool reuses)
    : budget_bytes_(budget_bytes), mapped_(std::make_shared<Mapped>()) {
  mapped_->keeps = reuses;
}

CpuMemory::Mapped::~Mapped() { drop_kept(); }

void CpuMemory::Mapped::drop_kept() {
  for (const Mapping& mapping : kept) {
    ::munmap(mapping.at, static_cast<std::size_t>(mapping.size_bytes));
    used_bytes -= mapping.size_bytes;
  }
  kept.clear();
}

void CpuMemory::give_back(Mapped& mapped, const Mapping& mapping) {
  const std::lock_guard lock(mapped.access);
  if (mapped.keeps && mapping.size_bytes >= worth_keeping) {
    mapped.kept.push_back(mapping);
    mapped.kept.back().touched = true;
    return;
  }
  ::munmap(mapping.at, static_cast<std::size_t>(mapping.size_bytes));
  mapped.used_bytes -= mapping.size_bytes;
}

CpuMemory::Mapping CpuMemory::take_kept(std::int64_t size_bytes, Pages pages) {
  std::vector<Mapping>& kept = mapped_->kept;
  std::size_t best = kept.size();
  for (std::size_t i = 0; i < kept.size(); ++i) {
    const bool fits = kept[i].pages == pages && kept[i].size_bytes >= size_bytes &&
                      kept[i].size_bytes <= 2 * size_bytes;
    if (fits && (best == kept.size() || kept[i].size_bytes < kept[best].size_bytes)) best = i;
  }
  if (best == kept.size()) return {};
  const Mapping found = kept[best];
  kept.erase(kept.begin() + static_cast<std::ptrdiff_t>(best));
  return found;
}

CpuMemory::Mapping CpuMemory::map(std::int64_t size_bytes, Pages pages) {
  const std::lock_guard lock(mapped_->access);
  if (const Mapping kept = take_kept(size_bytes, pages); kept.at != nullptr) return kept;
  if (mapped_->used_bytes + size_bytes > budget_bytes_) mapped_->drop_kept();
  if (mapped_->used_bytes + size_bytes > budget_bytes_) throw std::bad_alloc();
  void* at = ::mmap(nullptr, static_cast<std::size_t>(size_bytes), PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED) throw std::bad_alloc();
  mapped_->used_bytes += size_bytes;
  return {at, size_bytes, pages, false};
}

Buffer CpuMemory::allocate(std::int64_t size_bytes, int threads, Pages pages, const Place& place) {
  const std::int64_t page = pages == Pages::huge ? huge_page : base_page;
  // Working sets that differ by the gaps between their arrays then find each other's memory.
  const std::int64_t step = size_bytes >= worth_keeping ? huge_page : page;
  const Mapping mapping =
      map((std::max<std::int64_t>(size_bytes, 1) + step - 1) / step * step + step, pages);
  void* const at = mapping.at;
  const std::int64_t mapped = mapping.size_bytes;
  Buffer buffer;
  buffer.owner =
      std::shared_ptr<void>(at, [mapping, owner = mapped_](void*) { give_back(*owner, mapping); });
  const std::uintptr_t aligned = (reinterpret_cast<std::uintptr_t>(at) + page - 1) / page * page;
  buffer.data = reinterpret_cast<std::byte*>(aligned);
  buffer.size_bytes = size_bytes;
  if (place) place(at, mapped);
  // Refusal (huge pages switched off) is seen in huge_share, not here.
  ::madvise(buffer.data, static_cast<std::size_t>(mapped - page),
            pages == Pages::huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
  const auto touch = [&](int thread) {
    const auto [begin, end] = share_of(size_bytes, thread, threads, base_page);
    if (end > begin) std::memset(buffer.data + begin, 0, static_cast<std::size_t>(end - begin));
  };
  // Whoever asked fills it: to clear 2 GiB for each row took a tenth of a run.
  if (!mapping.touched) parallel(threads, touch);
  if (pages == Pages::huge && size_bytes >= worth_asking) {
    buffer.huge_share = huge_share_of(buffer.data);
  }
  return buffer;
}

void fill_random(const Buffer& buffer, int threads, DType type, std::uint64_t seed) {
  // A repeating table is as fast as memory; its prime length keeps pages from being alike.
  constexpr std::int64_t table_size = 16411;
  std::vector<std::uint32_t> table(table_size);
  for (std::int64_t i = 0; i < table_size; ++i) {
    table[static_cast<std::size_t>(i)] =
        random_word(random_word_of(type), seed, static_cast<std::uint64_t>(i));
  }
  const std::int64_t count = buffer.size_bytes / 4;
  parallel(threads, [&](int thread) {
    const auto [begin, end] = share_of(count, thread, threads, base_page / 4);
    for (std::int64_t i = begin; i < end;) {
      const std::int64_t from = i % table_size;
      const std::int64_t length = std::min(table_size - from, end - i);
      std::copy_n(table.data() + from, length, reinterpret_cast<std::uint32_t*>(buffer.data) + i);
      i += length;
    }
  });
}

}  // namespace roofmark
