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

/// Part of the mapping at `address` that the kernel backs with huge pages.
double huge_share_of(const void* address, std::int64_t size_bytes) {
  std::FILE* smaps = std::fopen("/proc/self/smaps", "re");
  if (smaps == nullptr) return 0;
  const std::uintptr_t wanted = reinterpret_cast<std::uintptr_t>(address);
  char line[512];
  bool inside = false;
  double share = 0;
  while (std::fgets(line, sizeof line, smaps) != nullptr) {
    std::uintptr_t begin = 0, end = 0;
    std::int64_t kib = 0;
    if (std::sscanf(line, "%" SCNxPTR "-%" SCNxPTR " ", &begin, &end) == 2) {
      inside = begin <= wanted && wanted < end;
    } else if (inside && std::sscanf(line, "AnonHugePages: %" SCNd64, &kib) == 1) {
      share = std::min(1.0, static_cast<double>(kib) * 1024 / static_cast<double>(size_bytes));
      break;
    }
  }
  std::fclose(smaps);
  return share;
}

}  // namespace

CpuMemory::CpuMemory(std::int64_t budget_bytes)
    : budget_bytes_(budget_bytes), used_(std::make_shared<std::atomic<std::int64_t>>(0)) {}

Buffer CpuMemory::allocate(std::int64_t size_bytes, int threads, Pages pages, const Place& place) {
  const std::int64_t page = pages == Pages::huge ? huge_page : base_page;
  const std::int64_t mapped =
      (std::max<std::int64_t>(size_bytes, 1) + page - 1) / page * page + page;
  if (used_->load() + mapped > budget_bytes_) throw std::bad_alloc();
  void* at = ::mmap(nullptr, static_cast<std::size_t>(mapped), PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED) throw std::bad_alloc();
  *used_ += mapped;
  Buffer buffer;
  buffer.owner = std::shared_ptr<void>(at, [mapped, used = used_](void* mapping) {
    ::munmap(mapping, static_cast<std::size_t>(mapped));
    *used -= mapped;
  });
  const std::uintptr_t aligned = (reinterpret_cast<std::uintptr_t>(at) + page - 1) / page * page;
  buffer.data = reinterpret_cast<std::byte*>(aligned);
  buffer.size_bytes = size_bytes;
  if (place) place(at, mapped);
  // Refusal (huge pages switched off) is seen in huge_share, not here.
  ::madvise(buffer.data, static_cast<std::size_t>(mapped - page),
            pages == Pages::huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
  parallel(threads, [&](int thread) {
    const auto [begin, end] = share_of(size_bytes, thread, threads, base_page);
    if (end > begin) std::memset(buffer.data + begin, 0, static_cast<std::size_t>(end - begin));
  });
  if (pages == Pages::huge && size_bytes >= worth_asking) {
    buffer.huge_share = huge_share_of(buffer.data, size_bytes);
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
