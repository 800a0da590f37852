// roofmark trend [SERIES]: the history of what is stored, with change points.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>

#include "analyzer/tracking/history.h"
#include "app/commands.h"
#include "app/compared.h"
#include "app/files.h"
#include "app/index.h"
#include "app/print.h"
#include "app/render.h"
#include "app/rounds.h"
#include "app/store.h"
#include "core/error.h"
#include "core/printable.h"
#include "harness/machine.h"

namespace roofmark {
namespace {

struct Request {
  std::string series, store, machine, out, output = "table";
  std::size_t newest = 200;
  bool newest_given = false, machine_given = false, output_said = false;

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

/// What the store says, and which of its rounds are not in it.
struct Trend {
  std::vector<History> histories;
  std::vector<std::string> notes;
};

Trend read_trend(const Request& request) {
  const std::filesystem::path store =
      request.store.empty() ? default_store() : std::filesystem::path(request.store);
  const Index index(store);
  RoundQuery query;
  query.machine = request.machine;
  if (!request.series.empty()) query.series = chosen_series(index, request);
  // All of every series would be much to read; one series is not.
  if (request.series.empty() || request.newest_given) query.newest = request.newest;
  std::vector<Round> rounds = only_rounds(index.rounds(query));
  if (rounds.empty()) refuse_machine(request, store, index);
  Trend trend;
  if (query.newest == rounds.size() && !request.newest_given) {
    const std::size_t all = index.rounds({.machine = request.machine, .with_series = false}).size();
    if (all > query.newest) {
      trend.notes.push_back("the newest " + std::to_string(query.newest) + " of " +
                            std::to_string(all) + " rounds are read; --newest " +
                            std::to_string(all) + " takes all");
    }
  }
  // Rounds of other series alone say nothing of those that are shown.
  std::erase_if(rounds, [](const Round& one) { return one.series.empty(); });
  if (rounds.empty() && !query.series.empty()) {
    throw InputError("none of the newest " + std::to_string(query.newest) + " runs of " +
                     request.whose() + " has a series '" + printable(request.series) +
                     "'; pass a larger --newest");
  }
  if (std::string text = left_out_text(rounds); !text.empty()) {
    trend.notes.push_back(std::move(text));
  }
  trend.histories = histories(rounds);
  if (std::string text = disturbed_text(trend.histories); !text.empty()) {
    trend.notes.push_back(std::move(text));
  }
  return trend;
}

std::string written(const Trend& trend, const ReportFormat& format, const Request& request) {
  const std::vector<History>& all = trend.histories;
  const std::string output = format.output;  // empty: a page
  if (output.empty()) return history_page(all, "Histories on " + request.machine);
  if (output == "json") return history_json(all, trend.notes);
  if (output == "csv") return history_figures(all).csv();
  if (output == "md") return history_table(all).markdown();
  if (all.size() != 1) return history_table(all).text();
  return history_text(all.front());
}

/// What -o and --output ask for.
const ReportFormat& format_of(const Request& request) {
  const ReportFormat& format = asked_format(request.out, request.output, request.output_said);
  if (std::string(format.extension) == ".svg") {
    throw InputError("-o: \"" + printable(request.out) +
                     "\" is no name of a page (histories are drawn on one); end it in .html");
  }
  return format;
}

int trend_command(Request request) {
  require_comparison_format(request.output);
  const ReportFormat& format = format_of(request);
  if (!request.out.empty()) require_replaceable(request.out);
  request.machine_given = !request.machine.empty();
  if (!request.machine_given) request.machine = discover().id;
  const Trend trend = read_trend(request);
  for (const std::string& note : trend.notes) {
    std::fprintf(stderr, "roofmark: %s\n", note.c_str());
  }
  const std::string text = written(trend, format, request);
  if (request.out.empty()) {
    print(text);
  } else {
    write_file(request.out, text);
    print(request.out + "\n");
  }
  return exit_done;
}

}  // namespace

void add_trend(CLI::App& app, Command& chosen) {
  CLI::App* command =
      app.add_subcommand("trend", "how stored series went, where they changed and what with them");
  const auto request = std::make_shared<Request>();
  command->add_option("SERIES", request->series, "an id or a part of one (default: all)");
  CLI::Option* newest = command
                            ->add_option("--newest", request->newest,
                                         "so many runs at most (default: 200, of one SERIES all)")
                            ->check(CLI::Range(std::size_t{1}, std::size_t{1000000}));
  command->add_option("--machine", request->machine, "its id (default: this machine)");
  command->add_option("--store", request->store, "where runs are kept");
  CLI::Option* output =
      command->add_option("--output", request->output, comparison_formats())->capture_default_str();
  command->add_option("-o,--out", request->out,
                      "write to this file, as its extension says (.html, a page of pictures, .md "
                      ".csv .json), else as --output does");
  command->callback([&chosen, request, newest, output] {
    request->newest_given = newest->count() > 0;
    request->output_said = output->count() > 0;
    chosen = [request] { return trend_command(*request); };
  });
}

}  // namespace roofmark
