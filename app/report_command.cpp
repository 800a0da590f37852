#include <CLI/CLI.hpp>

#include "app/commands.h"

namespace roofmark {

void add_report(CLI::App& app, Command& chosen) {
  CLI::App* command = app.add_subcommand("report", "");
  command->callback([&chosen] { chosen = [] { return exit_usage; }; });
}

}  // namespace roofmark
