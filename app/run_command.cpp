#include <CLI/CLI.hpp>

#include "app/commands.h"

namespace roofmark {

void add_run(CLI::App& app, Command& chosen) {
  CLI::App* command = app.add_subcommand("run", "");
  command->callback([&chosen] { chosen = [] { return exit_usage; }; });
}

}  // namespace roofmark
