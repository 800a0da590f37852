// The program: parses the command line, runs the chosen command, turns errors into exit codes.
#include <CLI/CLI.hpp>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <exception>
#include <new>
#include <sstream>
#include <string>

#include "app/build_info.h"
#include "app/commands.h"
#include "app/print.h"
#include "core/error.h"
#include "core/printable.h"

namespace {

using namespace roofmark;

int complain(const char* what, int code) {
  std::fprintf(stderr, "roofmark: %s\n", what);
  return code;
}

/// What --help and --version say, as text.
std::string said_by(const CLI::App& app, const CLI::Success& wanted) {
  std::ostringstream said;
  app.exit(wanted, said, said);
  return said.str();
}

/// The chosen command's exit code, or that of the error it ended with.
int carry_out(const Command& command) {
  try {
    return command();
  } catch (const InputError& error) {
    return complain(error.what(), exit_usage);
  } catch (const AbsentError& error) {
    return complain(error.what(), exit_absent);
  } catch (const MeasurementError& error) {
    return complain(error.what(), exit_measurement);
  } catch (const std::bad_alloc&) {
    return complain("out of memory; ask for less with --filter or a smaller --context",
                    exit_measurement);
  }
}

/// "roofmark analyze --help" where a command is given, which has the flags: "roofmark --help" else.
std::string help_flag(const CLI::App& app, int argc, char** argv) {
  const std::string word = argc > 1 ? argv[1] : "";
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (command->get_name() == word) return "roofmark " + word + " --help";
  }
  return "roofmark --help";
}

/// Where the first word is no command: what to say; CLI11 would only say that one is required.
std::string unknown_command(const CLI::App& app, int argc, char** argv) {
  const std::string word = argc > 1 ? argv[1] : "";
  std::string known;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (command->get_name() == word) return {};
    if (command->get_group().empty()) continue;  // hidden
    known += (known.empty() ? "" : ", ") + command->get_name();
  }
  if (word.empty()) return "no command is given (" + known + " are there); see roofmark --help";
  if (word.front() == '-') return {};
  return "there is no command '" + printable(word) + "' (" + known +
         " are there); see roofmark --help";
}

}  // namespace

// Set-up fails for want of memory alone, and then there is nothing to say it with.
// NOLINTNEXTLINE(bugprone-exception-escape)
int main(int argc, char** argv) {
  // Numbers are written with a point whatever the user's language is.
  std::setlocale(LC_ALL, "C");
  // A limit on the size of files (ulimit -f) is an error of the write, which is told as any other.
  std::signal(SIGXFSZ, SIG_IGN);
  CLI::App app("Measures this machine's roofline and says how close LLM kernels come to it.",
               "roofmark");
  app.set_version_flag("--version", version_line());
  app.require_subcommand(1);
  Command chosen;
  add_doctor(app, chosen);
  add_run(app, chosen);
  add_analyze(app, chosen);
  add_report(app, chosen);
  add_baseline(app, chosen);
  add_export(app, chosen);
  add_import(app, chosen);
  add_list(app, chosen);
  add_compare(app, chosen);
  add_check(app, chosen);
  add_trend(app, chosen);
  add_selfcheck(app, chosen);
  add_index(app, chosen);
  add_hardware(app, chosen);
  add_worker(app, chosen);
  const std::string problem = unknown_command(app, argc, argv);
  if (!problem.empty()) return complain(problem.c_str(), exit_usage);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& wanted) {  // --help, --version
    chosen = [text = said_by(app, wanted)] {
      print(text);
      return exit_done;
    };
  } catch (const CLI::ParseError& error) {
    return complain((std::string(error.what()) + "; see " + help_flag(app, argc, argv)).c_str(),
                    exit_usage);
  }
  return carry_out(chosen);
}
