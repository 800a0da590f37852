#include "analyzer/stage_builder.h"

#include <algorithm>
#include <string>
#include <utility>

#include "core/error.h"

namespace roofmark {
namespace {

double number(std::int64_t value) { return static_cast<double>(value); }

}  // namespace

StageBuilder::StageBuilder(const Workload& workload)
    : workload_(workload),
      model_(workload.model),
      formats_(workload),
      queries_(static_cast<std::int64_t>(workload.queries.size())),
      groups_(grouped(workload.queries)) {
  double tokens = 0;
  for (const Query& query : workload.queries) tokens += number(query.cached) + number(query.fresh);
  refuse_if_above_limit(tokens);
  tokens_ = fresh_tokens(workload);
}

void StageBuilder::refuse_if_above_limit(double operations) const {
  if (operations <= 0x1p60) return;
  throw InputError("the workload is too large to be counted (more than 2^60 operations in one " +
                   std::string(name(workload_.phase)) +
                   " operator); use a smaller --batch or --context");
}

std::int64_t StageBuilder::product(std::initializer_list<std::int64_t> factors) const {
  double size = 1;
  for (const std::int64_t factor : factors) size *= number(factor);
  refuse_if_above_limit(size);
  std::int64_t exact = 1;
  for (const std::int64_t factor : factors) exact *= factor;
  return exact;
}

int StageBuilder::add(const char* name, const char* kernel, Shape shape, const Format& format,
                      Reads reads, std::int64_t elements, bool in_place) {
  Stage& stage = stages_.back();
  for (auto at = reads.begin() + 1; at != reads.end(); ++at) {  // each step once
    if (std::find(reads.begin(), at, *at) != at) *at = none;
  }
  stage.steps.push_back(
      {.op = {name, kernel, workload_.phase, std::move(shape), format, stage.count},
       .reads = reads,
       .elements = number(elements),
       .in_place = in_place});
  return static_cast<int>(stage.steps.size()) - 1;
}

int StageBuilder::rows(const char* name, const char* kernel, std::int64_t rows, std::int64_t cols,
                       Reads reads, std::initializer_list<Extent> more) {
  const std::int64_t elements = product({rows, cols});
  Shape shape{{"rows", rows}, {"cols", cols}};
  shape.extents.insert(shape.extents.end(), more);
  return add(name, kernel, std::move(shape), formats_.elementwise(), reads, elements, true);
}

int StageBuilder::linear(const char* name, Part part, std::int64_t m, std::int64_t n,
                         std::int64_t k, int read, Extras extras) {
  product({m, n, k});
  Shape shape{{"n", n}, {"k", k}};
  if (m != 1) shape.extents.insert(shape.extents.begin(), {"m", m});
  put_stored(shape, formats_.stored(part, n, k));
  formats_.put_activations(shape, part);
  if (extras.bias) shape.extents.push_back({"bias", 1});
  return add(name, m == 1 ? "gemv" : "gemm", std::move(shape), formats_.of(part),
             {read, none, none, none}, extras.cached ? 0 : m * n);
}

int StageBuilder::of_heads(const char* name, std::int64_t n, std::int64_t k, int read) {
  product({model_.heads, tokens_, n, k});
  Shape shape{{"heads", model_.heads}, {"m", tokens_}, {"n", n}, {"k", k}};
  put_stored(shape, formats_.stored(Part::attention, n, k));
  formats_.put_activations(shape, Part::attention);
  return add(name, "head_gemm", std::move(shape), formats_.of(Part::attention),
             {read, none, none, none}, model_.heads * tokens_ * n);
}

int StageBuilder::routed(const char* name, std::int64_t inputs, std::int64_t n, std::int64_t k,
                         int read) {
  const Experts& experts = model_.experts;
  const std::int64_t m = product({tokens_, experts.chosen});
  product({m, n, k});
  product({experts.count, n, k});
  Shape shape{
      {"m", m},          {"n", n}, {"k", k}, {"experts", experts.count}, {"chosen", experts.chosen},
      {"inputs", inputs}};
  put_stored(shape, formats_.stored(Part::experts, n, k));
  formats_.put_activations(shape, Part::experts);
  if (model_.biases.mlp) shape.extents.push_back({"bias", 1});
  return add(name, "expert_gemm", std::move(shape), formats_.of(Part::experts),
             {read, none, none, none}, m * n);
}

int StageBuilder::gather(const char* name, Part part, std::int64_t cols, std::int64_t table) {
  const std::int64_t elements = product({tokens_, cols});
  return add(name, "embedding", {{"tokens", tokens_}, {"cols", cols}, {"vocabulary", table}},
             formats_.of(part), {none, none, none, none}, elements);
}

int StageBuilder::norm(const char* name, int read) {
  const char* kernel = model_.norm == NormKind::layer ? "layer_norm" : "norm";
  return rows(name, kernel, tokens_, model_.hidden, {read, none, none, none});
}

int StageBuilder::sum(const char* name, int left, int right) {
  return rows(name, "add", tokens_, model_.hidden, {left, right, none, none});
}

int StageBuilder::rope(std::int64_t heads, std::int64_t rotated, std::pair<int, int> read,
                       std::int64_t elements) {
  product({tokens_, heads, rotated});
  return add("rope", "rope", {{"tokens", tokens_}, {"heads", heads}, {"head_dim", rotated}},
             formats_.elementwise(), {read.first, read.second, none, none}, elements, true);
}

}  // namespace roofmark
