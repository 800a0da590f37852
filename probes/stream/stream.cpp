// Bandwidth of each memory level: read, write, copy and triad, with ordinary and non-temporal
// stores. Program bytes are counted: what the instructions ask for.  A reader adds the
// write-allocate traffic of ordinary stores, which the condition stores=ordinary states.
#include "probes/stream/stream.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "core/case.h"
#include "core/device.h"
#include "core/parallel.h"
#include "probes/stream/stream.isa.h"

namespace roofmark {
namespace {

struct Leaves {
  const char* isa;
  StreamLeaf ordinary[4], nt[4];  ///< in the order of stream_patterns
  StreamLeaf read_far;            ///< from memory
};
#define ROOFMARK_ROW(isa, vector_bytes)                                                          \
  {#isa,                                                                                         \
   {isa_##isa::stream_read, isa_##isa::stream_write, isa_##isa::stream_copy,                     \
    isa_##isa::stream_triad},                                                                    \
   {nullptr, isa_##isa::stream_write_nt, isa_##isa::stream_copy_nt, isa_##isa::stream_triad_nt}, \
   isa_##isa::stream_read_far},
constexpr Leaves all_leaves[] = {ROOFMARK_EACH_ISA(ROOFMARK_ROW)};
#undef ROOFMARK_ROW

// At least this much is moved per launch, so that fork and join stay out: 100 us at 640 GB/s per
// core.
constexpr std::int64_t launch_bytes = 64 << 20;

/// Bytes of a cache level that `threads` threads share: bound one per core, they fill one instance
/// after the other.
std::int64_t in_reach(const Cache& cache, int threads) {
  const int sharing = std::max(1, cache.cores_sharing);
  return cache.size_bytes * ((threads + sharing - 1) / sharing);
}

/// Footprint of all threads at a level: half of what they share for a cache, four times the last
/// level for memory; 0 where this machine has no such level.
std::int64_t footprint(const Machine& machine, const std::string& level, int threads) {
  if (level == "dram") {
    std::int64_t last = 0;
    for (const Cache& cache : machine.cpu.caches) last = in_reach(cache, threads);
    return std::max<std::int64_t>(4 * last, std::int64_t{128} << 20);
  }
  const Cache* cache = machine.cpu.cache(level[1] - '0');
  return cache == nullptr ? 0 : in_reach(*cache, threads) / 2;
}

/// Why a footprint would not stay in its level on this machine; empty: it does.
std::string misfit(const Machine& machine, const std::string& level, int threads,
                   std::int64_t bytes) {
  if (bytes == 0) return "this machine reports no " + level + " cache";
  if (level == "dram") {
    const auto available = machine.environment.memory_available_bytes;
    if (available && bytes > *available / 4) {
      return "4 x the last-level cache is more than a quarter of the available memory";
    }
    return {};
  }
  const Cache* inner = level == "l1" ? nullptr : machine.cpu.cache(level[1] - '0' - 1);
  if (inner != nullptr && bytes <= inner->size_bytes * threads) {
    return "half of the " + level +
           " cache fits the caches above it: the level cannot be told apart";
  }
  return {};
}

bool is_widest(const Machine& machine, const Variant& variant) {
  const char* widest = nullptr;
  for (const Leaves& leaves : all_leaves) {
    if (machine.has_isa(leaves.isa)) widest = leaves.isa;
  }
  return widest != nullptr && variant.name == widest;
}

Site site(const Machine& machine, int arrays, int threads, const Conditions& conditions) {
  const std::int64_t wanted = footprint(machine, conditions.level, threads);
  const std::int64_t unit = stream_step * arrays * threads;
  const std::int64_t bytes = wanted / unit * unit;
  const std::int64_t passes = conditions.level == "dram" || bytes == 0
                                  ? 1
                                  : std::max<std::int64_t>(1, launch_bytes * threads / bytes);
  Site site{.shape = {{"bytes", bytes}, {"passes", passes}}, .conditions = conditions};
  site.reason = misfit(machine, conditions.level, threads, bytes);
  const bool huge = conditions.pages == "huge";
  if (site.reason.empty() && huge && machine.environment.huge_pages == "never") {
    site.reason = "transparent huge pages are switched off (/sys/kernel/mm/transparent_hugepage)";
  }
  return site;
}

/// Every instruction set at L1 and L2, where its width shows; the widest alone further out, where
/// the memory is the limit.  Non-temporal stores bypass the caches, so they belong to memory.  4
/// KiB pages are tried where the level outgrows what the TLB covers.
template <int P>
std::vector<Site> sites(const Machine& machine, const Variant& variant, int threads) {
  constexpr StreamPattern pattern = stream_patterns[P];
  const std::string ordinary = pattern.writes > 0 ? "ordinary" : "";
  std::vector<Site> all;
  const auto add = [&](const char* level, const std::string& stores, const char* pages) {
    all.push_back(site(machine, pattern.arrays(), threads,
                       {.level = level, .stores = stores, .pages = pages}));
  };
  add("l1", ordinary, "huge");
  add("l2", ordinary, "huge");
  if (!is_widest(machine, variant)) return all;
  add("l3", ordinary, "huge");
  if (pattern.writes > 0) add("dram", "nt", "huge");
  add("dram", ordinary, "4k");
  add("dram", ordinary, "huge");  // last: the one that companions are resolved to
  return all;
}

class StreamTask final : public Task {
 public:
  StreamTask(const Case& what, Device& device, int pattern, StreamLeaf leaf)
      : leaf_(leaf),
        pattern_(pattern),
        threads_(what.threads),
        passes_(what.shape.at("passes")),
        array_bytes_(what.shape.at("bytes") / threads_ / arrays()),
        thread_bytes_(array_bytes_ * arrays() + arrays() * pad + page),
        memory_(device.allocate(thread_bytes_ * threads_, threads_,
                                what.conditions.pages == "4k" ? Pages::base : Pages::huge)) {
    std::mt19937 random(7);
    std::uniform_real_distribution<float> uniform(0.5F, 2.0F);
    for (int i = 0; i < 16; ++i) scalar_[i] = i < 4 ? uniform(random) : scalar_[i - 4];
    parallel(threads_, [&](int thread) { fill(thread); });
  }

  void launch(Queue) override {
    parallel(threads_, [&](int thread) { leaf_(arrays_of(thread), scalar_, passes_); });
  }

  /// Every element that a pass writes, exactly (the triad within one rounding).
  double error() override {
    if (stream_patterns[pattern_].writes == 0)
      return 0;  // loads leave no trace; the codegen test counts them
    double worst = 0;
    for (int thread = 0; thread < threads_; ++thread) {
      const StreamArrays arrays = arrays_of(thread);
      std::fill_n(arrays.a, count(), std::nanf(""));
    }
    parallel(threads_, [&](int thread) { leaf_(arrays_of(thread), scalar_, 1); });
    for (int thread = 0; thread < threads_; ++thread) {
      const StreamArrays arrays = arrays_of(thread);
      for (std::int64_t i = 0; i < count(); ++i) {
        const double off = std::abs(arrays.a[i] - expected(arrays, i)) / tolerance();
        if (std::isnan(off)) return off;
        worst = std::max(worst, off);
      }
    }
    return worst;
  }

 private:
  // Between arrays: keeps equal indices out of the same set and page offset (4 KiB aliasing).
  static constexpr std::int64_t pad = 1088, page = 4096;

  int arrays() const { return stream_patterns[pattern_].arrays(); }
  std::int64_t count() const { return array_bytes_ / 4; }

  StreamArrays arrays_of(int thread) const {
    std::byte* at = memory_.data + (thread_bytes_ / 64 * 64) * thread;
    const auto next = [&] {
      float* array = reinterpret_cast<float*>(at);
      at += array_bytes_ + pad;
      return array;
    };
    StreamArrays all{};
    if (stream_patterns[pattern_].writes > 0) all.a = next();
    if (stream_patterns[pattern_].reads > 0) all.b = next();
    if (stream_patterns[pattern_].reads > 1) all.c = next();
    all.bytes = array_bytes_;
    return all;
  }

  /// Random values in the normal range; a small repeating table, so that filling is as fast as
  /// memory.
  void fill(int thread) {
    constexpr int table_size = 4099;  // prime: no page holds the same values as the one before
    float table[table_size];
    std::mt19937 random(static_cast<std::uint32_t>(thread) + 1);
    std::uniform_real_distribution<float> uniform(0.5F, 2.0F);
    for (float& value : table) value = uniform(random);
    const StreamArrays all = arrays_of(thread);
    for (float* array : {all.a, const_cast<float*>(all.b), const_cast<float*>(all.c)}) {
      if (array == nullptr) continue;
      for (std::int64_t i = 0; i < count(); i += table_size) {
        std::copy_n(table, std::min<std::int64_t>(table_size, count() - i), array + i);
      }
    }
  }

  double expected(const StreamArrays& arrays, std::int64_t i) const {
    const float scalar = scalar_[i % 4];
    if (pattern_ == write_pattern) return scalar;
    if (pattern_ == copy_pattern) return arrays.b[i];
    return static_cast<double>(arrays.b[i]) + static_cast<double>(scalar) * arrays.c[i];
  }
  /// b + s c <= 6: half a unit in the last place fused, one and a half in two instructions.
  double tolerance() const { return pattern_ == triad_pattern ? 6 * 1.5 * 1.2e-7 : 1e-30; }

  StreamLeaf leaf_;
  int pattern_, threads_;
  std::int64_t passes_, array_bytes_, thread_bytes_;
  Buffer memory_;
  alignas(64) float scalar_[16] = {};  ///< four random values, repeated: the same at every width
};

template <int P>
std::unique_ptr<Task> prepare(const Case& what, Device& device) {
  for (const Leaves& leaves : all_leaves) {
    if (what.variant->name != leaves.isa) continue;
    const Conditions& conditions = what.conditions;
    const StreamLeaf leaf = P == read_pattern && conditions.level == "dram" ? leaves.read_far
                            : conditions.stores == "nt"                     ? leaves.nt[P]
                                                                            : leaves.ordinary[P];
    return std::make_unique<StreamTask>(what, device, P, leaf);
  }
  return nullptr;
}

template <int P>
Kernel kernel() {
  Kernel kernel{.name = stream_patterns[P].name,
                .summary = stream_patterns[P].summary,
                .role = Role::bandwidth_probe,
                .work = stream_work<P>,
                .sites = sites<P>};
  for (const Leaves& leaves : all_leaves) {
    kernel.variants.push_back({leaves.isa, "cpu", leaves.isa, Format{}, prepare<P>, {}});
  }
  return kernel;
}

}  // namespace

std::vector<Kernel> stream_kernels() {
  return {kernel<0>(), kernel<1>(), kernel<2>(), kernel<3>()};
}

}  // namespace roofmark
