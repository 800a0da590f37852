// What GPU code is written in: launches, warp and block operations, and the PTX of each instruction
// that CUDA C++ has no word for.  Sources (*.cu) include this header and no other of CUDA's, so
// that the tests can put an emulator of the same interface in its place and run them on a CPU.
#pragma once

#include <cstdint>

#include "core/gpu_launch.cuh"

namespace roofmark::gpu {

#define ROOFMARK_DEVICE static __device__ __forceinline__
/// Before a loop over registers: each turn becomes code of its own.
#define ROOFMARK_UNROLL _Pragma("unroll")
/// Before a loop that is seldom taken: its turns share registers.
#define ROOFMARK_ROLL _Pragma("unroll 1")

/// Both for launch_overlapping(), sm_90.
ROOFMARK_DEVICE void allow_next_launch() {
  asm volatile("griddepcontrol.launch_dependents;" ::: "memory");
}
/// Waits until the launch before this one has ended and its writes are seen.
ROOFMARK_DEVICE void await_previous_launch() { asm volatile("griddepcontrol.wait;" ::: "memory"); }

// ---- 16-bit formats, kept as bits --------------------------------------------------------------

struct F16 {
  std::uint16_t bits;
};
struct Bf16 {
  std::uint16_t bits;
};

ROOFMARK_DEVICE float to_float(float x) { return x; }
ROOFMARK_DEVICE float to_float(F16 x) {
  float y;
  asm("cvt.f32.f16 %0, %1;" : "=f"(y) : "h"(x.bits));
  return y;
}
ROOFMARK_DEVICE float to_float(Bf16 x) {
  return __uint_as_float(static_cast<unsigned>(x.bits) << 16);
}

/// Rounded to nearest, ties to even.
template <class T>
ROOFMARK_DEVICE T from_float(float x);
template <>
__device__ __forceinline__ float from_float<float>(float x) {
  return x;
}
template <>
__device__ __forceinline__ F16 from_float<F16>(float x) {
  F16 y;
  asm("cvt.rn.f16.f32 %0, %1;" : "=h"(y.bits) : "f"(x));
  return y;
}
template <>
__device__ __forceinline__ Bf16 from_float<Bf16>(float x) {
  Bf16 y;
  asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(y.bits) : "f"(x));
  return y;
}

/// Two values packed into 32 bits, `low` in the lower half.
template <class T>
ROOFMARK_DEVICE std::uint32_t pack(float low, float high);
template <>
__device__ __forceinline__ std::uint32_t pack<F16>(float low, float high) {
  std::uint32_t y;
  asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(y) : "f"(high), "f"(low));
  return y;
}
template <>
__device__ __forceinline__ std::uint32_t pack<Bf16>(float low, float high) {
  std::uint32_t y;
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(y) : "f"(high), "f"(low));
  return y;
}

/// The two values packed in `x`.
template <class T>
ROOFMARK_DEVICE void unpack(std::uint32_t x, float& low, float& high) {
  low = to_float(T{static_cast<std::uint16_t>(x & 0xffffu)});
  high = to_float(T{static_cast<std::uint16_t>(x >> 16)});
}

// ---- memory ------------------------------------------------------------------------------------

/// 16 bytes that nobody writes meanwhile and nobody reads again soon: past L1.
ROOFMARK_DEVICE uint4 load16_once(const void* p) {
  uint4 v;
  asm volatile("ld.global.nc.L1::no_allocate.v4.u32 {%0,%1,%2,%3}, [%4];"
               : "=r"(v.x), "=r"(v.y), "=r"(v.z), "=r"(v.w)
               : "l"(p));
  return v;
}
/// 16 bytes that nobody writes meanwhile, cached at every level.
ROOFMARK_DEVICE uint4 load16(const void* p) { return __ldg(static_cast<const uint4*>(p)); }
/// 16 bytes that the launch itself may have written.
ROOFMARK_DEVICE uint4 load16_coherent(const void* p) { return *static_cast<const uint4*>(p); }
ROOFMARK_DEVICE void store16(void* p, uint4 v) { *static_cast<uint4*>(p) = v; }
/// 16 bytes that nobody reads again soon.
ROOFMARK_DEVICE void store16_once(void* p, uint4 v) {
  asm volatile("st.global.cs.v4.u32 [%0], {%1,%2,%3,%4};" ::"l"(p), "r"(v.x), "r"(v.y), "r"(v.z),
               "r"(v.w)
               : "memory");
}

/// 16 bytes past L1.
ROOFMARK_DEVICE uint4 load16_l2(const void* p) {
  uint4 v;
  asm volatile("ld.global.cg.v4.u32 {%0,%1,%2,%3}, [%4];"
               : "=r"(v.x), "=r"(v.y), "=r"(v.z), "=r"(v.w)
               : "l"(p));
  return v;
}
/// The address that lies at p, a step of a pointer chase: cached at every level, or past L1.
ROOFMARK_DEVICE const void* follow(const void* p) {
  const void* next;
  asm volatile("ld.global.u64 %0, [%1];" : "=l"(next) : "l"(p));
  return next;
}
ROOFMARK_DEVICE const void* follow_l2(const void* p) {
  const void* next;
  asm volatile("ld.global.cg.u64 %0, [%1];" : "=l"(next) : "l"(p));
  return next;
}

/// The block's dynamic shared memory, 16-byte aligned (128 where the launch has no static one).
template <class T>
ROOFMARK_DEVICE T* shared_memory() {
  extern __shared__ __align__(128) unsigned char roofmark_shared_memory[];
  return reinterpret_cast<T*>(roofmark_shared_memory);
}

/// An address as instructions on shared memory take it.
ROOFMARK_DEVICE unsigned shared_address(const void* shared) {
  return static_cast<unsigned>(__cvta_generic_to_shared(shared));
}

/// Starts copying 16 bytes from global to shared memory (sm_80); zeros where not `valid`.
ROOFMARK_DEVICE void copy_async16(void* shared, const void* global, bool valid = true) {
  const unsigned to = shared_address(shared);
  const int bytes = valid ? 16 : 0;
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(to), "l"(global), "r"(bytes)
               : "memory");
}
/// The same of 4 bytes.
ROOFMARK_DEVICE void copy_async4(void* shared, const void* global, bool valid = true) {
  const auto to = static_cast<unsigned>(__cvta_generic_to_shared(shared));
  const int bytes = valid ? 4 : 0;
  asm volatile("cp.async.ca.shared.global [%0], [%1], 4, %2;" ::"r"(to), "l"(global), "r"(bytes)
               : "memory");
}
/// Ends a group of copies; the thread's next wait counts groups.
ROOFMARK_DEVICE void copy_async_commit() { asm volatile("cp.async.commit_group;" ::: "memory"); }
/// Waits until at most N of this thread's groups are under way.  A barrier must follow before other
/// threads' copies may be read.
template <int N>
ROOFMARK_DEVICE void copy_async_wait() {
  asm volatile("cp.async.wait_group %0;" ::"n"(N) : "memory");
}

// ---- blocks and warps --------------------------------------------------------------------------

ROOFMARK_DEVICE void barrier() { __syncthreads(); }
ROOFMARK_DEVICE void warp_barrier() { __syncwarp(); }
ROOFMARK_DEVICE unsigned lane() { return threadIdx.x % 32; }
ROOFMARK_DEVICE unsigned warp() { return threadIdx.x / 32; }

/// All 32 lanes of the warp must call these together.
ROOFMARK_DEVICE float shuffle_xor(float v, int mask) {
  return __shfl_xor_sync(0xffffffffu, v, mask);
}
ROOFMARK_DEVICE int shuffle_xor(int v, int mask) { return __shfl_xor_sync(0xffffffffu, v, mask); }
ROOFMARK_DEVICE float shuffle(float v, int from) { return __shfl_sync(0xffffffffu, v, from); }
ROOFMARK_DEVICE int shuffle(int v, int from) { return __shfl_sync(0xffffffffu, v, from); }

ROOFMARK_DEVICE float warp_sum(float v) {
  for (int mask = 16; mask > 0; mask /= 2) v += shuffle_xor(v, mask);
  return v;
}
ROOFMARK_DEVICE int warp_sum(int v) {
  for (int mask = 16; mask > 0; mask /= 2) v += shuffle_xor(v, mask);
  return v;
}
ROOFMARK_DEVICE float warp_max(float v) {
  for (int mask = 16; mask > 0; mask /= 2) v = fmaxf(v, shuffle_xor(v, mask));
  return v;
}

// ---- arithmetic --------------------------------------------------------------------------------

/// 2^x within 2 units in the last place; 0 for -infinity.
ROOFMARK_DEVICE float exp2_approx(float x) {
  float y;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
}
/// 1 / x within 1 unit in the last place.
ROOFMARK_DEVICE float reciprocal_approx(float x) {
  float y;
  asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
}
/// c + the sum of products of the four signed bytes of a and of b.
ROOFMARK_DEVICE int dot4(int a, int b, int c) {
  int d;
  asm("dp4a.s32.s32 %0, %1, %2, %3;" : "=r"(d) : "r"(a), "r"(b), "r"(c));
  return d;
}
/// One of 256 functions of three bits, at each of 32 positions: bit i of TABLE is its value where
/// the bits of a, b and c spell i.
template <unsigned TABLE>
ROOFMARK_DEVICE std::uint32_t logic3(std::uint32_t a, std::uint32_t b, std::uint32_t c) {
  std::uint32_t d;
  asm("lop3.b32 %0, %1, %2, %3, %4;" : "=r"(d) : "r"(a), "r"(b), "r"(c), "n"(TABLE));
  return d;
}
/// a * b + c on two packed f16.
ROOFMARK_DEVICE std::uint32_t fma_f16x2(std::uint32_t a, std::uint32_t b, std::uint32_t c) {
  std::uint32_t d;
  asm("fma.rn.f16x2 %0, %1, %2, %3;" : "=r"(d) : "r"(a), "r"(b), "r"(c));
  return d;
}
/// a * b + c on two packed bf16.
ROOFMARK_DEVICE std::uint32_t fma_bf16x2(std::uint32_t a, std::uint32_t b, std::uint32_t c) {
  std::uint32_t d;
  asm("fma.rn.bf16x2 %0, %1, %2, %3;" : "=r"(d) : "r"(a), "r"(b), "r"(c));
  return d;
}
/// a - b on two packed f16.
ROOFMARK_DEVICE std::uint32_t sub_f16x2(std::uint32_t a, std::uint32_t b) {
  std::uint32_t d;
  asm("sub.rn.f16x2 %0, %1, %2;" : "=r"(d) : "r"(a), "r"(b));
  return d;
}

// ---- matrix units: one warp, fragments as PTX lays them out (mma.m16n8k16 and m16n8k32) --------

/// Four 8x8 matrices of 16-bit elements from shared memory; lane 8 i + r gives row r of matrix i.
ROOFMARK_DEVICE void load_matrices(std::uint32_t (&r)[4], const void* shared_row) {
  const unsigned at = shared_address(shared_row);
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
               : "r"(at)
               : "memory");
}
/// The same, each matrix transposed.
ROOFMARK_DEVICE void load_matrices_transposed(std::uint32_t (&r)[4], const void* shared_row) {
  const unsigned at = shared_address(shared_row);
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
               : "r"(at)
               : "memory");
}

/// d += a b.  a: 16x16, b: 16x8, d: 16x8 in f32; elements of a and b are T (F16 or Bf16).
template <class T>
ROOFMARK_DEVICE void multiply_add(float (&d)[4], const std::uint32_t (&a)[4],
                                  const std::uint32_t (&b)[2]);
template <>
__device__ __forceinline__ void multiply_add<F16>(float (&d)[4], const std::uint32_t (&a)[4],
                                                  const std::uint32_t (&b)[2]) {
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, "
      "{%0,%1,%2,%3};"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}
template <>
__device__ __forceinline__ void multiply_add<Bf16>(float (&d)[4], const std::uint32_t (&a)[4],
                                                   const std::uint32_t (&b)[2]) {
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, "
      "{%0,%1,%2,%3};"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}
/// d += a b.  a: 16x32, b: 32x8 signed bytes, d: 16x8 in i32.
ROOFMARK_DEVICE void multiply_add_i8(int (&d)[4], const std::uint32_t (&a)[4],
                                     const std::uint32_t (&b)[2]) {
  asm volatile(
      "mma.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, "
      "{%0,%1,%2,%3};"
      : "+r"(d[0]), "+r"(d[1]), "+r"(d[2]), "+r"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

// ---- clocks ------------------------------------------------------------------------------------

/// Cycles of this multiprocessor, and nanoseconds of the device's timer (updated every 32 ns to 1
/// us).
ROOFMARK_DEVICE long long cycles() {
  long long c;
  asm volatile("mov.u64 %0, %%clock64;" : "=l"(c)::"memory");
  return c;
}
ROOFMARK_DEVICE long long nanoseconds() {
  long long t;
  asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(t)::"memory");
  return t;
}

}  // namespace roofmark::gpu
