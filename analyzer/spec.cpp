#include "analyzer/spec.h"

#include <algorithm>

#include "analyzer/spec_json.h"
#include "core/embedded.h"
#include "core/error.h"
#include "core/nearest.h"
#include "core/printable.h"
#include "isas.h"

namespace roofmark {

std::vector<EmbeddedFile> spec_files();  // analyzer/specs/*.json, compiled in

namespace {

/// Read once, whatever is asked for first.
const std::vector<std::variant<Uarch, Hardware>>& all_specs() {
  static const auto all = [] {
    std::vector<std::variant<Uarch, Hardware>> specs;
    for (const EmbeddedFile& file : spec_files()) {
      specs.push_back(spec_from_json(file.text, std::string(file.name) + ".json"));
    }
    return specs;
  }();
  return all;
}

template <class Spec>
std::vector<Spec> all_of_kind() {
  std::vector<Spec> all;
  for (const auto& spec : all_specs()) {
    if (const Spec* wanted = std::get_if<Spec>(&spec)) all.push_back(*wanted);
  }
  return all;
}

/// The rates of CPUs, or those of GPUs.
std::vector<Uarch> rates_of(bool gpus) {
  std::vector<Uarch> all = all_of_kind<Uarch>();
  std::erase_if(all, [&](const Uarch& one) { return one.gpu.compute_capability.empty() == gpus; });
  return all;
}

struct IsaWidth {
  std::string_view name;
  int vector_bytes;
};
#define ROOFMARK_ROW(isa, architecture, vector_bytes, test) IsaWidth{#isa, vector_bytes},
constexpr IsaWidth isa_widths[] = {ROOFMARK_EACH_KNOWN_ISA(ROOFMARK_ROW)};
#undef ROOFMARK_ROW

bool is_sve(const std::string& isa) { return isa.compare(0, 3, "sve") == 0; }

/// The figure at the end of a chain of keys.
template <class Figures>
Known<double> figure(const Figures& figures, const std::string& key) {
  const auto found = figures.find(key);
  return found == figures.end() ? std::nullopt : Known<double>(found->second);
}
template <class Figures, class... Keys>
Known<double> figure(const Figures& figures, const std::string& key, const Keys&... keys) {
  const auto found = figures.find(key);
  return found == figures.end() ? std::nullopt : figure(found->second, keys...);
}

bool has_words(const Known<std::string>& name, const std::vector<std::string>& words) {
  return name && std::any_of(words.begin(), words.end(), [&](const std::string& part) {
           return name->find(part) != std::string::npos;
         });
}

Known<double> least(const Known<double>& a, const Known<double>& b) {
  return a && b ? Known<double>(std::min(*a, *b)) : std::nullopt;
}

/// Bytes per cycle that accesses of this width can move.  Where their number is not known, one a
/// cycle that fills the level is still the bound.
Known<double> by_width(const Known<double>& level, const Known<double>& accesses, double width) {
  if (!level) return std::nullopt;
  if (accesses) return std::min(*level, *accesses * width);
  return width >= *level ? level : std::nullopt;
}

}  // namespace

bool CpuMatch::fits(const Cpu& cpu, const CoreKind* kind) const {
  if (vendor.empty()) {
    return (kind ? kind->implementer : cpu.implementer) == implementer &&
           (kind ? kind->part : cpu.part) == part;
  }
  if (core != (kind ? kind->name : "")) return false;
  if (cpu.vendor != vendor || cpu.family != family || !cpu.model_number) return false;
  const bool numbered = std::any_of(models.begin(), models.end(), [&](const auto& range) {
    return *cpu.model_number >= range.first && *cpu.model_number <= range.second;
  });
  return numbered && (model_contains.empty() || has_words(cpu.model, model_contains));
}

bool GpuMatch::fits(const Gpu& gpu) const {
  if (compute_capability.empty() || gpu.compute_capability != compute_capability) return false;
  return name_contains.empty() || has_words(gpu.name, name_contains);
}

Known<double> Uarch::ops(const std::string& unit, const std::string& format) const {
  return figure(ops_per_cycle, unit, format);
}

Known<double> Uarch::ops(const std::string& kernel, const std::string& isa,
                         const std::string& format) const {
  return figure(rates, kernel, isa, format);
}

Uarch::Bytes Uarch::bytes(const std::string& level) const {
  const auto found = bytes_per_cycle.find(level);
  return found == bytes_per_cycle.end() ? Bytes{} : found->second;
}

Uarch::Bytes Uarch::bytes(const std::string& level, const std::string& isa) const {
  const auto* width = std::find_if(std::begin(isa_widths), std::end(isa_widths),
                                   [&](const IsaWidth& known) { return known.name == isa; });
  if (width == std::end(isa_widths)) return {};
  const int vector_bytes = is_sve(isa) ? sve_bytes.value_or(0) : width->vector_bytes;
  if (vector_bytes == 0) return {};
  const Bytes l1 = bytes("l1"), outer = bytes(level);
  const Known<double> read = by_width(l1.read, accesses.read, vector_bytes);
  const Known<double> write = by_width(l1.write, accesses.write, vector_bytes);
  return {least(read, outer.read), least(write, outer.write)};
}

std::vector<std::string> peak_names(const Format& format) {
  const Format computing = computing_format(format);
  return {format.name(), computing.name(),
          Format{computing.weights, computing.activations, DType::f32}.name()};
}

Known<OpRate> Engine::peak(const Format& format) const {
  for (const std::string& wanted : peak_names(format)) {
    const auto found = peaks.find(wanted);
    if (found != peaks.end()) return found->second;
  }
  return std::nullopt;
}

const Engine& Hardware::engine(const std::string& wanted) const {
  if (wanted.empty()) return engines.front();
  std::string known;
  for (const Engine& engine : engines) {
    if (engine.name == wanted) return engine;
    known += (known.empty() ? "" : ", ") + engine.name;
  }
  throw InputError("no engine '" + printable(wanted) + "' in " + name + " (it has " + known +
                   "); name one of them");
}

const Engine* Hardware::engine_of(std::string_view device) const {
  const std::string_view wanted = device == "cpu" ? "cpu" : "gpu";
  const auto found = std::find_if(engines.begin(), engines.end(),
                                  [&](const Engine& engine) { return engine.name == wanted; });
  return found == engines.end() ? nullptr : &*found;
}

bool Hardware::describes(const Machine& machine, std::string_view device) const {
  const Known<std::string> module = machine.jetson ? machine.jetson->module : std::nullopt;
  const bool board =
      module && !match.modules.empty()
          ? std::find(match.modules.begin(), match.modules.end(), *module) != match.modules.end()
          : has_words(machine.board, match.boards);
  // Boards of one name come with 32 and 64 GB and other numbers of cores; the system sees a little
  // less than is built in.
  const bool size = !memory || !machine.memory_bytes ||
                    static_cast<double>(*machine.memory_bytes) > memory->value / 2;
  if (board) return size;
  if (device == "cpu") {
    const Uarch* uarch = has_words(machine.cpu.model, match.cpus) ? uarch_of(machine.cpu) : nullptr;
    return uarch && std::count(match.uarchs.begin(), match.uarchs.end(), uarch->name) > 0;
  }
  return std::any_of(machine.gpus.begin(), machine.gpus.end(), [&](const Gpu& gpu) {
    return std::find(match.gpus.begin(), match.gpus.end(), gpu.model()) != match.gpus.end();
  });
}

const std::vector<Uarch>& uarchs() {
  static const std::vector<Uarch> all = rates_of(false);
  return all;
}

const std::vector<Uarch>& gpu_uarchs() {
  static const std::vector<Uarch> all = rates_of(true);
  return all;
}

const std::vector<Hardware>& hardware() {
  static const std::vector<Hardware> all = all_of_kind<Hardware>();
  return all;
}

const Uarch* uarch_of(const Cpu& cpu, const std::string& cores) {
  const auto kind = std::find_if(cpu.kinds.begin(), cpu.kinds.end(),
                                 [&](const CoreKind& one) { return one.name == cores; });
  if ((kind == cpu.kinds.end()) != (cpu.kinds.empty() && cores.empty())) return nullptr;
  const Uarch* found = nullptr;
  for (const Uarch& uarch : uarchs()) {
    for (const CpuMatch& match : uarch.matches) {
      if (!match.fits(cpu, kind == cpu.kinds.end() ? nullptr : &*kind)) continue;
      if (!match.model_contains.empty()) return &uarch;  // the more specific entry
      found = &uarch;
    }
  }
  return found;
}

const Uarch* uarch_of(const Gpu& gpu) {
  const Uarch* found = nullptr;
  for (const Uarch& uarch : gpu_uarchs()) {
    if (!uarch.gpu.fits(gpu)) continue;
    if (!uarch.gpu.name_contains.empty()) return &uarch;  // the more specific entry
    found = &uarch;
  }
  return found;
}

const Hardware* hardware_of(const Machine& machine, std::string_view device) {
  const auto found = std::find_if(hardware().begin(), hardware().end(), [&](const Hardware& one) {
    return one.describes(machine, device);
  });
  return found == hardware().end() ? nullptr : &*found;
}

std::pair<std::string_view, std::string_view> device_and_mode(std::string_view name) {
  const std::size_t colon = name.rfind(':');
  if (colon == std::string_view::npos) return {name, {}};
  const std::string_view mode = name.substr(colon + 1);
  if (mode.find_first_of("/.") != std::string_view::npos) return {name, {}};
  return {name.substr(0, colon), mode};
}

const Hardware& in_mode(const Hardware& hardware, std::string_view mode) {
  if (mode.empty()) return hardware;
  const std::string wanted = hardware.name + ":" + lower_case(mode);
  std::string known;
  for (const Hardware& one : hardware.modes) {
    if (lower_case(one.name) == lower_case(wanted)) return one;
    known += (known.empty() ? "it has " : ", ") + one.name.substr(hardware.name.size() + 1);
  }
  throw InputError("no mode '" + printable(mode) + "' in " + hardware.name + " (" +
                   (known.empty() ? "none of its power modes is described" : known) +
                   "); name one of them or " + hardware.name + " alone");
}

const Hardware& in_mode_of(const Hardware& hardware, const Machine& machine) {
  if (!machine.jetson || !machine.jetson->power_mode) return hardware;
  // As nvpmodel names them: MAXN, MODE_30W, MAXN_SUPER, MODE_7W_AI.
  std::string mode = lower_case(*machine.jetson->power_mode);
  if (mode.compare(0, 5, "mode_") == 0) mode.erase(0, 5);
  std::replace(mode.begin(), mode.end(), '_', '-');
  const auto found = std::find_if(
      hardware.modes.begin(), hardware.modes.end(),
      [&](const Hardware& one) { return lower_case(one.name) == hardware.name + ":" + mode; });
  return found == hardware.modes.end() ? hardware : *found;
}

const Hardware& find_hardware(std::string_view asked) {
  const auto [wanted, mode] = device_and_mode(asked);
  const std::string lower = lower_case(wanted);
  std::vector<std::string_view> names;
  for (const Hardware& one : hardware()) {
    if (lower_case(one.name) == lower) return in_mode(one, mode);
    names.push_back(one.name);
    for (const std::string& alias : one.aliases) {
      if (lower_case(alias) == lower) return in_mode(one, mode);
      names.push_back(alias);
    }
  }
  const auto close = nearest(wanted, names);
  throw InputError("no hardware '" + printable(wanted) + "' (" +
                   (close ? "did you mean " + *close + "?" : "it is not among the built-in ones") +
                   "); see roofmark list hardware, or give the path of a file of your own");
}

}  // namespace roofmark
