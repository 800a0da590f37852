// What every GPU device promises to the tasks it runs.
#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "tests/gpu/gpu_under_test.h"

namespace roofmark {
namespace {

constexpr DType types[] = {DType::f32, DType::f16, DType::bf16, DType::fp8, DType::i8};

class GpuDevice : public testing::Test {
 protected:
  void SetUp() override {
    device_ = gpu_under_test();
    if (!device_) GTEST_SKIP() << "no CUDA device";
  }
  std::vector<std::uint32_t> words_of(const Buffer& buffer) {
    std::vector<std::uint32_t> words(static_cast<std::size_t>(buffer.size_bytes) / 4);
    device_->download(words.data(), buffer.data, buffer.size_bytes / 4 * 4);
    return words;
  }
  std::unique_ptr<Device> device_;
};

TEST_F(GpuDevice, WhatIsUploadedComesBack) {
  std::vector<std::uint32_t> given(1000), found(1000);
  for (std::size_t i = 0; i < given.size(); ++i) given[i] = random_bits(3, i);
  const Buffer buffer = device_->allocate(4000, 1, Pages::base);
  device_->upload(buffer.data, given.data(), 4000);
  device_->download(found.data(), buffer.data, 4000);
  EXPECT_EQ(given, found);
}

TEST_F(GpuDevice, RandomValuesAreThoseThatTheHostMakes) {
  for (const DType type : types) {
    const Buffer buffer = device_->allocate(4 * 1237, 1, Pages::base);
    device_->randomize(buffer, type, 99);
    const auto words = words_of(buffer);
    for (std::size_t i = 0; i < words.size(); ++i) {
      ASSERT_EQ(words[i], random_word(random_word_of(type), 99, i)) << name(type) << " " << i;
    }
  }
}

TEST_F(GpuDevice, FillingReachesEveryByte) {
  const Buffer buffer = device_->allocate(4 * 1001, 1, Pages::base);
  device_->fill_bytes(buffer, 0xff);
  for (const std::uint32_t word : words_of(buffer)) ASSERT_EQ(word, 0xffffffffu);
}

TEST_F(GpuDevice, NoTwoHoldersShareAnOperand) {
  const Buffer a = device_->cold_operands(1 << 16, 1, DType::bf16);
  const Buffer b = device_->cold_operands(1 << 16, 1, DType::bf16);
  EXPECT_NE(a.data, b.data);
  EXPECT_NE(words_of(a), words_of(b));
}

TEST_F(GpuDevice, TooMuchMemoryIsRefusedAndCostsNothing) {
  if (device_->name() != "cuda" || device_->machine().gpus.front().name == "emulated GPU") {
    GTEST_SKIP() << "the emulated GPU's memory is the host's";
  }
  EXPECT_THROW(device_->allocate(std::int64_t{1} << 50, 1, Pages::base), std::bad_alloc);
  EXPECT_NO_THROW(device_->allocate(1 << 20, 1, Pages::base));
}

}  // namespace
}  // namespace roofmark
