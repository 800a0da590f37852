// Launchers of the pointer chases of a GPU.
#pragma once

#include <cstdint>

namespace roofmark {

/// A thread follows `loads` pointers, starting where the last launch stopped.  loads: a multiple of
/// chase_unroll.
constexpr int chase_unroll = 16;

struct Chase {
  const void** at = nullptr;  ///< where it stands: an address whose 8 bytes are the next address
  std::int64_t loads = 0;
};
/// Through L1, or past it.
void launch_chase_l1(const Chase& chase, void* stream);
void launch_chase_l2(const Chase& chase, void* stream);

/// Words of the cycle in shared memory.
constexpr int shared_chase_words = 4096;
struct SharedChase {
  const std::uint32_t* next = nullptr;  ///< [shared_chase_words]: offset in bytes of the next word
  std::uint32_t* at = nullptr;          ///< offset in bytes
  std::int64_t loads = 0;
};
void launch_chase_shared(const SharedChase& chase, void* stream);

}  // namespace roofmark
