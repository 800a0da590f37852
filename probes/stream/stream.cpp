// Bandwidth of each memory level: read, write, copy, mix, triad and schoenauer, with ordinary and
// non-temporal stores. Program bytes are counted: what the instructions ask for.  A reader adds the
// write-allocate traffic of ordinary stores, which the condition stores=ordinary states.
#include "probes/stream/stream.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <random>
#include <span>
#include <string>

#include "core/case.h"
#include "core/code_table.h"
#include "core/device.h"
#include "core/parallel.h"
#include "probes/memory_levels.h"
#include "probes/stream/stream.isa.h"
#include "probes/stream/stream_cpu.h"

namespace roofmark {
namespace {

struct Leaves {
  const char* isa;
  int vector_bytes;               ///< 0: as many as the machine has
  StreamLeaf ordinary[6], nt[6];  ///< in the order of stream_patterns
  StreamLeaf read_far;            ///< from memory
  /// Likewise, where the machine asks by L2; none: as ordinary.
  std::span<const StreamLeaf> by_l2[6] = {}, nt_by_l2[6] = {};
  StreamLeaf schoenauer_grouped;  ///< from further than L1
};
#define ROOFMARK_ROW(isa, vector_bytes)                                                         \
  {#isa,                                                                                        \
   vector_bytes,                                                                                \
   {isa_##isa::stream_read, isa_##isa::stream_write, isa_##isa::stream_copy,                    \
    isa_##isa::stream_triad, isa_##isa::stream_mix, isa_##isa::stream_schoenauer},              \
   {nullptr, isa_##isa::stream_write_nt, isa_##isa::stream_copy_nt, isa_##isa::stream_triad_nt, \
    isa_##isa::stream_mix_nt, isa_##isa::stream_schoenauer_nt},                                 \
   isa_##isa::stream_read_far,                                                                  \
   {isa_##isa::stream_read_by_l2,                                                               \
    {},                                                                                         \
    isa_##isa::stream_copy_by_l2,                                                               \
    isa_##isa::stream_triad_by_l2},                                                             \
   {{}, {}, isa_##isa::stream_copy_nt_by_l2, isa_##isa::stream_triad_nt_by_l2},                 \
   isa_##isa::stream_schoenauer_grouped},
constexpr Leaves all_leaves[] = {ROOFMARK_EACH_ISA_OF_stream(ROOFMARK_ROW)};
#undef ROOFMARK_ROW

const Leaves& leaves_of(const Variant& variant) {
  return *std::find_if(std::begin(all_leaves), std::end(all_leaves),
                       [&](const Leaves& leaves) { return variant.name == leaves.isa; });
}

// At least this much is moved per launch, so that fork and join stay out: 100 us at 640 GB/s per
// core.
constexpr std::int64_t launch_bytes = 64 << 20;
// Of memory a launch moves this much, and the next launch what follows: arrays that are four times
// as large as a last level of 480 MiB would take 0.1 s, and so would whatever is timed beside them.
constexpr std::int64_t slice_bytes = 128 << 20;

/// The mixes that bound a model's kernels; the others complete the picture.
constexpr bool bounds_kernels(int pattern) { return pattern <= triad_pattern; }

Site site(const Machine& machine, const StreamPattern& pattern, int threads,
          const Conditions& conditions, bool needed) {
  const std::int64_t bytes = level_bytes(machine, conditions.level, threads);
  Site site = cpu_stream_site(pattern, threads, bytes, conditions);
  site.reason = misfit(machine, conditions, threads, site.shape.at("bytes"));
  site.depth = needed ? Depth::quick : Depth::standard;
  return site;
}

/// All cores of each NUMA node, and one and all of each kind of core, where there are several.
void add_placed(std::vector<Site>& all, const Machine& machine, const StreamPattern& pattern) {
  const std::string stores = pattern.writes > 0 ? "ordinary" : "";
  const auto add = [&](const Place& place, const char* level) {
    const int threads = static_cast<int>(place.cpus.size());
    all.push_back(placed(
        site(machine, pattern, threads, {.level = level, .stores = stores, .pages = "huge"}, false),
        place));
  };
  for (const Place& place : nodes(machine)) add(place, "dram");
  for (const Place& place : kinds_of_core(machine)) {
    for (const char* level : {"l1", "l2", "dram"}) add(place, level);
  }
}

/// Every instruction set at L1 and L2, where its width shows; the widest alone further out, where
/// the memory is the limit.  Non-temporal stores bypass the caches, so they belong to memory.  4
/// KiB pages are tried where the level outgrows what the TLB covers.
template <int P>
std::vector<Site> sites(const Machine& machine, const Variant& variant, int threads) {
  constexpr StreamPattern pattern = stream_patterns[P];
  const std::string ordinary = pattern.writes > 0 ? "ordinary" : "";
  const bool widest = is_widest_stream(machine, variant);
  std::vector<Site> all;
  const auto add = [&](const char* level, const std::string& stores, const char* pages) {
    const bool needed = widest && bounds_kernels(P) && std::string_view(pages) == "huge";
    all.push_back(site(machine, pattern, threads,
                       {.level = level, .stores = stores, .pages = pages}, needed));
  };
  add("l1", ordinary, "huge");
  add("l2", ordinary, "huge");
  if (!widest) return all;
  add("l3", ordinary, "huge");
  add("l3", ordinary, "4k");
  if (pattern.writes > 0) add("dram", "nt", "huge");
  if (P == read_pattern || P == copy_pattern) add_placed(all, machine, pattern);
  add("dram", ordinary, "4k");
  add("dram", ordinary, "huge");  // last: the one that companions are resolved to
  all.back().scales = P == read_pattern;
  return all;
}

class StreamTask final : public Task {
 public:
  StreamTask(const Case& what, Device& device, int pattern, StreamLeaf leaf)
      : leaf_(leaf),
        first_leaf_(leaf),
        pattern_(pattern),
        threads_(what.threads),
        passes_(what.shape.at("passes")),
        slices_(slices_of(what.shape)),
        array_bytes_(what.shape.at("bytes") / threads_ / arrays()),
        thread_bytes_(array_bytes_ * arrays() + arrays() * pad + page),
        memory_(allocate_for(what, device, thread_bytes_ * threads_)) {
    std::mt19937 random(7);
    std::uniform_real_distribution<float> uniform(0.5F, 2.0F);
    for (int i = 0; i < 16; ++i) scalar_[i] = i < 4 ? uniform(random) : scalar_[i - 4];
    parallel(threads_, [&](int thread) { fill(thread); });
  }

  /// Of the leaf it was made for: use()'s come from the same lines, and which is tried out.
  std::string code_hash() const override { return leaf_code(probes_code(), first_leaf_); }

  void use(StreamLeaf leaf) { leaf_ = leaf; }

  void launch(Queue) override {
    parallel(threads_, [&](int thread) { leaf_(slice_of(thread), scalar_, passes_); });
    slice_ = (slice_ + 1) % slices_;
  }

  /// Every element that a launch writes, exactly (the triads within one rounding).
  double error() override {
    if (stream_patterns[pattern_].writes == 0)
      return 0;  // loads leave no trace; the codegen test counts them
    std::vector<double> worst(static_cast<std::size_t>(threads_));
    parallel(threads_, [&](int thread) {
      const StreamArrays arrays = slice_of(thread);
      std::fill_n(arrays.a, arrays.bytes / 4, std::nanf(""));
      leaf_(arrays, scalar_, 1);
      worst[static_cast<std::size_t>(thread)] = worst_of(arrays);
    });
    return *std::max_element(worst.begin(), worst.end());
  }

 private:
  // Between arrays: keeps equal indices out of the same set and page offset (4 KiB aliasing).
  static constexpr std::int64_t pad = 1088, page = 4096;

  int arrays() const { return stream_patterns[pattern_].arrays(); }

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
    if (stream_patterns[pattern_].reads > 2) all.d = next();
    all.bytes = array_bytes_;
    return all;
  }

  /// What the next launch takes of them.
  StreamArrays slice_of(int thread) const {
    StreamArrays arrays = arrays_of(thread);
    arrays.bytes /= slices_;
    const std::int64_t first = slice_ * (arrays.bytes / 4);
    if (arrays.a != nullptr) arrays.a += first;
    for (const float** each : {&arrays.b, &arrays.c, &arrays.d}) {
      if (*each != nullptr) *each += first;
    }
    return arrays;
  }

  /// Random values in the normal range where launches read; a small repeating table, so that
  /// filling is as fast as memory.
  void fill(int thread) {
    constexpr int table_size = 4099;  // prime: no page holds the same values as the one before
    float table[table_size];
    std::mt19937 random(static_cast<std::uint32_t>(thread) + 1);
    std::uniform_real_distribution<float> uniform(0.5F, 2.0F);
    for (float& value : table) value = uniform(random);
    const StreamArrays all = arrays_of(thread);
    for (const float* each : {all.b, all.c, all.d}) {
      float* array = const_cast<float*>(each);
      if (array == nullptr) continue;
      const std::int64_t count = array_bytes_ / 4;
      for (std::int64_t i = 0; i < count; i += table_size) {
        std::copy_n(table, std::min<std::int64_t>(table_size, count - i), array + i);
      }
    }
  }

  double worst_of(const StreamArrays& arrays) const {
    double worst = 0;
    for (std::int64_t i = 0; i < arrays.bytes / 4; ++i) {
      const double off = std::abs(arrays.a[i] - expected(arrays, i)) / tolerance();
      if (!(off <= worst)) worst = std::isnan(off) ? 1e300 : off;
    }
    return worst;
  }

  double expected(const StreamArrays& arrays, std::int64_t i) const {
    const double scalar = scalar_[i % 4], b = pattern_ == write_pattern ? 0 : arrays.b[i];
    switch (pattern_) {
      case write_pattern:
        return scalar;
      case triad_pattern:
        return b + scalar * arrays.c[i];
      case schoenauer_pattern:
        return b + static_cast<double>(arrays.c[i]) * arrays.d[i];
      default:
        return b;
    }
  }
  /// |b + s c| <= 6: half a unit in the last place fused, one and a half in two instructions.
  double tolerance() const { return stream_patterns[pattern_].ops > 0 ? 6 * 1.5 * 1.2e-7 : 1e-30; }

  StreamLeaf leaf_, first_leaf_;
  int pattern_, threads_;
  std::int64_t passes_, slices_, array_bytes_, thread_bytes_;
  std::int64_t slice_ = 0;  ///< that the next launch takes
  Buffer memory_;
  alignas(64) float scalar_[16] = {};  ///< four random values, repeated: the same at every width
};

/// The task with the leaf that took least in three turns of all: it is known nowhere which suits a
/// machine.  The same for all tasks of a case, of which there is one beside each kernel.
std::unique_ptr<Task> fastest_of(std::span<const StreamLeaf> leaves, const Case& what,
                                 Device& device, int pattern) {
  static std::map<std::string, StreamLeaf> found;
  auto task = std::make_unique<StreamTask>(what, device, pattern, leaves.front());
  const auto [at, is_new] = found.emplace(what.id(), leaves.front());
  if (is_new && leaves.size() > 1) {
    constexpr double long_enough_s = 2e-3;
    const double launch_s = device.time(*task, 1).value;
    const auto launches = static_cast<std::int64_t>(
        std::clamp(std::ceil(long_enough_s / std::max(launch_s, 1e-9)), 1.0, 1e4));
    double least_s = std::numeric_limits<double>::infinity();
    for (int turn = 0; turn < 3; ++turn) {
      for (const StreamLeaf leaf : leaves) {
        task->use(leaf);
        const double seconds = device.time(*task, launches).value;
        if (seconds >= least_s) continue;
        least_s = seconds;
        at->second = leaf;
      }
    }
  }
  task->use(at->second);
  return task;
}

template <int P>
std::unique_ptr<Task> prepare(const Case& what, Device& device) {
  return cpu_stream_task(what, device, P, what.conditions.level == "dram");
}

template <int P>
Kernel kernel() {
  return {.name = stream_patterns[P].name,
          .summary = stream_patterns[P].summary,
          .role = Role::bandwidth_probe,
          .work = stream_work<P>,
          .sites = sites<P>,
          .variants = stream_variants(prepare<P>)};
}

}  // namespace

bool is_widest_stream(const Machine& machine, const Variant& variant) {
  const Leaves* widest = nullptr;
  const auto width = [&](const Leaves& leaves) {
    return leaves.vector_bytes > 0 ? leaves.vector_bytes : machine.cpu.sve_bytes.value_or(0);
  };
  for (const Leaves& leaves : all_leaves) {
    if (!machine.has_isa(leaves.isa)) continue;
    if (widest == nullptr || width(leaves) > width(*widest)) widest = &leaves;
  }
  return widest != nullptr && variant.name == widest->isa;
}

Site cpu_stream_site(const StreamPattern& pattern, int threads, std::int64_t bytes,
                     const Conditions& conditions) {
  const bool in_memory = conditions.level == "dram";
  const std::int64_t slices = in_memory ? std::max<std::int64_t>(1, bytes / slice_bytes) : 1;
  const std::int64_t unit = stream_step * pattern.arrays() * threads * slices;
  const std::int64_t whole = bytes / unit * unit;
  const std::int64_t passes =
      in_memory || whole == 0 ? 1 : std::max<std::int64_t>(1, launch_bytes * threads / whole);
  Site site{.shape = {{"bytes", whole}, {"passes", passes}}, .conditions = conditions};
  if (slices > 1) site.shape.extents.push_back({"slices", slices});
  return site;
}

std::unique_ptr<Task> cpu_stream_task(const Case& what, Device& device, int pattern, bool far) {
  const Leaves& leaves = leaves_of(*what.variant);
  const Conditions& conditions = what.conditions;
  StreamLeaf leaf = (conditions.stores == "nt" ? leaves.nt : leaves.ordinary)[pattern];
  const bool by_l2 = device.machine().cpu.asks_by_l2();
  // A last level across a mesh is nearly as far as the memory, and asking for it as useful.
  const bool asks = far || (conditions.level == "l3" && by_l2);
  const auto& tried = (conditions.stores == "nt" ? leaves.nt_by_l2 : leaves.by_l2)[pattern];
  if (asks && by_l2 && !tried.empty()) return fastest_of(tried, what, device, pattern);
  if (pattern == read_pattern && asks) leaf = leaves.read_far;
  if (leaf == leaves.ordinary[schoenauer_pattern] && conditions.level != "l1") {
    leaf = leaves.schoenauer_grouped;
  }
  return std::make_unique<StreamTask>(what, device, pattern, leaf);
}

StreamLeaf stream_read_leaf(const Variant& variant, const Machine& machine) {
  const Leaves& leaves = leaves_of(variant);
  return machine.cpu.asks_by_l2() ? leaves.by_l2[read_pattern].front() : leaves.read_far;
}

std::vector<Variant> stream_variants(std::unique_ptr<Task> (*prepare)(const Case&, Device&)) {
  std::vector<Variant> variants;
  for (const Leaves& leaves : all_leaves) {
    variants.push_back({leaves.isa, "cpu", leaves.isa, Format{}, prepare, {}});
  }
  return variants;
}

std::vector<Kernel> stream_kernels() {
  return {kernel<read_pattern>(), kernel<write_pattern>(), kernel<copy_pattern>(),
          kernel<mix_pattern>(),  kernel<triad_pattern>(), kernel<schoenauer_pattern>()};
}

}  // namespace roofmark
