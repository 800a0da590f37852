// roofmark check --baseline NAME: the gate.  New rounds beside those of a baseline, and reruns of
// what looks different, before anything is called slower.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>

#include "analyzer/tracking/compare.h"
#include "app/baseline.h"
#include "app/commands.h"
#include "app/compared.h"
#include "app/files.h"
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

struct Request {
  std::string baseline, store, campaign, junit, fail_on = "regression", output = "table";
  std::size_t rounds = check_rounds;
  std::optional<std::int64_t> pause_s;  ///< before reruns; else the baseline's
  double floor_percent = 100 * least_floor;
  bool all = false, strict = false, quiet = false;

  std::filesystem::path folder() const {
    return store.empty() ? default_store() : std::filesystem::path(store);
  }
};

/// What a check has to work with.
struct Gate {
  RoundPlan plan;
  std::vector<Round> before;
  CompareRules rules;
  std::vector<int> lacking;  ///< thread counts of the baseline that this process may not have
  /// What disturbs for half a minute outlasts rounds that are taken at once.
  std::int64_t before_reruns_s = 0;
};

/// Whether this machine has the baseline; says so where it has not.
bool is_known(const Request& request) {
  const std::vector<std::string> names = Baselines(request.folder(), discover().id).names();
  if (std::find(names.begin(), names.end(), request.baseline) != names.end()) return true;
  std::fprintf(stderr,
               "roofmark: there is no baseline '%s' of this machine; take one with roofmark "
               "baseline save %s\n",
               printable(request.baseline).c_str(), printable(request.baseline).c_str());
  return false;
}

Gate gate_of(const Request& request, const Machine& machine) {
  Gate gate;
  gate.plan.store = request.folder();
  gate.plan.machine = machine.id;
  const Baseline baseline = Baselines(gate.plan.store, gate.plan.machine).read(request.baseline);
  const std::vector<StoredRound> stored = rounds_of(Index(gate.plan.store), baseline);
  if (stored.empty()) {
    throw InputError("baseline '" + request.baseline +
                     "' has no runs; take it again with roofmark baseline save " +
                     request.baseline);
  }
  if (request.campaign.empty() && stored.back().round.preset == import_preset) {
    throw InputError("baseline '" + request.baseline +
                     "' holds imported results, which roofmark cannot measure again; import new "
                     "ones with --here --campaign NAME and pass --from NAME");
  }
  const std::string file = stored.back().file.string();
  // With the seed of the baseline's last round: the orders that follow from it are not its rounds'.
  gate.plan.policy = read_run(read_file(file), file).policy;
  gate.plan.campaign = new_campaign_id(utc_now());
  gate.plan.quiet = request.quiet;
  gate.before_reruns_s = request.pause_s.value_or(baseline.pause_s);
  gate.before = only_rounds(stored);
  gate.rules.floor = request.floor_percent / 100;
  gate.rules.baseline = request.baseline;
  gate.rules.before = "baseline " + request.baseline;
  gate.rules.after = "now";
  gate.rules.campaign = request.campaign;
  if (request.campaign.empty()) {
    gate.lacking = leave_out_threads(gate.plan.policy, machine);
    gate.rules.most_threads = machine.allowance.max_threads;
  }
  return gate;
}

/// What cannot be measured here is said before the first round; empty: nothing.
std::string lack_of_threads(const Gate& gate, const Machine& machine) {
  if (gate.lacking.empty()) return {};
  std::string counts;
  for (const int threads : gate.lacking) {
    counts += (counts.empty() ? "" : ", ") + std::to_string(threads);
  }
  return "the baseline's series on " + counts + " threads cannot be measured (" +
         allowed_threads_text(machine) + "); to check them let it use as many CPUs as the baseline";
}

/// A round beside itself is always the same.
void require_others(const std::vector<Round>& rounds, const Gate& gate, const Request& request) {
  for (const Round& one : rounds) {
    const bool own =
        std::any_of(gate.before.begin(), gate.before.end(), [&](const Round& of_baseline) {
          return of_baseline.run == one.run && of_baseline.started == one.started;
        });
    if (!own) continue;
    throw InputError("campaign '" + request.campaign + "' holds run " + one.run +
                     ", which is of baseline '" + request.baseline +
                     "' (beside itself it is always the same); name a campaign taken later");
  }
}

/// Rounds of the campaign that was named.
std::vector<Round> other_rounds(const Request& request, const Gate& gate) {
  std::vector<Round> rounds =
      only_rounds(kept_rounds(gate.plan.store, gate.plan.machine, request.campaign));
  require_others(rounds, gate, request);
  return rounds;
}

/// The last rounds of a campaign, where it has so many, stand for reruns.
std::vector<Round> split_reruns(std::vector<Round>& rounds) {
  if (rounds.size() < check_rounds + confirming_rounds) return {};
  const std::size_t reruns = std::min(rounds.size() - check_rounds, most_reruns);
  const auto first = rounds.end() - static_cast<std::ptrdiff_t>(reruns);
  std::vector<Round> again(first, rounds.end());
  rounds.erase(first, rounds.end());
  return again;
}

/// Takes rounds of a campaign into `rounds`.  The exit code of what went wrong, or exit_done.
int measure(const RoundPlan& plan, std::size_t count, const std::string& what,
            std::vector<Round>& rounds) {
  const TakenRounds taken = take_rounds(plan, count, what);
  if (taken.code != exit_done) {
    std::fprintf(stderr,
                 "roofmark: a %s did not end (see above): nothing is said; the %zu before it are "
                 "kept in campaign %s\n",
                 what.c_str(), taken.finished, plan.campaign.c_str());
    return taken.code;
  }
  rounds = only_rounds(rounds_of_campaign(plan.store, plan.machine, plan.campaign));
  return exit_done;
}

/// Measures what looks different, or may be, again: alone.  `after` gets those rounds too.
int measure_again(const Gate& gate, Comparison& comparison, std::vector<Round>& after) {
  RoundPlan plan = gate.plan;
  int code = exit_done;
  const auto take = [&](const std::vector<std::string>& ids) -> std::optional<std::vector<Round>> {
    if (!plan.quiet) {
      std::fprintf(stderr,
                   "roofmark: %zu of %zu series look different, or may be; measuring them again\n",
                   ids.size(), comparison.series.size());
    }
    plan.policy = with_only(gate.plan.policy, ids);
    plan.campaign += "-again";
    plan.wait_s = gate.before_reruns_s;
    std::vector<Round> reruns;
    code = measure(plan, most_reruns, "rerun", reruns);
    if (code != exit_done) return std::nullopt;
    return reruns;
  };
  look_again(comparison, gate.before, after, take, gate.rules);
  return code;
}

/// Says it, and what it means for whoever called.
int report(const Comparison& comparison, const Request& request, const Round& newest) {
  const FailOn fail_on = fail_on_from(request.fail_on);
  if (!request.junit.empty()) {
    write_file(request.junit, comparison_junit(comparison, fail_on, newest));
  }
  print(written(comparison, request.output, request.all ? Rows::all : Rows::changed));
  if (request.strict && 2 * comparison.unfit > comparison.series.size()) {
    std::fprintf(stderr,
                 "roofmark: the machine was unfit: %zu of %zu series were disturbed; see roofmark "
                 "doctor\n",
                 comparison.unfit, comparison.series.size());
    return exit_unfit;
  }
  return exit_code_of(comparison, fail_on);
}

int check_command(const Request& request) {
  if (request.baseline.empty()) {
    throw InputError((request.campaign.empty() ? "nothing is named to check against"
                                               : "nothing is named to judge campaign '" +
                                                     printable(request.campaign) + "' by") +
                     std::string("; pass --baseline NAME (roofmark baseline list shows them)"));
  }
  require_comparison_format(request.output);
  fail_on_from(request.fail_on);  // a wrong value is said before the first round
  if (!request.junit.empty()) require_replaceable(request.junit);
  if (!is_known(request)) return exit_incomparable;
  const Machine machine = discover();
  const Gate gate = gate_of(request, machine);
  const std::string lack = lack_of_threads(gate, machine);
  if (!lack.empty()) std::fprintf(stderr, "roofmark: %s\n", lack.c_str());
  if (!gate.lacking.empty() && gate.plan.policy.threads.empty()) return exit_incomparable;
  const bool measuring = request.campaign.empty();
  std::vector<Round> after, again;
  if (!measuring) {
    after = other_rounds(request, gate);
    again = split_reruns(after);
  } else if (const int code = measure(gate.plan, request.rounds, "round", after); code != 0) {
    return code;
  }
  Comparison comparison = compare(gate.before, after, gate.rules);
  if (measuring) {
    if (const int code = measure_again(gate, comparison, after); code != 0) return code;
  } else if (!again.empty()) {
    confirm(comparison, gate.before, after, again, gate.rules);
  } else if (!flagged(comparison).empty()) {
    std::fprintf(stderr,
                 "roofmark: campaign '%s' has %zu rounds: with %zu or more the last %zu confirm "
                 "what the others show; nothing is confirmed\n",
                 request.campaign.c_str(), after.size(), check_rounds + confirming_rounds,
                 confirming_rounds);
  }
  if (!lack.empty()) comparison.notes.push_back(lack);
  explain(comparison);
  note_short_baseline(comparison, gate.before, request.baseline);
  return report(comparison, request, again.empty() ? after.back() : again.back());
}

}  // namespace

void add_check(CLI::App& app, Command& chosen) {
  CLI::App* command = app.add_subcommand(
      "check", "measure what a baseline holds and say what became slower (exit code 1)");
  const auto request = std::make_shared<Request>();
  command->add_option("--baseline", request->baseline,
                      "its name (roofmark baseline list); always needed");
  CLI::Option* rounds =
      command->add_option("--rounds", request->rounds, "new rounds, each a process of its own")
          ->check(CLI::Range(std::size_t{1}, std::size_t{1000}))
          ->capture_default_str();
  CLI::Option* from =
      command
          ->add_option(
              "--from", request->campaign,
              "judge the runs of this campaign and measure nothing; of six or more the last "
              "three to five confirm")
          ->excludes(rounds);
  add_floor_option(*command, request->floor_percent);
  command
      ->add_option("--fail-on", request->fail_on,
                   "regression (exit code 1), inconclusive (that, and 5), never")
      ->capture_default_str();
  command->add_flag("--strict", request->strict,
                    "exit code 4 where over half of the series were disturbed");
  command->add_flag("--all", request->all, "list what is the same too");
  command
      ->add_option("--pause", request->pause_s,
                   "seconds before reruns; where it is not given, those between the baseline's "
                   "rounds")
      ->check(CLI::Range(std::int64_t{0}, longest_pause_s))
      ->excludes(from);
  add_quiet_option(*command, request->quiet);
  command->add_option("--store", request->store, "where runs are kept");
  command->add_option("--output", request->output, comparison_formats())->capture_default_str();
  command->add_option("--junit", request->junit,
                      "write the verdicts as JUnit XML too, a test case for each series");
  command->callback([&chosen, request] { chosen = [request] { return check_command(*request); }; });
}

}  // namespace roofmark
