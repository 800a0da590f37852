#include "analyzer/analysis_json.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/weights.h"

namespace roofmark {
namespace {

using Json = nlohmann::ordered_json;

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }
Json number(Known<double> value) { return value ? number(*value) : Json(nullptr); }
template <int S, int B, int O>
Json number(Known<Quantity<S, B, O>> value) {
  return value ? number(value->value) : Json(nullptr);
}

Json count(double value) {
  const std::optional<std::int64_t> whole = as_integer(value);
  return whole ? Json(*whole) : number(value);
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
          {"implementation", word(point.implementation)},
          {"format_error", number(point.format_error)},
          {"grade", std::string(1, point.grade)},
          {"reason", word(point.reason)}};
}

/// The figures of work, under the keys that layers and totals share.
void add_work(Json& json, const Work& work) {
  json["ops"] = count(work.ops.value);
  json["weight_bytes"] = count(work.weights.value);
  json["input_bytes"] = count(work.input().value);
  json["output_bytes"] = count(work.output().value);
  json["kv_bytes"] = count((work.kv_read + work.kv_written).value);
  json["kv_read_bytes"] = count(work.kv_read.value);
  json["kv_written_bytes"] = count(work.kv_written.value);
  json["bytes"] = count(work.bytes().value);
}

Json json_of(const SweepPoint& point) {
  return {{"id", point.id},
          {"bytes", count(point.bytes)},
          {"value", number(point.value)},
          {"grade", std::string(1, point.grade)}};
}

Json json_of(const Plateau& plateau) {
  return {{"level", word(plateau.level)},
          {"value", number(plateau.value)},
          {"low", number(plateau.low)},
          {"high", number(plateau.high)},
          {"first_bytes", count(plateau.first_bytes)},
          {"last_bytes", count(plateau.last_bytes)},
          {"points", plateau.points}};
}

Json json_of(const CacheReach& cache) {
  return {{"level", cache.level}, {"bytes", count(cache.bytes)}};
}

Json json_of(const Shape& shape) {
  Json json = Json::object();
  for (const Extent& extent : shape.extents) json[extent.name] = extent.value;
  return json;
}

Json json_of(const Layer& layer) {
  Json json{{"operator", layer.op}, {"phase", layer.phase}, {"count", layer.count}};
  add_work(json, layer.work);
  json["link_bytes"] = count(layer.link.value);
  json["intensity"] = number(layer.intensity);
  json["attainable"] = number(layer.attainable);
  json["bound"] = word(layer.bound);
  json["bound_share"] = number(layer.bound_share);
  json["seconds"] = number(layer.seconds);
  json["seconds_at_least"] = number(layer.at_least);
  json["share"] = number(layer.share);
  json["attainable_theoretical"] = number(layer.attainable_theoretical);
  json["achieved"] = number(layer.achieved);
  json["share_measured"] = number(layer.share_measured);
  json["share_theoretical"] = number(layer.share_theoretical);
  json["point"] = word(layer.point);
  json["predicted_seconds"] = number(layer.predicted);
  json["provenance"] = word(layer.provenance);
  json["reason"] = word(layer.reason);
  json["kernel"] = word(layer.kernel);
  json["format"] = layer.format.name();
  json["shape"] = layer.shape.extents.empty() ? Json(nullptr) : json_of(layer.shape);
  json["reads"] = layer.reads_known ? Json(layer.reads) : Json(nullptr);
  return json;
}

Json json_of(const Asked& asked) {
  Json queries = Json::array();
  for (std::size_t i = 0; i < asked.queries.size(); ++i) {
    queries.push_back({{"queries", asked.of[i]},
                       {"cached_tokens", asked.queries[i].cached},
                       {"input_tokens", asked.queries[i].fresh}});
  }
  const Query& first = asked.queries.front();
  const bool prefill = asked.phase == name(Phase::prefill);
  const bool alike = asked.queries.size() == 1 && (!prefill || first.cached == 0);
  return {{"phase", asked.phase},
          {"batch", asked.batch},
          {"context", alike ? Json(prefill ? first.fresh : first.cached) : Json(nullptr)},
          {"dtype", asked.format},
          {"kv_dtype", asked.kv},
          {"attention", asked.attention},
          {"devices", asked.devices},
          {"chunk", asked.chunk > 0 ? Json(asked.chunk) : Json(nullptr)},
          {"queries", queries}};
}

Json json_of(const Storage& storage) {
  Json json{
      {"weights", count(storage.weights.value)},     {"kv_cache", count(storage.kv_cache.value)},
      {"peak", count(storage.peak.value)},           {"experts", count(storage.experts.value)},
      {"embedding", count(storage.embedding.value)}, {"head", count(storage.head.value)}};
  if (storage.embedding_table.value > 0) {  // tra accounting, whose weights are not all
    json["inactive_experts"] = count(storage.inactive_experts.value);
    json["embedding_table"] = count(storage.embedding_table.value);
  }
  return json;
}

Json json_of(const Total& total) {
  Json json{{"phase", total.phase}};
  add_work(json, total.work);
  json["link_bytes"] = count(total.link.value);
  json["seconds"] = number(total.seconds);
  json["seconds_at_least"] = number(total.at_least);
  json["tokens_per_second"] = number(total.tokens_per_second);
  const bool prefill = total.phase == name(Phase::prefill);
  json["time_to_first_token"] = prefill ? number(total.latency) : Json(nullptr);
  json["time_per_output_token"] = prefill ? Json(nullptr) : number(total.latency);
  json["predicted_seconds"] = number(total.predicted);
  json["predicted_by_kernels"] = number(total.kernels_share);
  json["predicted_extrapolated"] = number(total.extrapolated_share);
  json["storage"] = total.storage ? json_of(*total.storage) : Json(nullptr);
  return json;
}

Json json_of(const Generation& generation) {
  Json json{{"sequences", generation.sequences}, {"tokens", generation.tokens}};
  add_work(json, generation.work);
  json["link_bytes"] = count(generation.link.value);
  json["seconds"] = number(generation.seconds);
  json["seconds_at_least"] = number(generation.at_least);
  json["time_to_first_token_at_least"] = number(generation.first_token_at_least);
  json["time_per_output_token_at_least"] = number(generation.per_output_token_at_least);
  json["time_to_first_token"] = number(generation.first_token);
  json["time_per_output_token"] = number(generation.per_output_token);
  json["tokens_per_second"] = number(generation.tokens_per_second);
  json["predicted_seconds"] = number(generation.predicted);
  json["predicted_by_kernels"] = number(generation.kernels_share);
  json["predicted_extrapolated"] = number(generation.extrapolated_share);
  json["predicted_time_to_first_token"] = number(generation.predicted_first_token);
  json["predicted_time_per_output_token"] = number(generation.predicted_per_output_token);
  json["storage"] = json_of(generation.storage);
  return json;
}

Json json_of(const Change& change) {
  return {{"change", change.what},
          {"flags", change.flags},
          {"seconds", number(change.seconds)},
          {"gain", number(change.gain)},
          {"fits", change.fits ? Json(*change.fits) : Json(nullptr)},
          {"caveat", word(change.caveat)}};
}

Json json_of(const NetworkCounting& counting) {
  return {{"counted", counting.counting},
          {"unit", counting.unit},
          {"ops", count(counting.ops)},
          {"bytes", count(counting.bytes)},
          {"intensity", number(counting.intensity)}};
}

Json json_of(const QuantizedRoof& roof) {
  return {{"quantization", roof.quantization.name},
          {"format", roof.quantization.format.name()},
          {"weight_bytes", roof.quantization.weight_bytes},
          {"peak", number(roof.peak)},
          {"ops_per_second_per_row", number(roof.slope)},
          {"ridge_rows", number(roof.ridge)},
          {"reason", word(roof.reason)}};
}

Json json_of(const Crossover& crossover) {
  return {{"from", crossover.from},
          {"to", crossover.to},
          {"rows", crossover.rows},
          {"overtakes", crossover.overtakes}};
}

Json json_of(const RowRange& range) {
  return {{"first", range.first},
          {"last", range.last > 0 ? Json(range.last) : Json(nullptr)},
          {"best", range.best}};
}

Json json_of(const BatchRange& range) {
  return {{"first", range.first},
          {"last", range.last},
          {"best", range.best},
          {"gain_first", number(range.gain_first)},
          {"gain_last", number(range.gain_last)},
          {"from", range.from}};
}

Json json_of(const Sweep& sweep);  // these are themselves of lists
Json json_of(const Advice& answer);
Json json_of(const OperatorSweetSpot& op);

template <class Items>
Json list_of(const Items& items) {
  Json list = Json::array();
  for (const auto& item : items) list.push_back(json_of(item));
  return list;
}

Json json_of(const Advice& answer) {
  return {{"operator", word(answer.op)},   {"phase", answer.phase},
          {"bound", answer.bound},         {"why", answer.why},
          {"share", number(answer.share)}, {"changes", list_of(answer.changes)}};
}

Json json_of(const OperatorSweetSpot& op) {
  return {{"operator", op.op},
          {"phase", op.phase},
          {"ranges", list_of(op.ranges)},
          {"reason", word(op.reason)}};
}

Json json_of(const SweetSpot& spot) {
  return {{"scales", spot.scales == WeightScales::none ? "none" : "per_128"},
          {"quantizations", list_of(spot.roofs)},
          {"crossovers", list_of(spot.crossovers)},
          {"ranges", list_of(spot.ranges)},
          {"most_sequences", spot.most_sequences},
          {"operators", list_of(spot.operators)}};
}

Json json_of(const NetworkFacts& network) {
  return {{"name", network.name},
          {"parameters", count(network.parameters)},
          {"images", network.images},
          {"images_per_second", number(network.images_per_second)},
          {"countings", list_of(network.countings)}};
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

std::optional<std::int64_t> as_integer(double count) {
  const bool whole = std::isfinite(count) && std::floor(count) == count && std::abs(count) < 0x1p63;
  return whole ? std::optional(static_cast<std::int64_t>(count)) : std::nullopt;
}

std::string analysis_json(const Analysis& analysis) {
  Json json{{"schema", "roofmark.analysis/1"},     {"title", analysis.title},
            {"hardware", word(analysis.hardware)}, {"ceilings", list_of(analysis.ceilings)},
            {"points", list_of(analysis.points)},  {"warnings", Json::array()}};
  for (const Warning& warning : analysis.warnings) json["warnings"].push_back(warning.what);
  json["notes"] = analysis.notes;
  json["sweep"] = list_of(analysis.sweeps);
  if (analysis.model) {
    const Model& model = *analysis.model;
    const Known<Bytes>& kept = analysis.kv_per_token;
    json["model"] = {{"name", model.name},
                     {"parameters", parameters(model)},
                     {"active_parameters", active_parameters(model)},
                     {"kv_bytes_per_token", kept ? count(kept->value) : Json(nullptr)}};
  }
  if (analysis.model) json["workloads"] = list_of(analysis.asked);
  if (analysis.network) json["network"] = json_of(*analysis.network);
  if (analysis.model || analysis.network) {
    json["accounting"] = word(analysis.accounting);
    json["layers"] = list_of(analysis.layers);
    json["totals"] = list_of(analysis.totals);
  }
  if (analysis.sweet_spot) json["sweet_spot"] = json_of(*analysis.sweet_spot);
  if (analysis.storage) json["storage"] = json_of(*analysis.storage);
  if (analysis.generation) json["generation"] = json_of(*analysis.generation);
  if (!analysis.answers.empty()) json["answers"] = list_of(analysis.answers);
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace roofmark
