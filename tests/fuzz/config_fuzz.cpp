// libFuzzer: any text as a config.json, from there to operators, their work and storage.  A text is
// counted or refused with an InputError; anything else is a finding.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "analyzer/models.h"
#include "analyzer/network.h"
#include "analyzer/operators.h"
#include "analyzer/storage.h"
#include "analyzer/weight_formats.h"
#include "core/error.h"
#include "core/model_json.h"
#include "tests/exact_work.h"

namespace {

using namespace roofmark;

void require(bool holds) {
  if (!holds) std::abort();
}

void count(const Model& model, Phase phase, Attention attention) {
  const Workload asked{model,
                       phase,
                       {{4097, 1}, {0, 130}, {4097, 1}},
                       published_format(model),
                       published_cache(model),
                       attention};
  for (const Operator& op : operators(asked)) {
    const Work work = exact_work(op);
    require(std::isfinite(work.ops.value) && work.ops.value >= 0);
    require(std::isfinite(work.bytes().value) && work.input().value >= 0);
    require(work.output().value >= 0);
  }
  require(storage(asked).peak.value > 0);
  for (const auto& [op, reads] : dependencies(network(asked))) {
    require(!op.empty() && reads.size() < 10);
  }
  Workload quantized = asked;
  quantized.format = {DType::i8, DType::i8, DType::i32};
  for (const Operator& op : dynamic_quantization(quantized)) {
    require(op.shape.at("rows") > 0 && op.shape.at("cols") > 0 && op.count > 0);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const Model model = model_from_json(JsonView::parse(text, "config.json"), "fuzzed");
    require(parameters(model) > 0 && active_parameters(model) <= parameters(model));
    for (const Phase phase : {Phase::prefill, Phase::decode}) {
      for (const Attention attention : {Attention::flash, Attention::eager}) {
        count(model, phase, attention);
      }
    }
  } catch (const InputError&) {
  }
  return 0;
}
