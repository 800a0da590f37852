// What a device does whose memory this process can touch itself: the CPU, and fakes.
#include "core/device.h"

#include <cstring>

#include "core/case.h"

namespace roofmark {

RandomWord random_word_of(DType type) {
  switch (type) {
    case DType::f32:
    case DType::tf32:
      return RandomWord::f32;
    case DType::f16:
      return RandomWord::f16x2;
    case DType::bf16:
      return RandomWord::bf16x2;
    case DType::fp8:
      return RandomWord::fp8x4;
    default:
      return RandomWord::bits;
  }
}

Buffer Device::allocate_on(int, std::int64_t size_bytes, int threads, Pages pages) {
  return allocate(size_bytes, threads, pages);
}

Buffer Device::allocate_in(Residence, std::int64_t size_bytes) {
  return allocate(size_bytes, 1, Pages::base);
}

void Device::randomize(const Buffer& buffer, DType type, std::uint64_t seed) {
  const RandomWord kind = random_word_of(type);
  for (std::int64_t i = 0; i < buffer.size_bytes / 4; ++i) {
    const std::uint32_t word = random_word(kind, seed, static_cast<std::uint64_t>(i));
    std::memcpy(buffer.data + 4 * i, &word, sizeof word);
  }
}

void Device::fill_bytes(const Buffer& buffer, std::uint8_t byte) {
  std::memset(buffer.data, byte, static_cast<std::size_t>(buffer.size_bytes));
}

void Device::upload(std::byte* to, const void* from, std::int64_t size_bytes) {
  std::memcpy(to, from, static_cast<std::size_t>(size_bytes));
}

void Device::download(void* to, const std::byte* from, std::int64_t size_bytes) {
  std::memcpy(to, from, static_cast<std::size_t>(size_bytes));
}

Buffer allocate_for(const Case& what, Device& device, std::int64_t size_bytes) {
  const Pages pages = what.conditions.pages == "4k" ? Pages::base : Pages::huge;
  return what.memory_node < 0
             ? device.allocate(size_bytes, what.threads, pages)
             : device.allocate_on(what.memory_node, size_bytes, what.threads, pages);
}

}  // namespace roofmark
