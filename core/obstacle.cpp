#include "core/obstacle.h"

#include <cstdlib>

namespace roofmark {
namespace {

std::string gpu_obstacle(const Variant& variant, const Machine& machine) {
  if (machine.gpus.empty()) return "no CUDA device";
  const std::string& has = machine.gpus.front().compute_capability;
  if (variant.needs.empty() || variant.needs == has + "a") return {};
  const auto number = [](const std::string& text) { return std::atof(text.c_str()); };
  const bool alone = variant.needs.back() == 'a';
  if (!alone && number(has) >= number(variant.needs)) return {};
  return "this GPU has compute capability " + has + ", not " + variant.needs;
}

}  // namespace

std::string obstacle(const Variant& variant, const Machine& machine) {
  if (!variant.unavailable.empty()) return variant.unavailable;
  if (variant.device == "cuda") return gpu_obstacle(variant, machine);
  if (!variant.needs.empty() && !machine.has_isa(variant.needs)) {
    return "needs " + variant.needs + ", which this CPU lacks";
  }
  return {};
}

std::string format_obstacle(const Kernel& kernel, const Format& format, const std::string& device,
                            const Machine& machine) {
  if (device == "cuda" && machine.gpus.empty()) return "no CUDA device";
  std::string first;
  bool any = false;
  for (const Variant& variant : kernel.variants) {
    any = any || variant.device == device;
    if (variant.device != device || !(variant.format == format)) continue;
    const std::string reason = obstacle(variant, machine);
    if (reason.empty()) return {};
    if (first.empty()) first = reason;
  }
  if (!first.empty()) return first;
  return "no " + (any ? format.name() + " " : "") + "variant of " + kernel.name + " for " + device;
}

}  // namespace roofmark
