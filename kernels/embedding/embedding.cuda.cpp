// Token embedding over [tokens, cols] on a GPU.
#include "kernels/embedding/embedding.cuda.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "core/gpu_code.h"
#include "kernels/embedding/embedding_model.h"
#include "kernels/gpu_task.h"

namespace roofmark {
namespace {

/// Random tokens of a whole table; each launch has tokens of its own, so that the rows which they
/// gather are found in memory: 3 x L2 of them, as of any operand.
class GpuEmbedding final : public Task {
 public:
  GpuEmbedding(const Case& what, Device& device)
      : device_(device),
        vocabulary_(what.shape.at("vocabulary")),
        tokens_(what.shape.at("tokens")),
        row_bytes_(array_bytes(what.shape.at("cols"), what.variant->format.weights)),
        table_(device.cold_operands(vocabulary_ * row_bytes_, 1, what.variant->format.weights)),
        results_(device, GpuSlices::Use::results, tokens_ * row_bytes_) {
    const Gpu gpu = gpu_of(device);
    sms_ = gpu.sms;
    draws_ = std::max<std::int64_t>(2, 3 * gpu.l2_bytes / (tokens_ * row_bytes_) + 1);
    tokens_drawn_.resize(static_cast<std::size_t>(draws_ * tokens_));
    for (std::size_t i = 0; i < tokens_drawn_.size(); ++i) {
      tokens_drawn_[i] = static_cast<int>(random_bits(1, i) % vocabulary_);
    }
    const auto bytes = static_cast<std::int64_t>(sizeof(int)) * draws_ * tokens_;
    ids_ = device.allocate(bytes, 1, Pages::base);
    device.upload(ids_.data, tokens_drawn_.data(), bytes);
  }

  void launch(Queue queue) override { launch_to(results_.next(), queue); }
  ColdOperands cold_operands() const override {
    return cold_operands_of({{draws_, tokens_ * row_bytes_, table_.huge_share}});
  }
  std::string code_hash() const override {
    return launched_code(kernels_gpu_code(), &launch_embedding, device_.machine());
  }

  /// The bits of every row gathered: 0, or infinity where one of them is not its token's.
  double error() override {
    std::byte* y = results_.next();
    device_.fill_bytes({.data = y, .size_bytes = tokens_ * row_bytes_}, 0xff);
    const std::int64_t draw = turn_;
    launch_to(y, device_.queue());
    device_.synchronize();
    const std::vector<std::byte> results = fetched(device_, y, tokens_ * row_bytes_);
    for (std::int64_t t = 0; t < tokens_; ++t) {
      const std::int64_t id = tokens_drawn_[static_cast<std::size_t>(draw * tokens_ + t)];
      const std::vector<std::byte> row =
          fetched(device_, table_.data + id * row_bytes_, row_bytes_);
      if (!std::equal(row.begin(), row.end(), results.begin() + t * row_bytes_)) {
        return std::numeric_limits<double>::infinity();
      }
    }
    return 0;
  }

 private:
  void launch_to(std::byte* y, Queue queue) {
    EmbeddingArguments arguments;
    arguments.table = table_.data;
    arguments.ids = reinterpret_cast<const int*>(ids_.data) + turn_ * tokens_;
    arguments.y = y;
    arguments.tokens = tokens_;
    arguments.row_bytes = row_bytes_;
    arguments.sms = sms_;
    launch_embedding(arguments, queue.stream);
    turn_ = (turn_ + 1) % draws_;
  }

  Device& device_;
  std::int64_t vocabulary_, tokens_, row_bytes_;
  int sms_ = 1;
  Buffer table_;
  GpuSlices results_;
  std::int64_t draws_ = 1, turn_ = 0;
  std::vector<int> tokens_drawn_;
  Buffer ids_;
};

std::unique_ptr<Task> prepare(const Case& what, Device& device) {
  return std::make_unique<GpuEmbedding>(what, device);
}

}  // namespace

std::vector<Kernel> embedding_cuda_kernels() {
  return {{.name = "embedding",
           .summary = "token embedding, a gather of table rows",
           .work = embedding_work,
           .companion = embedding_companion,
           .variants = simt_variants(prepare)}};
}

}  // namespace roofmark
