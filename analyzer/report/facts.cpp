// What the numbers were taken with, as name and value.
#include "analyzer/numbers.h"
#include "analyzer/report/identity.h"
#include "analyzer/report/tables.h"

namespace roofmark {
namespace {

using Facts = std::vector<std::pair<std::string, std::string>>;

std::string known(const Known<std::string>& text) { return text.value_or("unknown"); }

std::string caches_text(const Cpu& cpu) {
  std::string text;
  for (const Cache& cache : cpu.caches) {
    text += (text.empty() ? "L" : ", L") + std::to_string(cache.level) + " " +
            iec(static_cast<double>(cache.size_bytes));
    if (cache.instances > 1) text += " x " + std::to_string(cache.instances);
  }
  return text.empty() ? "unknown" : text;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text.empty() ? "none" : text;
}

std::string cores_text(const Cpu& cpu) {
  return std::to_string(cpu.cores) + " cores, " + threads_name(cpu.threads) + ", " +
         std::to_string(cpu.packages) + (cpu.packages == 1 ? " package, " : " packages, ") +
         std::to_string(cpu.numa_nodes) + (cpu.numa_nodes == 1 ? " NUMA node" : " NUMA nodes");
}

std::string allowance_text(const Allowance& allowance) {
  std::string text = threads_name(allowance.max_threads);
  if (allowance.quota_cpus) text += ", a quota of " + plain_number(*allowance.quota_cpus) + " CPUs";
  return text + ", cgroup " + allowance.cgroup;
}

std::string workload_text(const Workload& workload) {
  std::string text = workload.model.name + " " + std::string(name(workload.phase));
  std::string queries;
  for (std::size_t i = 0; i < workload.queries.size() && i < 4; ++i) {
    queries += (i ? ", " : "") + std::to_string(workload.queries[i].fresh) + " new after " +
               std::to_string(workload.queries[i].cached);
  }
  if (workload.queries.size() > 4)
    queries += ", ... (" + std::to_string(workload.queries.size()) + ")";
  return text + " (" + queries + "; " + workload.format.name() + "; " +
         std::string(name(workload.attention)) + " attention)";
}

std::string jetson_text(const Jetson& jetson) {
  return known(jetson.module) + ", L4T " + known(jetson.l4t) + ", JetPack " +
         known(jetson.jetpack) + ", power mode " + known(jetson.power_mode) + ", GPU clock up to " +
         si(jetson.gpu_clock_max_hz, "Hz") + ", memory clock up to " + si(jetson.emc_max_hz, "Hz");
}

std::string watts(const Known<double>& power_w) {
  return power_w ? fixed(*power_w, 0) + " W" : "unknown";
}

std::string setting_text(const GpuSetting& setting) {
  std::string text = "driver " + known(setting.driver) + " (CUDA " + known(setting.cuda_driver) +
                     "), clock up to " + si(setting.clock_max_hz, "Hz") + ", memory clock up to " +
                     si(setting.memory_clock_max_hz, "Hz") + ", power limit " +
                     watts(setting.power_limit_w) + ", ECC " +
                     (setting.ecc ? (*setting.ecc ? "on" : "off") : "unknown");
  if (setting.mig) text += ", MIG " + *setting.mig;
  if (setting.throttle_reasons && !setting.throttle_reasons->empty()) {
    text += ", throttle reasons at the start: " + joined(*setting.throttle_reasons);
  }
  return text;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> machine_facts(const Machine& machine) {
  const Environment& environment = machine.environment;
  Facts facts{{"machine", machine.class_ + " (" + machine.id + ")"},
              {"board", known(machine.board)},
              {"CPU", known(machine.cpu.model)},
              {"topology", cores_text(machine.cpu)},
              {"caches", caches_text(machine.cpu)},
              {"instruction sets", joined(machine.cpu.isas)},
              {"memory",
               machine.memory_bytes ? iec(static_cast<double>(*machine.memory_bytes)) : "unknown"},
              {"allowed", allowance_text(machine.allowance)},
              {"kernel", known(environment.os) + ", " + known(environment.kernel)},
              {"hypervisor", known(environment.hypervisor)},
              {"governor", known(environment.governor)},
              {"turbo", known(environment.turbo)},
              {"huge pages", known(environment.huge_pages)},
              {"microcode", known(environment.microcode)},
              {"load (1 min)", environment.load_1m ? fixed(*environment.load_1m, 2) : "unknown"},
              {"CPU pressure (10 s)", environment.pressure_cpu_some_avg10
                                          ? fixed(*environment.pressure_cpu_some_avg10, 1) + " %"
                                          : "unknown"}};
  if (const auto variables = environment.variables_text()) {
    facts.emplace_back("variables", *variables);
  }
  if (machine.jetson) facts.emplace_back("module", jetson_text(*machine.jetson));
  for (const Gpu& gpu : machine.gpus) {
    facts.emplace_back("GPU", gpu.name + ", compute capability " + gpu.compute_capability + ", " +
                                  std::to_string(gpu.sms) + " SMs, " +
                                  iec(static_cast<double>(gpu.memory_bytes)));
    facts.emplace_back("GPU setting", setting_text(gpu.setting));
  }
  return facts;
}

std::vector<std::pair<std::string, std::string>> run_facts(const Run& run) {
  const Policy& policy = run.policy;
  Facts facts{{"run", run.id},
              {"started", run.started},
              {"complete", run.complete ? "yes" : "no, interrupted: what was measured is here"},
              {"roofmark", run.build.version + " (" + run.build.commit + ")"},
              {"compiler", run.build.compiler}};
  for (const auto& [name, version] : run.build.features) facts.emplace_back(name, version);
  facts.emplace_back("preset",
                     policy.preset + (policy.only.empty() ? "" : ", only " + policy.only));
  if (!policy.filter.empty()) facts.emplace_back("filter", policy.filter);
  for (const Workload& workload : policy.workloads)
    facts.emplace_back("workload", workload_text(workload));
  facts.emplace_back("value", "median of the kept samples, with its 95 % interval");
  facts.emplace_back("stop", "at an interval of +-" + percent(policy.target) + " with " +
                                 std::to_string(policy.min_kept) + " samples kept, or after " +
                                 si(policy.case_limit_s, "s"));
  facts.emplace_back("order", "shuffled, seed " + std::to_string(policy.seed));
  return facts;
}

}  // namespace roofmark
