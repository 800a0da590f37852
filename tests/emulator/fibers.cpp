#include "tests/emulator/fibers.h"

#include <ucontext.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <stdexcept>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif

roofmark::emulator::Dim3 threadIdx, blockIdx, blockDim, gridDim;

namespace roofmark::emulator {
namespace {

constexpr std::size_t stack_bytes = 128 << 10, lane_bytes = 64, warp_lanes = 32;

/// A place where threads wait until all that are alive have come.
struct Meeting {
  std::size_t came = 0, expected = 0;
  std::uint64_t generation = 0;

  void release() {
    came = 0;
    ++generation;
  }
  void come() {
    if (++came == expected) release();
  }
  void leave() {  // a thread that ends is no longer waited for
    --expected;
    if (expected > 0 && came == expected) release();
  }
};

struct Copy {
  void* to;
  const void* from;
  std::size_t size_bytes;
  bool valid;
};

struct Fiber {
  ucontext_t context;
  std::unique_ptr<std::byte[]> stack;
  unsigned thread = 0;
  bool done = false;
  const Meeting* waits_at = nullptr;
  std::uint64_t waits_for = 0;  ///< generation that must have passed
  std::uint64_t exchanges = 0;
  std::vector<std::vector<Copy>> groups;
  std::vector<Copy> open_group;
  void* fake_stack = nullptr;  ///< of AddressSanitizer

  bool is_ready() const {
    return !done && (waits_at == nullptr || waits_at->generation > waits_for);
  }
};

struct Warp {
  Meeting meeting;
  std::byte lanes[2][warp_lanes * lane_bytes];
};

struct Block {
  ucontext_t scheduler;
  std::vector<Fiber> fibers;
  std::vector<Warp> warps;
  Meeting meeting;
  std::vector<std::byte> shared;
  const std::function<void()>* body = nullptr;
  const void* scheduler_stack = nullptr;
  std::size_t scheduler_stack_bytes = 0;
  void* scheduler_fake_stack = nullptr;
};

Order chosen_order = Order::forward;
std::mt19937 order_random(1);
std::vector<std::unique_ptr<std::byte[]>> spare_stacks;
Block* block = nullptr;
Fiber* running = nullptr;

/// AddressSanitizer must be told which stack is in use.
void announce([[maybe_unused]] void** save, [[maybe_unused]] const void* stack,
              [[maybe_unused]] std::size_t size) {
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_start_switch_fiber(save, stack, size);
#endif
}
void arrive([[maybe_unused]] void* saved, [[maybe_unused]] const void** from,
            [[maybe_unused]] std::size_t* size) {
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(saved, from, size);
#endif
}

void to_scheduler() {
  Fiber& fiber = *running;
  announce(fiber.done ? nullptr : &fiber.fake_stack, block->scheduler_stack,
           block->scheduler_stack_bytes);
  swapcontext(&fiber.context, &block->scheduler);
  arrive(fiber.fake_stack, nullptr, nullptr);
}

void wait_at(Meeting& meeting) {
  running->waits_at = &meeting;
  running->waits_for = meeting.generation;
  meeting.come();
  if (!running->is_ready()) to_scheduler();
}

Warp& own_warp() { return block->warps[running->thread / warp_lanes]; }

void fiber_main() {
  arrive(nullptr, &block->scheduler_stack, &block->scheduler_stack_bytes);
  (*block->body)();
  running->done = true;
  own_warp().meeting.leave();
  block->meeting.leave();
  to_scheduler();
}

void resume(Fiber& fiber) {
  running = &fiber;
  threadIdx = {fiber.thread, 0, 0};
  announce(&block->scheduler_fake_stack, fiber.stack.get(), stack_bytes);
  swapcontext(&block->scheduler, &fiber.context);
  arrive(block->scheduler_fake_stack, nullptr, nullptr);
}

std::vector<std::size_t> turn_order(std::size_t count) {
  std::vector<std::size_t> order(count);
  for (std::size_t i = 0; i < count; ++i) order[i] = i;
  if (chosen_order == Order::backward) std::reverse(order.begin(), order.end());
  return order;
}

void run_block() {
  std::vector<std::size_t> order = turn_order(block->fibers.size());
  std::size_t left = block->fibers.size();
  while (left > 0) {
    if (chosen_order == Order::shuffled) std::shuffle(order.begin(), order.end(), order_random);
    bool moved = false;
    for (const std::size_t i : order) {
      Fiber& fiber = block->fibers[i];
      if (!fiber.is_ready()) continue;
      moved = true;
      resume(fiber);
      if (fiber.done) --left;
    }
    if (!moved) {
      throw std::runtime_error("deadlock: " + std::to_string(left) +
                               " threads of a block wait at a barrier or shuffle that others skip");
    }
  }
}

void start_fiber(Fiber& fiber, unsigned thread) {
  auto stack = std::move(fiber.stack);
  fiber = {};
  fiber.stack = std::move(stack);
  if (!fiber.stack && !spare_stacks.empty()) {
    fiber.stack = std::move(spare_stacks.back());
    spare_stacks.pop_back();
  }
  if (!fiber.stack)
    fiber.stack.reset(new std::byte[stack_bytes]);  // not zeroed: most is never touched
  fiber.thread = thread;
  getcontext(&fiber.context);
  fiber.context.uc_stack.ss_sp = fiber.stack.get();
  fiber.context.uc_stack.ss_size = stack_bytes;
  fiber.context.uc_link = nullptr;
  makecontext(&fiber.context, fiber_main, 0);
}

void start_fibers(unsigned threads) {
  block->meeting = {.expected = threads};
  for (std::size_t w = 0; w < block->warps.size(); ++w) {
    block->warps[w].meeting = {.expected =
                                   std::min<std::size_t>(warp_lanes, threads - w * warp_lanes)};
  }
  for (unsigned t = 0; t < threads; ++t) start_fiber(block->fibers[t], t);
}

}  // namespace

void set_order(Order order) { chosen_order = order; }

void run(const Launch& launch, const std::function<void()>& body) {
  constexpr unsigned most_threads = 1024, most_shared_bytes = 227 << 10;
  if (launch.threads == 0 || launch.threads > most_threads)
    throw std::runtime_error("a block has 1 to 1024 threads");
  if (launch.shared_bytes > most_shared_bytes)
    throw std::runtime_error("more than 227 KiB of shared memory");
  if (launch.blocks.x == 0 || launch.blocks.y == 0 || launch.blocks.z == 0 ||
      launch.blocks.y > 65535 || launch.blocks.z > 65535) {
    throw std::runtime_error("a grid has 1 to 65535 blocks in y and z");
  }
  Block here;
  here.fibers = std::vector<Fiber>(launch.threads);
  here.warps = std::vector<Warp>((launch.threads + warp_lanes - 1) / warp_lanes);
  here.body = &body;
  block = &here;
  blockDim = {launch.threads, 1, 1};
  gridDim = launch.blocks;
  for (unsigned z = 0; z < launch.blocks.z; ++z) {
    for (unsigned y = 0; y < launch.blocks.y; ++y) {
      for (unsigned x = 0; x < launch.blocks.x; ++x) {
        blockIdx = {x, y, z};
        here.shared.assign(launch.shared_bytes + 128,
                           std::byte{0xff});  // NaN: nothing is zero by itself
        start_fibers(launch.threads);
        run_block();
      }
    }
  }
  for (Fiber& fiber : here.fibers) spare_stacks.push_back(std::move(fiber.stack));
  block = nullptr;
}

void block_barrier() { wait_at(block->meeting); }
void warp_barrier() { wait_at(own_warp().meeting); }

const std::byte* exchange(const void* mine, std::size_t size) {
  if (size > lane_bytes) throw std::runtime_error("an exchange holds 64 bytes a lane");
  Warp& warp = own_warp();
  std::byte* slots = warp.lanes[running->exchanges++ % 2];
  std::memcpy(slots + running->thread % warp_lanes * lane_bytes, mine, size);
  wait_at(warp.meeting);
  return slots;
}

std::byte* dynamic_shared_memory() {
  const auto at = reinterpret_cast<std::uintptr_t>(block->shared.data());
  return block->shared.data() + (128 - at % 128) % 128;
}

void copy_async(void* to, const void* from, std::size_t size_bytes, bool valid) {
  std::memset(to, 0xff, size_bytes);
  running->open_group.push_back({to, from, size_bytes, valid});
}

void copy_async_commit() {
  running->groups.push_back(std::move(running->open_group));
  running->open_group.clear();
}

void copy_async_wait(std::size_t groups_left) {
  auto& groups = running->groups;
  while (groups.size() > groups_left) {
    for (const Copy& copy : groups.front()) {
      if (copy.valid) {
        std::memcpy(copy.to, copy.from, copy.size_bytes);
      } else {
        std::memset(copy.to, 0, copy.size_bytes);
      }
    }
    groups.erase(groups.begin());
  }
}

}  // namespace roofmark::emulator
