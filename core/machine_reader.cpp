// Reads the machine of a run file back, with ranges.
#include <algorithm>

#include "core/printable.h"
#include "core/run_reader.h"

namespace roofmark {
namespace {

constexpr int many = 1 << 20;  // more CPUs, cores or instances than any machine has

template <class Read>
auto known(const JsonView& object, std::string_view key, Read read)
    -> Known<decltype(read(object))> {
  if (const auto found = object.find(key)) return read(*found);
  return std::nullopt;
}

Cache cache_from(const JsonView& json) {
  json.exactly({"level", "size_bytes", "line_bytes", "instances", "cores_sharing"});
  return {.level = small(json, "level", 1, 9),
          .size_bytes = json.at("size_bytes").integer(0, any_count),
          .line_bytes = small(json, "line_bytes", 0, many),
          .instances = small(json, "instances", 0, many),
          .cores_sharing = small(json, "cores_sharing", 0, many)};
}

std::vector<int> logical_cpus(const JsonView& array) {
  std::vector<int> cpus;
  for (const JsonView& cpu : array.elements()) {
    cpus.push_back(static_cast<int>(cpu.integer(0, many)));
  }
  return cpus;
}

NumaNode node_from(const JsonView& json) {
  json.exactly({"id", "cpus", "memory_bytes"});
  return {.id = small(json, "id", 0, many),
          .cpus = logical_cpus(json.at("cpus")),
          .memory_bytes = json.at("memory_bytes").integer(0, any_count)};
}

CoreKind kind_from(const JsonView& json) {
  json.exactly({"name", "cpus", "cores", "implementer", "part"});
  return {.name = json.at("name").text(any_text),
          .cpus = logical_cpus(json.at("cpus")),
          .cores = small(json, "cores", 0, many),
          .implementer = known_int(json, "implementer", 0, many),
          .part = known_int(json, "part", 0, many)};
}

/// Runs before nodes and kinds of core were recorded lack them.
Cpu cpu_from(const JsonView& json) {
  json.exactly({"vendor", "model", "family", "model_number", "stepping", "implementer", "part",
                "variant_part", "architecture", "packages", "cores", "threads", "numa_nodes", "smt",
                "caches", "isas"},
               {"nodes", "kinds", "sve_bytes"});
  Cpu cpu;
  cpu.vendor = known_text(json, "vendor");
  cpu.model = known_text(json, "model");
  cpu.family = known_int(json, "family", 0, many);
  cpu.model_number = known_int(json, "model_number", 0, many);
  cpu.stepping = known_int(json, "stepping", 0, many);
  cpu.implementer = known_int(json, "implementer", 0, many);
  cpu.part = known_int(json, "part", 0, many);
  cpu.variant_part = known_int(json, "variant_part", 0, many);
  cpu.architecture = json.at("architecture").text(any_text);
  cpu.packages = small(json, "packages", 0, many);
  cpu.cores = small(json, "cores", 0, many);
  cpu.threads = small(json, "threads", 0, many);
  cpu.numa_nodes = small(json, "numa_nodes", 0, many);
  cpu.smt = known_boolean(json, "smt");
  for (const JsonView& cache : json.at("caches").elements()) {
    cpu.caches.push_back(cache_from(cache));
  }
  for (const JsonView& isa : json.at("isas").elements()) cpu.isas.push_back(isa.text(any_text));
  if (const auto nodes = json.find("nodes")) {
    for (const JsonView& node : nodes->elements()) cpu.nodes.push_back(node_from(node));
  }
  if (const auto kinds = json.find("kinds")) {
    for (const JsonView& kind : kinds->elements()) cpu.kinds.push_back(kind_from(kind));
  }
  cpu.sve_bytes = known_int(json, "sve_bytes", 16, 256);
  return cpu;
}

std::vector<std::string> texts(const JsonView& array) {
  std::vector<std::string> all;
  for (const JsonView& text : array.elements()) all.push_back(text.text(any_text));
  return all;
}

Known<double> known_amount(const JsonView& object, std::string_view key) {
  return known_number(object, key, 0, any_positive);
}

GpuSetting setting_from(const JsonView& json) {
  json.exactly({"driver", "cuda_driver", "cuda_runtime", "mig", "ecc", "uncorrected_errors",
                "clock_max_hz", "memory_clock_max_hz", "power_limit_w", "power_limit_default_w",
                "throttle_reasons", "processes", "unknown"});
  return {.driver = known_text(json, "driver"),
          .cuda_driver = known_text(json, "cuda_driver"),
          .cuda_runtime = known_text(json, "cuda_runtime"),
          .mig = known_text(json, "mig"),
          .ecc = known_boolean(json, "ecc"),
          .uncorrected_errors = known_integer(json, "uncorrected_errors", 0, any_count),
          .clock_max_hz = known_amount(json, "clock_max_hz"),
          .memory_clock_max_hz = known_amount(json, "memory_clock_max_hz"),
          .power_limit_w = known_amount(json, "power_limit_w"),
          .power_limit_default_w = known_amount(json, "power_limit_default_w"),
          .throttle_reasons = known_texts(json, "throttle_reasons"),
          .processes = known_int(json, "processes", 0, many),
          .unknown = texts(json.at("unknown"))};
}

/// Runs before the setting was recorded lack it and all but six of the facts.
Gpu gpu_from(const JsonView& json) {
  json.exactly({"name", "compute_capability", "sms", "memory_bytes", "l2_bytes", "integrated"},
               {"shared_per_sm_bytes", "shared_per_block_bytes", "memory_bus_bits", "host_register",
                "pageable_access", "concurrent_managed", "setting"});
  constexpr int most = std::numeric_limits<int>::max();
  Gpu gpu{.name = json.at("name").text(any_text),
          .compute_capability = json.at("compute_capability").text(any_text),
          .sms = small(json, "sms", 0, many),
          .memory_bytes = json.at("memory_bytes").integer(0, any_count),
          .l2_bytes = json.at("l2_bytes").integer(0, any_count),
          .integrated = json.at("integrated").boolean(),
          .shared_per_sm_bytes = known_int(json, "shared_per_sm_bytes", 0, most),
          .shared_per_block_bytes = known_int(json, "shared_per_block_bytes", 0, most),
          .memory_bus_bits = known_int(json, "memory_bus_bits", 0, many),
          .host_register = known_boolean(json, "host_register"),
          .pageable_access = known_boolean(json, "pageable_access"),
          .concurrent_managed = known_boolean(json, "concurrent_managed")};
  if (const auto setting = json.find("setting")) gpu.setting = setting_from(*setting);
  return gpu;
}

Jetson jetson_from(const JsonView& json) {
  json.exactly({"module", "soc", "l4t", "jetpack", "power_mode", "gpu_clock_min_hz",
                "gpu_clock_max_hz", "emc_max_hz", "gated_tpcs", "unknown"});
  return {.module = known_text(json, "module"),
          .soc = known_text(json, "soc"),
          .l4t = known_text(json, "l4t"),
          .jetpack = known_text(json, "jetpack"),
          .power_mode = known_text(json, "power_mode"),
          .gpu_clock_min_hz = known_amount(json, "gpu_clock_min_hz"),
          .gpu_clock_max_hz = known_amount(json, "gpu_clock_max_hz"),
          .emc_max_hz = known_amount(json, "emc_max_hz"),
          .gated_tpcs = known_integer(json, "gated_tpcs", 0, many),
          .unknown = texts(json.at("unknown"))};
}

Allowance allowance_from(const JsonView& json) {
  json.exactly({"cpus", "quota_cpus", "memory_limit_bytes", "cgroup", "max_threads"}, {"cores"});
  Allowance allowance;
  allowance.cpus = logical_cpus(json.at("cpus"));
  allowance.cores = known_int(json, "cores", 0, many).value_or(0);
  allowance.quota_cpus = known_number(json, "quota_cpus", 0, any_positive);
  allowance.memory_limit_bytes = known_integer(json, "memory_limit_bytes", 0, any_count);
  allowance.cgroup = json.at("cgroup").text(any_text);
  allowance.max_threads = small(json, "max_threads", 1, many);
  return allowance;
}

std::map<std::string, std::string> variables_from(const JsonView& json) {
  std::map<std::string, std::string> variables;
  for (const auto& [name, value] : json.members()) variables[name] = value.text(any_text);
  return variables;
}

Environment environment_from(const JsonView& json) {
  json.exactly({"os", "kernel", "hypervisor", "governor", "turbo", "huge_pages", "microcode",
                "cpu_quota_note", "load_1m", "pressure_cpu_some_avg10", "memory_available_bytes",
                "container"},
               {"variables"});
  Environment environment;
  environment.os = known_text(json, "os");
  environment.kernel = known_text(json, "kernel");
  environment.hypervisor = known_text(json, "hypervisor");
  environment.governor = known_text(json, "governor");
  environment.turbo = known_text(json, "turbo");
  environment.huge_pages = known_text(json, "huge_pages");
  environment.microcode = known_text(json, "microcode");
  environment.cpu_quota_note = known_text(json, "cpu_quota_note");
  environment.load_1m = known_number(json, "load_1m", 0, any_positive);
  environment.pressure_cpu_some_avg10 = known_number(json, "pressure_cpu_some_avg10", 0, 100);
  environment.memory_available_bytes = known_integer(json, "memory_available_bytes", 0, any_count);
  environment.container = known_boolean(json, "container");
  environment.variables = known(json, "variables", variables_from);
  return environment;
}

}  // namespace

Known<std::string> known_text(const JsonView& object, std::string_view key) {
  return known(object, key, [](const JsonView& json) { return json.text(any_text); });
}

Known<double> known_number(const JsonView& object, std::string_view key, double low, double high) {
  return known(object, key, [&](const JsonView& json) { return json.number(low, high); });
}

Known<std::int64_t> known_integer(const JsonView& object, std::string_view key, std::int64_t low,
                                  std::int64_t high) {
  return known(object, key, [&](const JsonView& json) { return json.integer(low, high); });
}

Known<int> known_int(const JsonView& object, std::string_view key, int low, int high) {
  return known(object, key,
               [&](const JsonView& json) { return static_cast<int>(json.integer(low, high)); });
}

Known<bool> known_boolean(const JsonView& object, std::string_view key) {
  return known(object, key, [](const JsonView& json) { return json.boolean(); });
}

Known<std::vector<std::string>> known_texts(const JsonView& object, std::string_view key) {
  return known(object, key, texts);
}

std::string text_or_empty(const JsonView& object, std::string_view key) {
  return known_text(object, key).value_or("");
}

int small(const JsonView& object, std::string_view key, int low, int high) {
  return static_cast<int>(object.at(key).integer(low, high));
}

std::string file_name(const JsonView& json) {
  std::string text = json.text();
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  if (text.empty() || text.size() > 255 || text.front() == '.' ||
      !std::all_of(text.begin(), text.end(), fits)) {
    json.refuse("'" + printable(text, 40) + "' cannot name a file",
                "it is of letters, digits, '.', '_' and '-', and does not begin with '.'");
  }
  return text;
}

Machine machine_from(const JsonView& json) {
  json.exactly({"id", "class", "cpu", "gpus", "board", "memory", "allowance", "environment"});
  const JsonView board = json.at("board");
  board.exactly({"model"}, {"jetson"});
  json.at("memory").exactly({"size_bytes"});
  Machine machine;
  machine.id = file_name(json.at("id"));
  machine.class_ = json.at("class").text(any_text);
  machine.cpu = cpu_from(json.at("cpu"));
  for (const JsonView& gpu : json.at("gpus").elements()) machine.gpus.push_back(gpu_from(gpu));
  machine.board = known_text(board, "model");
  machine.jetson = known(board, "jetson", jetson_from);
  machine.memory_bytes = known_integer(json.at("memory"), "size_bytes", 0, any_count);
  machine.allowance = allowance_from(json.at("allowance"));
  machine.environment = environment_from(json.at("environment"));
  return machine;
}

}  // namespace roofmark
