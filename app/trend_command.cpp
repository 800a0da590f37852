// roofmark trend [SERIES]: the history of what is stored, with change points.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "analyzer/tracking/history.h"
#include "app/commands.h"
#include "app/compared.h"
#include "app/files.h"
#include "app/index.h"
#include "app/print.h"
#include "app/store.h"
#include "core/error.h"
#include "core/printable.h"
#include "harness/machine.h"

namespace roofmark {
namespace {

struct Request {
  std::string series, store, machine, out, output = "table";
  std::size_t newest = 200;
  bool newest_given = false, machine_given = false;

  /// As messages call it.
  std::string whose() const {
    return machine_given ? "machine '" + printable(machine, 80) + "'" : "this machine";
  }
};

/// The series of that id; else all whose id has it as a part.
std::vector<std::string> chosen_series(const Index& index, const Request& request) {
  const std::vector<std::string> all = index.series_of(request.machine);
  if (std::find(all.begin(), all.end(), request.series) != all.end()) return {request.series};
  std::vector<std::string> chosen;
  for (const std::string& id : all) {
    if (id.find(request.series) != std::string::npos) chosen.push_back(id);
  }
  if (chosen.empty() && !all.empty()) {
    throw InputError("no stored run of " + request.whose() + " has a series '" +
                     printable(request.series) +
                     "' (its id, or a part of it); leave out SERIES to see them all");
  }
  return chosen;
}

[[noreturn]] void refuse_machine(const Request& request, const std::filesystem::path& store,
                                 const Index& index) {
  std::string known;
  for (const std::string& id : index.machines()) known += (known.empty() ? "" : ", ") + id;
  throw InputError("there are no stored runs of " + request.whose() + " in " + store.string() +
                   (request.machine_given && !known.empty()
                        ? " (of " + known + " there are); pass one of these to --machine"
                        : "; take one with roofmark run"));
}

std::vector<History> read_histories(const Request& request) {
  const std::filesystem::path store =
      request.store.empty() ? default_store() : std::filesystem::path(request.store);
  const Index index(store);
  RoundQuery query;
  query.machine = request.machine;
  if (!request.series.empty()) query.series = chosen_series(index, request);
  // All of every series would be much to read; one series is not.
  if (request.series.empty() || request.newest_given) query.newest = request.newest;
  std::vector<Round> rounds;
  for (StoredRound& stored : index.rounds(query)) rounds.push_back(std::move(stored.round));
  if (rounds.empty()) refuse_machine(request, store, index);
  return histories(rounds);
}

std::string written(const std::vector<History>& all, const std::string& output) {
  if (output == "json") return history_json(all);
  if (output == "csv") return history_figures(all).csv();
  if (output == "md") return history_table(all).markdown();
  if (all.size() > 1) return history_table(all).text();
  return history_text(all.front());
}

int trend_command(Request request) {
  require_comparison_format(request.output);
  if (!request.out.empty()) {
    if (!request.out.ends_with(".html")) {
      throw InputError("-o: \"" + printable(request.out) +
                       "\" is no name of a page (it does not end in .html); name one that does");
    }
    require_replaceable(request.out);
  }
  request.machine_given = !request.machine.empty();
  if (!request.machine_given) request.machine = discover().id;
  const std::vector<History> all = read_histories(request);
  if (!request.out.empty()) {
    write_file(request.out, history_page(all, "Histories on " + request.machine));
    print(request.out + "\n");
    return exit_done;
  }
  print(written(all, request.output));
  return exit_done;
}

}  // namespace

void add_trend(CLI::App& app, Command& chosen) {
  CLI::App* command =
      app.add_subcommand("trend", "how stored series went, where they changed and what with them");
  const auto request = std::make_shared<Request>();
  command->add_option("SERIES", request->series, "an id or a part of one (default: all)");
  CLI::Option* newest = command->add_option("--newest", request->newest, "so many runs at most")
                            ->check(CLI::Range(std::size_t{1}, std::size_t{1000000}));
  command->add_option("--machine", request->machine, "its id (default: this machine)");
  command->add_option("--store", request->store, "where runs are kept");
  command->add_option("--output", request->output, comparison_formats())->capture_default_str();
  command->add_option("-o,--out", request->out, "a page of pictures, *.html");
  command->callback([&chosen, request, newest] {
    request->newest_given = newest->count() > 0;
    chosen = [request] { return trend_command(*request); };
  });
}

}  // namespace roofmark
