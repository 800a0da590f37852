// The task of every tensor-core probe: random operands, a launch, and the same products on the
// host.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <random>
#include <vector>

#include "core/case.h"
#include "core/device.h"
#include "core/gpu_code.h"
#include "core/values.h"
#include "probes/gpu_times.h"
#include "probes/matrix/matrix_probe.h"

namespace roofmark {

/// Numbers of one type, dense, and their copy on the device.
class MatrixElements {
 public:
  MatrixElements(Device& device, DType type, std::int64_t count)
      : device_(device),
        type_(type),
        bytes_(static_cast<std::size_t>(count * bits(type) / 8)),
        buffer_(device.allocate(static_cast<std::int64_t>(bytes_.size()), 1, Pages::base)) {}

  /// Numbers in [-1, 1), or any integers.
  void randomize(std::uint64_t seed) {
    if (type_ == DType::f64) {
      std::mt19937_64 random(seed);
      std::uniform_real_distribution<double> uniform(-1, 1);
      for (std::size_t i = 0; i < bytes_.size(); i += sizeof(double)) {
        const double x = uniform(random);
        std::memcpy(&bytes_[i], &x, sizeof x);
      }
      return;
    }
    for (std::size_t i = 0; i < bytes_.size(); i += 4) {
      std::uint32_t word = random_word(random_word_of(type_), seed, i / 4);
      if (type_ == DType::tf32) word &= ~std::uint32_t{0x1fff};  // it has 10 bits of fraction
      std::memcpy(&bytes_[i], &word, sizeof word);
    }
  }

  /// Element `to` becomes element `from`, or its negative; of floating-point numbers.
  void copy(std::int64_t to, std::int64_t from, bool negated) {
    if (to == from) return;
    const auto width = static_cast<std::size_t>(bits(type_) / 8);
    std::byte* at = &bytes_[static_cast<std::size_t>(to) * width];
    std::memcpy(at, &bytes_[static_cast<std::size_t>(from) * width], width);
    if (negated) at[width - 1] ^= std::byte{0x80};
  }

  double operator[](std::int64_t index) const { return value_at(bytes_.data(), type_, index); }

  void poison() { device_.fill_bytes(buffer_, 0xff); }
  void upload() { device_.upload(buffer_.data, bytes_.data(), buffer_.size_bytes); }
  void download() { device_.download(bytes_.data(), buffer_.data, buffer_.size_bytes); }
  std::byte* on_device() const { return buffer_.data; }

 private:
  Device& device_;
  DType type_;
  std::vector<std::byte> bytes_;
  Buffer buffer_;
};

class MatrixTask final : public Task {
 public:
  MatrixTask(const Case& what, Device& device, const MatrixProbe& probe)
      : device_(device),
        probe_(probe),
        layout_(*probe.layout),
        turns_(static_cast<int>(what.shape.at("passes"))),
        blocks_(static_cast<int>(what.shape.at("ops") / probe.ops_of_a_turn() / turns_)),
        a_(device, probe.format.weights, layout_.a_count(probe)),
        b_(device, probe.format.weights, layout_.b_count(probe)),
        start_(device, probe.format.accumulate, layout_.start_count(probe)),
        results_(device, probe.format.accumulate, blocks_ * layout_.result_count(probe)),
        times_(device) {
    std::uint64_t seed = 0;
    for (MatrixElements* operand : {&a_, &b_, &start_}) operand->randomize(++seed);
    if (rounds()) balance();
    for (MatrixElements* operand : {&a_, &b_, &start_}) operand->upload();
  }

  void launch(Queue queue) override { launch_turns(queue, turns_); }
  std::string code_hash() const override {
    return launched_code(probes_gpu_code(), probe_.launch, device_.machine());
  }
  double clock_hz() override { return times_.clock_hz(); }

  /// Integers over all turns of a launch and exactly, modulo 2^32; what rounds over two turns.
  double error() override {
    const int turns = rounds() ? std::min(turns_, 2) : turns_;
    results_.poison();
    launch_turns(device_.queue(), turns);
    device_.synchronize();
    results_.download();
    double worst = 0;
    for (int product = 0; product < probe_.products; ++product) {
      const double off = error_of(product, turns);
      if (std::isnan(off)) return off;
      worst = std::max(worst, off);
    }
    return worst;
  }

 private:
  struct Expected {
    double value = 0;
    double largest = 1;  ///< that it was on the way, or a summand of it
  };

  bool rounds() const { return probe_.format.accumulate != DType::i32; }

  void launch_turns(Queue queue, int turns) {
    probe_.launch({a_.on_device(), b_.on_device(), start_.on_device(), results_.on_device(),
                   times_.data(), blocks_, turns},
                  queue.stream);
  }

  /// Makes the third and the fourth product the first two, negated.
  void balance() {
    for (int product = 0; product < probe_.products; ++product) {
      for (int turn = 2; turn < matrix_cycle; ++turn) {
        for (int k = 0; k < probe_.k; ++k) {
          for (int row = 0; row < probe_.m; ++row) {
            a_.copy(layout_.a(probe_, product, turn, row, k),
                    layout_.a(probe_, product, turn - 2, row, k), true);
          }
          for (int column = 0; column < probe_.n; ++column) {
            b_.copy(layout_.b(probe_, product, turn, k, column),
                    layout_.b(probe_, product, turn - 2, k, column), false);
          }
        }
      }
    }
  }

  /// d as it must be after `turns` turns.
  Expected follow(int product, int row, int column, int turns) const {
    double added[matrix_cycle] = {};
    for (int turn = 0; turn < matrix_cycle; ++turn) {
      for (int k = 0; k < probe_.k; ++k) {
        added[turn] += a_[layout_.a(probe_, product, turn, row, k)] *
                       b_[layout_.b(probe_, product, turn, k, column)];
      }
    }
    Expected expected{start_[layout_.start(probe_, product, row, column)]};
    for (int step = 0; step < matrix_steps * turns; ++step) {
      expected.value += added[step % matrix_steps % matrix_cycle];
      expected.largest = std::max(expected.largest, std::abs(expected.value));
    }
    return expected;
  }

  /// Of each product of A and B, relative to the largest summand: what is documented nowhere is
  /// bounded generously.  fp8 products are summed with 13 bits of fraction on Hopper.
  double rounding() const {
    switch (probe_.format.accumulate) {
      case DType::f64:
        return epsilon(DType::f64) * probe_.k;  // each of its sums is rounded
      case DType::f32:
        return probe_.format.weights == DType::fp8 ? 0x1p-12 : 4 * epsilon(DType::f32);
      default:
        return epsilon(probe_.format.accumulate);
    }
  }

  double error_of(int product, int turns) const {
    double worst = 0;
    for (int row = 0; row < probe_.m; ++row) {
      for (int column = 0; column < probe_.n; ++column) {
        const Expected expected = follow(product, row, column, turns);
        for (int block = 0; block < blocks_; ++block) {
          const std::int64_t at = layout_.result(probe_, block, product, row, column);
          if (at < 0) continue;
          const double off =
              off_by(expected, results_[block * layout_.result_count(probe_) + at], turns);
          if (std::isnan(off)) return off;
          worst = std::max(worst, off);
        }
      }
    }
    return worst;
  }

  double off_by(const Expected& expected, double found, int turns) const {
    if (rounds()) {
      const double tolerance = matrix_steps * turns * rounding() * expected.largest;
      return std::abs(found - expected.value) / tolerance;
    }
    const auto wrapped = [](double x) {  // exact: below 2^53
      return static_cast<std::uint32_t>(static_cast<std::int64_t>(x));
    };
    return wrapped(found) == wrapped(expected.value) ? 0 : 2;
  }

  Device& device_;
  const MatrixProbe& probe_;
  const MatrixLayout& layout_;
  int turns_, blocks_;
  MatrixElements a_, b_, start_, results_;
  GpuTimes times_;
};

}  // namespace roofmark
