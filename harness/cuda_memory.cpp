#include "harness/cuda_memory.h"

#include <cuda_runtime_api.h>

#include <algorithm>
#include <new>

#include "core/error.h"

namespace roofmark {
namespace {

struct Source {
  cudaError_t (*take)(void**, std::size_t);
  cudaError_t (*give)(void*);
};

Source source_of(Residence residence) {
  switch (residence) {
    case Residence::pinned:
      return {
          [](void** at, std::size_t size) { return cudaHostAlloc(at, size, cudaHostAllocMapped); },
          [](void* at) { return cudaFreeHost(at); }};
    case Residence::managed:
      return {[](void** at, std::size_t size) {
                return cudaMallocManaged(at, size, cudaMemAttachGlobal);
              },
              [](void* at) { return cudaFree(at); }};
    case Residence::pageable:
      return {[](void** at, std::size_t size) {
                *at = ::operator new (size, std::align_val_t{4096}, std::nothrow);
                return *at == nullptr ? cudaErrorMemoryAllocation : cudaSuccess;
              },
              [](void* at) {
                ::operator delete (at, std::align_val_t{4096});
                return cudaSuccess;
              }};
    case Residence::device:
      break;
  }
  return {[](void** at, std::size_t size) { return cudaMalloc(at, size); },
          [](void* at) { return cudaFree(at); }};
}

}  // namespace

/// What may still be taken: all but a tenth of what is free.  A board's GPU shares its memory with
/// everything else: half of what is left there, for taking more would wake the out-of-memory
/// killer. The driver's figure leaves out what the kernel could reclaim, so the host's counts if it
/// is more.
std::int64_t CudaMemory::left_bytes() const {
  std::size_t free_bytes = 0, total_bytes = 0;
  if (cudaMemGetInfo(&free_bytes, &total_bytes) != cudaSuccess) throw std::bad_alloc();
  int device = 0, integrated = 0;
  cudaGetDevice(&device);
  cudaDeviceGetAttribute(&integrated, cudaDevAttrIntegrated, device);
  const auto left = static_cast<std::int64_t>(free_bytes);
  return integrated != 0 ? std::max(left, host_available_bytes_) / 2 : left / 10 * 9;
}

Buffer CudaMemory::allocate(Residence residence, std::int64_t size_bytes) {
  for (const bool again : {false, true}) {
    void* at = nullptr;
    const bool fits = size_bytes <= left_bytes();
    const Source source = source_of(residence);
    const cudaError_t taken =
        fits ? source.take(&at, static_cast<std::size_t>(size_bytes)) : cudaErrorMemoryAllocation;
    if (taken == cudaSuccess) {
      const auto give = source.give;
      return {std::shared_ptr<void>(at, [give](void* p) { give(p); }), static_cast<std::byte*>(at),
              size_bytes};
    }
    cudaGetLastError();  // not to be reported by the next call
    if (taken == cudaErrorNotSupported) throw AbsentError("this GPU has no memory of that kind");
    if (again || taken != cudaErrorMemoryAllocation) break;
    drop_unused();
  }
  throw std::bad_alloc();
}

Buffer CudaMemory::pooled(std::int64_t size_bytes, int kind,
                          const std::function<void(const Buffer&)>& fill) {
  for (const Pooled& had : pool_) {
    const bool is_free = had.buffer.owner.use_count() == 1;
    if (is_free && had.kind == kind && had.buffer.size_bytes >= size_bytes) return had.buffer;
  }
  pool_.push_back({allocate(Residence::device, size_bytes), kind});
  fill(pool_.back().buffer);
  return pool_.back().buffer;
}

void CudaMemory::drop_unused() {
  pool_.remove_if([](const Pooled& had) { return had.buffer.owner.use_count() == 1; });
}

}  // namespace roofmark
