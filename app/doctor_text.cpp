// What the doctor found, as text for a terminal.
#include "app/doctor_text.h"

#include <algorithm>

#include "analyzer/doctor_uarch.h"
#include "analyzer/numbers.h"
#include "analyzer/plain_text.h"

namespace roofmark {
namespace {

constexpr std::size_t columns = 100;

std::string text_of(const Known<std::string>& value) { return plain(value.value_or("unknown")); }

std::string bytes_of(const Known<std::int64_t>& value) {
  return value ? iec(static_cast<double>(*value)) : "unknown";
}

std::string count_of(int count, const std::string& what) {
  if (count == 0) return "unknown " + what + "s";
  return std::to_string(count) + ' ' + what + (count == 1 ? "" : "s");
}

/// `text` broken at blanks, its lines after the first indented.
std::string wrapped(const std::string& text, std::size_t indent) {
  std::string out;
  std::size_t width = indent, at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::string word = text.substr(at, end - at);
    if (width > indent && width + 1 + word.size() > columns) {
      out += '\n' + std::string(indent, ' ');
      width = indent;
    } else if (width > indent) {
      out += ' ';
      ++width;
    }
    out += word;
    width += word.size();
    at = end + 1;
  }
  return out;
}

std::string line(std::string title, const std::string& text) {
  constexpr std::size_t indent = 12;
  title.resize(std::max(indent, title.size() + 1), ' ');
  return title + wrapped(text, indent) + '\n';
}

std::string caches_of(const Cpu& cpu) {
  std::string text;
  for (const Cache& cache : cpu.caches) {
    text += (text.empty() ? "L" : ", L") + std::to_string(cache.level) + ' ' +
            iec(static_cast<double>(cache.size_bytes)) + " x " + std::to_string(cache.instances) +
            (cache.cores_sharing > 1
                 ? " (each shared by " + std::to_string(cache.cores_sharing) + " cores)"
                 : "");
  }
  return text.empty() ? "unknown" : text;
}

std::string kinds_of(const Cpu& cpu) {
  std::string text;
  for (const CoreKind& kind : cpu.kinds) {
    text += (text.empty() ? "" : "; ") + plain(kind.name) + ": " + count_of(kind.cores, "core") +
            ", CPUs " + ranges(kind.cpus);
  }
  return text;
}

std::string nodes_of(const Cpu& cpu) {
  std::string text;
  for (const NumaNode& node : cpu.nodes) {
    text += (text.empty() ? "" : "; ") + std::to_string(node.id) + ": " +
            (node.cpus.empty() ? "no CPUs" : "CPUs " + ranges(node.cpus)) + ", " +
            (node.memory_bytes == 0 ? "no memory" : iec(static_cast<double>(node.memory_bytes)));
  }
  return text;
}

std::string gpus_of(const Machine& machine, const Surroundings& around) {
  std::string text;
  for (const Gpu& gpu : machine.gpus) {
    text += (text.empty() ? "" : "; ") + plain(gpu.name) + " (compute capability " +
            plain(gpu.compute_capability) + ", " + std::to_string(gpu.sms) + " SMs, " +
            iec(static_cast<double>(gpu.memory_bytes)) +
            (gpu.integrated ? " shared with the CPU)" : ")");
  }
  return text.empty() ? "none known (" + plain(around.cuda_obstacle) + ")" : text;
}

std::string machine_text(const Machine& machine, const Surroundings& around) {
  const Cpu& cpu = machine.cpu;
  const Environment& now = machine.environment;
  std::string text = line("machine", machine.class_ + " (id " + machine.id + ")");
  text += line("board", text_of(machine.board));
  text += line("cpu", text_of(cpu.model) + " (" + text_of(cpu.vendor) + ", " + cpu.architecture +
                          "), micro-architecture " + plain(uarch_titles(cpu)));
  text +=
      line("topology",
           count_of(cpu.cores, "core") + ", " + count_of(cpu.threads, "hardware thread") + ", " +
               count_of(cpu.packages, "package") + ", " + count_of(cpu.numa_nodes, "NUMA node"));
  if (!cpu.kinds.empty()) text += line("core kinds", kinds_of(cpu));
  if (cpu.nodes.size() > 1) text += line("nodes", nodes_of(cpu));
  if (cpu.sve_bytes) text += line("sve", "vectors of " + count_of(8 * *cpu.sve_bytes, "bit"));
  text += line("caches", caches_of(cpu));
  text += line("memory", bytes_of(machine.memory_bytes) + ", available " +
                             bytes_of(now.memory_available_bytes));
  text += line("allowed", "CPUs " + ranges(machine.allowance.cpus) + ", at most " +
                              count_of(machine.allowance.max_threads, "thread"));
  if (around.here) text += line("gpus", gpus_of(machine, around));
  text += line("system", text_of(now.os) + ", kernel " + text_of(now.kernel) + ", microcode " +
                             text_of(now.microcode));
  text += line("variables", text_of(now.variables_text()));
  if (around.health.temperature_c) {
    text += line("temperature", fixed(*around.health.temperature_c, 1) + " degrees Celsius");
  }
  return text;
}

std::string finding_text(const Finding& finding) {
  constexpr std::size_t indent = 20;
  std::string id = finding.id;
  id.resize(std::max(indent - 2, id.size()), ' ');
  std::string text = id + "  " + wrapped(plain(finding.text), indent) + '\n';
  if (!finding.remedy.empty()) {
    text += std::string(indent, ' ') + wrapped("-> " + plain(finding.remedy), indent) + '\n';
  }
  for (const Finding::File& file : finding.files) {
    text += '\n' + file.path + ":\n" + file.text;
  }
  if (!finding.files.empty()) text += '\n';
  return text;
}

}  // namespace

std::string doctor_text(const Machine& machine, const Surroundings& around,
                        const std::vector<Finding>& findings) {
  std::string text = machine_text(machine, around);
  const auto warns = [](const Finding& finding) { return finding.warns; };
  const auto warnings = std::count_if(findings.begin(), findings.end(), warns);
  text += '\n' + std::to_string(warnings) + (warnings == 1 ? " thing changes" : " things change") +
          " the numbers here\n";
  for (const Finding& finding : findings) {
    if (finding.warns) text += finding_text(finding);
  }
  text += "\nin order, or not visible here\n";
  for (const Finding& finding : findings) {
    if (!finding.warns) text += finding_text(finding);
  }
  return text;
}

}  // namespace roofmark
