// Bandwidth of a GPU's memory levels: read, write, copy and triad in memory and L2, reads in L1 and
// shared memory.  Program bytes are counted; a GPU's caches need not read what they write, so they
// are bus bytes too and the condition `stores` says nothing.
#include "probes/stream/stream.cuda.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>

#include "core/gpu_code.h"
#include "core/parallel.h"
#include "probes/stream/stream.h"
#include "probes/stream/stream_gpu.h"

namespace roofmark {
namespace {

// A launch lasts longer than a millisecond on the fastest parts, so that its beginning and end, a
// few microseconds without full bandwidth, stay below 1 %.  An integrated part takes 5 ms for one
// pass.
constexpr int memory_passes = 5;
constexpr std::int64_t l2_bytes_per_sm = 32 << 20;  // 0.6 ms at 32 bytes per cycle
constexpr std::int64_t near_passes = 8192;          // 1.2 ms at 128 bytes per cycle

constexpr void (*launchers[])(const GpuStream&, GpuLevel, void*) = {
    launch_stream_read, launch_stream_write, launch_stream_copy, launch_stream_triad};

int sms_of(const Gpu& gpu) { return std::max(1, gpu.sms); }

std::int64_t tile_of(int pattern, GpuLevel level) {
  return stream_tile(pattern == triad_pattern, level);
}

/// Bytes of one tile in every array of each of `blocks` blocks on every multiprocessor.
std::int64_t wave_bytes(const Gpu& gpu, int pattern, GpuLevel level, int blocks) {
  return tile_of(pattern, level) * stream_patterns[pattern].arrays() * sms_of(gpu) * blocks;
}

/// Half of L2.  That of the data-centre parts (8.0, 9.0, 10.0) is two partitions, each of which
/// keeps a copy of what its multiprocessors read of the other's memory: bytes that all of them read
/// take their place twice, and a quarter of such an L2 fills half of it.  Elsewhere less than half
/// does no harm, so other capabilities that end in .0 are not told apart.
std::int64_t l2_budget(const Gpu& gpu) {
  const std::string& capability = gpu.compute_capability;
  const bool two_partitions = capability.size() > 2 && capability.ends_with(".0");
  return gpu.l2_bytes / (two_partitions ? 4 : 2);
}

Site l2_site(const Gpu& gpu, int pattern) {
  Site site{.conditions = {.level = "l2"}};
  const std::int64_t block = wave_bytes(gpu, pattern, GpuLevel::l2, 1);
  const std::int64_t blocks = std::min<std::int64_t>(l2_budget(gpu) / block, stream_blocks);
  const std::int64_t bytes = blocks * block;
  site.shape = {
      {"bytes", bytes},
      {"passes",
       bytes == 0 ? 1 : std::max<std::int64_t>(1, l2_bytes_per_sm * sms_of(gpu) / bytes)}};
  if (gpu.l2_bytes == 0) {
    site.reason = "this GPU reports no L2 cache";
  } else if (bytes == 0) {
    site.reason = "one load of each thread is more than half of the L2 cache";
  }
  return site;
}

/// Every multiprocessor reads near_bytes of its own.
Site near_site(const Gpu& gpu, const char* level) {
  return {.shape = {{"bytes", std::int64_t{near_bytes} * sms_of(gpu)}, {"passes", near_passes}},
          .conditions = {.level = level}};
}

/// An integrated GPU shares its memory with the CPU and may work on it in three ways: its own
/// allocations, host memory mapped into it (which it does not cache on Tegra), and managed memory.
template <int P>
std::vector<Site> sites(const Machine& machine, const Variant&, int) {
  const Gpu& gpu = machine.gpus.front();
  std::vector<Site> all;
  if (P == read_pattern) all = {near_site(gpu, "l1"), near_site(gpu, "shared")};
  all.push_back(l2_site(gpu, P));
  const Site memory = gpu_memory_site(machine, P);
  if (gpu.integrated) {
    for (const char* kind : {"pinned", "managed"}) {
      all.push_back(memory);
      all.back().conditions.memory = kind;
    }
  }
  all.push_back(memory);
  return all;
}

GpuLevel level_of(const Conditions& conditions) {
  return conditions.level == "l1"       ? GpuLevel::l1
         : conditions.level == "shared" ? GpuLevel::shared
         : conditions.level == "l2"     ? GpuLevel::l2
                                        : GpuLevel::dram;
}

Residence residence_of(const Conditions& conditions) {
  return conditions.memory == "pinned"    ? Residence::pinned
         : conditions.memory == "managed" ? Residence::managed
                                          : Residence::device;
}

class GpuStreamTask final : public Task {
 public:
  GpuStreamTask(const Case& what, Device& device, int pattern)
      : device_(device),
        pattern_(pattern),
        level_(level_of(what.conditions)),
        threads_(std::max(1, device.machine().allowance.max_threads)) {
    const std::int64_t tile = tile_of(pattern, level_);
    const std::int64_t tiles = what.shape.at("bytes") / stream_patterns[pattern].arrays() / tile;
    const Gpu gpu = device.machine().gpus.empty() ? Gpu{} : device.machine().gpus.front();
    work_.passes = what.shape.at("passes");
    work_.tiles = is_near() ? 1 : tiles;
    work_.blocks = static_cast<unsigned>(
        is_near() ? tiles : std::min<std::int64_t>(tiles, sms_of(gpu) * stream_blocks));
    array_bytes_ = work_.tiles * tile;
    allocate(residence_of(what.conditions));
    std::mt19937 random(7);
    std::uniform_real_distribution<float> uniform(0.5F, 2.0F);
    for (std::uint32_t& word : work_.scalar) {
      const float value = uniform(random);
      std::memcpy(&word, &value, sizeof word);
    }
  }

  void launch(Queue queue) override { launchers[pattern_](work_, level_, queue.stream); }
  std::string code_hash() const override {
    return launched_code(probes_gpu_code(), launchers[pattern_], device_.machine());
  }

  /// A read: the sum of all that every block read, modulo 2^32.  Else every element that was
  /// written, exactly (the triad within one rounding).
  double error() override {
    const Buffer& result = pattern_ == read_pattern ? sums_ : a_;
    device_.fill_bytes(result, 0xff);
    launch(device_.queue());
    device_.synchronize();
    return pattern_ == read_pattern ? error_of_sums() : error_of_elements();
  }

 private:
  static constexpr std::uint64_t seed_b = 11, seed_c = 13;
  static constexpr std::int64_t chunk_bytes = 64 << 20;  // compared at a time

  bool is_near() const { return level_ == GpuLevel::l1 || level_ == GpuLevel::shared; }
  unsigned warps_per_block() const { return (is_near() ? near_threads : stream_threads) / 32; }

  /// Random numbers where arithmetic is done, random bits elsewhere.
  DType type() const { return pattern_ == triad_pattern ? DType::f32 : DType::i32; }

  void allocate(Residence residence) {
    const StreamPattern& pattern = stream_patterns[pattern_];
    if (pattern.writes > 0) a_ = device_.allocate_in(residence, array_bytes_);
    if (pattern.reads > 0) b_ = device_.allocate_in(residence, array_bytes_);
    if (pattern.reads > 1) c_ = device_.allocate_in(residence, array_bytes_);
    if (pattern.reads > 0) device_.randomize(b_, type(), seed_b);
    if (pattern.reads > 1) device_.randomize(c_, type(), seed_c);
    sums_ = device_.allocate_in(Residence::device, 4 * sums());
    work_.a = a_.data;
    work_.b = b_.data;
    work_.c = c_.data;
    work_.sums = reinterpret_cast<std::uint32_t*>(sums_.data);
  }

  std::int64_t sums() const { return std::int64_t{work_.blocks} * warps_per_block(); }

  std::uint32_t word(std::uint64_t seed, std::int64_t i) const {
    return random_word(random_word_of(type()), seed, static_cast<std::uint64_t>(i));
  }

  double error_of_sums() {
    std::vector<std::uint32_t> found(static_cast<std::size_t>(sums()));
    device_.download(found.data(), sums_.data, 4 * sums());
    std::vector<std::uint32_t> parts(static_cast<std::size_t>(threads_));
    parallel(threads_, [&](int thread) {
      const auto [begin, end] = share_of(array_bytes_ / 4, thread, threads_);
      std::uint32_t sum = 0;
      for (std::int64_t i = begin; i < end; ++i) sum += word(seed_b, i);
      parts[static_cast<std::size_t>(thread)] = sum;
    });
    std::uint32_t expected = 0;
    for (const std::uint32_t part : parts) expected += part;
    expected *= static_cast<std::uint32_t>(work_.passes);
    // All blocks together read the array once a pass; at L1 and shared memory each block does.
    const std::size_t group = is_near() ? warps_per_block() : found.size();
    for (std::size_t first = 0; first < found.size(); first += group) {
      std::uint32_t sum = 0;
      for (std::size_t i = first; i < first + group; ++i) sum += found[i];
      if (sum != expected) return 2;
    }
    return 0;
  }

  double error_of_elements() {
    std::vector<std::byte> chunk(static_cast<std::size_t>(std::min(chunk_bytes, array_bytes_)));
    std::vector<double> worst(static_cast<std::size_t>(threads_));
    for (std::int64_t at = 0; at < array_bytes_; at += chunk_bytes) {
      const std::int64_t size = std::min(chunk_bytes, array_bytes_ - at);
      device_.download(chunk.data(), a_.data + at, size);
      parallel(threads_, [&](int thread) {
        double& here = worst[static_cast<std::size_t>(thread)];
        const auto [begin, end] = share_of(size / 4, thread, threads_);
        for (std::int64_t i = begin; i < end; ++i) {
          std::uint32_t found = 0;
          std::memcpy(&found, &chunk[static_cast<std::size_t>(4 * i)], sizeof found);
          here = std::max(here, deviation(found, at / 4 + i));
        }
      });
    }
    return *std::max_element(worst.begin(), worst.end());
  }

  /// Of word i of a, in units of the tolerance; NaN is off by more than any number.
  double deviation(std::uint32_t found, std::int64_t i) const {
    if (pattern_ == triad_pattern) return triad_deviation(found, i);
    const std::uint32_t expected =
        pattern_ == copy_pattern ? word(seed_b, i) : stream_written(work_.scalar[i % 4], i / 4);
    return found == expected ? 0 : 2;
  }

  double triad_deviation(std::uint32_t found, std::int64_t i) const {
    const auto number = [](std::uint32_t bits) {
      float value = 0;
      std::memcpy(&value, &bits, sizeof value);
      return static_cast<double>(value);
    };
    // |b + s c| < 4: half a unit in the last place, fused.
    constexpr double tolerance = 0x1p-23;
    const double expected =
        number(word(seed_b, i)) + number(work_.scalar[i % 4]) * number(word(seed_c, i));
    const double off = std::abs(number(found) - expected) / tolerance;
    return std::isnan(off) ? 1e300 : off;
  }

  Device& device_;
  int pattern_;
  GpuLevel level_;
  int threads_;  ///< of the host, that check
  GpuStream work_;
  std::int64_t array_bytes_ = 0;
  Buffer a_, b_, c_, sums_;
};

template <int P>
std::unique_ptr<Task> prepare(const Case& what, Device& device) {
  return gpu_stream_task(what, device, P);
}

template <int P>
Kernel kernel() {
  return {.name = stream_patterns[P].name,
          .summary = stream_patterns[P].summary,
          .role = Role::bandwidth_probe,
          .work = stream_work<P>,
          .variants = {{.name = "simt",
                        .device = "cuda",
                        .needs = "8.0",
                        .format = Format{},
                        .prepare = prepare<P>,
                        .sites = sites<P>}}};
}

}  // namespace

Site gpu_memory_site(const Machine& machine, int pattern) {
  const Gpu& gpu = machine.gpus.front();
  std::int64_t most = gpu.memory_bytes / 4;
  if (gpu.integrated && machine.environment.memory_available_bytes) {
    most = std::min(most, *machine.environment.memory_available_bytes / 4);
  }
  const std::int64_t wave = wave_bytes(gpu, pattern, GpuLevel::dram, stream_blocks);
  const std::int64_t wanted = std::max(4 * gpu.l2_bytes, std::int64_t{1} << 30);
  const std::int64_t waves = std::min((wanted + wave - 1) / wave, most / wave);
  Site site{.shape = {{"bytes", waves * wave}, {"passes", gpu.integrated ? 1 : memory_passes}},
            .conditions = {.level = "dram"}};
  if (waves == 0 || waves * wave < 4 * gpu.l2_bytes) {
    site.reason = "4 x the L2 cache is more than a quarter of the GPU's available memory";
  }
  return site;
}

std::unique_ptr<Task> gpu_stream_task(const Case& what, Device& device, int pattern) {
  return std::make_unique<GpuStreamTask>(what, device, pattern);
}

std::vector<Kernel> stream_cuda_kernels() {
  return {kernel<read_pattern>(), kernel<write_pattern>(), kernel<copy_pattern>(),
          kernel<triad_pattern>()};
}

}  // namespace roofmark
