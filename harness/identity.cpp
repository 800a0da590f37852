// A machine's stable fingerprint and its readable class.
#include "harness/identity.h"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <string_view>

#include "core/fnv1a.h"

namespace roofmark {
namespace {

std::string text_of(const Known<std::string>& value) { return value.value_or("unknown"); }

/// Words of letters and digits in lower case, joined by '-'.
std::string slug(std::string_view text) {
  std::string words;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 128 && std::isalnum(byte)) {
      words += static_cast<char>(std::tolower(byte));
    } else if (!words.empty() && words.back() != '-') {
      words += '-';
    }
  }
  while (!words.empty() && words.back() == '-') words.pop_back();
  return words;
}

void erase_all(std::string& text, std::string_view part) {
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part)) {
    text.replace(at, part.size(), " ");
  }
}

/// "Intel(R) Xeon(R) Platinum 8480+ CPU @ 2.00GHz" -> "intel-xeon-platinum-8480"
std::string short_model(std::string name) {
  for (const char* part : {"(R)", "(TM)", "(r)", "(tm)", " CPU", " Processor"})
    erase_all(name, part);
  const std::size_t core_count = name.find("-Core");  // "AMD EPYC 9654 96-Core Processor"
  if (core_count != std::string::npos) name.erase(name.rfind(' ', core_count) + 1);
  return slug(name.substr(0, name.find('@')));
}

/// An Arm kernel that names the architecture ("ARMv8 Processor rev 1") does not name the part.
bool names_a_part(const Known<std::string>& model) { return model && model->find("ARMv") != 0; }

std::string cpu_class(const Machine& machine) {
  const Cpu& cpu = machine.cpu;
  if (names_a_part(cpu.model)) {
    std::string name = short_model(*cpu.model);
    // A hypervisor may call every part of a maker by one name; then family and model tell them
    // apart.
    const bool numbered =
        std::any_of(name.begin(), name.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
    if (!numbered && cpu.family && cpu.model_number) {
      name += "-f" + std::to_string(*cpu.family) + "-m" + std::to_string(*cpu.model_number);
    }
    if (!name.empty()) return name;
  }
  if (machine.board && !slug(*machine.board).empty()) return slug(*machine.board);
  if (cpu.vendor && cpu.part) {
    char part[16];
    std::snprintf(part, sizeof part, "-%x", static_cast<unsigned>(*cpu.part));
    return slug(*cpu.vendor) + part;
  }
  return slug(cpu.architecture.empty() ? "unknown" : cpu.architecture);
}

}  // namespace

std::int64_t rounded_gib(std::int64_t size_bytes) {
  constexpr std::int64_t gib = std::int64_t{1} << 30;
  return std::max<std::int64_t>(1, size_bytes / gib + (size_bytes % gib >= gib / 2 ? 1 : 0));
}

std::string fingerprint(const MachineIdentity& identity) {
  std::string text = "roofmark machine 1\nboard " + text_of(identity.board) + "\ncpu " +
                     text_of(identity.model) + '\n';
  for (const std::string& kind : identity.core_kinds) text += "core " + kind + '\n';
  text += "cpus " + std::to_string(identity.present_cpus.value_or(0)) + '\n';
  for (const Cache& cache : identity.caches) {
    text += "cache " + std::to_string(cache.level) + ' ' + std::to_string(cache.size_bytes) + ' ' +
            std::to_string(cache.line_bytes) + '\n';
  }
  std::vector<std::string> gpus;
  for (const Gpu& gpu : identity.gpus) gpus.push_back(gpu.model() + ' ' + gpu.compute_capability);
  std::sort(gpus.begin(), gpus.end());  // the order of devices follows an environment variable
  for (const std::string& gpu : gpus) text += "gpu " + gpu + '\n';
  const std::int64_t memory_gib = identity.memory_bytes ? rounded_gib(*identity.memory_bytes) : 0;
  text += "memory " + std::to_string(memory_gib) + '\n';
  Fnv1a hash;
  hash.add(text);
  return hash.digits();
}

std::string machine_class(const Machine& machine, Known<std::int64_t> installed_bytes) {
  std::string name = cpu_class(machine);
  const int count = machine.cpu.cores > 0 ? machine.cpu.cores : machine.cpu.threads;
  name += '-' + std::to_string(count) + 'c';
  if (installed_bytes) name += '-' + std::to_string(rounded_gib(*installed_bytes)) + 'g';
  for (std::size_t i = 0; i < machine.gpus.size(); ++i) {
    const std::string gpu = slug(machine.gpus[i].model());
    if (i == 0 || gpu != slug(machine.gpus[i - 1].model())) name += '-' + gpu;
  }
  return name;
}

}  // namespace roofmark
