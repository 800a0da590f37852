#include "app/session.h"

#include <algorithm>

#include "analyzer/doctor.h"
#include "analyzer/numbers.h"
#include "app/build_info.h"
#include "app/files.h"
#include "core/error.h"
#include "core/run_json.h"
#include "harness/wall_clock.h"

namespace roofmark {
namespace {

/// The policy as text, to compare two.
std::string policy_text(const Policy& policy) {
  Run run;
  run.policy = policy;
  return journal_header(run);
}

std::filesystem::path store_of(const SessionRequest& request) {
  return request.store.empty() ? default_store() : std::filesystem::path(request.store);
}

/// The journal's name without its ending is the run's.
std::filesystem::path run_of_journal(const std::string& journal) {
  const std::string suffix = journal_suffix;
  return journal.ends_with(suffix) ? journal.substr(0, journal.size() - suffix.size())
                                   : journal + ".json";
}

std::filesystem::path page_of(std::filesystem::path run) { return run.replace_extension(".html"); }

/// Nothing that is there is overwritten: a run cannot be had again.
std::filesystem::path new_file(const std::string& out) {
  std::filesystem::path path(out);
  if (path.extension() != ".json") {
    throw InputError("-o: \"" + out +
                     "\" is no name of a run file (it does not end in .json); name one that does, "
                     "the report is written beside it");
  }
  for (const std::filesystem::path& file : {path, page_of(path)}) {
    std::error_code error;
    if (std::filesystem::exists(std::filesystem::symlink_status(file, error))) {
      throw InputError("cannot write " + file.string() +
                       " (it already exists); remove it or name another file with -o");
    }
  }
  return path;
}

Session fresh_session(const SessionRequest& request, const Machine& machine) {
  Session session;
  session.run.id = new_run_id();
  session.run.started = utc_now();
  session.run.build = build_info();
  session.run.machine = machine;
  session.run.policy = policy_of(request.policy, machine);
  session.run.campaign = request.campaign;
  if (request.out.empty()) {
    session.path = run_path(store_of(request), session.run);
    session.store = session.path.parent_path();
  } else {
    session.path = new_file(request.out);
  }
  session.page = page_of(session.path);
  return session;
}

/// "CPUs 0-1, at most 2 threads"
std::string allowed_text(const Allowance& allowance) {
  std::string text = "CPUs " + ranges(allowance.cpus) + ", at most " +
                     std::to_string(allowance.max_threads) +
                     (allowance.max_threads == 1 ? " thread" : " threads");
  if (allowance.quota_cpus) text += ", a quota of " + fixed(*allowance.quota_cpus, 2) + " CPUs";
  return text;
}

bool same_cpus(const Allowance& a, const Allowance& b) {
  return a.cpus == b.cpus && a.quota_cpus == b.quota_cpus && a.max_threads == b.max_threads;
}

std::filesystem::path journal_of(const SessionRequest& request, const Machine& machine) {
  if (!request.resume.empty()) {
    // A run that is not there yet is asked for by its name or by that of its journal.
    const std::string journal = request.resume + journal_suffix;
    std::error_code error;
    const bool named_run = !std::filesystem::exists(request.resume, error);
    return named_run && std::filesystem::exists(journal, error) ? journal : request.resume;
  }
  const std::vector<std::filesystem::path> all = journals(store_of(request), machine.id);
  if (!all.empty()) return all.front();
  throw InputError(
      "there is no unfinished run of this machine in the store; start one without --resume");
}

/// A journal is one value per line, a finished run one value.
bool is_finished(const std::string& text, const std::string& name) {
  try {
    return run_from_json(text, name).complete;
  } catch (const InputError&) {
    return false;
  }
}

Run unfinished_run(const std::string& name) {
  const std::string text = read_file(name);
  try {
    return run_from_journal(text, name);
  } catch (const InputError&) {
    if (!is_finished(text, name)) throw;
  }
  throw InputError("cannot resume " + name +
                   " (it is a finished run and not a journal); see it with roofmark analyze --run");
}

/// Of a process that was killed between writing its run and removing the journal.
Session finished_session(Session session) {
  const Run kept = read_run(read_file(session.path), session.path.string());
  if (!kept.complete || kept.id != session.run.id) {
    throw InputError("cannot resume " + session.journal->path().string() + " (another run, " +
                     session.path.string() + ", is in its place); move one of both away");
  }
  session.run = kept;
  session.finished = true;
  return session;
}

/// Goes on with a journal where machine, CPUs, build and policy are the same.
Session resumed_session(const SessionRequest& request, const Machine& machine) {
  const std::string name = journal_of(request, machine).string();
  Session session;
  session.path = run_of_journal(name);
  session.page = page_of(session.path);
  if (!request.out.empty()) {
    throw InputError("-o does not go with --resume (a resumed run keeps its file, " +
                     session.path.string() + "); leave out -o");
  }
  session.journal.emplace(Journal::resume(name));
  session.run = unfinished_run(name);
  std::error_code error;
  if (std::filesystem::exists(session.path, error)) return finished_session(std::move(session));
  const auto refuse = [&](const std::string& what) {
    throw InputError("cannot resume " + name + " (" + what + "); start a new run without --resume");
  };
  const Allowance& then = session.run.machine.allowance;
  const std::vector<int>& threads = session.run.policy.threads;
  if (session.run.machine.id != machine.id) refuse("it was taken on another machine");
  const bool fits = threads.empty() || *std::max_element(threads.begin(), threads.end()) <=
                                           machine.allowance.max_threads;
  if (!same_cpus(then, machine.allowance) || !fits) {
    refuse("it was taken with " + allowed_text(then) + "; here are " +
           allowed_text(machine.allowance));
  }
  if (!request.campaign.empty() && request.campaign != session.run.campaign) {
    refuse("it was not taken for campaign " + request.campaign);
  }
  const Build build = build_info();
  if (!(session.run.build == build)) refuse("it was taken by another build");
  if (request.policy_given &&
      policy_text(session.run.policy) != policy_text(policy_of(request.policy, machine))) {
    refuse("it has another policy");
  }
  return session;
}

}  // namespace

Session session_of(const SessionRequest& request, const Machine& machine) {
  return request.resuming ? resumed_session(request, machine) : fresh_session(request, machine);
}

void begin_journal(Session& session) {
  if (!session.store.empty()) make_folder(session.store);
  if (session.store.empty()) require_writable(session.path);
  session.journal.emplace(Journal::begin(session.path.string() + journal_suffix, session.run));
}

}  // namespace roofmark
