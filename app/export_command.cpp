// `roofmark export RUN`: a measured run for trackers, dashboards, gates and databases.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iterator>
#include <memory>
#include <vector>

#include "analyzer/export/exports.h"
#include "analyzer/from_run.h"
#include "analyzer/report/report.h"
#include "app/commands.h"
#include "app/files.h"
#include "app/print.h"
#include "app/render.h"
#include "app/store.h"
#include "core/error.h"
#include "core/printable.h"
#include "core/run_json.h"

namespace roofmark {
namespace {

struct Request {
  std::string run, format, better, out;
};

/// Either of the two is there.
struct Target {
  const char* name;
  std::string (*of_series)(const Exported&);
  std::string (*of_report)(std::span<const Section>);
};

constexpr Target targets[] = {
    {"csv", nullptr, csv_report},
    {"md", nullptr, markdown_report},
    {"junit", junit, nullptr},
    {"gbench", gbench_json, nullptr},
    {"bmf", bmf_json, nullptr},
    {"gha", gha_smaller_json, nullptr},
    {"openmetrics", openmetrics, nullptr},
    {"sql", sql, nullptr},
};

std::string target_names() {
  std::vector<std::string> names;
  for (const Target& target : targets) names.emplace_back(target.name);
  return listed(names);
}

/// The target asked for.  github-action-benchmark takes what is better smaller and what is better
/// bigger in two files, so there it is also asked which.
Target target_of(const Request& request) {
  const auto* found = std::find_if(std::begin(targets), std::end(targets),
                                   [&](const Target& one) { return request.format == one.name; });
  if (found == std::end(targets)) {
    throw InputError("unknown format '" + printable(request.format, 40) + "' (there are " +
                     target_names() + "); pass one of these to --format");
  }
  Target target = *found;
  if (request.better.empty()) return target;
  if (target.of_series != gha_smaller_json) {
    throw InputError(
        "--better goes with --format gha (the other formats hold both in one file); "
        "leave it out");
  }
  if (request.better == "bigger") target.of_series = gha_bigger_json;
  return target;
}

int export_run(const Request& request) {
  const Target target = target_of(request);  // a wrong name is said before any file is read
  if (!request.out.empty()) require_replaceable(request.out);
  const Run run = read_run(read_file(request.run), request.run);
  const Analysis analysis = analyze_run(run);
  const Section section{&analysis, &run};
  const std::string text = target.of_report != nullptr
                               ? target.of_report({&section, 1})
                               : target.of_series({run, series_of(run, analysis)});
  if (request.out.empty()) {
    print(text);
  } else {
    write_file(request.out, text);
  }
  return exit_done;
}

}  // namespace

void add_export(CLI::App& app, Command& chosen) {
  CLI::App* command =
      app.add_subcommand("export", "write a measured run for trackers, dashboards and databases");
  const auto request = std::make_shared<Request>();
  command->add_option("RUN", request->run, "a run (.json) or a journal (.partial.jsonl)")
      ->required();
  command->add_option("--format", request->format, target_names())->required();
  command
      ->add_option(
          "--better", request->better,
          "with gha: the series that are better smaller (times; default) or bigger (rates)")
      ->check(CLI::IsMember({"smaller", "bigger"}));
  command->add_option("-o,--out", request->out, "a file instead of standard output");
  command->callback([&chosen, request] { chosen = [request] { return export_run(*request); }; });
}

}  // namespace roofmark
