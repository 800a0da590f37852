// The task of every CPU kernel here: each launch takes the next slice of cold operands to the next
// slice of cold results, as a decode step takes the next layer's weights.
#pragma once

#include <array>
#include <cassert>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/case.h"
#include "core/code_table.h"
#include "core/device.h"
#include "core/parallel.h"
#include "kernels/rotation.h"
#include "kernels/verify.h"

namespace roofmark {

/// One array that a call reads or writes.
struct Array {
  DType type = DType::f32;
  std::int64_t count = 0;
  /// Lies where it is from one launch to the next, as the activations of a layer do; else in the
  /// next slice at each launch, as its weights do.
  bool warm = false;

  std::int64_t bytes() const { return (count * bits(type) + 7) / 8; }
};

constexpr std::size_t most_arrays = 6;
/// Where the arrays of one call begin, each at a multiple of 64 bytes.
using Operands = std::array<const std::byte*, most_arrays>;
using Results = std::array<std::byte*, most_arrays>;

template <class T>
const T* array_of(const std::byte* at) {
  return reinterpret_cast<const T*>(at);
}
template <class T>
T* array_of(std::byte* at) {
  return reinterpret_cast<T*>(at);
}

/// The arrays of all calls of a task: cold ones of one type lie one after the other in slices of
/// one buffer.  Where the case's state is hot, all are warm.
class CpuArrays {
 public:
  enum class Use { operands, results };

  CpuArrays(Use use, const std::vector<Array>& arrays, const Case& what, Device& device) {
    assert(arrays.size() <= most_arrays);
    std::int64_t gap = use == Use::results ? most_arrays * pad : 0;
    for (const Array& array : arrays) {
      const bool warm = array.warm || what.conditions.state == "hot";
      Group& group = group_of(use == Use::results ? DType::none : pool_of(array.type), warm);
      group.slice_bytes = (group.slice_bytes + page - 1) / page * page + gap % page;
      gap += pad;
      places_.push_back({static_cast<std::size_t>(&group - groups_.data()), group.slice_bytes});
      group.slice_bytes += (array.bytes() + 63) / 64 * 64;
    }
    for (Group& group : groups_) fill(group, use, what.threads, device);
    for (std::size_t i = 0; i < arrays.size(); ++i) {
      if (use == Use::results || !groups_[places_[i].group].warm) continue;
      Buffer part = groups_[places_[i].group].memory;
      part.data += places_[i].offset;
      part.size_bytes = (arrays[i].bytes() + 63) / 64 * 64;
      device.randomize(part, arrays[i].type, i + 1);
    }
  }

  std::array<std::byte*, most_arrays> next() {
    std::array<std::byte*, most_arrays> slices{}, at{};
    for (std::size_t g = 0; g < groups_.size(); ++g) slices[g] = groups_[g].rotation->next();
    for (std::size_t i = 0; i < places_.size(); ++i) {
      at[i] = slices[places_[i].group] + places_[i].offset;
    }
    return at;
  }

  ColdOperands cold() const {
    std::vector<Slices> all;
    for (const Group& group : groups_) {
      if (!group.warm) all.push_back(group.rotation->all());
    }
    return cold_operands_of(all);
  }

 private:
  /// Equal indices of any two arrays lie at different places of a page: in one set of L1 and at one
  /// place of it a copy from memory reached 16 GB/s of the 20 that it does so, as the probe's
  /// arrays lie (Intel, one core).
  static constexpr std::int64_t pad = 1088, page = 4096;

  struct Group {
    DType pool;
    bool warm;
    std::int64_t slice_bytes = 0;
    Buffer memory;
    std::optional<Rotation> rotation;
  };
  struct Place {
    std::size_t group;
    std::int64_t offset;
  };

  /// Integers of any width are random bits.
  static DType pool_of(DType type) { return bits(type) < 8 ? DType::i8 : type; }

  Group& group_of(DType pool, bool warm) {
    for (Group& group : groups_) {
      if (group.pool == pool && group.warm == warm) return group;
    }
    return groups_.emplace_back(Group{pool, warm});
  }

  static void fill(Group& group, Use use, int threads, Device& device) {
    if (group.warm) {
      group.memory = device.allocate(group.slice_bytes, threads, Pages::huge);
    } else {
      const std::int64_t wanted = rotation_bytes(device.machine(), group.slice_bytes);
      group.memory = use == Use::operands ? device.cold_operands(wanted, threads, group.pool)
                                          : device.cold_results(wanted, threads);
    }
    group.rotation.emplace(group.memory, group.slice_bytes);
  }

  std::vector<Group> groups_;
  std::vector<Place> places_;
};

/// Whether an operation says what each thread does.
template <class Operation>
constexpr bool has_parts = requires(const Operation& operation, const Operands& x,
                                    const Results& y) {
  operation.part(0, x, y);
};

/// Does an operation so many times over, in one parallel region where it has parts.
template <class Operation>
void carry_out(const Operation& operation, int threads, const Operands& x, const Results& y,
               std::int64_t times = 1) {
  if constexpr (has_parts<Operation>) {
    parallel(threads, [&](int thread) {
      for (std::int64_t i = 0; i < times; ++i) operation.part(thread, x, y);
    });
  } else {
    for (std::int64_t i = 0; i < times; ++i) operation.run(x, y);
  }
}

/// `Operation` says what one call is:
///   std::vector<Array> operands() const, results() const;
///   void part(int thread, const Operands&, const Results&) const, what each thread does, which
///     depends on no other's; or void run(const Operands&, const Results&) const, which does all
///   double error(const Operands&, const Operands& results) const;  <= 1 is correct; every byte of
///     the results was `poison` before, where it has such a constant, else 0xff: NaN
///   std::string implementation() const;  Task::implementation(), where it has one
template <class Operation>
class CpuTask final : public Task {
 public:
  CpuTask(Operation operation, const Case& what, Device& device, std::string code)
      : operation_(std::move(operation)),
        threads_(what.threads),
        is_hot_(what.conditions.state == "hot"),
        code_(std::move(code)),
        operands_(CpuArrays::Use::operands, operation_.operands(), what, device),
        results_(CpuArrays::Use::results, operation_.results(), what, device) {}

  void launch(Queue) override { carry_out(operation_, threads_, operands(), results_.next()); }
  void repeat(Queue queue, std::int64_t count) override {
    if (!is_hot_) return Task::repeat(queue, count);
    carry_out(operation_, threads_, operands(), results_.next(), count);
  }

  double error() override {
    const Operands x = operands();
    const Results y = results_.next();
    const std::vector<Array> arrays = operation_.results();
    for (std::size_t i = 0; i < arrays.size(); ++i) {
      std::memset(y[i], poison(), static_cast<std::size_t>(arrays[i].bytes()));
    }
    carry_out(operation_, threads_, x, y);
    Operands written{};
    for (std::size_t i = 0; i < most_arrays; ++i) written[i] = y[i];
    return operation_.error(x, written);
  }

  std::string implementation() const override {
    if constexpr (requires { operation_.implementation(); }) return operation_.implementation();
    return {};
  }
  ColdOperands cold_operands() const override { return operands_.cold(); }
  std::string code_hash() const override { return code_; }

 private:
  static constexpr int poison() {
    if constexpr (requires { Operation::poison; }) return Operation::poison;
    return 0xff;
  }

  Operands operands() {
    const auto slices = operands_.next();
    Operands x{};
    for (std::size_t i = 0; i < most_arrays; ++i) x[i] = slices[i];
    return x;
  }

  Operation operation_;
  int threads_;
  bool is_hot_;
  std::string code_;
  CpuArrays operands_, results_;
};

/// `code`: Task::code_hash().
template <class Operation>
std::unique_ptr<Task> cpu_task(Operation operation, const Case& what, Device& device,
                               std::string code = {}) {
  return std::make_unique<CpuTask<Operation>>(std::move(operation), what, device, std::move(code));
}

/// The task of an operation that an instruction set's leaf does.
template <class Operation, class Leaf>
std::unique_ptr<Task> leaf_task(Leaf* leaf, const Case& what, Device& device) {
  return cpu_task(Operation(leaf, what.shape, what.threads), what, device,
                  leaf_code(kernels_code(), leaf));
}

}  // namespace roofmark
