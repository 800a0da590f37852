// roofmark run: plan, measure, keep, analyze.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>

#include "app/build_info.h"
#include "app/commands.h"
#include "app/estimate.h"
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

/// What would be measured, and what that would take.
int dry_run(const Session& session, const Plan& plan, std::span<const Kernel> registry) {
  CpuDevice device(session.run.machine);
  const auto rates = rough_rates(registry, session.run.policy, device);
  for (const PlannedCase& planned : plan.cases) {
    const Cost cost = cost_of(planned, plan, session.run.policy, rates);
    const std::string& reason = planned.what.reason;
    std::printf("%7.2f s  %s%s%s\n", cost.seconds, planned.what.id().c_str(),
                reason.empty() ? "" : "  -- ", reason.c_str());
  }
  const Cost total = cost_of(plan, session.run.policy, rates);
  std::printf("%zu rows, about %.0f s and %.1f GB of memory; nothing was measured or written\n",
              plan.cases.size(), total.seconds, static_cast<double>(total.memory_bytes) * 1e-9);
  return exit_done;
}

/// Measures what is missing.  False where it was interrupted.
bool measure_session(Session& session, const Plan& plan, Journal& journal, bool quiet) {
  Interrupt interrupt;
  CpuDevice device(session.run.machine);
  Progress progress(Progress::style_for_stderr(quiet), plan.cases.size() - session.run.rows.size());
  const double start = device.now().value;
  const std::vector<Measurement> finished = session.run.rows;
  const auto sink = [&](const Measurement& row) {
    journal.append(row);
    session.run.rows.push_back(row);
    progress.step(row.id, device.now().value - start);
  };
  return measure(
      plan, session.run.policy, device, sink, [&] { return interrupt.asked(); }, finished);
}

int run_command(const Options& options) {
  const Machine machine = discover();
  Session session =
      options.resuming ? resumed_session(options, machine) : fresh_session(options, machine);
  const Policy& policy = session.run.policy;
  const bool wants_gpu = std::count(policy.devices.begin(), policy.devices.end(), "cuda") > 0;
  if (wants_gpu && machine.gpus.empty()) {
    throw AbsentError(
        "there is no CUDA device here (see roofmark doctor); leave out --device cuda");
  }
  const std::vector<Kernel> registry = everything();
  const Plan plan = roofmark::plan(registry, machine, operators_of(policy), policy);
  if (plan.cases.empty()) {
    throw InputError("there is nothing to measure (no id matches --filter '" + policy.filter +
                     "'); see the ids with roofmark run --dry-run");
  }
  if (options.dry_run) return dry_run(session, plan, registry);
  Journal journal = options.resuming ? Journal::resume(session.journal)
                                     : Journal::begin(session.journal, session.run);
  if (!measure_session(session, plan, journal, options.quiet)) {
    std::fprintf(stderr,
                 "roofmark: interrupted; %zu of %zu rows are kept in %s; go on with roofmark run "
                 "--resume %s\n",
                 session.run.rows.size(), plan.cases.size(), journal.path().c_str(),
                 journal.path().c_str());
    return exit_interrupted;
  }
  session.run.complete = true;
  write_file(session.path, to_json(session.run));
  std::error_code gone;
  std::filesystem::remove(session.journal, gone);
  std::printf("run: %s\n", session.path.c_str());
  const bool failed =
      std::any_of(session.run.rows.begin(), session.run.rows.end(),
                  [](const Measurement& row) { return row.status == Status::failed; });
  return failed ? exit_measurement : exit_done;
}

}  // namespace

void add_run(CLI::App& app, Command& chosen) {
  CLI::App* command =
      app.add_subcommand("run", "measure ceilings, then kernels at a model's shapes, and analyze");
  auto options = std::make_shared<Options>();
  RunRequest& request = options->request;
  std::vector<CLI::Option*> of_policy;
  const auto policy_option = [&](const char* flags, auto& value, const char* help) {
    of_policy.push_back(command->add_option(flags, value, help));
    return of_policy.back();
  };
  policy_option("--preset", request.preset, "quick (a minute), standard, thorough")
      ->capture_default_str();
  policy_option("--only", request.only, "probes | kernels")
      ->check(CLI::IsMember({"probes", "kernels"}));
  policy_option("--filter", request.filter,
                "only ids matching this POSIX extended regular expression");
  policy_option("--model", request.models, "built-in names or config.json files")->delimiter(',');
  policy_option("--phase", request.phases, "prefill,decode")->delimiter(',');
  policy_option("--batch", request.batch, "sequences at once")->check(CLI::Range(1, 1 << 20));
  policy_option("--context", request.context, "prompt tokens of prefill, cached tokens of decode")
      ->check(CLI::Range(1, 1 << 24));
  policy_option("--dtype", request.formats, "f32,bf16-f32,w8a8,...")->delimiter(',');
  policy_option("--device", request.devices, "cpu,cuda")
      ->delimiter(',')
      ->check(CLI::IsMember({"cpu", "cuda"}));
  policy_option("--threads", request.threads, "thread counts, e.g. 1,4")->delimiter(',');
  policy_option("--seed", request.seed, "of the order of the cases")->check(CLI::NonNegativeNumber);
  CLI::Option* resume =
      command->add_option("--resume", options->resume,
                          "finish an interrupted run (default: the newest of this machine)");
  resume->expected(0, 1);
  command->add_option("--store", options->store, "where runs are kept");
  command->add_option("-o", options->out, "the run file, instead of one in the store");
  command->add_flag("--dry-run", options->dry_run,
                    "only say what would be measured and what it would take");
  command->add_flag("-q,--quiet", options->quiet, "no progress");
  command->callback([&chosen, options, resume, of_policy] {
    options->resuming = resume->count() > 0;
    options->policy_given =
        std::any_of(of_policy.begin(), of_policy.end(),
                    [](const CLI::Option* option) { return option->count() > 0; });
    chosen = [options] { return run_command(*options); };
  });
}

}  // namespace roofmark
