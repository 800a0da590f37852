// The task of a token embedding over [tokens, cols] on CPUs.
#pragma once

#include <cstring>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

#include "core/case.h"
#include "core/code_table.h"
#include "core/device.h"
#include "core/parallel.h"
#include "kernels/embedding/embedding.isa.h"
#include "kernels/rotation.h"

namespace roofmark {

/// Gathers rows in shuffled order, the next `tokens` of them at each launch, out of as many as
/// other kernels rotate through: all are read before one is read again, so that each is found in
/// memory, as in a model whose weights are read between two gathers.  Of a larger table these are
/// its first rows (the rest would never be in a cache either), a smaller one lies there several
/// times.
class Embedding final : public Task {
 public:
  Embedding(EmbeddingLeaf leaf, const Case& what, DType type, Device& device)
      : leaf_(leaf),
        threads_(what.threads),
        tokens_(what.shape.at("tokens")),
        row_bytes_(what.shape.at("cols") * bits(type) / 8),
        results_(device.cold_results(rotation_bytes(device.machine(), tokens_ * row_bytes_),
                                     what.threads),
                 tokens_ * row_bytes_) {
    rows_ = std::min(rotation_bytes(device.machine(), row_bytes_) / row_bytes_,
                     std::max<std::int64_t>(what.shape.at("vocabulary"), most_repeated_rows));
    const std::int64_t whole_words = (rows_ * row_bytes_ + 63) / 64 * 64;
    table_ = device.cold_operands(whole_words, what.threads, type);
    // Whole launches, so that none wraps around.
    ids_.resize(static_cast<std::size_t>((rows_ + tokens_ - 1) / tokens_ * tokens_));
    std::iota(ids_.begin(), ids_.end(), 0);
    for (std::int32_t& id : ids_) id = static_cast<std::int32_t>(id % rows_);
    std::shuffle(ids_.begin(), ids_.end(), std::mt19937_64(1));
  }

  /// All of the table, and the same row never sooner.
  ColdOperands cold_operands() const override {
    return cold_operands_of({{rows_, row_bytes_, table_.huge_share}});
  }
  std::string code_hash() const override { return leaf_code(kernels_code(), leaf_); }

  void launch(Queue) override { gather(next_ids(), results_.next()); }

  /// 0, or infinity where the bits of any row are not its token's.
  double error() override {
    const std::int32_t* ids = next_ids();
    std::byte* y = results_.next();
    std::memset(y, 0xff, static_cast<std::size_t>(tokens_ * row_bytes_));
    gather(ids, y);
    for (std::int64_t t = 0; t < tokens_; ++t) {
      const bool same = std::memcmp(y + t * row_bytes_, table_.data + ids[t] * row_bytes_,
                                    static_cast<std::size_t>(row_bytes_)) == 0;
      if (!same) return std::numeric_limits<double>::infinity();
    }
    return 0;
  }

 private:
  const std::int32_t* next_ids() {
    const std::int32_t* ids = ids_.data() + turn_;
    turn_ = (turn_ + tokens_) % static_cast<std::int64_t>(ids_.size());
    return ids;
  }

  void gather(const std::int32_t* ids, std::byte* y) const {
    parallel(threads_, [&](int thread) {
      const auto [begin, end] = share_of(tokens_, thread, threads_);
      leaf_(table_.data, ids + begin, y + begin * row_bytes_, end - begin, row_bytes_);
    });
  }

  /// Of a smaller table: rows of 512 bytes then fill 2 GiB, and a list of all takes 16 MiB.
  static constexpr std::int64_t most_repeated_rows = std::int64_t{1} << 22;

  EmbeddingLeaf leaf_;
  int threads_;
  std::int64_t tokens_, row_bytes_;
  Rotation results_;
  Buffer table_;
  std::vector<std::int32_t> ids_;
  std::int64_t rows_ = 0, turn_ = 0;
};

}  // namespace roofmark
