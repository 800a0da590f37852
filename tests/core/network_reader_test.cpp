#include "core/network_reader.h"

#include <gtest/gtest.h>

#include "core/run_json.h"
#include "tests/core/run_fixture.h"
#include "tests/model_configs.h"
#include "tests/refusal.h"

namespace roofmark {
namespace {

TEST(NetworkReader, EveryArchitectureIsReadBackAsItWasWritten) {
  for (const PublishedModel& published : published_models()) {
    roofmark::Run run = small_run();
    run.policy.workloads[0].model = published.model;
    const std::string text = to_json(run);
    Model back = read_run(text, "r").policy.workloads[0].model;
    back.dtype_assumed = published.model.dtype_assumed;  // a run has the type that was taken
    back.context = published.model.context;              // and the contexts that were measured
    back.stretched = published.model.stretched;
    EXPECT_EQ(back, published.model) << published.model.name;
    const bool is_llama = published.model.family == "llama";
    EXPECT_EQ(text.find("\"network\"") == std::string::npos, is_llama) << published.model.name;
  }
}

TEST(NetworkReader, NetworksThatContradictThemselvesAreRefused) {
  roofmark::Run run = small_run();
  run.policy.workloads[0].model = published_model("gpt-oss-20b");
  const std::string text = to_json(run);
  const auto refusal_with = [&](const std::string& from, const std::string& to) {
    std::string broken = text;
    const std::size_t at = broken.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return refusal([&] { read_run(broken.replace(at, from.size(), to), "r"); });
  };
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {"\"count\": 12", "\"count\": 11"},
           {"\"experts_chosen\": 4", "\"experts_chosen\": 0"},
           {"\"experts_chosen\": 4", "\"experts_chosen\": 33"},
           {"\"local_reach\": \"window\"", "\"local_reach\": \"all\""},
           {"\"local_reach\": \"window\"", "\"local_reach\": \"far\""},
           {"\"local_span\": 128", "\"local_span\": -1"},
           {"\"unrotated\": 0", "\"unrotated\": 65"},
           {"\"experts\": 32", "\"experts\": 9223372036854775807"},
           {"\"quantized_weights\": \"i4\"", "\"quantized_weights\": \"i3\""},
           {"\"sinks\": true", "\"sinks\": 1"},
           {"\"network\"", "\"netwerk\""}}) {
    EXPECT_EQ(refusal_with(from, to).find("r: "), 0u) << from << " " << to;
  }
}

}  // namespace
}  // namespace roofmark
