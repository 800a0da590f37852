// The emulator does what the GPU's documentation says of each operation, and notices what it must.
#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

#include "core/gpu.cuh"
#include "core/values.h"

namespace roofmark {
namespace {

using namespace gpu;

struct InOrder {
  explicit InOrder(emulator::Order order) { emulator::set_order(order); }
  ~InOrder() { emulator::set_order(emulator::Order::forward); }
};
constexpr emulator::Order every_order[] = {emulator::Order::forward, emulator::Order::backward,
                                           emulator::Order::shuffled};

void reverse(const int* x, int* y, int with_barrier) {
  __shared__ int kept[256];
  kept[threadIdx.x] = x[threadIdx.x];
  if (with_barrier != 0) barrier();
  y[threadIdx.x] = kept[blockDim.x - 1 - threadIdx.x];
}

bool reverses(bool with_barrier, int salt) {
  std::vector<int> x(256), y(256);
  for (int i = 0; i < 256; ++i) x[i] = i * 7 + salt;
  launch(Grid{1, 1, 1, 256, 0}, nullptr, reverse, x.data(), y.data(), with_barrier ? 1 : 0);
  for (int i = 0; i < 256; ++i) {
    if (y[i] != x[255 - i]) return false;
  }
  return true;
}

TEST(Emulator, ABarrierMakesWritesVisibleInEveryOrder) {
  for (const auto order : every_order) {
    const InOrder here(order);
    EXPECT_TRUE(reverses(true, static_cast<int>(order)));
  }
}

TEST(Emulator, AMissingBarrierIsSeen) {
  for (const auto order : every_order) {
    const InOrder here(order);
    EXPECT_FALSE(reverses(false, 1000 + static_cast<int>(order)));
  }
}

TEST(Emulator, AShuffleThatHalfTheWarpSkipsIsADeadlock) {
  // Lanes that end are no longer waited for, so the others must wait elsewhere.
  const auto kernel = +[](int) {
    if (threadIdx.x < 16) {
      shuffle_xor(1, 1);
    } else {
      barrier();
    }
  };
  EXPECT_THROW(launch(Grid{1, 1, 1, 32, 0}, nullptr, kernel, 0), std::runtime_error);
}

void sum_lanes(float* y) { y[threadIdx.x] = warp_sum(static_cast<float>(threadIdx.x)); }

TEST(Emulator, AWarpSumIsTheSumOfItsLanesOnEveryLane) {
  std::vector<float> y(64);
  launch(Grid{1, 1, 1, 64, 0}, nullptr, sum_lanes, y.data());
  for (int i = 0; i < 64; ++i) EXPECT_EQ(y[i], i < 32 ? 496 : 1520);
}

/// a [16, 16], b [8, 16] (column n of the product), d [16, 8] through ldmatrix and mma.
void product(const F16* a, const F16* b, float* d, int transposed) {
  auto* rows = shared_memory<F16>();  // a, then b as stored
  for (unsigned i = threadIdx.x; i < 256; i += 32) rows[i] = a[i];
  for (unsigned i = threadIdx.x; i < 128; i += 32) rows[256 + i] = b[i];
  warp_barrier();
  std::uint32_t fa[4], fb[4];
  const unsigned matrix = lane() / 8, row = lane() % 8;
  load_matrices(fa, rows + (row + matrix % 2 * 8) * 16 + matrix / 2 * 8);
  if (transposed != 0) {  // b is stored [16, 8], k by n
    load_matrices_transposed(fb, rows + 256 + (row + matrix % 2 * 8) * 8);
  } else {
    load_matrices(fb, rows + 256 + row * 16 + matrix % 2 * 8);
  }
  float sum[4] = {0, 0, 0, 0};
  const std::uint32_t pair[2] = {fb[0], fb[1]};
  multiply_add<F16>(sum, fa, pair);
  for (unsigned i = 0; i < 4; ++i) {
    d[(lane() / 4 + i / 2 * 8) * 8 + lane() % 4 * 2 + i % 2] = sum[i];
  }
}

TEST(Emulator, AnMmaOfLoadedMatricesIsTheMatrixProduct) {
  for (const bool transposed : {false, true}) {
    std::vector<F16> a(256), b(128);
    std::vector<float> d(128);
    for (int i = 0; i < 256; ++i) a[i] = from_float<F16>(static_cast<float>(i % 13 - 6));
    for (int i = 0; i < 128; ++i) b[i] = from_float<F16>(static_cast<float>(i % 7 - 3));
    launch(Grid{1, 1, 1, 32, 1024}, nullptr, product, a.data(), b.data(), d.data(),
           transposed ? 1 : 0);
    for (int m = 0; m < 16; ++m) {
      for (int n = 0; n < 8; ++n) {
        float expected = 0;
        for (int k = 0; k < 16; ++k) {
          expected += to_float(a[m * 16 + k]) * to_float(b[transposed ? k * 8 + n : n * 16 + k]);
        }
        EXPECT_EQ(d[m * 8 + n], expected) << m << "," << n << (transposed ? " transposed" : "");
      }
    }
  }
}

void copied(const std::byte* from, std::byte* to, int wait) {
  auto* shared = shared_memory<std::byte>();
  copy_async16(shared + threadIdx.x * 16, from + threadIdx.x * 16);
  copy_async_commit();
  if (wait != 0) copy_async_wait<0>();
  barrier();
  store16(to + threadIdx.x * 16, load16_coherent(shared + threadIdx.x * 16));
}

TEST(Emulator, AnAsynchronousCopyArrivesWhereItIsWaitedForAndNotBefore) {
  alignas(16) std::byte from[512], to[512];
  for (int i = 0; i < 512; ++i) from[i] = static_cast<std::byte>(i);
  launch(Grid{1, 1, 1, 32, 512}, nullptr, copied, from, to, 1);
  EXPECT_EQ(std::vector<std::byte>(from, from + 512), std::vector<std::byte>(to, to + 512));
  launch(Grid{1, 1, 1, 32, 512}, nullptr, copied, from, to, 0);
  EXPECT_NE(std::vector<std::byte>(from, from + 512), std::vector<std::byte>(to, to + 512));
}

TEST(Emulator, RoundingToF16IsToNearestEven) {
  for (std::uint32_t bits = 0; bits < 0x7c00; ++bits) {
    const F16 x{static_cast<std::uint16_t>(bits)};
    EXPECT_EQ(static_cast<double>(to_float(x)), value_at(&x, DType::f16, 0));
    EXPECT_EQ(from_float<F16>(to_float(x)).bits, x.bits);
  }
  EXPECT_EQ(from_float<F16>(1 + 0x1p-11f).bits, 0x3c00);  // a tie goes to the even one
  EXPECT_EQ(from_float<F16>(1 + 3 * 0x1p-11f).bits, 0x3c02);
  EXPECT_EQ(from_float<F16>(65520.0f).bits, 0x7c00);
  EXPECT_EQ(from_float<F16>(0x1p-25f).bits, 0);
  EXPECT_EQ(from_float<F16>(0x1.8p-25f).bits, 1);
}

TEST(Emulator, ByteProductsAreSignedAndLogicFollowsItsTable) {
  EXPECT_EQ(dot4(0x01ff02fe, 0x02020202, 5), 5 + 2 - 2 + 4 - 4);
  EXPECT_EQ((logic3<0xea>(0xf0f0f0f0, 0x0ff00ff0, 0x12345678)),
            (0xf0f0f0f0 & 0x0ff00ff0) | 0x12345678);
}

}  // namespace
}  // namespace roofmark
