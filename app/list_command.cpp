// `roofmark list WHAT`: the probes, kernels, models, hardware and instruction sets there are.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "analyzer/conv_network.h"
#include "analyzer/models.h"
#include "analyzer/spec.h"
#include "app/commands.h"
#include "app/list_format.h"
#include "app/print.h"
#include "core/error.h"
#include "harness/machine.h"
#include "isas.h"
#include "kernels/registry.h"
#include "probes/registry.h"

namespace roofmark {
namespace {

/// "avx2 avx512 (needs avx512, not on this CPU) openblas (built without OpenBLAS)"
std::string variants_text(const Kernel& kernel, const Machine& machine) {
  std::string text;
  for (const Variant& variant : kernel.variants) {
    std::string one = variant.name;
    if (variant.device != "cpu") one += " on " + variant.device;
    const bool counts = variant.format.activations != DType::none;
    if (counts && variant.format != Format{}) one += " " + variant.format.name();
    if (!variant.unavailable.empty()) {
      one += " (" + variant.unavailable + ")";
    } else if (!variant.needs.empty() && variant.device == "cpu" &&
               !machine.has_isa(variant.needs)) {
      one += " (needs " + variant.needs + ", not on this CPU)";
    }
    text += (text.empty() ? "" : ", ") + one;
  }
  return text.empty() ? "none in this build" : text;
}

Table kernels_table(const std::vector<Kernel>& kernels, const Machine& machine) {
  Table table({{"name"}, {"role"}, {"what"}, {"variants"}});
  for (const Kernel& kernel : kernels) {
    table.add({kernel.name, std::string(name(kernel.role)), kernel.summary,
               variants_text(kernel, machine)});
  }
  return table;
}

Table models_table() {
  Table table({{"name"},
               {"family"},
               {"layers", Align::right},
               {"hidden", Align::right},
               {"heads", Align::right},
               {"kv_heads", Align::right},
               {"vocabulary", Align::right},
               {"parameters", Align::right},
               {"source"}});
  for (const Model& model : builtin_models()) {
    table.add({model.name, model.family, std::to_string(model.layers), std::to_string(model.hidden),
               std::to_string(model.heads), std::to_string(model.kv_heads),
               std::to_string(model.vocabulary), std::to_string(parameters(model)), model.source});
  }
  return table;
}

Table networks_table() {
  Table table({{"name"},
               {"title"},
               {"layers", Align::right},
               {"multiply_adds", Align::right},
               {"parameters", Align::right},
               {"source"}});
  for (const ConvNetwork& network : builtin_networks()) {
    const ConvCount counted = count(network, {});
    table.add({network.name, network.title, std::to_string(network.layers.size()),
               std::to_string(counted.macs), std::to_string(counted.parameters), network.source});
  }
  return table;
}

/// The formats each engine has a peak for: "gpu f32 f16-f32; dla w8a8".
std::string engines_text(const Hardware& hardware) {
  std::string text;
  for (const Engine& engine : hardware.engines) {
    text += (text.empty() ? "" : "; ") + engine.name;
    for (const auto& [format, peak] : engine.peaks) text += " " + format;
  }
  return text;
}

Table hardware_table(Reader reader) {
  const bool units = reader == Reader::program;  // else they stand in the cells
  Table table({{"name"},
               {"title"},
               {units ? "bandwidth_bytes_per_s" : "bandwidth", Align::right},
               {units ? "memory_bytes" : "memory", Align::right},
               {units ? "f16_ops_per_s" : "f16", Align::right},
               {units ? "w8a8_ops_per_s" : "w8a8", Align::right},
               {"confidence"},
               {"engines"}});
  const auto add = [&](const Hardware& one) {
    const Known<double> memory = one.memory ? Known<double>(one.memory->value) : std::nullopt;
    const auto peak = [&](const char* format) {  // of the first engine, dense
      const Known<OpRate> known = one.engine().peak(*working_format_from(format));
      return known ? figure(known->value, "op/s", reader) : units ? "" : "-";
    };
    table.add({one.name, one.title + (one.is_default_mode ? " (as shipped)" : ""),
               figure(one.bandwidth.value, "B/s", reader), figure(memory, "B", reader), peak("f16"),
               peak("w8a8"), one.confidence, engines_text(one)});
  };
  for (const Hardware& one : hardware()) {
    add(one);
    for (const Hardware& mode : one.modes) add(mode);
  }
  return table;
}

std::vector<std::string> built_isas() {
  return {
#define ROOFMARK_NAME(isa, vector_bytes) #isa,
      ROOFMARK_EACH_BUILT_ISA(ROOFMARK_NAME)
#undef ROOFMARK_NAME
  };
}

Table isas_table(const Machine& machine) {
  Table table(
      {{"name"}, {"architecture"}, {"vector_bytes", Align::right}, {"this_build"}, {"this_cpu"}});
  const std::vector<std::string> built = built_isas();
  const auto add = [&](const std::string& isa, const std::string& architecture, int vector_bytes) {
    // The two names of an architecture ("x86_64|AMD64") are one; the first is Linux's.
    const std::string name = architecture.substr(0, architecture.find('|'));
    const bool ours = name == machine.cpu.architecture;  // two architectures have "scalar"
    const bool here = ours && std::find(built.begin(), built.end(), isa) != built.end();
    table.add({isa, name, vector_bytes > 0 ? std::to_string(vector_bytes) : "", here ? "yes" : "no",
               ours && machine.has_isa(isa) ? "yes" : "no"});
  };
#define ROOFMARK_ROW(isa, architecture, vector_bytes, test) add(#isa, architecture, vector_bytes);
  ROOFMARK_EACH_KNOWN_ISA(ROOFMARK_ROW)
#undef ROOFMARK_ROW
  return table;
}

Table listing(const std::string& what, Reader reader) {
  if (what == "probes") return kernels_table(all_probes(), discover());
  if (what == "kernels") return kernels_table(all_kernels(), discover());
  if (what == "models") return models_table();
  if (what == "networks") return networks_table();
  if (what == "hardware") return hardware_table(reader);
  if (what == "isas") return isas_table(discover());
  throw InputError(
      "cannot list " + what +
      " (there are probes, kernels, models, networks, hardware and isas); name one of these");
}

int list(const std::string& what, const std::string& output) {
  const ListFormat& format = list_format(output);
  print(format.write(listing(what, format.reader)));
  return exit_done;
}

}  // namespace

void add_list(CLI::App& app, Command& chosen) {
  struct Request {
    std::string what, output = "table";
  };
  CLI::App* command = app.add_subcommand("list", "what there is to measure and to compare with");
  const auto request = std::make_shared<Request>();
  command->add_option("WHAT", request->what, "probes, kernels, models, networks, hardware or isas")
      ->required();
  command->add_option("--output", request->output, list_format_names())->capture_default_str();
  command->callback(
      [&chosen, request] { chosen = [request] { return list(request->what, request->output); }; });
}

}  // namespace roofmark
