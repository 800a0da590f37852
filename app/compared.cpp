#include "app/compared.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "app/commands.h"
#include "app/render.h"
#include "core/error.h"
#include "core/printable.h"

namespace roofmark {
namespace {

const std::vector<std::string> formats{"table", "md", "csv", "json"};

}  // namespace

std::string comparison_formats() { return listed(formats); }

void require_comparison_format(const std::string& output) {
  for (const std::string& format : formats) {
    if (output == format) return;
  }
  throw InputError("--output: there is no format '" + printable(output) + "' (" +
                   comparison_formats() + " are there); pass --output table");
}

std::string written(const Comparison& comparison, const std::string& output, Rows rows) {
  if (output == "json") return comparison_json(comparison);
  if (output == "csv") return comparison_figures(comparison).csv();
  const Table table = comparison_table(comparison, rows);
  const std::string head = comparison_head(comparison), foot = comparison_foot(comparison);
  if (output == "md") {
    return "```\n" + head + "```\n\n" + (table.empty() ? "" : table.markdown() + "\n") + "```\n" +
           foot + "```\n";
  }
  return head + "\n" + (table.empty() ? "" : table.text() + "\n") + foot;
}

void add_floor_option(CLI::App& command, double& percent) {
  // "nan" is below no limit and above none, so that a range lets it pass.
  const auto why_no_number = [](const std::string& text) {
    const bool is_number = !std::isnan(std::strtod(text.c_str(), nullptr));
    return is_number ? "" : "'" + printable(text, 40) + "' is no percentage";
  };
  command
      .add_option("--floor", percent, "percent; smaller changes are none, and never smaller than 3")
      ->check(CLI::Range(0.0, 1000.0))
      ->check(why_no_number)
      ->capture_default_str();
}

FailOn fail_on_from(const std::string& text) {
  if (text == "regression") return FailOn::regression;
  if (text == "inconclusive") return FailOn::inconclusive;
  if (text == "never") return FailOn::never;
  throw InputError("--fail-on: there is nothing called '" + printable(text) +
                   "' (regression, inconclusive and never are there); pass --fail-on regression");
}

int exit_code_of(const Comparison& comparison, FailOn fail_on) {
  if (comparison.regressed() && fail_on != FailOn::never) return exit_regression;
  if (comparison.count(Verdict::failed) > 0) return exit_measurement;
  if (!comparison.compared()) return exit_incomparable;
  const bool unsure = std::any_of(comparison.series.begin(), comparison.series.end(),
                                  [&](const SeriesVerdict& one) { return fails(one, fail_on); });
  return unsure ? exit_inconclusive : exit_done;
}

}  // namespace roofmark
