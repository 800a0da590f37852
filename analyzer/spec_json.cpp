#include "analyzer/spec_json.h"

#include <algorithm>
#include <array>

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
  spec.note = json.at("note").text();
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

Engine engine_from(const JsonView& json) {
  json.only({"name", "unit", "units", "clock_hz", "peaks"});
  Engine engine;
  engine.name = json.at("name").text();
  engine.unit = json.at("unit").text();
  // A family of CPUs has one memory and many numbers of cores: then no peak is stated either.
  const bool family = json.at("peaks").members().empty() && !json.has("units");
  if (family) return engine;
  engine.units = static_cast<double>(json.at("units").integer(1, 1 << 20));
  const double clock = positive(json.at("clock_hz"), 1e11);
  for (const auto& [format, peak] : json.at("peaks").members()) {
    peak.only({"ops_per_cycle", "clock_hz", "stated"});
    if (!format_from(format)) peak.refuse("unknown format", "name it as f16-f32, f32, w8a8");
    PeakBasis basis{.ops_per_cycle = positive(peak.at("ops_per_cycle"), most_per_cycle),
                    .clock = Hertz{clock}};
    if (const auto own = peak.find("clock_hz")) basis.clock = Hertz{positive(*own, 1e11)};
    if (const auto stated = peak.find("stated")) basis.stated = OpRate{positive(*stated, 1e20)};
    const OpRate computed{engine.units * basis.ops_per_cycle * basis.clock.value};
    engine.peaks[format] = basis.stated.value_or(computed);
    engine.basis[format] = basis;
  }
  return engine;
}

Hardware hardware_from(const JsonView& json) {
  json.only({"kind", "name", "title", "aliases", "match", "confidence", "note", "sources", "memory",
             "engines"});
  Hardware hardware;
  read_head(json, hardware);
  hardware.aliases = texts(json.at("aliases"));
  const JsonView match = json.at("match");
  match.only({"gpus", "boards", "modules", "cpus", "uarchs"});
  if (const auto gpus = match.find("gpus")) hardware.match.gpus = texts(*gpus);
  if (const auto boards = match.find("boards")) hardware.match.boards = texts(*boards);
  if (const auto modules = match.find("modules")) hardware.match.modules = texts(*modules);
  if (const auto cpus = match.find("cpus")) hardware.match.cpus = texts(*cpus);
  if (const auto uarchs = match.find("uarchs")) hardware.match.uarchs = texts(*uarchs);
  const JsonView memory = json.at("memory");
  memory.only({"size_bytes", "bus_bits", "bits_per_second_per_pin", "bytes_per_second"});
  if (const auto size = memory.find("size_bytes")) {
    hardware.memory = Bytes{static_cast<double>(size->integer(1, std::int64_t{1} << 50))};
  }
  hardware.bus_bits = positive(memory.at("bus_bits"), 1e6);
  hardware.pin_rate = positive(memory.at("bits_per_second_per_pin"), 1e12);
  hardware.bandwidth = Bandwidth{positive(memory.at("bytes_per_second"), 1e18)};
  for (const JsonView& engine : json.at("engines").elements()) {
    hardware.engines.push_back(engine_from(engine));
  }
  if (hardware.engines.empty()) json.at("engines").refuse("no engine", "add one");
  return hardware;
}

}  // namespace

std::variant<Uarch, Hardware> spec_from_json(std::string_view text, const std::string& name) {
  const JsonView json = JsonView::parse(text, name);
  const JsonView kind = json.at("kind");
  if (kind.text() == "uarch") return uarch_from(json);
  if (kind.text() == "gpu") return gpu_from(json);
  if (kind.text() == "hardware") return hardware_from(json);
  kind.refuse("unknown kind of spec", "write uarch, gpu or hardware");
}

}  // namespace roofmark
