// Attention on a GPU's tensor cores: a decode step with split keys, or a causal prefill.
#include "kernels/attention/attention.cuda.h"

#include <algorithm>
#include <set>
#include <string>

#include "core/case.h"
#include "core/error.h"
#include "core/gpu_code.h"
#include "kernels/attention/attention.h"
#include "kernels/attention/attention_check.h"
#include "kernels/attention/decode_splits.h"
#include "kernels/gpu_memory.h"

namespace roofmark {
namespace {

void refuse(const std::string& why) {
  throw AbsentError("these kernels of attention cannot run it (" + why + ")");
}

void refuse_unsupported(const AttentionExtents& e) {
  const auto& dims = attention_head_dims;
  if (std::find(std::begin(dims), std::end(dims), e.head_dim) == std::end(dims)) {
    refuse("head_dim " + std::to_string(e.head_dim) + " is none of 64, 96, 128 and 256");
  }
  if (e.heads % e.kv_heads != 0) refuse("kv_heads does not divide heads");
  constexpr std::int64_t most = std::int64_t{1} << 31;
  const std::int64_t rows = e.queries * e.heads;
  if (e.cached + e.fresh >= most / e.head_dim || rows >= most / e.fresh)
    refuse("more than 2^31 rows");
}

/// Operands are found in memory and not in the L2 cache: queries, fresh keys and values, outputs,
/// and the caches all rotate.
class AttentionTask final : public Task {
 public:
  AttentionTask(const AttentionExtents& extents, DType type, Device& device)
      : e_(extents),
        type_(type),
        device_(device),
        inputs_(device, GpuSlices::Use::operands, query_bytes() + 2 * fresh_bytes(), type),
        caches_(device, GpuSlices::Use::state, 2 * cache_bytes(), type),
        outputs_(device, GpuSlices::Use::results, query_bytes()) {
    a_.bf16 = type == DType::bf16;
    a_.queries = static_cast<int>(e_.queries);
    a_.fresh = static_cast<int>(e_.fresh);
    a_.cached = static_cast<int>(e_.cached);
    a_.heads = static_cast<int>(e_.heads);
    a_.kv_heads = static_cast<int>(e_.kv_heads);
    a_.head_dim = static_cast<int>(e_.head_dim);
    a_.splits = 1;
    if (is_decode()) split();
  }

  void launch(Queue queue) override {
    take_slices();
    launcher()(a_, queue.stream);
  }
  ColdOperands cold_operands() const override {
    return cold_operands_of({inputs_.all(), caches_.all()});
  }
  std::string code_hash() const override {
    return launched_code(kernels_gpu_code(), launcher(), device_.machine());
  }

  double error() override {
    take_slices();
    poison_outputs();
    launcher()(a_, device_.queue().stream);
    device_.synchronize();
    const AttentionCheck check(e_, type_);
    const std::set<std::int64_t> checked = checked_sequences();
    double worst = 0;
    for (std::int64_t s = 0; s < e_.queries; ++s) {
      if (checked.count(s) > 0) {
        worst = worse(worst, check.error(sequence(s).view(), static_cast<std::uint64_t>(s + 1)));
      } else if (!check.is_finite(part(a_.out, s, query_bytes()).data())) {
        return std::numeric_limits<double>::infinity();
      }
    }
    return worst;
  }

  std::string implementation() const override {
    if (!is_decode()) return {};
    return "keys in " + std::to_string(a_.splits) + (a_.splits == 1 ? " piece" : " pieces");
  }

 private:
  void (*launcher() const)(const AttentionArguments&, void*) {
    return is_decode() ? launch_attention_decode : launch_attention_prefill;
  }
  bool is_decode() const { return e_.fresh == 1 && e_.heads / e_.kv_heads <= most_decode_heads; }
  std::int64_t query_bytes() const { return 2 * e_.queries * e_.query_elements(); }
  std::int64_t fresh_bytes() const { return 2 * e_.queries * e_.fresh_elements(); }
  std::int64_t cache_bytes() const { return 2 * e_.queries * e_.cache_elements(); }

  void split() {
    const DecodeBlocks blocks = decode_blocks(a_.bf16, a_.head_dim);
    const auto& gpus = device_.machine().gpus;
    const int sms = gpus.empty() ? 1 : std::max(1, gpus.front().sms);
    const int tiles = (a_.cached + decode_tile_keys) / decode_tile_keys;
    const DecodeSplits splits = decode_splits(
        e_.queries * e_.kv_heads, tiles, blocks.tiles_per_step, sms * std::max(1, blocks.per_sm));
    a_.splits = splits.count;
    a_.split_tiles = splits.tiles;
    if (splits.count > 1) {
      partials_ = device_.allocate(4 * decode_partial_floats(a_), 1, Pages::base);
      a_.partials = partials_.f32();
    }
    counters_ = device_.allocate(4 * e_.queries * e_.kv_heads, 1, Pages::base);
    device_.fill_bytes(counters_, 0);
    a_.counters = reinterpret_cast<unsigned*>(counters_.data);
  }

  void take_slices() {
    std::byte* input = inputs_.next();
    std::byte* cache = caches_.next();
    a_.q = input;
    a_.k = input + query_bytes();
    a_.v = input + query_bytes() + fresh_bytes();
    a_.k_cache = cache;
    a_.v_cache = cache + cache_bytes();
    a_.out = outputs_.next();
  }

  std::set<std::int64_t> checked_sequences() const {
    std::set<std::int64_t> some;
    constexpr std::int64_t most = 8;
    for (std::int64_t i = 0; i < most; ++i) some.insert(i * (e_.queries - 1) / (most - 1));
    return some;
  }

  /// Outputs, and the places of the fresh keys and values of the sequences that are looked at.
  void poison_outputs() {
    const auto poison = [&](void* at, std::int64_t bytes) {
      device_.fill_bytes({.data = static_cast<std::byte*>(at), .size_bytes = bytes}, 0xff);
    };
    poison(a_.out, query_bytes());
    const std::int64_t row = 2 * e_.head_dim, head = (e_.cached + e_.fresh) * row;
    for (const std::int64_t s : checked_sequences()) {
      for (std::int64_t h = s * e_.kv_heads; h < (s + 1) * e_.kv_heads; ++h) {
        for (void* cache : {a_.k_cache, a_.v_cache})
          poison(static_cast<std::byte*>(cache) + h * head + e_.cached * row, e_.fresh * row);
      }
    }
  }

  /// One sequence's part of `all_bytes` bytes.
  std::vector<std::byte> part(const void* all, std::int64_t sequence, std::int64_t all_bytes) {
    const std::int64_t bytes = all_bytes / e_.queries;
    return fetched(device_, static_cast<const std::byte*>(all) + sequence * bytes, bytes);
  }

  AttentionSequence sequence(std::int64_t s) {
    return {.q = part(a_.q, s, query_bytes()),
            .k = part(a_.k, s, fresh_bytes()),
            .v = part(a_.v, s, fresh_bytes()),
            .k_cache = part(a_.k_cache, s, cache_bytes()),
            .v_cache = part(a_.v_cache, s, cache_bytes()),
            .out = part(a_.out, s, query_bytes())};
  }

  AttentionExtents e_;
  DType type_;
  Device& device_;
  GpuSlices inputs_, caches_, outputs_;
  Buffer partials_, counters_;
  AttentionArguments a_{};
};

std::unique_ptr<Task> prepare(const Case& what, Device& device) {
  const AttentionExtents extents(what.shape);
  refuse_unsupported(extents);
  return std::make_unique<AttentionTask>(extents, what.format.weights, device);
}

}  // namespace

std::vector<Kernel> attention_cuda_kernels() {
  Kernel kernel = attention_kernel();
  for (const DType type : {DType::f16, DType::bf16}) {
    kernel.variants.push_back({.name = "mma",
                               .device = "cuda",
                               .needs = "8.0",
                               .format = {type, type, DType::f32},
                               .prepare = prepare,
                               .refusal = attention_refusal});
  }
  return {kernel};
}

}  // namespace roofmark
