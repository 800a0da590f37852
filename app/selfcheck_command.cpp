// roofmark selfcheck: the suite beside itself, to see what this machine's noise lets one find.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "analyzer/tracking/self_check.h"
#include "app/commands.h"
#include "app/compared.h"
#include "app/policy_options.h"
#include "app/print.h"
#include "app/rounds.h"
#include "app/store.h"
#include "core/error.h"
#include "harness/machine.h"
#include "harness/wall_clock.h"

namespace roofmark {
namespace {

struct Request {
  std::string store, campaign, output = "table";
  std::size_t rounds = enough_rounds + check_rounds + confirming_rounds;
  std::int64_t pause_s = 0;
  double floor_percent = 100 * least_floor;
  bool quiet = false;
  RunRequest run;
  std::vector<CLI::Option*> of_policy;
};

int selfcheck_command(const Request& request) {
  require_comparison_format(request.output);
  const std::filesystem::path store =
      request.store.empty() ? default_store() : std::filesystem::path(request.store);
  const Machine machine = discover();
  std::string campaign = request.campaign;
  if (campaign.empty()) {
    campaign = new_campaign_id(utc_now());
    const RoundPlan plan{.store = store,
                         .machine = machine.id,
                         .campaign = campaign,
                         .policy = policy_of_rounds(request.run, machine),
                         .pause_s = request.pause_s,
                         .quiet = request.quiet};
    const TakenRounds taken = take_rounds(plan, request.rounds, "round");
    if (taken.code != exit_done) {
      std::fprintf(stderr,
                   "roofmark: a round did not end (see above); judge the %zu before it with "
                   "roofmark selfcheck --from %s\n",
                   taken.finished, campaign.c_str());
      return taken.code;
    }
  }
  const std::vector<Round> rounds = only_rounds(kept_rounds(store, machine.id, campaign));
  const SelfCheck checked = self_check(rounds, {.floor = request.floor_percent / 100});
  if (request.output == "json") {
    print(self_check_json(checked));
  } else if (request.output == "csv") {
    print(self_check_table(checked).csv());
  } else if (request.output == "md") {
    print(self_check_table(checked).markdown() + "\n" + self_check_text(checked));
  } else {
    print(self_check_table(checked).text() + "\n" + self_check_text(checked));
  }
  return exit_done;
}

}  // namespace

void add_selfcheck(CLI::App& app, Command& chosen) {
  CLI::App* command = app.add_subcommand(
      "selfcheck", "compare the unchanged with itself: false alarms, and the least slowdown found");
  const auto request = std::make_shared<Request>();
  CLI::Option* rounds =
      command->add_option("--rounds", request->rounds, "each a process of its own")
          ->check(CLI::Range(fewest_rounds + check_rounds + confirming_rounds, std::size_t{1000}))
          ->capture_default_str();
  CLI::Option* pause = add_pause_option(*command, request->pause_s);
  add_quiet_option(*command, request->quiet);
  request->of_policy = add_policy_options(*command, request->run);
  CLI::Option* from = command->add_option("--from", request->campaign,
                                          "judge the runs of this campaign, measure nothing");
  from->excludes(rounds)->excludes(pause);
  for (CLI::Option* option : request->of_policy) option->excludes(from);
  add_floor_option(*command, request->floor_percent);
  command->add_option("--store", request->store, "where runs are kept");
  command->add_option("--output", request->output, comparison_formats())->capture_default_str();
  command->callback(
      [&chosen, request] { chosen = [request] { return selfcheck_command(*request); }; });
}

}  // namespace roofmark
