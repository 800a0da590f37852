#include "analyzer/tensor_parallel.h"

#include <algorithm>
#include <string>

#include "analyzer/operators.h"
#include "analyzer/weight_formats.h"
#include "core/error.h"

namespace roofmark {
namespace {

std::int64_t part_of(std::int64_t whole, const char* what, std::int64_t devices) {
  if (whole % devices == 0) return whole / devices;
  throw InputError("--tp " + std::to_string(devices) + " does not divide the " +
                   std::to_string(whole) + " " + what +
                   " (every device takes an equal part); choose a divisor");
}

std::int64_t kv_heads_of(const Model& model, std::int64_t devices) {
  if (model.kv_heads >= devices) return part_of(model.kv_heads, "key/value heads", devices);
  if (devices % model.kv_heads == 0) return 1;
  throw InputError("--tp " + std::to_string(devices) + " is no multiple of the " +
                   std::to_string(model.kv_heads) +
                   " key/value heads (each is copied to equally many devices); choose a multiple");
}

}  // namespace

Workload shard_of(const Workload& workload, std::int64_t devices) {
  Workload shard = workload;
  Model& model = shard.model;
  model.kv_heads = kv_heads_of(model, devices);
  model.heads = part_of(model.heads, "heads", devices);
  model.intermediate = part_of(model.intermediate, "columns of the MLP", devices);
  model.experts.intermediate = part_of(model.experts.intermediate, "columns of an expert", devices);
  model.experts.shared = part_of(model.experts.shared, "columns of the shared experts", devices);
  model.vocabulary = (model.vocabulary + devices - 1) / devices;
  return shard;
}

void divide_gathered_rows(std::vector<CountedOperator>& counted, std::int64_t devices) {
  for (CountedOperator& one : counted) {
    if (one.name != "embedding") continue;
    one.work.read.value /= static_cast<double>(devices);
    one.work.weights.value /= static_cast<double>(devices);
  }
}

void add_collectives(std::vector<CountedOperator>& counted, const Workload& workload,
                     std::int64_t devices) {
  const Model& model = workload.model;
  const double share = static_cast<double>(devices - 1) / static_cast<double>(devices);
  const std::int64_t tokens = fresh_tokens(workload);
  const auto add = [&](const char* name, const Format& format, double elements, double trips,
                       std::int64_t count) {
    const double each = bytes(format.activations);
    counted.push_back({.name = name,
                       .phase = workload.phase,
                       .count = count,
                       .format = format,
                       .link = Bytes{elements * each * trips * share}});
  };
  // Those of the head may be wider than the other activations.
  const auto head = std::find_if(counted.begin(), counted.end(),
                                 [](const CountedOperator& one) { return one.name == "lm_head"; });
  const Format logits = head == counted.end() ? workload.format : head->format;
  const double rows = static_cast<double>(tokens) * static_cast<double>(model.hidden);
  // Numbers of 8 bits, each device's with scales of its own, cannot be added up.
  Format sums = WeightFormats(workload).elementwise();
  if (bits(sums.activations) < 16) sums = {DType::bf16, DType::bf16, DType::f32};
  add("embedding_all_reduce", sums, rows, 2, 1);
  if (model.block != BlockKind::parallel) add("attn_all_reduce", sums, rows, 2, model.layers);
  add("mlp_all_reduce", sums, rows, 2, model.layers);
  const std::int64_t padded = (model.vocabulary + devices - 1) / devices * devices;
  add("logits_gather", logits,
      static_cast<double>(head_rows(workload)) * static_cast<double>(padded), 1, 1);
}

std::map<std::string, std::string> collectives_of(const Workload& workload) {
  std::map<std::string, std::string> all{{"embedding", "embedding_all_reduce"},
                                         {"down_proj", "mlp_all_reduce"},
                                         {"expert_sum", "mlp_all_reduce"},
                                         {"lm_head", "logits_gather"}};
  if (workload.model.block != BlockKind::parallel) all["out_proj"] = "attn_all_reduce";
  return all;
}

}  // namespace roofmark
