// Launchers of the bandwidth probes of a GPU.
#pragma once

#include <cstdint>

namespace roofmark {

enum class GpuLevel { l1, shared, l2, dram };

/// Threads of a block, and its blocks on each multiprocessor.  64 registers a thread, so that the
/// loads below fit: 4 x 256 threads x 8 loads of 16 bytes are 128 KiB under way at a time, where
/// 4.8 TB/s at a latency of 0.8 us ask for 29 KB of each of 132 multiprocessors.
constexpr int stream_threads = 256, stream_blocks = 4;
/// L1 and shared memory: one block of this many threads reads the same bytes again and again.  The
/// smallest L1 since compute capability 8.0 is 128 KiB, of which this is a quarter.
constexpr int near_threads = 512, near_bytes = 32 << 10;

/// 16-byte accesses to each array that a thread has under way; the triad loads two arrays.
constexpr int stream_unroll(bool triad, bool dram) { return (dram ? 8 : 4) / (triad ? 2 : 1); }
/// Bytes of one array that a block takes at a turn.
constexpr std::int64_t stream_tile(bool triad, GpuLevel level) {
  if (level == GpuLevel::l1 || level == GpuLevel::shared) return near_bytes;
  return 16 * stream_threads * stream_unroll(triad, level == GpuLevel::dram);
}

/// The arrays that one launch passes over: each `tiles` tiles long and 16-byte aligned.
struct GpuStream {
  void* a = nullptr;        ///< written
  const void* b = nullptr;  ///< read
  const void* c = nullptr;  ///< read by triad
  std::int64_t tiles = 0;
  std::int64_t passes = 1;
  unsigned blocks = 1;
  std::uint32_t* sums = nullptr;  ///< one per warp: of the words it read, modulo 2^32
  std::uint32_t scalar[4] = {};   ///< bits of s, repeated for consecutive elements
};

/// What `write` leaves in word j of the 16 bytes at 16 i: never the same twice, so that nothing
/// between the multiprocessor and the memory finds a pattern in it.
constexpr std::uint32_t stream_written(std::uint32_t scalar, std::int64_t i) {
  return scalar ^ static_cast<std::uint32_t>(i) * 0x9e3779b9u;
}

/// read: the sum of b.  write: a = stream_written(s).  copy: a = b.  triad: a = b + s c in f32.
/// Levels l1 and shared can only be read; each block reads all of b, which is one tile.
void launch_stream_read(const GpuStream& arrays, GpuLevel level, void* stream);
void launch_stream_write(const GpuStream& arrays, GpuLevel level, void* stream);
void launch_stream_copy(const GpuStream& arrays, GpuLevel level, void* stream);
void launch_stream_triad(const GpuStream& arrays, GpuLevel level, void* stream);

}  // namespace roofmark
