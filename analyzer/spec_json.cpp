#include "analyzer/spec_json.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>

#include "analyzer/memory_bus.h"
#include "analyzer/numbers.h"
#include "core/strict_json.h"

namespace roofmark {
namespace {

constexpr double most_per_cycle = 1e7;  // of one unit: a DLA does 16384

double positive(const JsonView& json, double high) {
  const double value = json.number(0, high);
  if (value == 0) json.refuse("zero", "remove what is unknown");
  return value;
}

Known<double> known_rate(const JsonView& object, std::string_view key) {
  const auto found = object.find(key);
  return found ? Known<double>(positive(*found, most_per_cycle)) : std::nullopt;
}

std::vector<std::string> texts(const JsonView& json) {
  std::vector<std::string> all;
  for (const JsonView& element : json.elements()) all.push_back(element.text());
  return all;
}

/// What both kinds of file begin with.
template <class Spec>
void read_head(const JsonView& json, Spec& spec) {
  spec.name = json.at("name").text();
  spec.title = json.at("title").text();
  const JsonView confidence = json.at("confidence");
  spec.confidence = confidence.text();
  constexpr std::array confidences{"high", "medium", "low"};
  if (std::find(confidences.begin(), confidences.end(), spec.confidence) == confidences.end()) {
    confidence.refuse("unknown confidence", "write high, medium or low");
  }
  if (const auto note = json.find("note")) spec.note = note->text();
  spec.sources = texts(json.at("sources"));
  if (spec.sources.empty())
    json.at("sources").refuse("no source", "say where the figures are from");
}

CpuMatch match_from(const JsonView& json) {
  json.only({"vendor", "family", "models", "model_contains", "core", "implementer", "part"});
  CpuMatch match;
  constexpr int many = 1 << 16;
  if (json.has("implementer")) {
    match.implementer = static_cast<int>(json.at("implementer").integer(1, many));
    match.part = static_cast<int>(json.at("part").integer(0, many));
    return match;
  }
  match.vendor = json.at("vendor").text();
  match.family = static_cast<int>(json.at("family").integer(0, many));
  for (const JsonView& range : json.at("models").elements()) {
    const std::vector<JsonView> ends = range.elements();
    if (ends.size() != 2) range.refuse("not a range", "write [first, last]");
    const int first = static_cast<int>(ends[0].integer(0, many));
    match.models.emplace_back(first, static_cast<int>(ends[1].integer(first, many)));
  }
  if (const auto parts = json.find("model_contains")) match.model_contains = texts(*parts);
  if (const auto core = json.find("core")) match.core = core->text();
  return match;
}

void read_bytes(const JsonView& json, Uarch& uarch) {
  for (const auto& [level, rates] : json.members()) {
    rates.only({"read", "write"});
    uarch.bytes_per_cycle[level] = {known_rate(rates, "read"), known_rate(rates, "write")};
  }
}

/// Formats of instructions that no model is stored in; probes measure them.
bool is_instruction_format(const std::string& name) {
  constexpr std::array others{"w4a4", "w32a32", "none-f64", "none-f32", "none-f16"};
  return format_from(name) || std::find(others.begin(), others.end(), name) != others.end();
}

using Formats = std::map<std::string, double>;

Formats formats_from(const JsonView& json) {
  Formats formats;
  for (const auto& [format, rate] : json.members()) {
    if (!is_instruction_format(format)) rate.refuse("unknown format", "name it as f32, f16-f32");
    formats[format] = positive(rate, most_per_cycle);
  }
  return formats;
}

/// Instructions per cycle: one figure for all formats that have a rate, or one of each.
Formats pipes_from(const JsonView& json, const Formats& rates) {
  if (json.is_object()) return formats_from(json);
  const double instructions = positive(json, most_per_cycle);
  Formats pipes;
  for (const auto& [format, rate] : rates) pipes[format] = instructions;
  return pipes;
}

Uarch uarch_from(const JsonView& json) {
  json.only({"kind", "name", "title", "confidence", "note", "sources", "match", "sve_bytes",
             "pipes", "rates", "bytes_per_cycle", "accesses_per_cycle"});
  Uarch uarch;
  read_head(json, uarch);
  for (const JsonView& match : json.at("match").elements()) {
    uarch.matches.push_back(match_from(match));
  }
  if (const auto sve = json.find("sve_bytes")) {
    uarch.sve_bytes = static_cast<int>(sve->integer(16, 256));
  }
  for (const auto& [kernel, isas] : json.at("rates").members()) {
    for (const auto& [isa, rates] : isas.members()) uarch.rates[kernel][isa] = formats_from(rates);
  }
  for (const auto& [kernel, isas] : json.at("pipes").members()) {
    for (const auto& [isa, pipes] : isas.members()) {
      uarch.pipes[kernel][isa] = pipes_from(pipes, uarch.rates[kernel][isa]);
    }
  }
  read_bytes(json.at("bytes_per_cycle"), uarch);
  const JsonView accesses = json.at("accesses_per_cycle");
  accesses.only({"loads", "stores"});
  uarch.accesses = {known_rate(accesses, "loads"), known_rate(accesses, "stores")};
  json.at("bytes_per_cycle").only({"l1", "l2", "l3"});
  return uarch;
}

Uarch gpu_from(const JsonView& json) {
  json.only({"kind", "name", "title", "confidence", "note", "sources", "match", "ops_per_cycle",
             "bytes_per_cycle"});
  Uarch uarch;
  read_head(json, uarch);
  const JsonView match = json.at("match");
  match.only({"compute_capability", "name_contains"});
  uarch.gpu.compute_capability = match.at("compute_capability").text();
  if (uarch.gpu.compute_capability.empty()) match.refuse("no compute capability", "write \"9.0\"");
  if (const auto words = match.find("name_contains")) uarch.gpu.name_contains = texts(*words);
  json.at("ops_per_cycle").only({"simt", "mma", "wgmma"});
  for (const auto& [unit, rates] : json.at("ops_per_cycle").members()) {
    uarch.ops_per_cycle[unit] = formats_from(rates);
  }
  json.at("bytes_per_cycle").only({"l1", "shared", "l2"});
  read_bytes(json.at("bytes_per_cycle"), uarch);
  return uarch;
}

constexpr double most_hertz = 1e11, most_rate = 1e20, most_bandwidth = 1e18;
/// What a data sheet prints is rounded.  Further off, one of the parts is wrong or the printed
/// figure is another: counted with sparsity (twice), or of several engines added up.
constexpr double rounding = 0.015;

bool agrees(double printed, double computed) {
  return std::abs(computed / printed - 1) <= rounding;
}

OpRate computed_peak(const Engine& engine, const PeakBasis& basis) {
  return OpRate{engine.units * basis.ops_per_cycle * basis.clock.value};
}

void read_peak(const JsonView& json, const std::string& format, Hertz clock, Engine& engine) {
  json.only({"ops_per_cycle", "clock_hz", "stated"});
  if (!format_from(format) && format != "w4a4") {
    json.refuse("unknown format", "name it as f16-f32, f32, w8a8");
  }
  PeakBasis basis{.ops_per_cycle = positive(json.at("ops_per_cycle"), most_per_cycle),
                  .clock = clock};
  if (const auto own = json.find("clock_hz")) basis.clock = Hertz{positive(*own, most_hertz)};
  const OpRate computed = computed_peak(engine, basis);
  if (const auto stated = json.find("stated")) {
    basis.stated = OpRate{positive(*stated, most_rate)};
    if (!agrees(basis.stated->value, computed.value)) {
      stated->refuse("is " + plain_number(basis.stated->value / computed.value) +
                         " times units x ops_per_cycle x clock_hz (" + si(computed.value, "op/s") +
                         ")",
                     "halve a figure that counts sparsity, or correct the parts");
    }
  }
  engine.peaks[format] = basis.stated.value_or(computed);
  engine.basis[format] = basis;
}

Engine engine_from(const JsonView& json) {
  json.only({"name", "note", "unit", "units", "clock_hz", "peaks"});
  Engine engine;
  engine.name = json.at("name").text();
  if (const auto note = json.find("note")) engine.note = note->text();
  engine.unit = json.at("unit").text();
  // A family of CPUs has one memory and many numbers of cores, and of some engines nothing is
  // published: then no peak is stated either.
  const auto peaks = json.at("peaks").members();
  if (peaks.empty() && !json.has("units")) return engine;
  engine.units = static_cast<double>(json.at("units").integer(1, 1 << 20));
  const Hertz clock{positive(json.at("clock_hz"), most_hertz)};
  for (const auto& [format, peak] : peaks) read_peak(peak, format, clock, engine);
  return engine;
}

/// One engine in a power mode: its peaks follow from the units that are on and the clock.  Where
/// both are as they are sold, so are the peaks, as printed.
void read_engine_mode(const JsonView& json, Engine& engine) {
  json.only({"units", "clock_hz"});
  if (engine.basis.empty()) json.refuse("this engine has no peaks", "remove it from the mode");
  const double sold = engine.units;
  if (const auto units = json.find("units")) {
    engine.units = static_cast<double>(units->integer(1, static_cast<std::int64_t>(sold)));
  }
  const Hertz clock{positive(json.at("clock_hz"), most_hertz)};
  for (auto& [format, basis] : engine.basis) {
    if (engine.units == sold && basis.clock == clock) continue;
    basis.clock = clock;
    basis.stated = std::nullopt;
    engine.peaks[format] = computed_peak(engine, basis);
  }
}

Hardware mode_from(const JsonView& json, const Hardware& device) {
  json.only({"name", "title", "default", "bits_per_second_per_pin", "engines"});
  Hardware mode = device;
  mode.modes.clear();
  const std::string name = json.at("name").text();
  const bool plain = !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return c < 128 && (std::islower(c) || std::isdigit(c) || c == '-');
  });
  if (!plain)
    json.at("name").refuse("no name of a mode", "write a to z, 0 to 9 and -, like \"30w\"");
  mode.name += ":" + name;
  mode.title += ", mode " + json.at("title").text();
  if (const auto shipped = json.find("default")) mode.is_default_mode = shipped->boolean();
  if (const auto rate = json.find("bits_per_second_per_pin")) {
    mode.pin_rate = positive(*rate, 1e12);
    mode.bandwidth = bus_bandwidth(mode.pin_rate, mode.bus_bits);
  }
  for (const auto& [engine_name, parts] : json.at("engines").members()) {
    const auto found =
        std::find_if(mode.engines.begin(), mode.engines.end(),
                     [&, &wanted = engine_name](const Engine& one) { return one.name == wanted; });
    if (found == mode.engines.end()) parts.refuse("no such engine", "name one of `engines`");
    read_engine_mode(parts, *found);
  }
  return mode;
}

HardwareMatch hardware_match_from(const JsonView& json) {
  json.only({"gpus", "boards", "modules", "cpus", "uarchs"});
  HardwareMatch match;
  if (const auto gpus = json.find("gpus")) match.gpus = texts(*gpus);
  if (const auto boards = json.find("boards")) match.boards = texts(*boards);
  if (const auto modules = json.find("modules")) match.modules = texts(*modules);
  if (const auto cpus = json.find("cpus")) match.cpus = texts(*cpus);
  if (const auto uarchs = json.find("uarchs")) match.uarchs = texts(*uarchs);
  return match;
}

void read_memory(const JsonView& json, Hardware& hardware) {
  json.only({"size_bytes", "bus_bits", "bits_per_second_per_pin", "bytes_per_second"});
  if (const auto size = json.find("size_bytes")) {
    hardware.memory = Bytes{static_cast<double>(size->integer(1, std::int64_t{1} << 50))};
  }
  hardware.bus_bits = positive(json.at("bus_bits"), 1e6);
  hardware.pin_rate = positive(json.at("bits_per_second_per_pin"), 1e12);
  const JsonView printed = json.at("bytes_per_second");
  hardware.bandwidth = Bandwidth{positive(printed, most_bandwidth)};
  const Bandwidth computed = bus_bandwidth(hardware.pin_rate, hardware.bus_bits);
  if (!agrees(hardware.bandwidth.value, computed.value)) {
    printed.refuse("is " + plain_number(hardware.bandwidth / computed) +
                       " times bus_bits / 8 x bits_per_second_per_pin (" +
                       si(computed.value, "B/s") + ")",
                   "correct one of them");
  }
}

/// Refuses the second of two that are called alike.
template <class Named>
void refuse_twins(const JsonView& json, const std::vector<Named>& all) {
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (all[i].name == all[j].name) {
        json.elements()[i].at("name").refuse("the second of that name", "name it otherwise");
      }
    }
  }
}

Hardware hardware_from(const JsonView& json) {
  json.only({"kind", "name", "title", "aliases", "match", "confidence", "note", "sources", "memory",
             "engines", "modes"});
  Hardware hardware;
  read_head(json, hardware);
  if (const auto aliases = json.find("aliases")) hardware.aliases = texts(*aliases);
  if (const auto match = json.find("match")) hardware.match = hardware_match_from(*match);
  read_memory(json.at("memory"), hardware);
  const JsonView engines = json.at("engines");
  for (const JsonView& engine : engines.elements()) {
    hardware.engines.push_back(engine_from(engine));
  }
  if (hardware.engines.empty()) engines.refuse("no engine", "add one");
  refuse_twins(engines, hardware.engines);
  if (const auto modes = json.find("modes")) {
    std::vector<Hardware> all;
    for (const JsonView& mode : modes->elements()) all.push_back(mode_from(mode, hardware));
    refuse_twins(*modes, all);
    hardware.modes = std::move(all);
  }
  return hardware;
}

}  // namespace

std::variant<Uarch, Hardware> spec_from_json(std::string_view text, const std::string& name) {
  const JsonView json = JsonView::parse(text, name);
  constexpr const char* kinds = "write uarch, gpu or hardware (a device: docs/adding.md shows one)";
  if (!json.has("kind")) json.refuse("no kind of spec is named", kinds);
  const JsonView kind = json.at("kind");
  if (kind.text() == "uarch") return uarch_from(json);
  if (kind.text() == "gpu") return gpu_from(json);
  if (kind.text() == "hardware") return hardware_from(json);
  kind.refuse("unknown kind of spec", kinds);
}

}  // namespace roofmark
