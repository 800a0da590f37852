// A comparison to standard output, and the exit code that it means.
#pragma once

#include <string>

#include "analyzer/tracking/comparison_text.h"

namespace CLI {
class App;
}

namespace roofmark {

/// table, md, csv, json
std::string comparison_formats();
/// Throws InputError where there is no such format.
void require_comparison_format(const std::string& output);
/// As that format writes it.
std::string written(const Comparison& comparison, const std::string& output, Rows rows);

/// Adds --floor, of commands that compare.
void add_floor_option(CLI::App& command, double& percent);

/// Throws InputError naming those there are.
FailOn fail_on_from(const std::string& text);

/// 1 a confirmed regression, 3 a series that failed, 6 nothing comparable, 5 something inconclusive
/// where that is asked for, 0 otherwise.
int exit_code_of(const Comparison& comparison, FailOn fail_on);

}  // namespace roofmark
