// roofmark baseline save|list|rm: takes the rounds that a gate compares with, and names them.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>

#include "analyzer/tracking/change.h"
#include "app/baseline.h"
#include "app/build_info.h"
#include "app/commands.h"
#include "app/files.h"
#include "app/list_format.h"
#include "app/policy_options.h"
#include "app/print.h"
#include "app/rounds.h"
#include "app/store.h"
#include "core/error.h"
#include "core/printable.h"
#include "core/run_json.h"
#include "harness/machine.h"
#include "harness/wall_clock.h"

namespace roofmark {
namespace {

struct Options {
  std::string name, store, campaign, output = "table";
  std::size_t rounds = 15;
  std::int64_t pause_s = 0;
  bool resume = false, replace = false, quiet = false;
  RunRequest request;
  std::vector<CLI::Option*> of_policy;

  std::filesystem::path folder() const {
    return store.empty() ? default_store() : std::filesystem::path(store);
  }
};

/// The environment is what the verdicts name where it differs; within a baseline it should not.
void warn_of_differences(const std::vector<StoredRound>& rounds) {
  for (const Fact& fact : rounds.front().round.environment) {
    for (const StoredRound& one : rounds) {
      const auto& facts = one.round.environment;
      if (std::find(facts.begin(), facts.end(), fact) != facts.end()) continue;
      std::fprintf(
          stderr, "roofmark: the %s of run %s is not that of %s (%s): the baseline mixes both\n",
          fact.name.c_str(), one.name.c_str(), rounds.front().name.c_str(), fact.value.c_str());
      break;
    }
  }
}

int keep(const Options& options, Baseline baseline, const std::vector<StoredRound>& rounds) {
  const std::string obstacle = baseline_obstacle(rounds);
  if (!obstacle.empty()) {
    throw InputError("these runs make no baseline (" + obstacle +
                     "); take one with roofmark baseline save " + baseline.name +
                     " --preset standard");
  }
  warn_of_differences(rounds);
  for (const std::string& gap : baseline_gaps(rounds)) {
    std::fprintf(stderr, "roofmark: the baseline lacks %s\n", printable(gap, 1000).c_str());
  }
  for (const StoredRound& one : rounds) baseline.runs.push_back(one.name);
  Baselines(options.folder(), baseline.machine).write(baseline);
  print("baseline " + baseline.name + ": " + std::to_string(rounds.size()) + " rounds of " +
        rounds.front().round.preset + " runs, " + rounds.front().round.started + " to " +
        rounds.back().round.started + "\n");
  return exit_done;
}

int save_campaign(const Options& options, const std::string& machine) {
  return keep(options, {options.name, utc_now(), machine, options.campaign, {}},
              kept_rounds(options.folder(), machine, options.campaign));
}

/// What to do where this program cannot go on with the `kept` rounds of a baseline.
std::string remedy(const Baseline& baseline, std::size_t kept) {
  const std::string text = "start anew after roofmark baseline rm " + baseline.name;
  if (kept < fewest_rounds) return text;
  return text + ", or name those there are with roofmark baseline save " + baseline.name +
         " --from " + baseline.campaign;
}

/// A baseline is of one program.
void require_same_build(const Options& options, const BaselinePlan& plan) {
  const Baseline& baseline = plan.baseline;
  const std::vector<StoredRound> rounds =
      rounds_of_campaign(options.folder(), baseline.machine, baseline.campaign, false);
  if (rounds.empty()) return;
  const std::string file = rounds.back().file.string();
  const Build build = read_run(read_file(file), file).build;
  if (build == build_info()) return;
  throw InputError("the rounds of baseline '" + baseline.name + "' were taken by another build (" +
                   build.version + ", " + build.commit + ", " + build.compiler + "); " +
                   remedy(baseline, rounds.size()));
}

BaselinePlan planned(const Options& options, const Baselines& baselines,
                     const std::string& machine) {
  const std::optional<BaselinePlan> begun = baselines.plan(options.name);
  if (options.resume) {
    if (begun) {
      require_same_build(options, *begun);
      return *begun;
    }
    throw InputError("there is no unfinished baseline '" + options.name +
                     "'; start it without --resume");
  }
  if (begun) {
    throw InputError("baseline '" + options.name +
                     "' was begun and not finished; go on with roofmark baseline save " +
                     options.name + " --resume, or start anew after roofmark baseline rm " +
                     options.name);
  }
  if (options.request.preset == "quick") {
    throw InputError(
        "a quick run is no measure for others (its intervals are three times as wide); leave out "
        "--preset quick");
  }
  const std::string now = utc_now();
  const BaselinePlan plan{
      .baseline = {options.name, now, machine, new_campaign_id(now), {}, options.pause_s},
      .rounds = options.rounds,
      .policy = policy_of_rounds(options.request, discover())};
  baselines.write_plan(plan);
  return plan;
}

/// A baseline cannot be had again: another takes its place only where that is asked for.
void require_replaceable(const Options& options, const std::string& machine) {
  if (options.replace) return;
  const std::vector<std::string> names = Baselines(options.folder(), machine).names();
  if (std::find(names.begin(), names.end(), options.name) == names.end()) return;
  throw InputError("there is a baseline '" + options.name +
                   "' already; pass --replace to put this one in its place, or another name");
}

int save(const Options& options) {
  const std::string machine = discover().id;
  if (!options.resume) require_replaceable(options, machine);
  if (!options.campaign.empty()) return save_campaign(options, machine);
  const std::filesystem::path store = options.folder();
  const Baselines baselines(store, machine);
  const BaselinePlan plan = planned(options, baselines, machine);
  const RoundPlan rounds{.store = store,
                         .machine = machine,
                         .campaign = plan.baseline.campaign,
                         .policy = plan.policy,
                         .pause_s = plan.baseline.pause_s,
                         .quiet = options.quiet};
  const TakenRounds taken = take_rounds(rounds, plan.rounds, "round");
  if (taken.code != exit_done) {
    // A round that was begun and is refused now will be refused the next time too.
    const std::string next = taken.code == exit_usage ? remedy(plan.baseline, taken.finished)
                                                      : "go on with roofmark baseline save " +
                                                            options.name + " --resume";
    std::fprintf(stderr, "roofmark: %zu of %zu rounds are kept; %s\n", taken.finished, plan.rounds,
                 next.c_str());
    return taken.code;
  }
  return keep(options, plan.baseline, rounds_of_campaign(store, machine, rounds.campaign));
}

int list(const Options& options) {
  const ListFormat& format = list_format(options.output);
  const Baselines baselines(options.folder(), discover().id);
  const Index index(options.folder());
  Table table({{"name"},
               {"created"},
               {"runs", Align::right},
               {"preset"},
               {"oldest"},
               {"newest"},
               {"campaign"}});
  bool any_unread = false;
  for (const std::string& name : baselines.names()) {
    Baseline baseline;
    try {
      baseline = baselines.read(name);
    } catch (const InputError& error) {  // those that can be read are listed all the same
      std::fprintf(stderr, "roofmark: %s\n", error.what());
      any_unread = true;
      continue;
    }
    RoundQuery query;
    query.machine = baseline.machine;
    query.runs = baseline.runs;
    query.with_series = false;
    const std::vector<StoredRound> rounds = index.rounds(query);
    const bool any = !rounds.empty();
    const std::size_t lost = baseline.runs.size() - rounds.size();
    table.add(
        {name, baseline.created,
         std::to_string(rounds.size()) + (lost == 0 ? "" : " (" + std::to_string(lost) + " lost)"),
         any ? rounds.front().round.preset : "", any ? rounds.front().round.started : "",
         any ? rounds.back().round.started : "", baseline.campaign});
  }
  if (table.empty() && !any_unread && format.reader == Reader::person) {
    std::fputs("there is no baseline of this machine; take one with roofmark baseline save NAME\n",
               stderr);
  }
  print(format.write(table));
  return any_unread ? exit_usage : exit_done;
}

int rm(const Options& options) {
  Baselines(options.folder(), discover().id).remove(options.name);
  print("baseline " + options.name + " is gone; its runs are kept\n");
  return exit_done;
}

void add_save(CLI::App& of, Command& chosen, const std::shared_ptr<Options>& options) {
  CLI::App* command = of.add_subcommand(
      "save", "take rounds in fresh processes and name them, or name those of a campaign");
  command->add_option("name", options->name, "of the baseline")->required();
  CLI::Option* rounds =
      command->add_option("--rounds", options->rounds, "how many, each a run of its own")
          ->check(CLI::Range(fewest_rounds, std::size_t{1000}))
          ->capture_default_str();
  CLI::Option* pause = add_pause_option(*command, options->pause_s);
  add_quiet_option(*command, options->quiet);
  options->request.preset = "standard";
  options->of_policy = add_policy_options(*command, options->request);
  CLI::Option* from = command->add_option("--from", options->campaign,
                                          "name the runs of this campaign instead of taking any");
  CLI::Option* resume = command->add_flag("--resume", options->resume, "finish an interrupted one");
  command->add_flag("--replace", options->replace, "take the place of one of that name")
      ->excludes(resume);
  from->excludes(resume)->excludes(rounds)->excludes(pause);
  resume->excludes(rounds)->excludes(pause);
  for (CLI::Option* option : options->of_policy) {
    option->excludes(from)->excludes(resume);
  }
  command->add_option("--store", options->store, "where runs are kept");
  command->callback([&chosen, options] { chosen = [options] { return save(*options); }; });
}

}  // namespace

void add_baseline(CLI::App& app, Command& chosen) {
  CLI::App* command = app.add_subcommand("baseline", "runs that others are compared with");
  command->require_subcommand(1);
  auto options = std::make_shared<Options>();
  add_save(*command, chosen, options);
  CLI::App* listing = command->add_subcommand("list", "baselines of this machine");
  listing->add_option("--store", options->store, "where runs are kept");
  listing->add_option("--output", options->output, list_format_names())->capture_default_str();
  listing->callback([&chosen, options] { chosen = [options] { return list(*options); }; });
  CLI::App* removing = command->add_subcommand("rm", "forget a baseline; its runs stay");
  removing->add_option("name", options->name, "of the baseline")->required();
  removing->add_option("--store", options->store, "where runs are kept");
  removing->callback([&chosen, options] { chosen = [options] { return rm(*options); }; });
}

}  // namespace roofmark
