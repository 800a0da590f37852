#include "app/session.h"

#include "app/build_info.h"
#include "app/files.h"
#include "app/store.h"
#include "core/error.h"
#include "core/run_json.h"
#include "harness/wall_clock.h"

namespace roofmark {
namespace {

constexpr const char* journal_suffix = ".partial.jsonl";

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

Session fresh_session(const SessionRequest& request, const Machine& machine) {
  Session session;
  session.run.id = new_run_id();
  session.run.started = utc_now();
  session.run.build = build_info();
  session.run.machine = machine;
  session.run.policy = policy_of(request.policy, machine);
  session.path = request.out.empty() ? run_path(store_of(request), session.run)
                                     : std::filesystem::path(request.out);
  session.journal = session.path.string() + journal_suffix;
  return session;
}

/// Goes on with a journal where machine, build and policy are the same.
Session resumed_session(const SessionRequest& request, const Machine& machine) {
  Session session;
  session.journal = request.resume;
  if (session.journal.empty()) {
    const auto newest = newest_journal(store_of(request), machine.id);
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
  if (request.policy_given &&
      policy_text(session.run.policy) != policy_text(policy_of(request.policy, machine))) {
    refuse("it has another policy");
  }
  session.path = run_of_journal(name);
  return session;
}

}  // namespace

Session session_of(const SessionRequest& request, const Machine& machine) {
  return request.resuming ? resumed_session(request, machine) : fresh_session(request, machine);
}

}  // namespace roofmark
