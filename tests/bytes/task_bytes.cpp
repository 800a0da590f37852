// Launches kernels' tasks once each, between markers that a trace of memory accesses shows:
//   task_bytes list              kernel/variant/format of each CPU variant
//   task_bytes CASE...           kernel/variant/format/name=extent,... on one thread
// Of each case one line: CASE, the bytes that its work model says are read and written, where the
// operands and results lie that its task asked the device for, BEGIN-END,... in hexadecimal, and
// where its working memory does, the same after a colon.
#include <sys/mman.h>

#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/case.h"
#include "kernels/registry.h"
#include "tests/kernels/memory_device.h"

namespace roofmark {
namespace {

/// Where a word is written before and after each launch; nothing else is there.
constexpr std::uintptr_t marker = 0x700000000;

/// Remembers what it handed out.  One slice of each operand: nothing rotates.
class WatchedDevice final : public MemoryDevice {
 public:
  WatchedDevice() : MemoryDevice(4) {}

  Buffer allocate(std::int64_t size_bytes, int threads, Pages pages) override {
    const Buffer buffer = MemoryDevice::allocate(size_bytes, threads, pages);
    buffers.push_back(buffer);
    return buffer;
  }
  Buffer allocate_scratch(std::int64_t size_bytes, int threads, Pages pages) override {
    scratch.push_back(MemoryDevice::allocate(size_bytes, threads, pages));
    return scratch.back();
  }

  std::vector<Buffer> buffers, scratch;
};

void print_places(const std::vector<Buffer>& buffers) {
  for (const Buffer& buffer : buffers) {
    const auto begin = reinterpret_cast<std::uintptr_t>(buffer.data);
    std::printf(
        "%llx-%llx,", static_cast<unsigned long long>(begin),
        static_cast<unsigned long long>(begin + static_cast<std::uintptr_t>(buffer.size_bytes)));
  }
}

/// Planted: claims the work of y = x + r and does it wrongly, as a fault of a model would look.
class PlantedTask final : public Task {
 public:
  enum class Fault { skips_an_operand_byte, writes_an_element_less, finds_its_scratch_full, none };

  PlantedTask(Fault fault, const Shape& shape, Device& device)
      : fault_(fault),
        count_(shape.at("rows") * shape.at("cols")),
        memory_(device.allocate(3 * count_ * 4, 1, Pages::base)),
        scratch_(device.allocate_scratch(4, 1)) {
    device.randomize(memory_, DType::f32, 1);
    scratch_.f32()[0] = 0;
  }
  void launch(Queue) override {
    const float* x = memory_.f32();
    float* y = memory_.f32() + 2 * count_;
    const std::int64_t last = count_ - 1;
    for (std::int64_t i = 0; i < last; ++i) y[i] = x[i] + x[count_ + i];
    const volatile std::byte* r = memory_.data + 4 * (count_ + last);
    int bytes = 0;
    for (int b = fault_ == Fault::skips_an_operand_byte; b < 4; ++b)
      bytes += static_cast<int>(r[b]);
    const float sum = x[last] + static_cast<float>(bytes);
    if (fault_ != Fault::writes_an_element_less) y[last] = sum;
    volatile float again = y[0];  // what it wrote itself is no traffic
    volatile float* scratch = scratch_.f32();
    if (fault_ != Fault::finds_its_scratch_full) *scratch = again;
    again = *scratch;
  }
  double error() override { return 0; }

 private:
  Fault fault_;
  std::int64_t count_;
  Buffer memory_, scratch_;
};

template <PlantedTask::Fault fault>
Variant planted(const char* name) {
  return {.name = name,
          .device = "cpu",
          .prepare = [](const Case& what, Device& device) -> std::unique_ptr<Task> {
            return std::make_unique<PlantedTask>(fault, what.shape, device);
          }};
}

std::vector<Kernel> kernels_and_planted() {
  using Fault = PlantedTask::Fault;
  std::vector<Kernel> kernels = all_kernels();
  Kernel add{.name = "planted"};
  for (const Kernel& kernel : kernels) {
    if (kernel.name == "add") add.work = kernel.work;
  }
  add.variants = {planted<Fault::none>("right"),
                  planted<Fault::skips_an_operand_byte>("skips_an_operand_byte"),
                  planted<Fault::writes_an_element_less>("writes_an_element_less"),
                  planted<Fault::finds_its_scratch_full>("finds_its_scratch_full")};
  kernels.push_back(add);
  return kernels;
}

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == at) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

Shape shape_of(const std::string& text) {
  Shape shape;
  for (const std::string& extent : split(text, ',')) {
    const std::vector<std::string> sides = split(extent, '=');
    shape.extents.push_back({sides.at(0), std::stoll(sides.at(1))});
  }
  return shape;
}

void mark() { *reinterpret_cast<volatile std::uint32_t*>(marker) = 1; }

void run(const std::string& name, const std::vector<Kernel>& kernels) {
  const std::vector<std::string> parts = split(name, '/');
  for (const Kernel& kernel : kernels) {
    for (const Variant& variant : kernel.variants) {
      if (kernel.name != parts.at(0) || variant.name != parts.at(1) || variant.device != "cpu" ||
          variant.format.name() != parts.at(2)) {
        continue;
      }
      const Case what{.kernel = &kernel,
                      .variant = &variant,
                      .shape = shape_of(parts.at(3)),
                      .conditions = {.state = "cold", .packed = variant.packed},
                      .threads = 1,
                      .format = variant.format};
      WatchedDevice device;
      const auto task = variant.prepare(what, device);
      task->launch({});  // what a task makes at its first launch is made
      mark();
      task->launch({});
      mark();
      const Work work = kernel.work(what.shape, what.format);
      std::printf("%s %.0f %.0f ", name.c_str(), work.read.value, work.written.value);
      print_places(device.buffers);
      std::printf(":");
      print_places(device.scratch);
      std::printf("\n");
      return;
    }
  }
  throw std::runtime_error("no variant " + name);
}

}  // namespace
}  // namespace roofmark

int main(int count, char** words) {
  using namespace roofmark;
  const std::vector<Kernel> kernels = kernels_and_planted();
  if (count == 2 && std::string(words[1]) == "list") {
    for (const Kernel& kernel : kernels) {
      for (const Variant& variant : kernel.variants) {
        if (variant.device != "cpu" || !variant.unavailable.empty()) continue;
        std::printf("%s/%s/%s\n", kernel.name.c_str(), variant.name.c_str(),
                    variant.format.name().c_str());
      }
    }
    return 0;
  }
  constexpr int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;
  if (mmap(reinterpret_cast<void*>(marker), 4096, PROT_READ | PROT_WRITE, flags, -1, 0) ==
      MAP_FAILED) {
    std::perror("the marker's page");
    return 1;
  }
  for (int i = 1; i < count; ++i) run(words[i], kernels);
}
