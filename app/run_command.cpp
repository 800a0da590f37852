// roofmark run: plan, measure, keep, analyze.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <set>

#include "app/build_info.h"
#include "app/commands.h"
#include "app/files.h"
#include "app/interrupt.h"
#include "app/presets.h"
#include "app/progress.h"
#include "app/store.h"
#include "core/error.h"
#include "core/run_json.h"
#include "harness/cpu_device.h"
#include "harness/machine.h"
#include "harness/measure.h"
#include "harness/wall_clock.h"
#include "kernels/registry.h"
#include "probes/registry.h"

namespace roofmark {
namespace {

struct Options {
  RunRequest request;
  std::string store, out, resume;
  bool resuming = false, dry_run = false, quiet = false, policy_given = false;
};

std::vector<Kernel> everything() {
  std::vector<Kernel> all = all_probes();
  for (Kernel& kernel : all_kernels()) all.push_back(std::move(kernel));
  return all;
}

/// The policy as text, to compare two.
std::string policy_text(const Policy& policy) {
  Run run;
  run.policy = policy;
  return journal_header(run);
}

/// A run about to be measured, and the rows it already has.
struct Session {
  Run run;
  std::filesystem::path path, journal;
};

Session fresh_session(const Options& options, const Machine& machine) {
  Session session;
  session.run.id = new_run_id();
  session.run.started = utc_now();
  session.run.build = build_info();
  session.run.machine = machine;
  session.run.policy = policy_of(options.request, machine);
  session.path =
      options.out.empty()
          ? run_path(options.store.empty() ? default_store() : std::filesystem::path(options.store),
                     session.run)
          : std::filesystem::path(options.out);
  session.journal = session.path.string() + ".partial.jsonl";
  return session;
}

/// Goes on with a journal where machine, build and policy are the same.
Session resumed_session(const Options& options, const Machine& machine) {
  Session session;
  session.journal = options.resume;
  if (session.journal.empty()) {
    const auto newest = newest_journal(
        options.store.empty() ? default_store() : std::filesystem::path(options.store), machine.id);
    if (!newest) {
      throw InputError(
          "there is no unfinished run of this machine in the store; start one without --resume");
    }
    session.journal = *newest;
  }
  const std::string name = session.journal.string();
  session.run = run_from_journal(read_file(session.journal), name);
  const auto refuse = [&](const std::string& what) {
    throw InputError("cannot resume " + name + " (" + what + "); start a new run without --resume");
  };
  if (session.run.machine.id != machine.id) refuse("it was taken on another machine");
  const Build build = build_info();
  if (!(session.run.build == build)) refuse("it was taken by another build");
  if (options.policy_given &&
      policy_text(session.run.policy) != policy_text(policy_of(options.request, machine))) {
    refuse("it has another policy");
  }
  const std::string suffix = ".partial.jsonl";
  session.path = name.size() > suffix.size() &&
                         name.compare(name.size() - suffix.size(), suffix.size(), suffix) == 0
                     ? name.substr(0, name.size() - suffix.size())
                     : name + ".json";
  return session;
}

/// The plan without the cases whose rows are there already; companions stay reachable.
std::vector<bool> finished_cases(const Plan& plan, const Run& run) {
  std::set<std::string> ids;
  for (const Measurement& row : run.rows) ids.insert(row.id);
  std::vector<bool> finished;
  for (const PlannedCase& planned : plan.cases)
    finished.push_back(ids.count(planned.what.id()) > 0);
  return finished;
}

int run_command(const Options& options) {
  const Machine machine = discover();
  Session session =
      options.resuming ? resumed_session(options, machine) : fresh_session(options, machine);
  const std::vector<Kernel> registry = everything();
  const Plan plan =
      roofmark::plan(registry, machine, operators_of(session.run.policy), session.run.policy);
  if (plan.cases.empty()) {
    throw InputError("there is nothing to measure (no id matches --filter '" +
                     session.run.policy.filter + "'); see roofmark run --dry-run");
  }
  Interrupt interrupt;
  const bool quiet = options.quiet;
  Journal journal = options.resuming ? Journal::resume(session.journal)
                                     : Journal::begin(session.journal, session.run);
  CpuDevice device(machine);
  Progress progress(Progress::style_for_stderr(quiet), plan.cases.size());
  const double start = device.now().value;
  const auto sink = [&](const Measurement& row) {
    journal.append(row);
    session.run.rows.push_back(row);
    progress.step(row.id, device.now().value - start);
  };
  const bool whole =
      measure(plan, session.run.policy, device, sink, [&] { return interrupt.asked(); });
  if (!whole) {
    std::fprintf(
        stderr,
        "roofmark: interrupted; %zu of %zu rows are kept in %s; go on with roofmark run --resume\n",
        session.run.rows.size(), plan.cases.size(), journal.path().c_str());
    return exit_interrupted;
  }
  session.run.complete = true;
  write_file(session.path, to_json(session.run));
  std::filesystem::remove(session.journal);
  std::printf("run: %s\n", session.path.c_str());
  return exit_done;
}

}  // namespace

void add_run(CLI::App& app, Command& chosen) {
  CLI::App* command =
      app.add_subcommand("run", "measure ceilings, then kernels at a model's shapes, and analyze");
  auto options = std::make_shared<Options>();
  RunRequest& request = options->request;
  command->add_option("--preset", request.preset, "quick (a minute), standard, thorough")
      ->capture_default_str();
  command->add_option("--only", request.only, "probes | kernels")
      ->check(CLI::IsMember({"probes", "kernels"}));
  command->add_option("--filter", request.filter,
                      "only ids matching this POSIX extended regular expression");
  command->add_option("--model", request.models, "built-in names or config.json files")
      ->delimiter(',');
  command->add_option("--phase", request.phases, "prefill,decode")->delimiter(',');
  command->add_option("--dtype", request.formats, "f32,bf16-f32,w8a8,...")->delimiter(',');
  command->add_option("--device", request.devices, "cpu,cuda")->delimiter(',');
  command->add_option("--threads", request.threads, "thread counts")->delimiter(',');
  command->add_option("--store", options->store, "where runs are kept");
  command->add_option("-o", options->out, "the run file, instead of one in the store");
  command->add_flag("-q,--quiet", options->quiet, "no progress");
  command->callback([&chosen, options] { chosen = [options] { return run_command(*options); }; });
}

}  // namespace roofmark
