// Residual add of a transformer block: y = x + r over [rows, cols].
#include "core/device.h"
#include "core/parallel.h"
#include "kernels/add/add.isa.h"
#include "kernels/native.h"
#include "kernels/rotation.h"
#include "kernels/verify.h"

namespace roofmark {
namespace {

#define ROOFMARK_ROW(isa, vector_bytes) Leaf<AddLeaf>{#isa, isa_##isa::add},
constexpr Leaf<AddLeaf> leaves[] = {ROOFMARK_EACH_ISA(ROOFMARK_ROW)};
#undef ROOFMARK_ROW

std::int64_t elements(const Shape& shape) { return shape.at("rows") * shape.at("cols"); }

/// One add per element; two operands read and one written.
Work work(const Shape& shape, const Format& format) {
  const double n = static_cast<double>(elements(shape));
  const double width = bytes(format.activations);
  return {.ops = Ops{n}, .read = Bytes{2 * n * width}, .written = Bytes{n * width}};
}

std::optional<Companion> companion(const Shape&, int) {
  return Companion{"triad", {.level = "dram", .stores = "ordinary"}};
}

class AddTask final : public Task {
 public:
  AddTask(const Case& what, Device& device)
      : leaf_(leaf_of<AddLeaf>(leaves, what)),
        count_(elements(what.shape)),
        threads_(what.threads),
        operands_(device.cold_operands(rotation_bytes(device.machine(), 8 * count_), threads_)),
        results_(device.cold_results(rotation_bytes(device.machine(), 4 * count_), threads_)),
        reads_(operands_.size_bytes, 8 * count_),
        writes_(results_.size_bytes, 4 * count_) {}

  void launch(Queue) override {
    advance();
    run();
  }

  double error() override {
    advance();
    poison(y_, count_);
    run();
    return largest_error(y_, count_, [&](std::int64_t i) {
      const double exact = static_cast<double>(x_[i]) + static_cast<double>(x_[count_ + i]);
      return Expected{exact, 1e-7 * (1 + std::abs(exact))};  // one rounding to f32
    });
  }

 private:
  void advance() {
    x_ = reinterpret_cast<const float*>(operands_.data + reads_.next());
    y_ = reinterpret_cast<float*>(results_.data + writes_.next());
  }
  void run() {
    parallel(threads_, [&](int thread) {
      const auto [begin, end] = share_of(count_, thread, threads_, 16);
      leaf_(x_ + begin, x_ + count_ + begin, y_ + begin, end - begin);
    });
  }

  AddLeaf leaf_;
  std::int64_t count_;
  int threads_;
  Buffer operands_, results_;
  Rotation reads_, writes_;
  const float* x_ = nullptr;  ///< [2, count]: both operands
  float* y_ = nullptr;
};

std::unique_ptr<Task> prepare(const Case& what, Device& device) {
  return std::make_unique<AddTask>(what, device);
}

}  // namespace

std::vector<Kernel> add_kernels() {
  return {{.name = "add",
           .summary = "residual add, y = x + r",
           .work = work,
           .companion = companion,
           .variants = native_variants<AddLeaf>(leaves, Format{}, prepare)}};
}

}  // namespace roofmark
