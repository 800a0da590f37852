// Copies by the GPU's copy engines, one or two at a time.
#include "core/gpu.cuh"
#include "probes/transfer/transfer.cuda.h"

namespace roofmark {

void launch_transfer(const Transfer& transfer, void* stream) {
  gpu::copy_async(transfer.to, transfer.from, transfer.size_bytes, stream);
}

void* make_side_stream() { return new gpu::SideStream; }

void destroy_side_stream(void* side) { delete static_cast<gpu::SideStream*>(side); }

void launch_transfers(const Transfer& one, const Transfer& other, void* side, void* stream) {
  auto& second = *static_cast<gpu::SideStream*>(side);
  launch_transfer(other, second.fork(stream));
  launch_transfer(one, stream);
  second.join(stream);
}

}  // namespace roofmark
