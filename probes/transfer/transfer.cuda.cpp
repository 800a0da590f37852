// Bandwidth of the link between the host's memory and a GPU's: each way, and both ways at once.
// The bytes are those that cross the link, counted once: written where they arrive in the GPU's
// memory, read where they leave it.
#include "probes/transfer/transfer.cuda.h"

#include <cstring>

#include "core/case.h"
#include "core/device.h"

namespace roofmark {
namespace {

// 5 ms at 55 GB/s: the 10 us that a copy takes to begin are 0.2 %.
constexpr std::int64_t copied_bytes = 256 << 20;

template <bool IN, bool OUT>
Work work(const Shape& shape, const Format&) {
  const auto bytes = static_cast<double>(shape.at("bytes"));
  return {.read = Bytes{OUT ? bytes : 0}, .written = Bytes{IN ? bytes : 0}};
}

/// Pinned memory is what the copy engines read and write themselves.  Pageable memory is copied
/// through pinned buffers by the host's thread, which waits meanwhile.
template <bool BOTH>
std::vector<Site> sites(const Machine& machine, const Variant&, int) {
  std::vector<Site> all;
  const std::int64_t host_bytes = copied_bytes * (BOTH ? 2 : 1);
  const auto available = machine.environment.memory_available_bytes;
  for (const std::string memory : {"pageable", "pinned"}) {
    Site site{.shape = {{"bytes", copied_bytes}},
              .conditions = {.level = "link", .memory = memory}};
    if (machine.gpus.front().integrated) {
      site.reason =
          "CPU and GPU share one memory: a copy moves its bytes through it twice and crosses no "
          "link";
    } else if (BOTH && memory == "pageable") {
      site.reason = "the host's thread makes such copies itself, one after the other";
    } else if (available && host_bytes > *available / 4) {
      site.reason = "the host's buffers are more than a quarter of the available memory";
    }
    all.push_back(site);
  }
  return all;
}

/// One way of a copy: its two ends.
class Way {
 public:
  Way(Device& device, bool in, Residence host, std::int64_t bytes, std::uint64_t seed)
      : device_(device),
        in_(in),
        seed_(seed),
        host_(device.allocate_in(host, bytes)),
        gpu_(device.allocate_in(Residence::device, bytes)) {
    if (in_) {
      for (std::int64_t i = 0; i < words(); ++i) put(i, word(i));
    } else {
      device_.randomize(gpu_, DType::i32, seed_);
      std::memset(host_.data, 0xff, static_cast<std::size_t>(host_.size_bytes));
    }
  }

  Transfer transfer() const {
    const Buffer &to = in_ ? gpu_ : host_, &from = in_ ? host_ : gpu_;
    return {to.data, from.data, to.size_bytes};
  }

  void poison() {
    if (in_) {
      device_.fill_bytes(gpu_, 0xff);
      device_.synchronize();
    } else {
      std::memset(host_.data, 0xff, static_cast<std::size_t>(host_.size_bytes));
    }
  }

  bool has_arrived() {
    std::vector<std::byte> fetched;
    const std::byte* at = host_.data;
    if (in_) {
      fetched.resize(static_cast<std::size_t>(gpu_.size_bytes));
      device_.download(fetched.data(), gpu_.data, gpu_.size_bytes);
      at = fetched.data();
    }
    for (std::int64_t i = 0; i < words(); ++i) {
      std::uint32_t found = 0;
      std::memcpy(&found, at + 4 * i, sizeof found);
      if (found != word(i)) return false;
    }
    return true;
  }

 private:
  std::int64_t words() const { return host_.size_bytes / 4; }
  std::uint32_t word(std::int64_t i) const {
    return random_word(random_word_of(DType::i32), seed_, static_cast<std::uint64_t>(i));
  }
  void put(std::int64_t i, std::uint32_t word) {
    std::memcpy(host_.data + 4 * i, &word, sizeof word);
  }

  Device& device_;
  bool in_;  ///< to the GPU
  std::uint64_t seed_;
  Buffer host_, gpu_;
};

template <bool IN, bool OUT>
class TransferTask final : public Task {
 public:
  TransferTask(const Case& what, Device& device)
      : device_(device), pageable_(what.conditions.memory == "pageable") {
    const Residence host = pageable_ ? Residence::pageable : Residence::pinned;
    const std::int64_t bytes = what.shape.at("bytes");
    if (IN) ways_.emplace_back(device, true, host, bytes, 3);
    if (OUT) ways_.emplace_back(device, false, host, bytes, 4);
    if (IN && OUT) side_ = {make_side_stream(), destroy_side_stream};
  }

  void launch(Queue queue) override {
    if constexpr (IN && OUT) {
      launch_transfers(ways_[0].transfer(), ways_[1].transfer(), side_.get(), queue.stream);
    } else {
      launch_transfer(ways_[0].transfer(), queue.stream);
    }
    if (pageable_) device_.synchronize();  // the last of its bytes may still be under way
  }

  /// A copy of pageable memory waits for what its stream holds, so it cannot be enqueued ahead.
  bool times_host() const override { return pageable_; }

  /// Every byte arrives.
  double error() override {
    for (Way& way : ways_) way.poison();
    launch(device_.queue());
    device_.synchronize();
    bool arrived = true;
    for (Way& way : ways_) arrived = way.has_arrived() && arrived;
    return arrived ? 0 : 2;
  }

 private:
  Device& device_;
  bool pageable_;
  std::vector<Way> ways_;
  std::shared_ptr<void> side_;
};

template <bool IN, bool OUT>
std::unique_ptr<Task> prepare(const Case& what, Device& device) {
  return std::make_unique<TransferTask<IN, OUT>>(what, device);
}

template <bool IN, bool OUT>
Kernel kernel(const char* name, const char* summary) {
  return {.name = name,
          .summary = summary,
          .role = Role::bandwidth_probe,
          .work = work<IN, OUT>,
          .variants = {{.name = "memcpy",
                        .device = "cuda",
                        .needs = "",
                        .format = {DType::none, DType::none, DType::none},
                        .prepare = prepare<IN, OUT>,
                        .sites = sites < IN && OUT > }}};
}

}  // namespace

std::vector<Kernel> transfer_cuda_kernels() {
  return {kernel<true, false>("h2d", "copies from the host's memory to a GPU's"),
          kernel<false, true>("d2h", "copies from a GPU's memory to the host's"),
          kernel<true, true>("h2d_d2h", "copies both ways at once")};
}

}  // namespace roofmark
