// How the host launches kernels and copies: the part of core/gpu.cuh that calls the CUDA runtime.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

namespace roofmark::gpu {

struct Grid {
  unsigned x = 1, y = 1, z = 1;  ///< blocks
  unsigned threads = 256;        ///< of a block, in one dimension
  unsigned shared_bytes = 0;     ///< dynamic shared memory of a block
};

template <class T>
struct Exactly {
  using type = T;
};

/// Beyond 48 KiB a kernel must be told how much dynamic shared memory it may have.
inline void allow_shared_memory(const void* entry, unsigned bytes) {
  if (bytes <= 48 * 1024) return;
  cudaFuncSetAttribute(entry, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(bytes));
}

/// kernel<<<grid>>>(arguments...) on `stream`.  What goes wrong is kept by the runtime for whoever
/// asks next (cudaGetLastError), as with <<< >>>.
template <class... P>
void launch(const Grid& grid, void* stream, void (*kernel)(P...),
            typename Exactly<P>::type... arguments) {
  const void* entry = reinterpret_cast<const void*>(kernel);
  allow_shared_memory(entry, grid.shared_bytes);
  void* pointers[] = {const_cast<void*>(static_cast<const void*>(&arguments))..., nullptr};
  cudaLaunchKernel(entry, dim3(grid.x, grid.y, grid.z), dim3(grid.threads), pointers,
                   grid.shared_bytes, static_cast<cudaStream_t>(stream));
}

/// Copies between any two memories, after all that `stream` holds.
inline void copy_async(void* to, const void* from, std::int64_t size_bytes, void* stream) {
  cudaMemcpyAsync(to, from, static_cast<std::size_t>(size_bytes), cudaMemcpyDefault,
                  static_cast<cudaStream_t>(stream));
}

/// A second stream for work that runs beside that of another.  Streams and events, so that a launch
/// that forks and joins can be captured into a graph.
class SideStream {
 public:
  SideStream() {
    cudaStreamCreateWithFlags(&side_, cudaStreamNonBlocking);
    cudaEventCreateWithFlags(&forked_, cudaEventDisableTiming);
    cudaEventCreateWithFlags(&joined_, cudaEventDisableTiming);
  }
  ~SideStream() {
    cudaEventDestroy(joined_);
    cudaEventDestroy(forked_);
    cudaStreamDestroy(side_);
  }
  SideStream(const SideStream&) = delete;
  SideStream& operator=(const SideStream&) = delete;

  /// The second stream, which goes on after all that `stream` holds now.
  void* fork(void* stream) {
    cudaEventRecord(forked_, static_cast<cudaStream_t>(stream));
    cudaStreamWaitEvent(side_, forked_, 0);
    return side_;
  }
  /// `stream` goes on after all that the second one holds now.
  void join(void* stream) {
    cudaEventRecord(joined_, side_);
    cudaStreamWaitEvent(static_cast<cudaStream_t>(stream), joined_, 0);
  }

 private:
  cudaStream_t side_ = nullptr;
  cudaEvent_t forked_ = nullptr, joined_ = nullptr;
};

/// The same for a kernel that calls await_previous_launch() before it touches what earlier launches
/// wrote: its blocks may start as soon as every block of the launch before it on the stream has
/// called allow_next_launch() or has ended.  Source: CUDA C++ Programming Guide, "Programmatic
/// Dependent Launch"; compute capability 9.0.
template <class... P>
void launch_overlapping(const Grid& grid, void* stream, void (*kernel)(P...),
                        typename Exactly<P>::type... arguments) {
  const void* entry = reinterpret_cast<const void*>(kernel);
  allow_shared_memory(entry, grid.shared_bytes);
  cudaLaunchAttribute overlap{};
  overlap.id = cudaLaunchAttributeProgrammaticStreamSerialization;
  overlap.val.programmaticStreamSerializationAllowed = 1;
  cudaLaunchConfig_t config{};
  config.gridDim = dim3(grid.x, grid.y, grid.z);
  config.blockDim = dim3(grid.threads);
  config.dynamicSmemBytes = grid.shared_bytes;
  config.stream = static_cast<cudaStream_t>(stream);
  config.attrs = &overlap;
  config.numAttrs = 1;
  void* pointers[] = {const_cast<void*>(static_cast<const void*>(&arguments))..., nullptr};
  cudaLaunchKernelExC(&config, entry, pointers);
}

/// Blocks of that kernel that one multiprocessor holds at a time.
template <class... P>
int resident_blocks(void (*kernel)(P...), unsigned threads, unsigned shared_bytes) {
  const void* entry = reinterpret_cast<const void*>(kernel);
  allow_shared_memory(entry, shared_bytes);
  int blocks = 0;
  cudaOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, entry, static_cast<int>(threads),
                                                shared_bytes);
  return blocks;
}

}  // namespace roofmark::gpu
