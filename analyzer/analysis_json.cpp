#include "analyzer/analysis_json.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "analyzer/models.h"

namespace roofmark {
namespace {

using Json = nlohmann::ordered_json;

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }
Json number(Known<double> value) { return value ? number(*value) : Json(nullptr); }
template <int S, int B, int O>
Json number(Known<Quantity<S, B, O>> value) {
  return value ? number(value->value) : Json(nullptr);
}

/// Null where the word does not apply.
Json word(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json json_of(const Ceiling& ceiling) {
  return {{"id", ceiling.id},
          {"device", word(ceiling.device)},
          {"kind", ceiling.kind},
          {"level", word(ceiling.level)},
          {"format", word(ceiling.format)},
          {"kernel", word(ceiling.kernel)},
          {"variant", word(ceiling.variant)},
          {"threads", ceiling.threads},
          {"cores", word(ceiling.cores)},
          {"node", word(ceiling.node)},
          {"value", number(ceiling.value)},
          {"from", word(ceiling.from)},
          {"clock_hz", number(ceiling.clock_hz)},
          {"bus", number(ceiling.bus)},
          {"load_bytes_s", number(ceiling.load)},
          {"low", number(ceiling.low)},
          {"high", number(ceiling.high)},
          {"theoretical", number(ceiling.theoretical)},
          {"datasheet", number(ceiling.datasheet)},
          {"share", number(ceiling.share)},
          {"grade", std::string(1, ceiling.grade)},
          {"reason", word(ceiling.reason)}};
}

Json json_of(const Point& point) {
  return {{"id", point.id},
          {"operator", word(point.op)},
          {"phase", word(point.phase)},
          {"intensity", number(point.intensity)},
          {"achieved", number(point.achieved)},
          {"attainable_measured", number(point.attainable_measured)},
          {"attainable_theoretical", number(point.attainable_theoretical)},
          {"share_measured", number(point.share_measured)},
          {"share_theoretical", number(point.share_theoretical)},
          {"share_spread", number(point.share_spread)},
          {"bound", word(point.bound)},
          {"ceiling", word(point.ceiling)},
          {"seconds", number(point.seconds)},
          {"low", number(point.low)},
          {"high", number(point.high)},
          {"overhead_share", number(point.overhead_share)},
          {"seconds_launched", number(point.seconds_launched)},
          {"share_launched", number(point.share_launched)},
          {"grade", std::string(1, point.grade)},
          {"reason", word(point.reason)}};
}

/// The figures of work, under the keys that layers and totals share.
void add_work(Json& json, const Work& work) {
  json["ops"] = number(work.ops.value);
  json["weight_bytes"] = number(work.weights.value);
  json["input_bytes"] = number(work.input().value);
  json["output_bytes"] = number(work.output().value);
  json["kv_bytes"] = number((work.kv_read + work.kv_written).value);
  json["bytes"] = number(work.bytes().value);
}

Json json_of(const SweepPoint& point) {
  return {{"id", point.id},
          {"bytes", number(point.bytes)},
          {"value", number(point.value)},
          {"grade", std::string(1, point.grade)}};
}

Json json_of(const Plateau& plateau) {
  return {{"level", word(plateau.level)},
          {"value", number(plateau.value)},
          {"low", number(plateau.low)},
          {"high", number(plateau.high)},
          {"first_bytes", number(plateau.first_bytes)},
          {"last_bytes", number(plateau.last_bytes)},
          {"points", plateau.points}};
}

Json json_of(const CacheReach& cache) {
  return {{"level", cache.level}, {"bytes", number(cache.bytes)}};
}

Json json_of(const Layer& layer) {
  Json json{{"operator", layer.op}, {"phase", layer.phase}, {"count", layer.count}};
  add_work(json, layer.work);
  json["intensity"] = number(layer.intensity);
  json["attainable"] = number(layer.attainable);
  json["bound"] = word(layer.bound);
  json["seconds"] = number(layer.seconds);
  json["attainable_theoretical"] = number(layer.attainable_theoretical);
  json["achieved"] = number(layer.achieved);
  json["share_measured"] = number(layer.share_measured);
  json["share_theoretical"] = number(layer.share_theoretical);
  json["point"] = word(layer.point);
  json["reason"] = word(layer.reason);
  return json;
}

Json json_of(const Total& total) {
  Json json{{"phase", total.phase}};
  add_work(json, total.work);
  json["seconds"] = number(total.seconds);
  json["tokens_per_second"] = number(total.tokens_per_second);
  return json;
}

Json json_of(const Sweep& sweep);  // itself of lists

template <class Items>
Json list_of(const Items& items) {
  Json list = Json::array();
  for (const auto& item : items) list.push_back(json_of(item));
  return list;
}

Json json_of(const Sweep& sweep) {
  return {{"device", sweep.device},
          {"variant", word(sweep.variant)},
          {"threads", sweep.threads},
          {"cores", word(sweep.conditions.cores)},
          {"node", word(sweep.conditions.node)},
          {"pages", word(sweep.conditions.pages)},
          {"points", list_of(sweep.points)},
          {"plateaus", list_of(sweep.plateaus)},
          {"caches", list_of(sweep.caches)},
          {"notes", sweep.notes}};
}

}  // namespace

std::string analysis_json(const Analysis& analysis) {
  Json json{{"title", analysis.title},
            {"ceilings", list_of(analysis.ceilings)},
            {"points", list_of(analysis.points)},
            {"warnings", Json::array()}};
  for (const Warning& warning : analysis.warnings) json["warnings"].push_back(warning.what);
  json["notes"] = analysis.notes;
  json["sweep"] = list_of(analysis.sweeps);
  if (analysis.model) {
    const Model& model = *analysis.model;
    const double kv_bytes = static_cast<double>(kv_elements_per_token(model)) * bytes(analysis.kv);
    json["model"] = {
        {"name", model.name},
        {"parameters", parameters(model)},
        {"active_parameters", active_parameters(model)},
        {"kv_bytes_per_token", analysis.kv == DType::none ? Json(nullptr) : number(kv_bytes)}};
    json["layers"] = list_of(analysis.layers);
    json["totals"] = list_of(analysis.totals);
  }
  if (analysis.storage) {
    json["storage"] = {{"weights", number(analysis.storage->weights.value)},
                       {"kv_cache", number(analysis.storage->kv_cache.value)},
                       {"peak", number(analysis.storage->peak.value)},
                       {"experts", number(analysis.storage->experts.value)},
                       {"embedding", number(analysis.storage->embedding.value)},
                       {"head", number(analysis.storage->head.value)}};
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace roofmark
