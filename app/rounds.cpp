#include "app/rounds.h"

#include <algorithm>
#include <cstdio>
#include <optional>

#include "app/build_info.h"
#include "app/commands.h"
#include "app/files.h"
#include "app/fresh_process.h"
#include "app/interrupt.h"
#include "app/measurable.h"
#include "app/store.h"
#include "core/error.h"
#include "core/printable.h"
#include "core/random_values.h"
#include "core/run_json.h"
#include "harness/machine.h"
#include "harness/wall_clock.h"

namespace roofmark {
namespace {

/// No process could go on with a journal of more threads than it may have.
void require_threads(Policy policy, const Machine& machine) {
  const std::vector<int> lacking = leave_out_threads(policy, machine);
  if (lacking.empty()) return;
  const std::string most = std::to_string(*std::max_element(lacking.begin(), lacking.end()));
  throw InputError("cannot take a round on " + most + " threads (" + allowed_threads_text(machine) +
                   "); let it use " + most + " CPUs");
}

/// A journal without rows: what is to be measured, for a process that finishes it.
std::filesystem::path begin_round(const RoundPlan& plan, std::size_t number) {
  Run run;
  run.id = new_run_id();
  run.started = utc_now();
  run.campaign = plan.campaign;
  run.build = build_info();
  run.machine = discover();
  run.policy = plan.policy;
  run.policy.seed = seed_of_round(plan.policy.seed, number);
  const std::filesystem::path path = run_path(plan.store, run);
  make_folder(path.parent_path());
  return Journal::begin(path.string() + journal_suffix, run).path();
}

/// The interrupted run of a campaign, if there is one.
std::optional<std::filesystem::path> journal_of(const RoundPlan& plan) {
  for (const std::filesystem::path& journal : journals(plan.store, plan.machine)) {
    try {
      const Run run = run_from_journal(read_file(journal), journal.string());
      if (run.campaign == plan.campaign) return journal;
    } catch (const InputError&) {  // another's
    }
  }
  return std::nullopt;
}

void announce(const std::string& what, std::size_t number, std::size_t count,
              std::int64_t pause_s) {
  const std::string waits =
      pause_s == 0 ? "" : ", after a pause of " + std::to_string(pause_s) + " s";
  std::fprintf(stderr, "roofmark: %s %zu of %zu%s\n", what.c_str(), number, count, waits.c_str());
}

}  // namespace

Policy policy_of_rounds(const RunRequest& request, const Machine& machine) {
  const std::vector<Kernel> registry = everything();
  const Policy policy = policy_of(on_all_devices(request, registry), machine);
  require_measurable(request, policy, registry, machine);
  return policy;
}

std::uint64_t seed_of_round(std::uint64_t campaign, std::size_t number) {
  return random_bits(campaign, number);
}

std::vector<int> leave_out_threads(Policy& policy, const Machine& machine) {
  std::vector<int>& counts = policy.threads;
  const auto lacking = std::stable_partition(counts.begin(), counts.end(), [&](int threads) {
    return threads <= machine.allowance.max_threads;
  });
  std::vector<int> left_out(lacking, counts.end());
  counts.erase(lacking, counts.end());
  return left_out;
}

TakenRounds take_rounds(const RoundPlan& plan, std::size_t count, const std::string& what) {
  Interrupt interrupt;
  const auto stop = [&] { return interrupt.asked(); };
  const auto finished = [&] {
    return rounds_of_campaign(plan.store, plan.machine, plan.campaign, false).size();
  };
  TakenRounds taken{.finished = finished()};
  if (taken.finished < count) require_threads(plan.policy, discover());
  bool is_first = true;
  while (taken.finished < count) {
    const std::int64_t pause_s = is_first ? plan.wait_s : plan.pause_s;
    is_first = false;
    if (!plan.quiet) announce(what, taken.finished + 1, count, pause_s);
    if (interrupt.asked_within(pause_s)) {
      taken.code = exit_interrupted;
      return taken;
    }
    const std::optional<std::filesystem::path> begun = journal_of(plan);
    const std::filesystem::path journal = begun ? *begun : begin_round(plan, taken.finished + 1);
    std::vector<std::string> words{"run", "--resume=" + journal.string(), "--output=json"};
    if (plan.quiet) words.emplace_back("--quiet");
    const int code = run_afresh(words, stop);
    const std::size_t before = taken.finished;
    taken.finished = finished();
    if (taken.finished < count && stop()) {
      taken.code = exit_interrupted;
      return taken;
    }
    // Why a round has no run has been said by the round itself.  One that was written already and
    // had but its journal left makes no new one.
    std::error_code none;
    const bool cleared = begun && !std::filesystem::exists(journal, none);
    if (taken.finished > before || cleared) continue;
    taken.code = code == exit_done ? static_cast<int>(exit_measurement) : code;
    return taken;
  }
  return taken;
}

std::vector<StoredRound> rounds_of_campaign(const std::filesystem::path& store,
                                            const std::string& machine, const std::string& campaign,
                                            bool with_series) {
  RoundQuery query;
  query.machine = machine;
  query.campaign = campaign;
  query.with_series = with_series;
  return Index(store).rounds(query);
}

std::vector<StoredRound> kept_rounds(const std::filesystem::path& store, const std::string& machine,
                                     const std::string& campaign) {
  std::vector<StoredRound> rounds = rounds_of_campaign(store, machine, campaign);
  if (!rounds.empty()) return rounds;
  const std::string name = printable(campaign, 80);
  throw InputError("there are no finished runs of campaign '" + name + "' of this machine in " +
                   store.string() + "; take them with roofmark run --campaign " + name);
}

std::vector<Round> only_rounds(std::vector<StoredRound> stored) {
  std::vector<Round> rounds;
  rounds.reserve(stored.size());
  for (StoredRound& one : stored) rounds.push_back(std::move(one.round));
  return rounds;
}

Policy with_only(Policy policy, const std::vector<std::string>& ids) {
  std::string filter;
  for (const std::string& id : ids) {
    filter += filter.empty() ? "^(" : "|";
    for (const char letter : id) {
      if (std::string_view(".[]()*+?{}|^$\\").find(letter) != std::string_view::npos) {
        filter += '\\';
      }
      filter += letter;
    }
  }
  policy.filter = filter + ")$";
  policy.only.clear();  // of kernels alone no probe by itself is planned
  return policy;
}

}  // namespace roofmark
