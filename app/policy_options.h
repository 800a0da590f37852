// The options of every command that measures: what is measured, and how thoroughly.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "app/presets.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace roofmark {

/// Adds --preset, --filter, --model and the like; they are written into `request`.
std::vector<CLI::Option*> add_policy_options(CLI::App& command, RunRequest& request);

/// Adds --pause, of commands that take several rounds.
CLI::Option* add_pause_option(CLI::App& command, std::int64_t& seconds);

/// Adds --quiet.
void add_quiet_option(CLI::App& command, bool& quiet);

}  // namespace roofmark
