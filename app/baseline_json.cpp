// Writes and reads baselines.
#include "app/baseline_json.h"

#include <nlohmann/json.hpp>

#include "app/file_name.h"
#include "app/rounds.h"
#include "core/run_json.h"
#include "core/run_reader.h"
#include "core/strict_json.h"

namespace roofmark {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* baseline_schema = "roofmark.baseline/1";
constexpr const char* plan_schema = "roofmark.baseline-plan/1";
constexpr const char* pause_key = "pause_s";  // not there: none

Json header(const char* schema, const Baseline& baseline) {
  Json json = {{"schema", schema},
               {"name", baseline.name},
               {"created", baseline.created},
               {"machine", baseline.machine},
               {"campaign", baseline.campaign}};
  if (baseline.pause_s > 0) json[pause_key] = baseline.pause_s;
  return json;
}

std::string dump(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string name_at(const JsonView& json, const char* key) {
  std::string name = json.at(key).text();
  const std::string why = why_no_file_name(name);
  if (!why.empty()) json.at(key).refuse(why, "the file is damaged or was edited; save it anew");
  return name;
}

std::int64_t pause_in(const JsonView& json) {
  const std::optional<JsonView> pause = json.find(pause_key);
  return pause ? pause->integer(0, longest_pause_s) : 0;
}

Baseline header_from(const JsonView& json, const char* schema) {
  if (json.at("schema").text() != schema) {
    json.at("schema").refuse(std::string("no file of schema ") + schema,
                             "read it with the version of roofmark that wrote it");
  }
  return {.name = name_at(json, "name"),
          .created = json.at("created").text(),
          .machine = name_at(json, "machine"),
          .campaign = json.at("campaign").text(),
          .runs = {},
          .pause_s = pause_in(json)};
}

}  // namespace

std::string to_json(const Baseline& baseline) {
  Json json = header(baseline_schema, baseline);
  json["runs"] = baseline.runs;
  return dump(json);
}

std::string to_json(const BaselinePlan& plan) {
  Json json = header(plan_schema, plan.baseline);
  json["rounds"] = plan.rounds;
  Run run;
  run.policy = plan.policy;
  json["policy"] = Json::parse(journal_header(run)).at("policy");
  return dump(json);
}

Baseline baseline_from_json(std::string_view text, const std::string& file) {
  const JsonView json = JsonView::parse(text, file);
  json.exactly({"schema", "name", "created", "machine", "campaign", "runs"}, {pause_key});
  Baseline baseline = header_from(json, baseline_schema);
  for (const JsonView& run : json.at("runs").elements()) baseline.runs.push_back(run.text());
  return baseline;
}

BaselinePlan baseline_plan_from_json(std::string_view text, const std::string& file) {
  const JsonView json = JsonView::parse(text, file);
  json.exactly({"schema", "name", "created", "machine", "campaign", "rounds", "policy"},
               {pause_key});
  BaselinePlan plan{.baseline = header_from(json, plan_schema), .rounds = 0, .policy = {}};
  plan.rounds = static_cast<std::size_t>(json.at("rounds").integer(1, 1'000'000));
  plan.policy = policy_from(json.at("policy"));
  return plan;
}

}  // namespace roofmark
