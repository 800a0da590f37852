#include <cmath>
#include <nlohmann/json.hpp>

#include "analyzer/tracking/comparison_text.h"

namespace roofmark {
namespace {

using Json = nlohmann::ordered_json;

Json number(Known<double> value) {
  return value && std::isfinite(*value) ? Json(*value) : Json(nullptr);
}
Json word(std::string_view text) { return text.empty() ? Json(nullptr) : Json(text); }

Json json_of(const Known<Shift>& shift) {
  if (!shift) return nullptr;
  return {{"share", number(shift->share)},
          {"low", number(shift->low)},
          {"high", number(shift->high)},
          {"p", number(shift->p)}};
}

Json json_of(const SeriesSide& side) {
  return {{"rounds", side.rounds},
          {"seconds", number(side.seconds)},
          {"share", number(side.share)},
          {"code_hash", word(side.code_hash)},
          {"implementation", word(side.implementation)}};
}

Json json_of(const SeriesVerdict& one) {
  return {{"id", one.id},
          {"kernel", one.kernel},
          {"device", one.device},
          {"verdict", name(one.verdict)},
          {"confirmed", one.confirmed},
          {"cause", word(name(one.cause))},
          {"before", json_of(one.before)},
          {"after", json_of(one.after)},
          {"change", json_of(one.time)},
          {"relative_change", json_of(one.relative)},
          {"judged", word(judged_figure(one))},
          {"ceiling", word(one.ceiling)},
          {"ceiling_change", json_of(one.ceiling_time)},
          {"detectable", number(one.detectable)},
          {"spread_assumed", one.assumed},
          {"reason", word(one.reason)},
          {"next", word(one.next)}};
}

Json json_of(const Known<Detectable>& found) {
  if (!found) return nullptr;
  return {{"series", found->series},
          {"median", found->median},
          {"worst", found->worst},
          {"worst_series", found->worst_series}};
}

Json json_of(const CommonCause& common) {
  return {{"cause", name(common.cause)}, {"direction", name(common.direction)},
          {"series", common.series},     {"judged", common.judged},
          {"least", common.least},       {"most", common.most},
          {"ceilings", common.ceilings}};
}

}  // namespace

std::string comparison_json(const Comparison& comparison) {
  Json counts = Json::object();
  for (const Verdict verdict :
       {Verdict::same, Verdict::faster, Verdict::slower, Verdict::inconclusive,
        Verdict::not_comparable, Verdict::added, Verdict::missing, Verdict::failed}) {
    counts[std::string(name(verdict))] = comparison.count(verdict);
  }
  Json json = {{"schema", "roofmark.comparison/1"},
               {"before", {{"name", comparison.before}, {"rounds", comparison.rounds_before}}},
               {"after", {{"name", comparison.after}, {"rounds", comparison.rounds_after}}},
               {"across_machines", comparison.across_machines},
               {"regressed", comparison.regressed()},
               {"counts", counts},
               {"detectable", json_of(comparison.detectable())},
               {"differences", Json::array()},
               {"causes", Json::array()},
               {"notes", comparison.notes},
               {"series", Json::array()}};
  for (const Difference& one : comparison.differences) {
    json["differences"].push_back(
        {{"name", one.name}, {"before", word(one.before)}, {"after", word(one.after)}});
  }
  for (const CommonCause& common : comparison.causes) json["causes"].push_back(json_of(common));
  for (const SeriesVerdict& one : comparison.series) json["series"].push_back(json_of(one));
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace roofmark
