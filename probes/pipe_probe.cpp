#include "probes/pipe_probe.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string_view>

#include "core/code_table.h"
#include "core/error.h"
#include "core/parallel.h"
#include "probes/pipe_reference.h"

namespace roofmark {
namespace {

/// f32 of a multiply-add in f32, bf16-f32 of a dot product; of what is no product (an addition, a
/// square root) none-f32.
Format format_of(const PipeLoop& loop) {
  const DType type = *dtype_from(loop.type), sum = *dtype_from(loop.sum);
  const bool product = loop.depth > 1 || std::string_view(loop.kernel) == "fma";
  return {product ? type : DType::none, type, sum};
}

/// Of the loop on that machine; 0: unknown.
int register_bytes(const PipeLoop& loop, const Machine& machine) {
  return loop.vector_bytes > 0 ? loop.vector_bytes : machine.cpu.sve_bytes.value_or(0);
}

/// Turns of a launch: 1.2 million instructions at two a cycle last 100 us at 6 GHz and more on
/// anything slower; cores with adders of their own take four a cycle of some.  Starting threads
/// takes longer the more there are, and must stay below half a percent: 64 of them get ninefold
/// launches.
std::int64_t turns_of(const PipeLoop& loop, int threads) {
  const bool adds_beside = loop.step == PipeStep::mixed || loop.step == PipeStep::separate;
  const std::int64_t instructions = adds_beside ? 2'400'000 : 1'200'000;
  return instructions * (7 + threads) / 8 / loop.instructions / loop.slowness;
}

std::string variant_name(const PipeLeaf& leaf, const PipeLoop& loop) {
  return loop.detail == nullptr ? leaf.isa : std::string(leaf.isa) + "-" + loop.detail;
}

const PipeLoop* find_loop(std::span<const PipeLeaf> leaves, std::string_view kernel,
                          const Variant& variant) {
  for (const PipeLeaf& leaf : leaves) {
    for (const PipeLoop& loop : std::span(leaf.loops->first, leaf.loops->count)) {
      if (loop.kernel == kernel && format_of(loop) == variant.format &&
          variant_name(leaf, loop) == variant.name) {
        return &loop;
      }
    }
  }
  return nullptr;
}

Work work(const Shape& shape, const Format&) {
  return {.ops = Ops{static_cast<double>(shape.at("ops"))}};
}

class PipeTask final : public Task {
 public:
  PipeTask(const Case& what, Device& device, const PipeLoop& loop, int bytes, std::string code)
      : loop_(loop),
        code_(std::move(code)),
        bytes_(bytes),
        threads_(what.threads),
        turns_(what.shape.at("passes")),
        stride_((std::int64_t{4 + 2 * loop.chains} * bytes + page - 1) / page * page),
        memory_(device.allocate(stride_ * threads_, threads_, Pages::base)) {
    parallel(threads_, [&](int thread) { fill(thread, Operands::lasting); });
  }

  std::string code_hash() const override { return code_; }

  void launch(Queue) override {
    parallel(threads_,
             [&](int thread) { loop_.run(turns_, operands(thread), start(thread), end(thread)); });
  }

  /// A few turns of operands that leave nothing as it was against the same steps in float64
  /// (integers: modulo 2^32), then a whole launch of the lasting ones, whose results must be normal
  /// numbers.
  double error() override {
    double worst = 0;
    for (int thread = 0; thread < threads_; ++thread) {
      const double off = std::max(error_of(thread), lasting_error_of(thread));
      if (std::isnan(off)) return off;
      worst = std::max(worst, off);
    }
    return worst;
  }

 private:
  static constexpr int page = 4096;  ///< own pages per thread: no line is shared

  std::byte* operands(int thread) const { return memory_.data + stride_ * thread; }
  std::byte* start(int thread) const { return operands(thread) + 4 * bytes_; }
  std::byte* end(int thread) const { return start(thread) + loop_.chains * bytes_; }

  void fill(int thread, Operands kind) {
    draw_operands(loop_, bytes_, static_cast<std::uint64_t>(thread) + 1, kind, operands(thread),
                  start(thread));
  }

  double error_of(int thread) {
    fill(thread, Operands::telling);
    std::memset(end(thread), 0xff,
                static_cast<std::size_t>(loop_.chains) * static_cast<std::size_t>(bytes_));
    loop_.run(checked_turns, operands(thread), start(thread), end(thread));
    const double off = worst_error(loop_, bytes_, operands(thread), start(thread), end(thread));
    fill(thread, Operands::lasting);
    return off;
  }

  double lasting_error_of(int thread) {
    loop_.run(turns_, operands(thread), start(thread), end(thread));
    return all_normal(loop_, bytes_, end(thread)) ? 0 : 2;
  }

  const PipeLoop& loop_;
  std::string code_;
  int bytes_, threads_;
  std::int64_t turns_, stride_;
  Buffer memory_;
};

/// Products bound kernels, and those are written for whole vectors.
Depth depth_of(const PipeLoop& loop, const Variant& variant) {
  const bool product = format_of(loop).weights != DType::none;
  const bool whole = variant.needs != "scalar" && variant.needs != "avx128";
  if (product && whole) return Depth::quick;
  return product || whole ? Depth::standard : Depth::thorough;
}

Site site_of(const PipeLoop& loop, int bytes, int threads) {
  const std::int64_t lanes = bytes / (bits(*dtype_from(loop.sum)) / 8);
  const std::int64_t turns = turns_of(loop, threads), turn_ops = loop.lane_ops * lanes;
  const double per_cycle = loop.slowness > 1 ? 1.0 / loop.slowness : 2;  // instructions
  return {.shape = {{"ops", turns * turn_ops * threads}, {"passes", turns}},
          .ops_per_cycle = static_cast<double>(turn_ops) / loop.instructions * per_cycle};
}

}  // namespace

Kernel pipe_kernel(const char* name, const char* summary, std::span<const PipeLeaf> leaves,
                   decltype(Variant::prepare) prepare, decltype(Kernel::sites) sites) {
  Kernel kernel{
      .name = name, .summary = summary, .role = Role::compute_probe, .work = work, .sites = sites};
  for (const PipeLeaf& leaf : leaves) {
    for (const PipeLoop& loop : std::span(leaf.loops->first, leaf.loops->count)) {
      if (std::string_view(loop.kernel) != name) continue;
      kernel.variants.push_back(
          {variant_name(leaf, loop), "cpu", leaf.isa, format_of(loop), prepare, {}, sites});
    }
  }
  return kernel;
}

std::vector<Site> pipe_sites(std::span<const PipeLeaf> leaves, const char* name,
                             const Machine& machine, const Variant& variant, int threads) {
  const PipeLoop& loop = *find_loop(leaves, name, variant);
  const int bytes = register_bytes(loop, machine);
  if (bytes == 0) {
    return {{.shape = {{"ops", 0}, {"passes", turns_of(loop, threads)}},
             .reason = "the length of this machine's SVE vectors is not known"}};
  }
  std::vector<Site> sites{site_of(loop, bytes, threads)};
  sites.front().depth = depth_of(loop, variant);
  if (threads != 1) return sites;
  for (const CoreKind& kind : machine.cpu.kinds) {
    std::vector<int> cpus = machine.cpus_of(kind.name, std::nullopt);
    cpus.resize(static_cast<std::size_t>(machine.cores_among(cpus)));
    if (cpus.empty()) continue;
    for (const std::size_t count : {std::size_t{1}, cpus.size()}) {
      Site site = site_of(loop, bytes, static_cast<int>(count));
      site.depth = depth_of(loop, variant);
      site.conditions.cores = kind.name;
      site.cpus.assign(cpus.begin(), cpus.begin() + static_cast<std::ptrdiff_t>(count));
      sites.push_back(std::move(site));
    }
  }
  return sites;
}

std::unique_ptr<Task> prepare_pipe(std::span<const PipeLeaf> leaves, const Case& what,
                                   Device& device) {
  const PipeLoop& loop = *find_loop(leaves, what.kernel->name, *what.variant);
  const int bytes = register_bytes(loop, device.machine());
  std::string code;
  for (const PipeLeaf& leaf : leaves) {
    if (what.variant->needs != leaf.isa) continue;
    code = leaf_code(probes_code(), leaf.loops);
    if (leaf.loops->vector_bytes == nullptr) continue;
    const int here = leaf.loops->vector_bytes();
    if (here != bytes) {
      throw AbsentError("vectors are " + std::to_string(here) + " bytes long, not " +
                        std::to_string(bytes) + " as the system says");
    }
  }
  return std::make_unique<PipeTask>(what, device, loop, bytes, std::move(code));
}

}  // namespace roofmark
