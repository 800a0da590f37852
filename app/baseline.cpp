// Keeps baselines in files.
#include "app/baseline.h"

#include <algorithm>

#include "analyzer/tracking/change.h"
#include "analyzer/tracking/evidence.h"
#include "app/baseline_json.h"
#include "app/file_name.h"
#include "app/files.h"
#include "core/error.h"
#include "core/printable.h"

namespace roofmark {
namespace {

namespace fs = std::filesystem;

constexpr const char* suffix = ".json";
constexpr const char* plan_suffix = ".plan";

void require_name(const std::string& name) {
  const std::string why = why_no_file_name(name);
  if (why.empty()) return;
  throw InputError("'" + printable(name, 80) + "' " + why + "; choose another");
}

}  // namespace

Baselines::Baselines(const fs::path& store, const std::string& machine)
    : store_(store), machine_(machine) {}

fs::path Baselines::path(const std::string& name, const char* end) const {
  require_name(name);
  return store_ / machine_ / "baselines" / (name + end);
}

std::vector<std::string> Baselines::names() const {
  std::vector<std::string> names;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(store_ / machine_ / "baselines", none)) {
    if (entry.path().extension() != suffix) continue;
    if (why_no_file_name(entry.path().stem()).empty()) names.push_back(entry.path().stem());
  }
  std::sort(names.begin(), names.end());
  return names;
}

void Baselines::refuse_unknown(const std::string& name, const std::string& remedy) const {
  std::string known;
  for (const std::string& one : names()) known += (known.empty() ? "" : ", ") + one;
  throw InputError("there is no baseline '" + name + "' of this machine (" +
                   (known.empty() ? "there is none" : known + " are there") + "); " + remedy);
}

Baseline Baselines::read(const std::string& name) const {
  const fs::path file = path(name, suffix);
  std::error_code none;
  if (!fs::exists(file, none)) {
    refuse_unknown(name, "take one with roofmark baseline save " + name);
  }
  Baseline baseline = baseline_from_json(read_file(file), file.string());
  if (baseline.machine != machine_) {
    throw InputError(file.string() + ": a baseline of machine " + baseline.machine + ", not of " +
                     machine_ + "; take one here with roofmark baseline save " + name);
  }
  return baseline;
}

void Baselines::write(const Baseline& baseline) const {
  const fs::path file = path(baseline.name, suffix);
  make_folder(file.parent_path());
  write_file(file, to_json(baseline));
  std::error_code none;
  fs::remove(path(baseline.name, plan_suffix), none);
}

void Baselines::remove(const std::string& name) const {
  bool any = false;
  for (const char* end : {plan_suffix, suffix}) {
    std::error_code error;
    any = fs::remove(path(name, end), error) || any;
    if (!error) continue;
    throw MeasurementError("cannot remove " + path(name, end).string() + " (" + error.message() +
                           "); give write permission for its folder");
  }
  if (!any) refuse_unknown(name, "see them with roofmark baseline list");
}

std::optional<BaselinePlan> Baselines::plan(const std::string& name) const {
  const fs::path file = path(name, plan_suffix);
  std::error_code none;
  if (!fs::exists(file, none)) return std::nullopt;
  return baseline_plan_from_json(read_file(file), file.string());
}

void Baselines::write_plan(const BaselinePlan& plan) const {
  const fs::path file = path(plan.baseline.name, plan_suffix);
  make_folder(file.parent_path());
  write_file(file, to_json(plan));
}

std::vector<StoredRound> rounds_of(const Index& index, const Baseline& baseline,
                                   const std::vector<std::string>& series) {
  RoundQuery query;
  query.machine = baseline.machine;
  query.runs = baseline.runs;
  query.series = series;
  std::vector<StoredRound> rounds = index.rounds(query);
  for (const std::string& run : baseline.runs) {
    const bool is_there = std::any_of(rounds.begin(), rounds.end(),
                                      [&](const StoredRound& one) { return one.name == run; });
    if (is_there) continue;
    throw InputError("baseline '" + baseline.name + "' has lost its run " + printable(run, 80) +
                     " (the file is gone or damaged); put it back or save the baseline anew");
  }
  return rounds;
}

std::string baseline_obstacle(const std::vector<StoredRound>& rounds) {
  if (rounds.size() < fewest_rounds) {
    return std::to_string(rounds.size()) + " rounds say nothing about how much they differ; " +
           std::to_string(fewest_rounds) + " are the least";
  }
  const Round& first = rounds.front().round;
  for (const StoredRound& one : rounds) {
    const Round& round = one.round;
    if (round.preset == "quick") return "run " + one.name + " is a quick one";
    if (round.machine != first.machine) return "its runs were taken on several machines";
    if (round.preset != first.preset || round.only != first.only || round.filter != first.filter) {
      return "runs " + rounds.front().name + " and " + one.name + " selected different cases";
    }
  }
  return {};
}

std::vector<std::string> baseline_gaps(const std::vector<StoredRound>& rounds) {
  std::vector<Round> kept;
  for (const StoredRound& one : rounds) kept.push_back(one.round);
  std::vector<std::string> gaps;
  for (const auto& [id, side] : sides_of(kept)) {
    const std::string of = " of " + std::to_string(rounds.size()) + " rounds";
    if (side.failed > 0) {
      gaps.push_back(id + ": failed in " + std::to_string(side.failed) + of + " (" +
                     side.failure() + ")");
    } else if (was_measured(*side.last()) && side.used.size() < fewest_rounds) {
      const std::string why = side.contended > 0 ? "a neighbour kept the machine busy"
                              : side.refused > 0 ? "above its bound, grade X"
                                                 : side.last()->reason;
      gaps.push_back(id + ": undisturbed in " + std::to_string(side.used.size()) + of + ", and " +
                     std::to_string(fewest_rounds) + " are the least (" + why + ")");
    }
  }
  return gaps;
}

}  // namespace roofmark
