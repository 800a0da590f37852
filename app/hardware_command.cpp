// `roofmark hardware`: the peaks of a device and the parts they are made of, and the bandwidth that
// a memory's printed figures make.
#include <CLI/CLI.hpp>
#include <cmath>
#include <memory>

#include "analyzer/memory_bus.h"
#include "analyzer/numbers.h"
#include "analyzer/plain_text.h"
#include "app/commands.h"
#include "app/hardware_argument.h"
#include "app/list_format.h"
#include "app/listing_json.h"
#include "app/print.h"
#include "app/quantity.h"
#include "core/error.h"

namespace roofmark {
namespace {

struct BusRequest {
  std::string mts, gbps, bus_bits, channels = "1", output = "table";
};

double transfers_per_second(const BusRequest& request) {
  if (request.mts.empty() == request.gbps.empty()) {
    throw InputError(
        "hardware bandwidth wants --mts (million transfers per second) or --gbps (Gbit per second "
        "and pin), and one of them alone; write it like --mts 2666");
  }
  return request.gbps.empty() ? number_from(request.mts, 1, 1e6, "--mts") * 1e6
                              : number_from(request.gbps, 1e-3, 1e3, "--gbps") * 1e9;
}

double whole_from(const std::string& text, double high, const char* flag) {
  const double value = number_from(text, 1, high, flag);
  if (value == std::floor(value)) return value;
  throw InputError(std::string(flag) + ": " + text + " is no whole number; write it like 64");
}

int bandwidth(const BusRequest& request) {
  const ListFormat& format = list_format(request.output);
  const double transfers = transfers_per_second(request);
  if (request.bus_bits.empty()) {
    throw InputError("hardware bandwidth wants --bus-bits (of one channel); write it like 64");
  }
  const double bits = whole_from(request.bus_bits, 1 << 16, "--bus-bits");
  const double channels = whole_from(request.channels, 1 << 10, "--channels");
  const double rate = bus_bandwidth(transfers, bits, channels).value;
  if (format.reader == Reader::person) {
    Table table({{"transfers", Align::right},
                 {"bits", Align::right},
                 {"channels", Align::right},
                 {"bandwidth", Align::right},
                 {"exactly", Align::right}});
    table.add({exact(transfers / 1e6) + " MT/s", exact(bits), exact(channels), si(rate, "B/s"),
               exact(rate / 1e9) + " GB/s"});
    print(format.write(table));
    return exit_done;
  }
  Table table({{"transfers_per_s", Align::right},
               {"bus_bits", Align::right},
               {"channels", Align::right},
               {"bandwidth_bytes_per_s", Align::right}});
  std::vector<std::string> cells;
  for (const double value : {transfers, bits, channels, rate}) {
    cells.push_back(figure(value, "", format.reader));
  }
  table.add(std::move(cells));
  print(request.output == "json" ? row_json(table) : format.write(table));
  return exit_done;
}

Table peaks_table(const Hardware& hardware, Reader reader) {
  const bool person = reader == Reader::person;
  Table table({{"engine"},
               {"units", Align::right},
               {"unit"},
               {"format"},
               {person ? "op/cycle" : "ops_per_cycle", Align::right},
               {person ? "clock" : "clock_hz", Align::right},
               {person ? "peak" : "peak_ops_per_s", Align::right},
               {"from"},
               {person ? "ridge" : "ridge_ops_per_byte", Align::right}});
  for (const Engine& engine : hardware.engines) {
    for (const auto& [format, basis] : engine.basis) {
      const double peak = engine.peaks.at(format).value;
      const double ridge = peak / hardware.bandwidth.value;
      table.add({engine.name, fixed(engine.units, 0), engine.unit, format,
                 exact(basis.ops_per_cycle), figure(basis.clock.value, "Hz", reader),
                 figure(peak, "op/s", reader), basis.stated ? "data sheet" : "its parts",
                 person ? plain_number(ridge) + " op/B" : exact(ridge)});
    }
    if (engine.basis.empty()) {
      table.add(
          {engine.name, "", engine.unit, person ? "no peak is published" : "", "", "", "", "", ""});
    }
  }
  return table;
}

std::string wrapped(const std::string& name, const std::string& text) {
  return "  " + name + ": " + plain_within(text, 600) + "\n";
}

std::string facts_text(const Hardware& hardware) {
  std::string text = plain_within(hardware.title, 200) + "\n";
  text +=
      wrapped("memory bandwidth",
              si(hardware.bandwidth.value, "B/s") + " (" + exact(hardware.bus_bits) + " bits x " +
                  exact(hardware.pin_rate / 1e9) + " Gbit/s and pin), shared by all engines");
  text += wrapped("memory", hardware.memory ? iec(hardware.memory->value) : "unknown");
  text += wrapped("confidence", hardware.confidence);
  if (!hardware.note.empty()) text += wrapped("note", hardware.note);
  for (const Hardware& mode : hardware.modes) {
    text += wrapped("mode", mode.name + (mode.is_default_mode ? " (as shipped)" : ""));
  }
  for (const std::string& source : hardware.sources) text += wrapped("source", source);
  return text + "\n";
}

int show(const std::string& name, const std::string& output) {
  if (name.empty()) {
    throw InputError("hardware show wants the NAME of a device; roofmark list hardware has them");
  }
  const ListFormat& format = list_format(output);
  const Hardware hardware = hardware_argument(name);
  const std::string table = format.write(peaks_table(hardware, format.reader));
  print(output == "table" ? facts_text(hardware) + table : table);
  return exit_done;
}

void add_bandwidth(CLI::App& app, Command& chosen) {
  CLI::App* command = app.add_subcommand(
      "bandwidth", "transfers per second x bits / 8 x channels, in decimal GB/s");
  const auto request = std::make_shared<BusRequest>();
  command->add_option("--mts", request->mts,
                      "million transfers per second: 2666 of DDR4-2666 (not its clock in MHz)");
  command->add_option("--gbps", request->gbps, "instead: Gbit per second and pin, 14 of GDDR6");
  command->add_option("--bus-bits", request->bus_bits, "width of one channel, or of the whole bus");
  command->add_option("--channels", request->channels, "of that width")->capture_default_str();
  command->add_option("--output", request->output, list_format_names())->capture_default_str();
  command->callback([&chosen, request] { chosen = [request] { return bandwidth(*request); }; });
}

void add_show(CLI::App& app, Command& chosen) {
  struct Request {
    std::string name, output = "table";
  };
  CLI::App* command = app.add_subcommand("show", "peaks of a device and what they are made of");
  const auto request = std::make_shared<Request>();
  command->add_option("NAME", request->name,
                      "as --hardware of analyze takes it (roofmark list hardware)");
  command->add_option("--output", request->output, list_format_names())->capture_default_str();
  command->callback(
      [&chosen, request] { chosen = [request] { return show(request->name, request->output); }; });
}

}  // namespace

void add_hardware(CLI::App& app, Command& chosen) {
  CLI::App* command = app.add_subcommand("hardware", "what data sheets say of a device");
  command->require_subcommand(0, 1);
  command->callback([command, &chosen] {
    if (!command->get_subcommands().empty()) return;
    chosen = []() -> int {
      throw InputError(
          "hardware wants show NAME (roofmark list hardware has the names) or bandwidth; name one "
          "of them");
    };
  });
  add_show(*command, chosen);
  add_bandwidth(*command, chosen);
}

}  // namespace roofmark
