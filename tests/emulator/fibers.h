// Runs the threads of one block as fibers of this thread, in an order that can be chosen: a missing
// barrier shows as a wrong result in at least one order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace roofmark::emulator {

struct Dim3 {
  unsigned x = 1, y = 1, z = 1;
};

enum class Order { forward, backward, shuffled };

/// Of every launch from now on; shuffled draws anew whenever all threads have had their turn.
void set_order(Order order);

struct Launch {
  Dim3 blocks;
  unsigned threads = 1, shared_bytes = 0;
};

/// Calls body() once per thread of every block, block after block.  Throws std::runtime_error where
/// threads wait for one another for ever, or where a limit of the hardware is passed.
void run(const Launch& launch, const std::function<void()>& body);

/// What the running thread does with others.
void block_barrier();
void warp_barrier();
/// Publishes `size` (at most 64) bytes of this lane and waits for the other lanes of its warp.
/// Returns what lane l published at l * 64, valid until the lane's next but one exchange.
const std::byte* exchange(const void* mine, std::size_t size);

std::byte* dynamic_shared_memory();

/// cp.async: the bytes arrive when the thread waits for their group, not before, and the place they
/// go to holds no number until then.
void copy_async(void* to, const void* from, std::size_t size_bytes, bool valid);
void copy_async_commit();
void copy_async_wait(std::size_t groups_left);

}  // namespace roofmark::emulator
