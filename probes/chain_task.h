// The task of every probe of a GPU's ordinary cores: draws the operands of its chains, launches
// them, and follows some of them on the host to their ends.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <random>
#include <vector>

#include "core/case.h"
#include "core/device.h"
#include "core/gpu_code.h"
#include "probes/chains.h"
#include "probes/gpu_times.h"

namespace roofmark {

using ChainBits = std::uint64_t;  ///< a word of a chain, of 4 or 8 bytes
using ChainRandom = std::mt19937_64;
using ChainOperands = std::array<ChainBits, 4>;  ///< m1, c1, m2, c2

/// One kind of step.
struct ChainProbe {
  Format format;
  void (*launch)(const ChainLaunch& what, void* stream) = nullptr;
  int word_bytes = 4;
  int ops = 2;    ///< of one step
  int turns = 1;  ///< of a launch, so that it lasts about a millisecond
  ChainOperands (*operands)(ChainRandom&) = nullptr;  ///< of one thread
  ChainBits (*start)(ChainRandom&) = nullptr;         ///< of one chain
  /// How far `result` is from where the chain must end after `steps` steps, in units of the
  /// tolerance.
  double (*off)(const ChainOperands& operands, ChainBits start, int steps,
                ChainBits result) = nullptr;
};

/// One block for each multiprocessor.
inline std::vector<Site> chain_sites(const Machine& machine, const ChainProbe& probe, int turns) {
  const std::int64_t blocks = std::max(1, machine.gpus.front().sms);
  const std::int64_t steps = std::int64_t{chain_threads} * chain_count * chain_steps * turns;
  return {{.shape = {{"ops", blocks * steps * probe.ops}, {"passes", turns}}}};
}

inline Work chain_work(const Shape& shape, const Format&) {
  return {.ops = Ops{static_cast<double>(shape.at("ops"))}};
}

class ChainTask final : public Task {
 public:
  ChainTask(const Case& what, Device& device, const ChainProbe& probe)
      : device_(device),
        probe_(probe),
        turns_(static_cast<int>(what.shape.at("passes"))),
        blocks_(static_cast<int>(what.shape.at("ops") / probe.ops / chain_steps / chain_count /
                                 chain_threads / turns_)),
        words_(std::size_t{4 + chain_count} * chain_threads),
        operands_(device.allocate(bytes(words_.size()), 1, Pages::base)),
        results_(device.allocate(bytes(std::size_t{chain_threads} * blocks_), 1, Pages::base)),
        times_(device) {
    draw();
  }

  void launch(Queue queue) override {
    probe_.launch({operands_.data, results_.data, times_.data(), blocks_, turns_}, queue.stream);
  }

  double clock_hz() override { return times_.clock_hz(); }
  std::string code_hash() const override {
    return launched_code(probes_gpu_code(), probe_.launch, device_.machine());
  }

  /// The chains that about 128 threads hand back, over all turns of a launch; an odd distance
  /// between these threads, so that it is each chain's turn.
  double error() override {
    device_.fill_bytes(results_, 0xff);
    launch(device_.queue());
    device_.synchronize();
    std::vector<std::byte> ends(static_cast<std::size_t>(results_.size_bytes));
    device_.download(ends.data(), results_.data, results_.size_bytes);
    const int count = chain_threads * blocks_;
    double worst = 0;
    for (int i = 0; i < count; i += count / 128 | 1) {
      const int thread = i % chain_threads, chain = (i / chain_threads + thread) % chain_count;
      const double off =
          probe_.off({word(0, thread), word(1, thread), word(2, thread), word(3, thread)},
                     word(4 + chain, thread), chain_steps * turns_,
                     word_at(ends.data(), static_cast<std::size_t>(i)));
      if (std::isnan(off)) return off;
      worst = std::max(worst, off);
    }
    return worst;
  }

 private:
  std::int64_t bytes(std::size_t words) const {
    return static_cast<std::int64_t>(words) * probe_.word_bytes;
  }
  ChainBits word(int row, int thread) const {
    return words_[static_cast<std::size_t>(row) * chain_threads + static_cast<std::size_t>(thread)];
  }
  ChainBits word_at(const std::byte* data, std::size_t index) const {
    ChainBits bits = 0;  // little endian: the first bytes are the low ones
    std::memcpy(&bits, data + static_cast<std::size_t>(bytes(index)),
                static_cast<std::size_t>(probe_.word_bytes));
    return bits;
  }

  void draw() {
    ChainRandom random(1);
    for (std::size_t thread = 0; thread < chain_threads; ++thread) {
      const ChainOperands operands = probe_.operands(random);
      for (std::size_t i = 0; i < 4; ++i) words_[i * chain_threads + thread] = operands[i];
      for (std::size_t i = 4; i < 4 + chain_count; ++i) {
        words_[i * chain_threads + thread] = probe_.start(random);
      }
    }
    std::vector<std::byte> packed(static_cast<std::size_t>(operands_.size_bytes));
    for (std::size_t i = 0; i < words_.size(); ++i) {
      std::memcpy(packed.data() + static_cast<std::size_t>(bytes(i)), &words_[i],
                  static_cast<std::size_t>(probe_.word_bytes));
    }
    device_.upload(operands_.data, packed.data(), operands_.size_bytes);
  }

  Device& device_;
  const ChainProbe& probe_;
  int turns_, blocks_;
  std::vector<ChainBits> words_;  ///< as on the device: [4 + chain_count][chain_threads]
  Buffer operands_, results_;
  GpuTimes times_;
};

}  // namespace roofmark
