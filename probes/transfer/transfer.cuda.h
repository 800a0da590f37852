// Copies between the host's memory and a GPU's.
#pragma once

#include <cstdint>

namespace roofmark {

struct Transfer {
  void* to = nullptr;
  const void* from = nullptr;
  std::int64_t size_bytes = 0;
};

void launch_transfer(const Transfer& transfer, void* stream);

/// A second stream for copies that run beside others; destroyed by its owner.
void* make_side_stream();
void destroy_side_stream(void* side);
/// Both at once; `stream` goes on after both.
void launch_transfers(const Transfer& one, const Transfer& other, void* side, void* stream);

}  // namespace roofmark
