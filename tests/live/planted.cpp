// The program with a delay in one kernel, for scripts/check-gate-live: the linker hands it this
// registry in the place of the kernels' own (--wrap), so that nothing of it is in what is shipped.
// ROOFMARK_PLANT=gemv/avx512=0.1 makes each launch of that kernel and variant a tenth longer.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/kernel.h"

// What the linker calls all_kernels() here, and what it calls ours (Itanium names).
std::vector<roofmark::Kernel> own_kernels() asm("__real__ZN8roofmark11all_kernelsEv");
std::vector<roofmark::Kernel> planted_kernels() asm("__wrap__ZN8roofmark11all_kernelsEv");

namespace {

using namespace roofmark;
using Clock = std::chrono::steady_clock;
using Prepare = std::unique_ptr<Task> (*)(const Case&, Device&);

double delay = 0;                   // as a share of what is delayed
std::vector<Prepare> own_prepares;  // of the variants that are delayed, one per format

/// A task that takes longer by that share, and whose code is therefore another.
class Delayed final : public Task {
 public:
  explicit Delayed(std::unique_ptr<Task> task) : task_(std::move(task)) {}

  void launch(Queue queue) override {
    prolong([&] { task_->launch(queue); });
  }
  void repeat(Queue queue, std::int64_t count) override {
    prolong([&] { task_->repeat(queue, count); });
  }
  double clock_hz() override { return task_->clock_hz(); }
  std::optional<double> load_bytes() override { return task_->load_bytes(); }
  bool times_host() const override { return task_->times_host(); }
  double error() override { return task_->error(); }
  std::string implementation() const override { return task_->implementation(); }
  std::string code_hash() const override {
    std::string hash = task_->code_hash();
    for (char& digit : hash)
      digit = digit == 'f' ? '0' : digit == '9' ? 'a' : static_cast<char>(digit + 1);
    return hash;
  }

 private:
  template <class Launch>
  static void prolong(Launch launch) {
    const auto start = Clock::now();
    launch();
    const auto middle = Clock::now();
    const auto end = middle + std::chrono::duration_cast<Clock::duration>((middle - start) * delay);
    while (Clock::now() < end) continue;
  }

  std::unique_ptr<Task> task_;
};

template <std::size_t At>
std::unique_ptr<Task> prepare_delayed(const Case& what, Device& device) {
  return std::make_unique<Delayed>(own_prepares[At](what, device));
}

constexpr Prepare delayed[] = {prepare_delayed<0>, prepare_delayed<1>, prepare_delayed<2>,
                               prepare_delayed<3>, prepare_delayed<4>, prepare_delayed<5>,
                               prepare_delayed<6>, prepare_delayed<7>};

[[noreturn]] void give_up(const char* why) {
  std::fprintf(stderr, "roofmark_planted: %s; e.g. ROOFMARK_PLANT=gemv/avx512=0.1\n", why);
  std::exit(2);
}

}  // namespace

std::vector<Kernel> planted_kernels() {
  std::vector<Kernel> kernels = own_kernels();
  const char* wanted = std::getenv("ROOFMARK_PLANT");
  if (wanted == nullptr) give_up("ROOFMARK_PLANT is not set");
  const char* share = std::strchr(wanted, '=');
  if (share == nullptr) give_up("ROOFMARK_PLANT has no share");
  delay = std::atof(share + 1);
  if (!(delay > 0 && delay < 10)) give_up("the share of ROOFMARK_PLANT is none");
  own_prepares.clear();
  for (Kernel& kernel : kernels) {
    for (Variant& variant : kernel.variants) {
      const std::string name = kernel.name + "/" + variant.name;
      if (name != std::string(wanted, share) || variant.prepare == nullptr) continue;
      if (own_prepares.size() == std::size(delayed)) give_up("the variant has too many formats");
      own_prepares.push_back(std::exchange(variant.prepare, delayed[own_prepares.size()]));
    }
  }
  if (own_prepares.empty()) give_up("ROOFMARK_PLANT names no kernel of this build");
  return kernels;
}
