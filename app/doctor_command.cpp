// roofmark doctor: what was found, what is unlocked, shared, throttled or missing, and what that
// does to the numbers.
#include <CLI/CLI.hpp>
#include <memory>

#include "analyzer/doctor.h"
#include "analyzer/numbers.h"
#include "analyzer/plain_text.h"
#include "app/commands.h"
#include "app/doctor_json.h"
#include "app/doctor_text.h"
#include "app/print.h"
#include "app/surroundings.h"
#include "core/error.h"
#include "harness/machine.h"

namespace roofmark {
namespace {

struct Asked {
  std::string output = "table";
  std::string root, topology;
};

Sources sources_of(const Asked& asked) {
  if (asked.root.empty() && asked.topology.empty()) return {};
  for (const std::string& path : {asked.root, asked.topology}) {
    std::error_code error;
    if (path.empty() || !std::filesystem::exists(path, error)) {
      throw InputError("cannot read the recorded machine (" +
                       (path.empty() ? "--root and --topology go together" : "no " + plain(path)) +
                       "); name what scripts/record-machine wrote");
    }
  }
  return {asked.root, asked.topology};
}

int examine(const Asked& asked) {
  const Sources sources = sources_of(asked);
  const Machine machine = discover(sources);
  const Surroundings around = surroundings(sources);
  const std::vector<Finding> found = findings(machine, around);
  const std::string text =
      asked.output == "json" ? doctor_json(machine, found) : doctor_text(machine, around, found);
  print(text);
  return exit_done;
}

}  // namespace

void add_doctor(CLI::App& app, Command& chosen) {
  const auto asked = std::make_shared<Asked>();
  CLI::App* command = app.add_subcommand(
      "doctor", "what this machine is, what disturbs it, and what that does to the numbers");
  command->add_option("--output", asked->output, "table or json")
      ->check(CLI::IsMember({"table", "json"}))
      ->capture_default_str();
  // A recorded machine: for tests and bug reports, not in the help.
  command->add_option("--root", asked->root)->group("");
  command->add_option("--topology", asked->topology)->group("");
  command->callback([asked, &chosen] { chosen = [asked] { return examine(*asked); }; });
}

}  // namespace roofmark
