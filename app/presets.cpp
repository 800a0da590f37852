#include "app/presets.h"

#include <algorithm>

#include "analyzer/operators.h"
#include "app/format_argument.h"
#include "app/model_argument.h"
#include "core/error.h"
#include "core/obstacle.h"
#include "core/plan.h"
#include "core/printable.h"

namespace roofmark {
namespace {

struct Preset {
  std::vector<std::string> models;
  std::int64_t prompt, context;
  bool sweep;  ///< 1, 2, 4, ... threads; else one and all
  std::vector<std::string> cpu_formats, gpu_formats;
  double target, case_limit_s, core_limit_s;
};

// By Depth.  quick answers within minutes; standard is what baselines are made of; thorough takes
// longer prompts and lets noisy rows try longer.
const std::vector<std::string> every_cpu_format{"f32",  "bf16-f32", "f16-f32",
                                                "w8a8", "w4a16",    "w4a8"};
const std::vector<std::string> every_gpu_format{"f32",  "tf32-f32", "bf16-f32", "f16-f32",
                                                "w8a8", "fp8-f32",  "w4a16",    "w4a8"};
const Preset presets[] = {{{"llama-3-8b"},
                           128,
                           2048,
                           false,
                           {"f32", "bf16-f32", "w4a8"},
                           {"bf16-f32", "w4a16"},
                           0.03,
                           0.22,
                           0.06},
                          {{"llama-2-7b", "llama-3-8b"},
                           512,
                           2048,
                           true,
                           {"f32", "bf16-f32", "w8a8", "w4a16", "w4a8"},
                           every_gpu_format,
                           0.01,
                           1.5,
                           0.4},
                          {{"llama-2-7b", "llama-3-8b", "llama-3.2-1b"},
                           2048,
                           4096,
                           true,
                           every_cpu_format,
                           every_gpu_format,
                           0.01,
                           5.0,
                           1.0}};

const Preset& preset_of(const std::string& name) {
  return presets[static_cast<int>(depth_of(name))];
}

std::vector<int> thread_counts(const RunRequest& request, bool sweep, const Machine& machine) {
  const int most = machine.allowance.max_threads;
  if (!request.threads.empty()) {
    for (const int threads : request.threads) {
      if (threads < 1 || threads > most) {
        throw InputError("cannot run on " + std::to_string(threads) + " threads (" +
                         allowed_threads_text(machine) + "); pass --threads 1.." +
                         std::to_string(most));
      }
    }
    return request.threads;
  }
  std::vector<int> counts;
  for (int threads = 1; sweep && threads < most; threads *= 2) counts.push_back(threads);
  if (!sweep && most > 1) counts.push_back(1);
  counts.push_back(most);
  return counts;
}

Phase phase_of(const std::string& text) {
  for (const Phase phase : {Phase::prefill, Phase::decode}) {
    if (text == name(phase)) return phase;
  }
  throw InputError("there is no phase '" + text +
                   "' (prefill and decode are); pass --phase prefill,decode");
}

struct AskedFormat {
  Format format;
  std::int64_t group = 0;
};

AskedFormat format_of(const std::string& text) {
  const FormatArgument argument = format_argument(text);
  const auto format = working_format_from(argument.name);
  if (!format) {
    throw InputError("there is no format '" + printable(text, 40) +
                     "' (f32, bf16-f32, w8a8, w4a16, w4a16g32 and the like are)"
                     "; pass --dtype f32");
  }
  return {*format, argument.group};
}

/// As wide as the activations where nobody says it; kernels of GPUs know none of 8 bits.
DType cache_of(const RunRequest& request, const Format& format, bool on_gpu) {
  if (request.cache.empty()) {
    return on_gpu && bits(format.activations) < 16 ? DType::bf16 : format.activations;
  }
  for (const DType type : {DType::f32, DType::f16, DType::bf16, DType::i8}) {
    if (name(type) == request.cache) return type;
  }
  throw InputError("--kv-dtype: no kernel keeps a cache of " + printable(request.cache, 40) +
                   "; pass f32, f16, bf16 or i8");
}

template <class T>
std::vector<T> or_else(const std::vector<T>& asked, const std::vector<T>& otherwise) {
  return asked.empty() ? otherwise : asked;
}

/// What that device is measured in where nobody says it, and for which device alone.
struct Formats {
  std::vector<std::string> names;
  std::string device;
  bool on_gpu = false;  ///< on no other device
};

std::vector<Formats> formats_of(const RunRequest& request, const std::vector<std::string>& devices,
                                const Preset& preset, const Machine& machine) {
  if (!request.formats.empty()) {
    const bool on_gpu = devices.size() == 1 && devices.front() == "cuda";
    return {Formats{request.formats, "", on_gpu}};
  }
  std::vector<Formats> all;
  for (const std::string& device : devices) {
    if (device == "cpu") all.push_back({preset.cpu_formats, device});
    // Without a GPU one format stands for all: every row would say the same.
    if (device == "cuda") {
      all.push_back(
          {machine.gpus.empty() ? std::vector<std::string>{"bf16-f32"} : preset.gpu_formats, device,
           true});
    }
  }
  return all;
}

/// Attention both fused and in parts; operators that they share are planned once.
void add_workloads(std::vector<Workload>& workloads, const Workload& one) {
  for (const Attention attention : {Attention::flash, Attention::eager}) {
    workloads.push_back(one);
    workloads.back().attention = attention;
  }
}

std::vector<Workload> workloads_of(const RunRequest& request, const Preset& preset,
                                   const std::vector<Formats>& formats) {
  std::vector<Workload> workloads;
  for (const std::string& model_name : or_else(request.models, preset.models)) {
    const Model model = model_argument(model_name);
    for (const std::string& phase_name : or_else(request.phases, {"prefill", "decode"})) {
      const Phase phase = phase_of(phase_name);
      const std::int64_t usual = phase == Phase::prefill ? preset.prompt : preset.context;
      for (const std::int64_t context : or_else(request.contexts, {usual})) {
        for (const std::int64_t batch : or_else(request.batches, {1})) {
          for (const Formats& of_device : formats) {
            for (const std::string& format_name : of_device.names) {
              const auto [format, group] = format_of(format_name);
              add_workloads(workloads, {.model = model,
                                        .phase = phase,
                                        .queries = queries_of(phase, batch, context),
                                        .format = format,
                                        .kv = cache_of(request, format, of_device.on_gpu),
                                        .device = of_device.device,
                                        .group = group});
            }
          }
        }
      }
    }
  }
  return workloads;
}

}  // namespace

std::string allowed_threads_text(const Machine& machine) {
  return "this process may use " + std::to_string(machine.allowance.max_threads) + " of " +
         std::to_string(machine.cpu.threads) + " CPUs: affinity and cgroup say so";
}

Policy policy_of(const RunRequest& request, const Machine& machine) {
  const Preset& preset = preset_of(request.preset);
  Policy policy;
  policy.preset = request.preset;
  policy.only = request.only;
  policy.filter = request.filter;
  policy.devices.clear();  // of what a policy is without a request
  for (const std::string& device : or_else(request.devices, {"cpu"})) {
    const bool had = std::count(policy.devices.begin(), policy.devices.end(), device) > 0;
    if (!had) policy.devices.push_back(device);
  }
  policy.threads = thread_counts(request, preset.sweep, machine);
  policy.workloads =
      workloads_of(request, preset, formats_of(request, policy.devices, preset, machine));
  policy.seed = static_cast<std::uint64_t>(request.seed.value_or(1));
  policy.target = preset.target;
  policy.case_limit_s = preset.case_limit_s;
  policy.core_limit_s = preset.core_limit_s;
  return policy;
}

void require_formats(const RunRequest& request, const Policy& policy,
                     std::span<const Kernel> registry, const Machine& machine) {
  if (request.formats.empty() || policy.only == "probes") return;
  std::string reasons;
  for (const std::string& text : request.formats) {
    for (const std::string& device : policy.devices) {
      for (const Kernel& kernel : registry) {
        if (kernel.name != "gemm" && kernel.name != "gemv") continue;
        const std::string reason = format_obstacle(kernel, format_of(text).format, device, machine);
        if (reason.empty()) return;
        if (reasons.find(reason) == std::string::npos)
          reasons += (reasons.empty() ? "" : "; ") + reason;
      }
    }
  }
  throw InputError("--dtype: no product can run in what is asked for (" + reasons +
                   "); see roofmark list kernels for the formats there are");
}

std::vector<Operator> operators_of(const Policy& policy) {
  std::vector<Operator> all;
  for (const Workload& workload : policy.workloads) {
    for (Operator& op : operators(workload)) {
      op.device = workload.device;
      all.push_back(measured(std::move(op)));
    }
    // For networks that are built otherwise; a quick run of a CPU leaves them out.
    const bool is_brief = depth_of(policy.preset) == Depth::quick && policy.filter.empty();
    if (workload.device == "cpu" && is_brief) continue;
    for (const auto& beside :
         {dynamic_quantization(workload), layer_norms(workload), fused_norms(workload)}) {
      for (Operator op : beside) {
        op.device = op.kernel == "add_norm" ? "cpu" : workload.device;
        all.push_back(measured(std::move(op)));
      }
    }
  }
  return all;
}

}  // namespace roofmark
