// Writes runs as JSON (schema roofmark.run/1).  The readers are in run_reader.cpp and
// machine_reader.cpp. Unknown facts are null; numbers are written so that reading gives the same
// bits back.
#include "core/run_json.h"

#include <cassert>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/model_json.h"
#include "core/network_keys.h"

namespace roofmark {
namespace {

using Json = nlohmann::ordered_json;

Json number(double value) {
  assert(std::isfinite(value) && "a number in a run must be finite");
  return value;
}

template <class T>
Json known(const Known<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}
Json known(const Known<double>& value) { return value ? number(*value) : Json(nullptr); }

Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

std::string dump(const Json& json, int indent) {
  // A name from /proc or a file need not be UTF-8; a replacement character must not cost a run.
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

Json to_json(const Format& format) {
  return {{"weights", name(format.weights)},
          {"activations", name(format.activations)},
          {"accumulate", name(format.accumulate)}};
}

Json to_json(const Build& build) {
  Json features = Json::object();
  for (const auto& [library, version] : build.features) features[library] = version;
  return {{"version", build.version},
          {"commit", build.commit},
          {"compiler", build.compiler},
          {"features", features}};
}

Json to_json(const NumaNode& node) {
  return {{"id", node.id}, {"cpus", node.cpus}, {"memory_bytes", node.memory_bytes}};
}

Json to_json(const CoreKind& kind) {
  return {{"name", kind.name},
          {"cpus", kind.cpus},
          {"cores", kind.cores},
          {"implementer", known(kind.implementer)},
          {"part", known(kind.part)}};
}

Json to_json(const Cpu& cpu) {
  Json caches = Json::array();
  for (const Cache& cache : cpu.caches) {
    caches.push_back({{"level", cache.level},
                      {"size_bytes", cache.size_bytes},
                      {"line_bytes", cache.line_bytes},
                      {"instances", cache.instances},
                      {"cores_sharing", cache.cores_sharing}});
  }
  Json json{{"vendor", known(cpu.vendor)},
            {"model", known(cpu.model)},
            {"family", known(cpu.family)},
            {"model_number", known(cpu.model_number)},
            {"stepping", known(cpu.stepping)},
            {"implementer", known(cpu.implementer)},
            {"part", known(cpu.part)},
            {"variant_part", known(cpu.variant_part)},
            {"architecture", cpu.architecture},
            {"packages", cpu.packages},
            {"cores", cpu.cores},
            {"threads", cpu.threads},
            {"numa_nodes", cpu.numa_nodes},
            {"smt", known(cpu.smt)},
            {"caches", caches},
            {"isas", cpu.isas}};
  for (const NumaNode& node : cpu.nodes) json["nodes"].push_back(to_json(node));
  for (const CoreKind& kind : cpu.kinds) json["kinds"].push_back(to_json(kind));
  if (cpu.sve_bytes) json["sve_bytes"] = *cpu.sve_bytes;
  return json;
}

Json to_json(const GpuSetting& setting) {
  return {{"driver", known(setting.driver)},
          {"cuda_driver", known(setting.cuda_driver)},
          {"cuda_runtime", known(setting.cuda_runtime)},
          {"mig", known(setting.mig)},
          {"ecc", known(setting.ecc)},
          {"uncorrected_errors", known(setting.uncorrected_errors)},
          {"clock_max_hz", known(setting.clock_max_hz)},
          {"memory_clock_max_hz", known(setting.memory_clock_max_hz)},
          {"power_limit_w", known(setting.power_limit_w)},
          {"power_limit_default_w", known(setting.power_limit_default_w)},
          {"throttle_reasons", known(setting.throttle_reasons)},
          {"processes", known(setting.processes)},
          {"unknown", setting.unknown}};
}

Json to_json(const Gpu& gpu) {
  return {{"name", gpu.name},
          {"compute_capability", gpu.compute_capability},
          {"sms", gpu.sms},
          {"memory_bytes", gpu.memory_bytes},
          {"l2_bytes", gpu.l2_bytes},
          {"integrated", gpu.integrated},
          {"shared_per_sm_bytes", known(gpu.shared_per_sm_bytes)},
          {"shared_per_block_bytes", known(gpu.shared_per_block_bytes)},
          {"memory_bus_bits", known(gpu.memory_bus_bits)},
          {"host_register", known(gpu.host_register)},
          {"pageable_access", known(gpu.pageable_access)},
          {"concurrent_managed", known(gpu.concurrent_managed)},
          {"setting", to_json(gpu.setting)}};
}

Json to_json(const Jetson& jetson) {
  return {{"module", known(jetson.module)},
          {"soc", known(jetson.soc)},
          {"l4t", known(jetson.l4t)},
          {"jetpack", known(jetson.jetpack)},
          {"power_mode", known(jetson.power_mode)},
          {"gpu_clock_min_hz", known(jetson.gpu_clock_min_hz)},
          {"gpu_clock_max_hz", known(jetson.gpu_clock_max_hz)},
          {"emc_max_hz", known(jetson.emc_max_hz)},
          {"gated_tpcs", known(jetson.gated_tpcs)},
          {"unknown", jetson.unknown}};
}

Json to_json(const Allowance& allowance) {
  return {{"cpus", allowance.cpus},
          {"cores", allowance.cores},
          {"quota_cpus", known(allowance.quota_cpus)},
          {"memory_limit_bytes", known(allowance.memory_limit_bytes)},
          {"cgroup", allowance.cgroup},
          {"max_threads", allowance.max_threads}};
}

Json to_json(const Environment& environment) {
  return {{"os", known(environment.os)},
          {"kernel", known(environment.kernel)},
          {"hypervisor", known(environment.hypervisor)},
          {"governor", known(environment.governor)},
          {"turbo", known(environment.turbo)},
          {"huge_pages", known(environment.huge_pages)},
          {"microcode", known(environment.microcode)},
          {"cpu_quota_note", known(environment.cpu_quota_note)},
          {"load_1m", known(environment.load_1m)},
          {"pressure_cpu_some_avg10", known(environment.pressure_cpu_some_avg10)},
          {"memory_available_bytes", known(environment.memory_available_bytes)},
          {"container", known(environment.container)},
          {"variables", known(environment.variables)}};
}

Json to_json(const Machine& machine) {
  Json gpus = Json::array();
  for (const Gpu& gpu : machine.gpus) gpus.push_back(to_json(gpu));
  Json board = {{"model", known(machine.board)}};
  if (machine.jetson) board["jetson"] = to_json(*machine.jetson);
  return {{"id", machine.id},
          {"class", machine.class_},
          {"cpu", to_json(machine.cpu)},
          {"gpus", gpus},
          {"board", board},
          {"memory", {{"size_bytes", known(machine.memory_bytes)}}},
          {"allowance", to_json(machine.allowance)},
          {"environment", to_json(machine.environment)}};
}

/// Writes each field as its type is written.
struct FieldWriter {
  Json json = Json::object();

  void operator()(const char* key, bool field) { json[key] = field; }
  void operator()(const char* key, std::int64_t field) { json[key] = field; }
  void operator()(const char* key, int field) { json[key] = field; }
  void operator()(const char* key, DType field) { json[key] = name(field); }
  template <class Enum>
  void operator()(const char* key, Enum field) {
    json[key] = names_of(field)[static_cast<std::size_t>(field)];
  }
};

/// In what the network differs from Llama's.
Json network_json(const Model& model) {
  FieldWriter network;
  visit_network(network, model);
  network.json["kinds"] = Json::array();
  for (const LayerKind& kind : model.kinds) {
    FieldWriter one;
    visit_kind(one, kind);
    network.json["kinds"].push_back(one.json);
  }
  return network.json;
}

/// Under the keys of a Hugging Face config.json, so that one reader serves both.
Json to_json(const Model& model) {
  Json json = {{"name", model.name},
               {"source", model.source},
               {"model_type", model.family},
               {"num_hidden_layers", model.layers},
               {"hidden_size", model.hidden},
               {"intermediate_size", model.intermediate},
               {"num_attention_heads", model.heads},
               {"num_key_value_heads", model.kv_heads},
               {"head_dim", model.head_dim},
               {"vocab_size", model.vocabulary},
               {"tie_word_embeddings", model.tied_embeddings},
               {"torch_dtype", torch_name(model.dtype)}};
  Json network = network_json(model);
  if (model.family != "llama" || network != network_json(Model{})) json["network"] = network;
  return json;
}

Json to_json(const Workload& workload) {
  Json queries = Json::array();
  for (const Query& query : workload.queries) {
    queries.push_back({{"cached", query.cached}, {"fresh", query.fresh}});
  }
  Json json = {{"model", to_json(workload.model)},
               {"phase", name(workload.phase)},
               {"queries", queries},
               {"format", to_json(workload.format)},
               {"kv", name(workload.kv)},
               {"attention", name(workload.attention)}};
  if (!workload.device.empty()) json["device"] = workload.device;
  if (workload.group != 0) json["group"] = workload.group;
  return json;
}

Json to_json(const Policy& policy) {
  Json workloads = Json::array();
  for (const Workload& workload : policy.workloads) workloads.push_back(to_json(workload));
  return {{"preset", policy.preset},
          {"only", text_or_null(policy.only)},
          {"filter", text_or_null(policy.filter)},
          {"devices", policy.devices},
          {"threads", policy.threads},
          {"workloads", workloads},
          // Signed, because readers of JSON differ beyond 2^63; the bits stay the same.
          {"seed", static_cast<std::int64_t>(policy.seed)},
          {"target", number(policy.target)},
          {"min_kept", policy.min_kept},
          {"min_kept_long", policy.min_kept_long},
          {"min_kept_core", policy.min_kept_core},
          {"long_launch_s", number(policy.long_launch_s)},
          {"core_sample_s", number(policy.core_sample_s)},
          {"sample_s", number(policy.sample_s)},
          {"case_limit_s", number(policy.case_limit_s)},
          {"core_limit_s", number(policy.core_limit_s)},
          {"max_samples", policy.max_samples}};
}

Json to_json(const GpuHealth& gpu) {
  return {{"clock_hz", known(gpu.clock_hz)},
          {"memory_clock_hz", known(gpu.memory_clock_hz)},
          {"power_w", known(gpu.power_w)},
          {"temperature_c", known(gpu.temperature_c)},
          {"throttle_reasons", known(gpu.throttle_reasons)},
          {"thermal_violation_s", known(gpu.thermal_violation_s)},
          {"power_violation_s", known(gpu.power_violation_s)}};
}

Json to_json(const Health& health) {
  Json json = {{"load_1m", known(health.load_1m)},
               {"steal_s", known(health.steal_s)},
               {"temperature_c", known(health.temperature_c)},
               {"pressure_cpu_some_avg10", known(health.pressure_cpu_some_avg10)},
               {"throttle_events", known(health.throttle_events)}};
  if (health.gpu) json["gpu"] = to_json(*health.gpu);
  if (health.over_current) {
    json["over_current"] = {{"oc1", known(health.over_current->oc1)},
                            {"oc2", known(health.over_current->oc2)},
                            {"oc3", known(health.over_current->oc3)}};
  }
  if (!health.rails_w.empty()) {
    for (const auto& [rail, power_w] : health.rails_w) json["rails_w"][rail] = number(power_w);
  }
  return json;
}

Json to_json(const Shape& shape) {
  Json json = Json::object();
  for (const Extent& extent : shape.extents) json[extent.name] = extent.value;
  return json;
}

Json to_json(const Work& work) {
  Json json{{"ops", number(work.ops.value)},
            {"read_bytes", number(work.read.value)},
            {"written_bytes", number(work.written.value)},
            {"weight_bytes", number(work.weights.value)},
            {"kv_read_bytes", number(work.kv_read.value)},
            {"kv_written_bytes", number(work.kv_written.value)}};
  if (work.exponentials.value > 0) json["exponentials"] = number(work.exponentials.value);
  return json;
}

Json numbers(const std::vector<double>& values) {
  Json json = Json::array();
  for (const double value : values) json.push_back(number(value));
  return json;
}

Json to_json(const Measurement& row) {
  Json clocks = Json::array();
  for (const double clock : row.clock_hz)
    clocks.push_back(clock == 0 ? Json(nullptr) : number(clock));
  Json pairs = Json::array();
  for (const Pair& pair : row.pairs) {
    pairs.push_back({{"companion", row.companion},
                     {"kernel_s", number(pair.kernel_s)},
                     {"companion_s", number(pair.companion_s)}});
    if (!pair.flag.empty()) pairs.back()["flag"] = pair.flag;
  }
  Json conditions = {{"stores", text_or_null(row.conditions.stores)},
                     {"pages", text_or_null(row.conditions.pages)},
                     {"state", text_or_null(row.conditions.state)},
                     {"packed", text_or_null(row.conditions.packed)}};
  if (!row.conditions.memory.empty()) conditions["memory"] = row.conditions.memory;
  if (!row.conditions.cores.empty()) conditions["cores"] = row.conditions.cores;
  if (!row.conditions.node.empty()) conditions["node"] = row.conditions.node;
  Json json = {{"id", row.id},
               {"kernel", row.kernel},
               {"variant", row.variant},
               {"role", name(row.role)},
               {"device", row.device},
               {"threads", row.threads},
               {"format", to_json(row.format)},
               {"shape", to_json(row.shape)},
               {"level", text_or_null(row.conditions.level)},
               {"conditions", conditions},
               {"work", to_json(row.work)},
               {"status", name(row.status)},
               {"reason", row.reason},
               {"implementation", text_or_null(row.implementation)},
               // A wrong kernel's error may be infinite or NaN, which JSON cannot hold: null,
               // beyond any bound.
               {"error", std::isfinite(row.error) ? Json(row.error) : Json(nullptr)},
               {"launches_per_sample", row.launches},
               {"samples_s", numbers(row.samples_s)},
               {"flags", row.flags},
               {"clock_hz", clocks},
               {"companion", text_or_null(row.companion)},
               {"pairs", pairs},
               {"contended", row.contended},
               {"interval_met", row.interval_met},
               {"grade", std::string(1, row.grade)},
               {"health", {{"before", to_json(row.before)}, {"after", to_json(row.after)}}}};
  if (!row.launched_s.empty()) json["launched_s"] = numbers(row.launched_s);
  if (!row.code_hash.empty()) json["code_hash"] = row.code_hash;
  if (row.format_error) json["format_error"] = *row.format_error;
  if (!row.load_bytes_s.empty()) json["load_bytes_s"] = numbers(row.load_bytes_s);
  if (row.cold.rotation_bytes > 0) json["rotation_bytes"] = row.cold.rotation_bytes;
  if (row.cold.huge_page_share) json["huge_page_share"] = *row.cold.huge_page_share;
  return json;
}

Json header(const Run& run) {
  Json json{{"schema", run_schema},         {"id", run.id},
            {"started", run.started},       {"complete", run.complete},
            {"build", to_json(run.build)},  {"machine", to_json(run.machine)},
            {"policy", to_json(run.policy)}};
  if (!run.campaign.empty()) json["campaign"] = run.campaign;
  return json;
}

}  // namespace

std::string to_json(const Run& run) {
  std::string text = dump(header(run), 2);
  text.resize(text.size() - 2);  // without "\n}"
  text += ",\n  \"rows\": [";
  // One row per line: a difference between two files names the row.
  const char* between = "\n    ";
  for (const Measurement& row : run.rows) {
    text += between + dump(to_json(row), -1);
    between = ",\n    ";
  }
  return text + (run.rows.empty() ? "]\n}\n" : "\n  ]\n}\n");
}

std::string journal_header(const Run& run) { return dump(header(run), -1) + "\n"; }
std::string journal_row(const Measurement& row) { return dump(to_json(row), -1) + "\n"; }

}  // namespace roofmark
