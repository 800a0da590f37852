// Memory of the CPU device: page size chosen, first touched by its users, counted against what is
// free.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "core/device.h"

namespace roofmark {

class CpuMemory {
 public:
  /// Says where pages of a mapping will lie; throws where they cannot.
  using Place = std::function<void(void* address, std::int64_t length)>;

  /// `budget_bytes`: what may be handed out at once; more throws std::bad_alloc instead of waking
  /// the out-of-memory killer.  `reuses`: large mappings that are given back are kept and handed
  /// out again, for a kernel takes a second to clear a gibibyte of new pages; not where it matters
  /// who touched them first.
  explicit CpuMemory(std::int64_t budget_bytes, bool reuses = false);

  /// Memory, 2 MiB-aligned (huge) or 4 KiB-aligned (base), whose `threads` equal shares were
  /// touched by the running team's threads, after `place` has seen the untouched mapping; what was
  /// kept was touched before and holds what it held.
  Buffer allocate(std::int64_t size_bytes, int threads, Pages pages, const Place& place = {});

 private:
  struct Mapping {
    void* at = nullptr;
    std::int64_t size_bytes = 0;
    Pages pages = Pages::huge;
    bool touched = false;
  };
  /// What is mapped, which buffers that outlive this object give back to.
  struct Mapped {
    ~Mapped();
    void drop_kept();

    std::mutex access;
    std::int64_t used_bytes = 0;  ///< kept mappings included
    std::vector<Mapping> kept;
    bool keeps = false;
  };
  Mapping map(std::int64_t size_bytes, Pages pages);
  /// A kept mapping that is large enough and not twice as large; none: a null address.
  Mapping take_kept(std::int64_t size_bytes, Pages pages);
  static void give_back(Mapped& mapped, const Mapping& mapping);

  std::int64_t budget_bytes_;
  std::shared_ptr<Mapped> mapped_;
};

/// Fills with random values of a type, as Device::cold_operands says, each share by its thread.
void fill_random(const Buffer& buffer, int threads, DType type, std::uint64_t seed);

}  // namespace roofmark
