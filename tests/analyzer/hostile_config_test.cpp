// Whatever is done to a good configuration: it is counted without overflow, or refused in one line
// that names the file.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>

#include "analyzer/models.h"
#include "analyzer/storage.h"
#include "analyzer/weight_formats.h"
#include "core/error.h"
#include "tests/exact_work.h"
#include "tests/model_configs.h"

namespace roofmark {
namespace {

using Json = nlohmann::ordered_json;

/// The whole way from a text to figures; its refusal, empty where there is none.
std::string refusal_of(const std::string& text) {
  try {
    const Model model = model_from_json(JsonView::parse(text, "config.json"), "m");
    EXPECT_GT(parameters(model), 0) << text;
    EXPECT_LE(active_parameters(model), parameters(model)) << text;
    for (const Phase phase : {Phase::prefill, Phase::decode}) {
      const Workload asked{model, phase, queries_of(phase, 3, 700), published_format(model),
                           published_cache(model)};
      for (const Operator& op : operators(asked)) {
        const Work work = exact_work(op);
        EXPECT_TRUE(std::isfinite(work.ops.value) && work.ops.value >= 0) << op.name << text;
        EXPECT_TRUE(std::isfinite(work.bytes().value) && work.input().value >= 0) << op.name;
        EXPECT_GE(work.output().value, 0) << op.name;
      }
      EXPECT_GT(storage(asked).peak.value, 0) << text;
    }
  } catch (const InputError& error) {
    return error.what();
  }
  return {};
}

void expect_one_line(const std::string& refusal, const std::string& text) {
  if (refusal.empty()) return;
  const bool of_workload = refusal.find("the workload is too large to be counted") == 0;
  EXPECT_TRUE(of_workload || refusal.find("config.json: ") == 0) << refusal << "\n" << text;
  EXPECT_EQ(refusal.find('\n'), std::string::npos) << refusal;
  EXPECT_NE(refusal.find("; "), std::string::npos) << refusal;  // there is a remedy
}

/// Every place of the configuration, one level of objects deep.
void for_each_key(Json& config,
                  const std::function<void(Json& object, const std::string&)>& visit) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : config.items()) keys.push_back(key);
  for (const std::string& key : keys) {
    visit(config, key);
    if (config[key].is_object()) for_each_key(config[key], visit);
  }
}

std::vector<std::pair<std::string, Json>> good_configs() {
  std::vector<std::pair<std::string, Json>> all;
  std::stringstream text;
  text << std::ifstream(std::string(ROOFMARK_TEST_DATA) + "/models.json").rdbuf();
  std::set<std::string> families;
  for (const Json& one : Json::parse(text.str())) {
    const Json& config = one["config"];
    if (families.insert(config["model_type"]).second) all.emplace_back(one["name"], config);
  }
  return all;
}

const char* const values[] = {"null",
                              "true",
                              "false",
                              "0",
                              "-1",
                              "1",
                              "3",
                              "7",
                              "1.5",
                              "-0.0",
                              "1e30",
                              "-1e30",
                              "1e308",
                              "2147483648",
                              "4294967297",
                              "9007199254740993",
                              "9223372036854775807",
                              "9223372036854775808",
                              "-9223372036854775808",
                              "18446744073709551615",
                              "123456789012345678901234567890",
                              "1048576",
                              "16384",
                              "\"\"",
                              "\"4096\"",
                              "\"x\"",
                              "[]",
                              "[1]",
                              "[-1, 2.5, \"x\", null]",
                              "{}",
                              "{\"a\": 1}",
                              "[[[[]]]]"};

TEST(HostileConfig, EveryValueInEveryPlaceIsCountedOrRefused) {
  int refused = 0, counted = 0;
  for (auto& [name, config] : good_configs()) {
    ASSERT_EQ(refusal_of(config.dump()), "") << name;
    for_each_key(config, [&](Json& object, const std::string& key) {
      const Json good = object[key];
      for (const char* value : values) {
        object[key] = Json::parse(value);
        const std::string text = config.dump(), refusal = refusal_of(text);
        expect_one_line(refusal, text);
        ++(refusal.empty() ? counted : refused);
      }
      object[key] = good;
    });
  }
  EXPECT_GT(refused, 5000);
  EXPECT_GT(counted, 500);
}

TEST(HostileConfig, ADimensionThatIsMissingIsNamed) {
  const std::set<std::string> needed{"model_type",
                                     "hidden_size",
                                     "intermediate_size",
                                     "num_hidden_layers",
                                     "num_attention_heads",
                                     "vocab_size",
                                     "n_embd",
                                     "n_head",
                                     "n_layer",

                                     "ffn_dim",
                                     "num_layers",
                                     "padded_vocab_size",
                                     "kv_lora_rank",
                                     "ffn_hidden_size",
                                     "num_local_experts",
                                     "num_experts",
                                     "v_head_dim",
                                     "moe_intermediate_size",
                                     "qk_rope_head_dim",
                                     "num_experts_per_tok",
                                     "qk_nope_head_dim"};
  for (auto& [name, config] : good_configs()) {
    for_each_key(config, [&](Json& object, const std::string& key) {
      const Json good = object;
      object.erase(key);
      const std::string text = config.dump(), refusal = refusal_of(text);
      expect_one_line(refusal, text);
      const bool inner_type = key == "model_type" && &object != &config;
      const bool vision = name == "gemma-3-4b-it";  // whose class has defaults for the rest
      if (needed.count(key) > 0 && !inner_type && !vision) {
        EXPECT_NE(refusal.find(key), std::string::npos) << name << " without " << key;
      }
      object = good;
    });
  }
}

TEST(HostileConfig, NumbersThatAreNoDimensionsAreRefusedWithTheirKey) {
  for (auto& [name, config] : good_configs()) {
    for_each_key(config, [&](Json& object, const std::string& key) {
      if (!object[key].is_number_integer()) return;
      const Json good = object[key];
      for (const char* value : {"-1", "1.5", "1e30", "\"4096\"", "9223372036854775808", "[]"}) {
        object[key] = Json::parse(value);
        const std::string refusal = refusal_of(config.dump());
        // Keys that a family does not read are ignored.
        if (!refusal.empty()) {
          EXPECT_NE(refusal.find(key), std::string::npos) << refusal;
        }
      }
      object[key] = good;
    });
  }
}

TEST(HostileConfig, KeysThatComeTwiceAndDeepNestingAreRefused) {
  for (auto& [name, config] : good_configs()) {
    const std::string text = config.dump();
    EXPECT_NE(refusal_of("{\"model_type\": \"llama\", " + text.substr(1)), "") << name;
    std::string deep = text.substr(0, text.size() - 1) + ", \"deep\": ";
    for (int i = 0; i < 5000; ++i) deep += "[";
    EXPECT_NE(refusal_of(deep), "") << name;
    for (std::size_t length = 0; length < text.size(); length += 7) {
      EXPECT_NE(refusal_of(text.substr(0, length)), "") << name;
    }
  }
}

TEST(HostileConfig, EveryDimensionAtItsLimitAtOnceIsRefused) {
  for (auto& [name, config] : good_configs()) {
    for_each_key(config, [&](Json& object, const std::string& key) {
      if (object[key].is_number_integer())
        object[key] = 1 << (key.find("layers") < key.size() ? 14 : 20);
    });
    const std::string refusal = refusal_of(config.dump());
    EXPECT_NE(refusal, "") << name;
    expect_one_line(refusal, name);
  }
}

}  // namespace
}  // namespace roofmark
