// `roofmark import FILE`: results of other benchmark programs, kept as runs.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "analyzer/export/gbench_import.h"
#include "app/commands.h"
#include "app/files.h"
#include "app/print.h"
#include "app/store.h"
#include "core/error.h"
#include "core/run_json.h"
#include "harness/machine.h"

namespace roofmark {
namespace {

struct Request {
  std::string file, format, machine, campaign, store, out;
  bool here = false;
};

/// Where the run goes; makes the folder of a store.
std::filesystem::path place_of(const Request& request, const Run& run) {
  if (!request.out.empty()) {
    require_replaceable(request.out);
    return request.out;
  }
  const std::filesystem::path store =
      request.store.empty() ? default_store() : std::filesystem::path(request.store);
  const std::filesystem::path path = run_path(store, run);
  make_folder(path.parent_path());
  return path;
}

/// This machine in place of what the file says of one: only here do both have one history.
void take_this_machine(Run& run, const std::string& file) {
  const Machine machine = discover();
  if (machine.cpu.threads != run.machine.cpu.threads) {
    throw InputError(file + ": it did not run on this machine (it says " +
                     std::to_string(run.machine.cpu.threads) + " CPUs, here are " +
                     std::to_string(machine.cpu.threads) + "); leave out --here");
  }
  run.machine = machine;
}

int import_file(const Request& request) {
  Imported imported = run_from_gbench(read_file(request.file), request.file, request.machine);
  imported.run.campaign = request.campaign;
  if (request.here) take_this_machine(imported.run, request.file);
  const std::string text = to_json(imported.run);
  run_from_json(text, request.file);  // what is kept can be read again
  const std::filesystem::path path = place_of(request, imported.run);
  if (request.out.empty() && holds_run(path)) {  // its name is a hash of the file
    std::fprintf(stderr, "roofmark: it was imported before; nothing is written\n");
  } else {
    write_file(path, text);
  }
  for (const std::string& note : imported.notes) {
    std::fprintf(stderr, "roofmark: %s: %s\n", request.file.c_str(), note.c_str());
  }
  print(path.string() + "\n");
  return exit_done;
}

}  // namespace

void add_import(CLI::App& app, Command& chosen) {
  CLI::App* command =
      app.add_subcommand("import", "keep results of other benchmark programs as a run");
  const auto request = std::make_shared<Request>();
  command->add_option("FILE", request->file, "what the program wrote")->required();
  command
      ->add_option("--format", request->format, "gbench: Google Benchmark's --benchmark_out=FILE")
      ->required()
      ->check(CLI::IsMember({"gbench"}));
  CLI::Option* machine = command->add_option(
      "--machine", request->machine,
      "id of the machine it ran on (default: made of host name, CPUs and caches)");
  command
      ->add_flag("--here", request->here,
                 "it has just run on this machine: keep it under this machine's id and setting")
      ->excludes(machine);
  command->add_option("--campaign", request->campaign,
                      "what several files were taken for: the rounds of a baseline");
  command->add_option("--store", request->store, "where runs are kept");
  command->add_option("-o,--out", request->out, "the run file, instead of one in the store");
  command->callback([&chosen, request] { chosen = [request] { return import_file(*request); }; });
}

}  // namespace roofmark
