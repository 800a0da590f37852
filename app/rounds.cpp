#include "app/rounds.h"

#include <cstdio>

#include "app/build_info.h"
#include "app/files.h"
#include "app/fresh_process.h"
#include "app/store.h"
#include "core/run_json.h"
#include "harness/wall_clock.h"

namespace roofmark {
namespace {

/// A journal without rows: what is to be measured, for a process that finishes it.
std::filesystem::path begin_round(const RoundPlan& plan) {
  Run run;
  run.id = new_run_id();
  run.started = utc_now();
  run.campaign = plan.campaign;
  run.build = build_info();
  run.machine = plan.machine;
  run.policy = plan.policy;
  const std::filesystem::path path = run_path(plan.store, run);
  make_folder(path.parent_path());
  Journal::begin(path.string() + journal_suffix, run);
  return path;
}

}  // namespace

TakenRounds take_rounds(const RoundPlan& plan, std::size_t count, const std::string& what) {
  TakenRounds taken;
  for (std::size_t i = 0; i < count; ++i) {
    std::fprintf(stderr, "roofmark: %s %zu of %zu\n", what.c_str(), i + 1, count);
    const std::filesystem::path run = begin_round(plan);
    const int code =
        run_afresh({"run", "--resume=" + run.string() + journal_suffix, "--output=json"});
    std::error_code error;
    if (!std::filesystem::exists(run, error)) {
      taken.code = code == 0 ? 3 : code;
      return taken;
    }
    taken.rounds.push_back(round_of(read_run(read_file(run), run.string())));
  }
  return taken;
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
  return policy;
}

}  // namespace roofmark
