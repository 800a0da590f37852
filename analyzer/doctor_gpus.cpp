#include "analyzer/doctor_gpus.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <utility>

#include "analyzer/numbers.h"
#include "analyzer/spec.h"

namespace roofmark {
namespace {

constexpr double as_good_as_equal = 0.98;  // a limit of 3199 MHz is that of 3200

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

bool holds(const std::vector<std::string>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// 12.2 is (12, 2); what is no version is (0, 0).
std::pair<int, int> version_of(const Known<std::string>& text) {
  std::pair<int, int> version;
  if (!text) return version;
  const char *begin = text->data(), *end = begin + text->size();
  const auto major = std::from_chars(begin, end, version.first);
  if (major.ptr != end && *major.ptr == '.') std::from_chars(major.ptr + 1, end, version.second);
  return version;
}

Finding identity_finding(const Machine& machine) {
  std::string names;
  for (const Gpu& gpu : machine.gpus) names += (names.empty() ? "" : ", ") + gpu.name;
  const bool several = machine.gpus.size() > 1;
  return fine("CUDA", "GPUs: " + names + (several ? "; the first is measured" : ""));
}

Finding rates(const Gpu& gpu) {
  if (const Uarch* uarch = uarch_of(gpu)) {
    return fine("GPURATES", "its rates per cycle are known: " + uarch->title);
  }
  return warning("GPURATES",
                 "its rates per cycle are unknown (compute capability " + gpu.compute_capability +
                     "): rows have no theoretical bound, so that no value can be refused for "
                     "exceeding it and none is graded above B",
                 "add one JSON file under analyzer/specs with their source (docs/adding.md)");
}

Finding driver(const Gpu& gpu) {
  const GpuSetting& setting = gpu.setting;
  std::string text = "driver " + setting.driver.value_or("of unknown version");
  if (setting.cuda_driver) text += ", which serves CUDA " + *setting.cuda_driver;
  if (setting.cuda_runtime) text += "; built with CUDA " + *setting.cuda_runtime;
  const auto served = version_of(setting.cuda_driver), built = version_of(setting.cuda_runtime);
  if (!setting.cuda_driver || !setting.cuda_runtime || served >= built) {
    return fine("GPUDRIVER", text);
  }
  if (served.first == built.first) {
    return fine("GPUDRIVER", text +
                                 ": an older minor version, which runs what was compiled for "
                                 "this GPU and nothing that it would have to compile itself");
  }
  return warning(
      "GPUDRIVER", text + ": it is too old to run any GPU row of this program",
      "update the driver, or build with a toolkit no newer than CUDA " + *setting.cuda_driver);
}

/// How many multiprocessors the part is sold with, beside how many are seen.
Finding multiprocessors(const Machine& machine, const Gpu& gpu) {
  const Hardware* sheet = hardware_of(machine, "cuda");
  const Engine* engine = sheet ? sheet->engine_of("cuda") : nullptr;
  const std::string seen = counted(gpu.sms, "multiprocessor");
  if (!gpu.slice().empty()) {
    return warning("GPUSMS",
                   "a slice (" + gpu.slice() + ") with " + seen +
                       (engine ? " of " + fixed(engine->units, 0) : "") +
                       ": ceilings are those of the slice, no data sheet stands beside them, and "
                       "work on other slices moves the clock that all of them share",
                   "for the whole GPU, as root: nvidia-smi -mig 0");
  }
  if (gpu.setting.mig == "on") {
    return warning(
        "GPUSMS", "MIG mode is on: a program sees slices alone, and none was given to it",
        "name one in CUDA_VISIBLE_DEVICES (nvidia-smi -L), or as root: nvidia-smi -mig 0");
  }
  if (!engine) {
    return fine("GPUSMS", seen + "; how many the part is sold with is in no data sheet built in");
  }
  const double missing = engine->units - gpu.sms;
  if (missing <= 0) return fine("GPUSMS", "all " + seen + " are in use");
  const Known<std::string> mode = machine.jetson ? machine.jetson->power_mode : std::nullopt;
  return warning(
      "GPUSMS",
      "only " + std::to_string(gpu.sms) + " of " + fixed(engine->units, 0) +
          " multiprocessors are on" + (mode ? " (power mode " + *mode + ")" : std::string()) +
          ": bounds count those alone, and the data sheet's peaks are another mode's",
      machine.jetson ? "choose a mode that leaves all of them on, as root with nvpmodel" : "");
}

/// The highest clock that the data sheet's peaks were computed with.
Known<double> sold_clock(const Machine& machine) {
  const Hardware* sheet = hardware_of(machine, "cuda");
  const Engine* engine = sheet ? sheet->engine_of("cuda") : nullptr;
  Known<double> clock_hz;
  if (!engine) return clock_hz;
  for (const auto& [format, basis] : engine->basis) {
    clock_hz = std::max(clock_hz.value_or(0), basis.clock.value);
  }
  return clock_hz;
}

Finding clocks(const Machine& machine, const Gpu& gpu) {
  Known<double> most = gpu.setting.clock_max_hz;
  if (machine.jetson && machine.jetson->gpu_clock_max_hz) most = machine.jetson->gpu_clock_max_hz;
  if (!most) {
    return fine("GPUCLOCK", "its clock's limit is not visible; the clock is measured beside rows");
  }
  std::string text = "its clock may rise to " + si(most, "Hz");
  if (gpu.setting.memory_clock_max_hz) {
    text += ", its memory's to " + si(gpu.setting.memory_clock_max_hz, "Hz");
  }
  const Known<double> sold = sold_clock(machine);
  if (!sold || *most >= as_good_as_equal * *sold) return fine("GPUCLOCK", text);
  return warning("GPUCLOCK",
                 text + ", and the data sheet speaks of " + si(sold, "Hz") +
                     ": shares of the measured clock's bound hold, absolute values are lower",
                 machine.jetson ? "choose another power mode, as root with nvpmodel"
                                : "as root: nvidia-smi -rgc");
}

Finding power(const Gpu& gpu) {
  const Known<double>& limit = gpu.setting.power_limit_w;
  const Known<double>& usual = gpu.setting.power_limit_default_w;
  if (!limit) return fine("GPUPOWER", "its power limit is not visible");
  const std::string watts = fixed(*limit, 0) + " W";
  if (!usual || *limit >= as_good_as_equal * *usual) {
    return fine("GPUPOWER", "its power limit is " + watts +
                                ": large products may run into it, and their clock falls, which is "
                                "measured beside each row");
  }
  return warning("GPUPOWER",
                 "its power is limited to " + watts + " of " + fixed(*usual, 0) +
                     " W: under load the clock falls below what the part would reach",
                 "as root: nvidia-smi -pl " + fixed(*usual, 0));
}

/// The words are those of a run file; here is what they mean for numbers.
Finding throttled(const Gpu& gpu) {
  const auto& reasons = gpu.setting.throttle_reasons;
  if (!reasons) return fine("GPUTHROTTLE", "whether anything slows it down now is not visible");
  std::vector<std::string> disturbing;
  for (const char* reason :
       {"hardware_slowdown", "software_thermal", "hardware_thermal", "power_brake"}) {
    if (holds(*reasons, reason)) disturbing.emplace_back(reason);
  }
  if (!disturbing.empty()) {
    return warning(
        "GPUTHROTTLE",
        "it is slowed down now (" + joined(disturbing) + "): samples are dropped while this lasts",
        "let it cool, improve its cooling or supply, and run again");
  }
  if (holds(*reasons, "clock_setting") || holds(*reasons, "display_clock")) {
    return warning("GPUTHROTTLE",
                   "somebody holds its clock (" + joined(*reasons) +
                       "): shares of the measured clock's bound hold, absolute values are lower",
                   "as root: nvidia-smi -rgc, and nvidia-smi -rac");
  }
  if (holds(*reasons, "power_cap")) {
    return fine(
        "GPUTHROTTLE",
        "it runs at its power limit now, although nothing of ours runs: something else does");
  }
  return fine("GPUTHROTTLE", reasons->empty()
                                 ? "nothing slows it down now"
                                 : "nothing slows it down now (" + joined(*reasons) + ")");
}

Finding ecc(const Gpu& gpu) {
  const GpuSetting& setting = gpu.setting;
  if (!setting.ecc) return fine("GPUECC", "whether its memory corrects errors is not visible");
  if (setting.uncorrected_errors.value_or(0) > 0) {
    return warning("GPUECC",
                   counted(*setting.uncorrected_errors, "uncorrected memory error") +
                       " since the driver was loaded: a row may fail for no fault of its code",
                   "restart the GPU, and have it replaced where they come back");
  }
  return fine("GPUECC", *setting.ecc ? "ECC is on: it costs GDDR memory a part of its bandwidth, "
                                       "HBM none"
                                     : "ECC is off");
}

Finding busy(const Gpu& gpu) {
  const Known<int>& processes = gpu.setting.processes;
  if (!processes) return fine("GPUBUSY", "whether others compute on it is not visible");
  if (*processes == 0) return fine("GPUBUSY", "nobody computes on it");
  return warning("GPUBUSY",
                 counted(*processes, "process") + (*processes == 1 ? " computes" : " compute") +
                     " on it: they take multiprocessors, bandwidth and memory, and no sample can "
                     "tell",
                 "wait for them, or stop them (nvidia-smi shows which)");
}

Finding module(const Jetson& jetson) {
  return fine("JETSON", jetson.module.value_or("a module that is not known") + " (" +
                            jetson.soc.value_or("SoC unknown") + "), L4T " +
                            jetson.l4t.value_or("unknown") + ", JetPack " +
                            jetson.jetpack.value_or("unknown"));
}

Finding power_mode(const Jetson& jetson) {
  if (!jetson.power_mode) {
    return warning("POWERMODE",
                   "the power mode is not visible: it limits clocks and switches cores and "
                   "multiprocessors off, so that these numbers may be those of a lesser machine",
                   "give the program /var/lib/nvpmodel/status and /etc/nvpmodel.conf");
  }
  if (jetson.power_mode->find("MAXN") == 0) {
    return fine("POWERMODE", "power mode " + *jetson.power_mode + ": nothing is held back by it");
  }
  return warning("POWERMODE",
                 "power mode " + *jetson.power_mode +
                     " limits clocks and may switch cores and multiprocessors off: ceilings are "
                     "those of this mode",
                 "for the module's own, as root: choose MAXN or MAXN_SUPER with nvpmodel, then "
                 "jetson_clocks");
}

Finding memory_clock(const Machine& machine) {
  const Known<double>& most = machine.jetson->emc_max_hz;
  if (!most) {
    return warning("EMC",
                   "the memory's clock (EMC) is not visible: only root may read it, and without it "
                   "rows of the memory have no theoretical bound and none is graded above B",
                   "run as root, or pass --bandwidth to roofmark analyze");
  }
  const std::string text = "the memory's clock (EMC) may rise to " + si(most, "Hz");
  const Hardware* sheet = hardware_of(machine, "cuda");
  const double sold = sheet ? sheet->pin_rate / 2 : 0;  // two transfers per clock
  if (*most >= as_good_as_equal * sold) return fine("EMC", text);
  return warning("EMC",
                 text + ", and the module's to " + si(sold, "Hz") +
                     ": bandwidth is bound by what is set, and decoding with it",
                 "choose another power mode, as root with nvpmodel");
}

Finding over_currents(const OverCurrent& events) {
  const auto count = [](const Known<std::int64_t>& value) {
    return value ? std::to_string(*value) : "unknown";
  };
  const std::string text = "since boot " + count(events.oc1) + " times under-voltage, " +
                           count(events.oc2) + " average and " + count(events.oc3) +
                           " peak over-current: samples in which one of the first two rises are "
                           "dropped, the third climbs on healthy boards";
  if (events.oc1.value_or(0) + events.oc2.value_or(0) == 0) return fine("OVERCURRENT", text);
  return warning("OVERCURRENT", text, "use a stronger supply, or a lower power mode");
}

}  // namespace

std::vector<Finding> gpu_findings(const Machine& machine, const Surroundings& around) {
  if (machine.gpus.empty() && around.cuda_runtime.empty()) {
    return {fine("CUDA", "built without CUDA: GPUs, if there are any, are not measured")};
  }
  if (machine.gpus.empty()) {
    return {
        warning("CUDA",
                "built with CUDA " + around.cuda_runtime + " but " + around.cuda_obstacle +
                    ": rows of GPUs are marked unsupported",
                "install NVIDIA's driver, or give the container its GPUs (docker run --gpus all)")};
  }
  const Gpu& gpu = machine.gpus.front();
  std::vector<Finding> all{identity_finding(machine),
                           rates(gpu),
                           driver(gpu),
                           multiprocessors(machine, gpu),
                           clocks(machine, gpu),
                           power(gpu),
                           throttled(gpu),
                           ecc(gpu),
                           busy(gpu)};
  if (!gpu.setting.unknown.empty()) {
    all.push_back(fine("NVML", "not visible through NVML: " + joined(gpu.setting.unknown)));
  }
  return all;
}

std::vector<Finding> board_findings(const Machine& machine, const Surroundings& around) {
  if (!machine.jetson) return {};
  std::vector<Finding> all{module(*machine.jetson), power_mode(*machine.jetson),
                           memory_clock(machine)};
  if (around.health.over_current) all.push_back(over_currents(*around.health.over_current));
  return all;
}

}  // namespace roofmark
