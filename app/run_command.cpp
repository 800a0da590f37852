// roofmark run: plan, measure, keep, analyze.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>

#include "analyzer/from_run.h"
#include "app/commands.h"
#include "app/dry_run.h"
#include "app/file_name.h"
#include "app/files.h"
#include "app/gpu_worker.h"
#include "app/interrupt.h"
#include "app/kept_history.h"
#include "app/measurable.h"
#include "app/policy_options.h"
#include "app/print.h"
#include "app/progress.h"
#include "app/render.h"
#include "app/session.h"
#include "app/store.h"
#include "app/surroundings.h"
#include "core/error.h"
#include "core/run_json.h"
#include "harness/cpu_device.h"
#include "harness/machine.h"
#include "harness/measure.h"

namespace roofmark {
namespace {

struct Options {
  SessionRequest session;
  std::string output = "table";
  bool dry_run = false, quiet = false, strict = false;
};

/// What would be measured, and what that would take.
int dry_run(const Session& session, const Plan& plan, std::span<const Kernel> registry,
            const std::string& output) {
  CpuDevice device(session.run.machine);
  const DryRun said =
      dry_run_of(plan, session.run.policy, rough_rates(registry, plan, session.run.policy, device),
                 session.run.machine);
  const std::string doubt = memory_doubt(said);
  if (!doubt.empty()) std::fprintf(stderr, "roofmark: %s\n", doubt.c_str());
  print(dry_run_text(said, output));
  return exit_done;
}

/// Measures what is missing.  False where it was interrupted.
bool measure_session(Session& session, const Plan& plan, bool quiet) {
  Interrupt interrupt;
  CpuDevice device(session.run.machine);
  Progress progress(Progress::style_for_stderr(quiet), plan.cases.size() - session.run.rows.size());
  const double start = device.now().value;
  const std::vector<Measurement> finished = session.run.rows;
  const StopAsked stop = [&] { return interrupt.asked(); };
  GpuWorker gpu(gpu_worker_command(), session.run, plan, stop);
  const auto one = [&](const PlannedCase& planned, const Measurement* earlier) {
    if (planned.what.device == "cuda") return gpu.measure(planned, earlier);
    return measure_case(planned, plan, session.run.policy, device, stop, earlier);
  };
  const auto sink = [&](const Measurement& row) {
    session.journal->append(row);
    session.run.rows.push_back(row);
    progress.step(row.id, device.now().value - start);
  };
  return measure(plan, one, sink, stop, finished);
}

/// The same of a run that begins here.  Where it cannot be set up, no row was measured and nothing
/// is left that the next run of that name would have to go on with.
bool measure_new_session(Session& session, const Plan& plan, bool quiet) {
  begin_journal(session);
  try {
    return measure_session(session, plan, quiet);
  } catch (const InputError&) {
    std::error_code gone;
    if (session.run.rows.empty()) std::filesystem::remove(session.journal->path(), gone);
    throw;
  }
}

/// The analysis to standard output, the report beside the run; then where both lie.
void present(const Session& session, const std::string& output) {
  const Analysis analysis = analyze_run(session.run);
  // Rounds of a campaign are read together, by whoever had them taken.
  std::vector<History> history;
  if (session.run.campaign.empty()) {
    history = kept_histories(store_around(session.path, session.run), session.run);
  }
  const Section section{&analysis, &session.run, history};
  write_report({&section, 1}, session.page);
  const std::string where =
      "\nrun     " + session.path.string() + "\nreport  " + session.page.string() + "\n";
  std::string text = output_format(output).write({&section, 1});
  // Machine-readable output stays alone on standard output.
  const bool readable = output == "table";
  if (readable) text += where;
  if (!readable) std::fputs(where.c_str(), stderr);
  try {
    print(text);
  } catch (const MeasurementError&) {  // measured it is all the same
    if (readable) std::fputs(where.c_str(), stderr);
    throw;
  }
}

/// The plan, refused where it is empty.
Plan plan_of(const Session& session, std::span<const Kernel> registry) {
  const Policy& policy = session.run.policy;
  Plan plan = roofmark::plan(registry, session.run.machine, operators_of(policy), policy);
  if (plan.cases.empty()) {
    throw InputError("there is nothing to measure (no id matches --filter '" + policy.filter +
                     "'); see the ids with roofmark run --dry-run");
  }
  return plan;
}

/// Says on stderr what makes this machine unfit; true: nothing does.
bool is_fit(const Machine& machine) {
  bool fit = true;
  for (const Finding& finding : findings(machine, surroundings({}))) {
    if (!finding.warns) continue;
    fit = false;
    std::fprintf(stderr, "roofmark: %s: %s\n", finding.id.c_str(), finding.text.c_str());
  }
  return fit;
}

/// What follows once the run is written; the exit code.
int conclude(const Session& session, const std::string& output) {
  std::error_code gone;
  std::filesystem::remove(session.journal->path(), gone);
  present(session, output);
  const bool failed =
      std::any_of(session.run.rows.begin(), session.run.rows.end(),
                  [](const Measurement& row) { return row.status == Status::failed; });
  return failed ? exit_measurement : exit_done;
}

int run_command(const Options& options) {
  output_format(options.output);  // a wrong name is said before a minute of measuring
  const Machine machine = discover();
  if (options.strict && !is_fit(machine)) {
    std::fprintf(stderr,
                 "roofmark: this machine is unfit to measure on (see above); "
                 "mend it or leave out --strict\n");
    return exit_unfit;
  }
  const std::vector<Kernel> registry = everything();
  SessionRequest request = options.session;
  request.policy = on_all_devices(request.policy, registry);
  Session session = session_of(request, machine);
  if (session.finished) {
    std::fprintf(stderr, "roofmark: the run was finished already; its journal %s\n",
                 options.dry_run ? "is left over" : "is removed");
    return options.dry_run ? static_cast<int>(exit_done) : conclude(session, options.output);
  }
  require_measurable(options.session.policy, session.run.policy, registry, machine);
  const Plan plan = plan_of(session, registry);
  if (options.dry_run) return dry_run(session, plan, registry, options.output);
  const bool all_measured = session.journal ? measure_session(session, plan, options.quiet)
                                            : measure_new_session(session, plan, options.quiet);
  if (!all_measured) {
    std::fprintf(stderr,
                 "roofmark: interrupted; %zu of %zu rows are kept; go on with "
                 "roofmark run --resume %s\n",
                 session.run.rows.size(), plan.cases.size(), session.journal->path().c_str());
    return exit_interrupted;
  }
  session.run.complete = true;
  write_file(session.path, to_json(session.run));
  return conclude(session, options.output);
}

}  // namespace

void add_run(CLI::App& app, Command& chosen) {
  CLI::App* command =
      app.add_subcommand("run", "measure ceilings, then kernels at a model's shapes, and analyze");
  auto options = std::make_shared<Options>();
  SessionRequest& session = options->session;
  const std::vector<CLI::Option*> of_policy = add_policy_options(*command, session.policy);
  CLI::Option* resume =
      command->add_option("--resume", session.resume,
                          "finish an interrupted run (default: the newest of this machine)");
  resume->expected(0, 1);
  command
      ->add_option("--campaign", session.campaign,
                   "what several runs are taken for: letters, digits, '.', '_' and '-'")
      ->check(why_no_file_name);
  command->add_option("--store", session.store, "where runs are kept");
  command->add_option("-o", session.out, "the new run file, *.json, instead of one in the store");
  command->add_option("--output", options->output, listed(output_names()))->capture_default_str();
  command->add_flag("--dry-run", options->dry_run,
                    "only say what would be measured and what it would take");
  command->add_flag("--strict", options->strict,
                    "measure only where roofmark doctor warns of nothing (exit code 4 otherwise)");
  add_quiet_option(*command, options->quiet);
  command->callback([&chosen, options, resume, of_policy] {
    options->session.resuming = resume->count() > 0;
    options->session.policy_given =
        std::any_of(of_policy.begin(), of_policy.end(),
                    [](const CLI::Option* option) { return option->count() > 0; });
    chosen = [options] { return run_command(*options); };
  });
}

}  // namespace roofmark
