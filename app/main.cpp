// The program: parses the command line, runs the chosen command, turns errors into exit codes.
#include <CLI/CLI.hpp>
#include <clocale>
#include <cstdio>
#include <exception>
#include <new>

#include "app/build_info.h"
#include "app/commands.h"
#include "core/error.h"

namespace {

using namespace roofmark;

int complain(const char* what, int code) {
  std::fprintf(stderr, "roofmark: %s\n", what);
  return code;
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

}  // namespace

int main(int argc, char** argv) {
  // Numbers are written with a point whatever the user's language is.
  std::setlocale(LC_ALL, "C");
  CLI::App app("Measures this machine's roofline and says how close LLM kernels come to it.",
               "roofmark");
  app.set_version_flag("--version", version_line());
  app.require_subcommand(1);
  Command chosen;
  add_doctor(app, chosen);
  add_run(app, chosen);
  add_analyze(app, chosen);
  add_report(app, chosen);
  add_list(app, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& wanted) {  // --help, --version
    return app.exit(wanted);
  } catch (const CLI::ParseError& error) {
    return complain((std::string(error.what()) + "; see roofmark --help").c_str(), exit_usage);
  }
  return carry_out(chosen);
}
