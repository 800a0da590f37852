// roofmark compare A B [C...]: runs beside the first, files alone; nothing is measured.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <span>

#include "analyzer/tracking/change_points.h"
#include "analyzer/tracking/compare.h"
#include "app/commands.h"
#include "app/compared.h"
#include "app/files.h"
#include "app/index.h"
#include "app/print.h"
#include "app/store.h"
#include "core/error.h"
#include "core/run_json.h"

namespace roofmark {
namespace {

struct Request {
  std::vector<std::string> runs;
  std::string store, across, output = "table";
  double floor_percent = 100 * least_floor;
};

/// Runs of one campaign are the rounds of one side; any other run is a side by itself.
struct ComparedSide {
  std::string name;
  std::vector<Round> rounds;
};

/// A run that counts as several rounds would have no spread, and beside itself it never changes.
void require_once(const std::vector<ComparedSide>& sides, const Round& round,
                  const std::string& file) {
  for (const ComparedSide& side : sides) {
    for (const Round& had : side.rounds) {
      if (had.run != round.run || had.started != round.started) continue;
      throw InputError("run " + round.run + " is named twice, the second time by " + file +
                       "; name each run once");
    }
  }
}

std::vector<ComparedSide> sides_from(const Request& request) {
  std::vector<ComparedSide> sides;
  std::map<std::string, std::size_t> campaigns;
  for (const std::string& file : request.runs) {
    Round round = round_of(read_run(read_file(file), file));
    require_once(sides, round, file);
    const auto known = campaigns.find(round.campaign);
    if (!round.campaign.empty() && known != campaigns.end()) {
      sides[known->second].rounds.push_back(std::move(round));
      continue;
    }
    if (!round.campaign.empty()) campaigns[round.campaign] = sides.size();
    sides.push_back({std::filesystem::path(file).filename().string(), {}});
    sides.back().rounds.push_back(std::move(round));
  }
  if (sides.size() < 2) {
    throw InputError(
        "one side alone compares with nothing (the runs are rounds of one campaign); "
        "name a run of another");
  }
  return sides;
}

/// The newest rounds of the sort of the first that the store has from before all that are compared:
/// what came later may be of another level, and what is judged says nothing of how it scatters.
std::vector<StoredRound> earlier_rounds(const Index& index,
                                        const std::vector<ComparedSide>& sides) {
  const Round& first = sides.front().rounds.front();
  std::string oldest = first.started;
  for (const ComparedSide& side : sides) {
    for (const Round& round : side.rounds) oldest = std::min(oldest, round.started);
  }
  RoundQuery query{.machine = first.machine, .with_series = false};
  for (const StoredRound& stored : index.rounds(query)) {
    const bool is_sort = (stored.round.preset == "quick") == (first.preset == "quick");
    if (is_sort && stored.round.started < oldest) query.runs.push_back(stored.name);
  }
  if (query.runs.empty()) return {};  // a query without names is of all
  constexpr std::size_t most = 4 * enough_rounds;
  const std::size_t had = query.runs.size();
  query.runs.erase(query.runs.begin(),
                   query.runs.end() - static_cast<std::ptrdiff_t>(std::min(had, most)));
  query.with_series = true;
  return index.rounds(query);
}

/// Of values, oldest first, those since the last change.
Past past_since_change(std::span<const double> values) {
  const std::vector<ChangePoint> changes = change_points(values);
  return past_of(changes.empty() ? values : values.subspan(changes.back().at));
}

/// What the store knows of a single run's series.
std::function<Past(const std::string&)> history_of(const Request& request,
                                                   const std::vector<ComparedSide>& sides) {
  std::map<std::string, std::vector<double>> seconds;
  try {
    const std::filesystem::path store =
        request.store.empty() ? default_store() : std::filesystem::path(request.store);
    for (const StoredRound& stored : earlier_rounds(Index(store), sides)) {
      for (const SeriesRound& row : stored.round.series) {
        if (row.seconds && !row.contended && row.grade != 'X') {
          seconds[row.id].push_back(*row.seconds);
        }
      }
    }
  } catch (const InputError&) {  // no store: nothing is known
  }
  return [known = std::move(seconds)](const std::string& id) {
    const auto at = known.find(id);
    return at == known.end() ? Past{} : past_since_change(at->second);
  };
}

int compare_command(const Request& request) {
  require_comparison_format(request.output);
  if (!request.across.empty() && request.across != "machines") {
    throw InputError("--across: only machines can be compared across ('" + request.across +
                     "' is none of them); pass --across machines");
  }
  const std::vector<ComparedSide> sides = sides_from(request);
  CompareRules rules{.floor = request.floor_percent / 100,
                     .across_machines = request.across == "machines",
                     .before = sides.front().name};
  if (sides.front().rounds.size() < fewest_rounds) rules.history = history_of(request, sides);
  std::string text;
  bool any = false;
  for (std::size_t i = 1; i < sides.size(); ++i) {
    rules.after = sides[i].name;
    Comparison comparison = compare(sides.front().rounds, sides[i].rounds, rules);
    explain(comparison);
    any |= comparison.compared();
    const bool json_list = request.output == "json" && sides.size() > 2;
    text += (i == 1 ? (json_list ? "[\n" : "") : (json_list ? ",\n" : "\n"));
    text += written(comparison, request.output, Rows::all);
    if (json_list && i + 1 == sides.size()) text += "]\n";
  }
  print(text);
  return any ? exit_done : exit_incomparable;
}

}  // namespace

void add_compare(CLI::App& app, Command& chosen) {
  CLI::App* command = app.add_subcommand(
      "compare", "runs beside the first of them: what is slower, faster or cannot be said");
  const auto request = std::make_shared<Request>();
  command
      ->add_option("RUN", request->runs,
                   "run files, the older first; runs of one campaign count as rounds of one side")
      ->required()
      ->expected(2, 10000);
  command->add_option("--across", request->across,
                      "machines: runs of different ones, by their shares of roof");
  add_floor_option(*command, request->floor_percent);
  command->add_option("--store", request->store, "whose runs say how far a series scatters");
  command->add_option("--output", request->output, comparison_formats())->capture_default_str();
  command->callback(
      [&chosen, request] { chosen = [request] { return compare_command(*request); }; });
}

}  // namespace roofmark
