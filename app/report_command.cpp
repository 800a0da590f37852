// `roofmark report RUN...`: measured runs and journals as one offline page, picture, table or text.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

#include "analyzer/from_run.h"
#include "app/commands.h"
#include "app/files.h"
#include "app/kept_history.h"
#include "app/print.h"
#include "app/render.h"
#include "app/store.h"
#include "core/error.h"
#include "core/run_json.h"

namespace roofmark {
namespace {

struct Request {
  std::vector<std::string> runs;
  std::string out, store;
};

/// The run's file name with .html in place of .json or .partial.jsonl.
std::filesystem::path beside(const std::filesystem::path& run) {
  std::string name = run.filename().string();
  for (const std::string_view ending : {".jsonl", ".partial", ".json"}) {
    if (name.ends_with(ending)) name.resize(name.size() - ending.size());
  }
  return run.parent_path() / (name + ".html");
}

int report(const Request& request) {
  const std::filesystem::path out =
      request.out.empty() ? beside(request.runs.front()) : std::filesystem::path(request.out);
  for (const std::string& file : request.runs) {
    std::error_code error;
    if (std::filesystem::equivalent(file, out, error)) {
      throw InputError("cannot write the report to " + out.string() +
                       " (it is one of the runs); name another file with -o");
    }
  }
  // A wrong name is said before any file is read: a device has none of the extensions, but that is
  // not what is wrong with it.
  require_replaceable(out);
  report_format(out);
  std::vector<Run> runs;
  runs.reserve(request.runs.size());
  std::vector<Analysis> analyses;
  analyses.reserve(request.runs.size());
  for (const std::string& file : request.runs) runs.push_back(read_run(read_file(file), file));
  for (const Run& run : runs) analyses.push_back(analyze_run(run));
  std::vector<Section> sections;
  sections.reserve(runs.size());
  std::vector<std::vector<History>> known;
  known.reserve(runs.size());
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const std::filesystem::path store = request.store.empty()
                                            ? store_around(request.runs[i], runs[i])
                                            : std::filesystem::path(request.store);
    known.push_back(kept_histories(store, runs[i]));
    sections.push_back({&analyses[i], &runs[i], known[i]});
  }
  write_report(sections, out);
  print(out.string() + "\n");
  return exit_done;
}

}  // namespace

void add_report(CLI::App& app, Command& chosen) {
  CLI::App* command =
      app.add_subcommand("report", "write measured runs as a page, a picture or a table");
  const auto request = std::make_shared<Request>();
  command
      ->add_option("RUN", request->runs,
                   "runs (.json) and journals (.partial.jsonl), a section each")
      ->required();
  command->add_option(
      "-o,--out", request->out,
      "report: " + report_extensions() + " (default: the first run's name with .html, beside it)");
  command->add_option("--store", request->store,
                      "whose runs the page's histories come from (default: the one that each run "
                      "lies in)");
  command->callback([&chosen, request] { chosen = [request] { return report(*request); }; });
}

}  // namespace roofmark
