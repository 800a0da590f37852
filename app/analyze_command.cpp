#include <CLI/CLI.hpp>

#include "app/commands.h"

namespace roofmark {

void add_analyze(CLI::App& app, Command& chosen) {
  CLI::App* command = app.add_subcommand("analyze", "");
  command->callback([&chosen] { chosen = [] { return exit_usage; }; });
}

}  // namespace roofmark
