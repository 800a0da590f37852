#include "analyzer/advice.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>

#include "analyzer/layers.h"
#include "analyzer/models.h"
#include "analyzer/numbers.h"
#include "analyzer/operators.h"
#include "analyzer/passes.h"
#include "app/work_model.h"
#include "tests/analyzer/made_up_device.h"

namespace roofmark {
namespace {

Workload decode(Attention attention = Attention::flash) {
  return {find_model("llama-3-8b"),
          Phase::decode,
          queries_of(Phase::decode, 4, 2048),
          half,
          DType::f16,
          attention};
}

std::vector<Advice> advice(const Workload& asked, const Setting& setting = {}) {
  const WorkModel work = registry_work_model();
  const Analysis analysis = analyze_model(std::span(&asked, 1), setting, work, made_up_device());
  return advice_on(std::span(&asked, 1), setting, work, made_up_device(), analysis);
}

const Change* change(const Advice& one, const std::string& flags) {
  for (const Change& change : one.changes) {
    if (change.flags.substr(0, flags.size()) == flags) return &change;
  }
  return nullptr;
}

double seconds(const Workload& asked) {
  return analyze_model(std::span(&asked, 1), Setting{}, registry_work_model(), made_up_device())
      .totals[0]
      .seconds->value;
}

TEST(Advice, AGainIsWhatTheChangeGivesWhenItIsEvaluated) {
  const std::vector<Advice> all = advice(decode());
  const Advice& phase = all.front();
  EXPECT_EQ(phase.op, "");
  EXPECT_EQ(phase.bound, "memory");
  Workload narrow = decode();
  narrow.format.weights = DType::i4;
  const Change* four = change(phase, "--weight-bits 4");
  ASSERT_NE(four, nullptr);
  EXPECT_DOUBLE_EQ(four->seconds->value, seconds(narrow));
  EXPECT_DOUBLE_EQ(*four->gain, seconds(decode()) / seconds(narrow));
  Workload cache = decode();
  cache.kv = DType::i8;
  EXPECT_DOUBLE_EQ(change(phase, "--kv-dtype i8")->seconds->value, seconds(cache));
  Workload more = decode();
  more.queries = queries_of(Phase::decode, 8, 2048);
  const Change* batch = change(phase, "--batch 8");
  EXPECT_DOUBLE_EQ(batch->seconds->value, seconds(more) / 2);  // per sequence of those asked
}

// One name for one thing: Gemma's layers attend to everything or within a window.
TEST(Advice, AttentionIsCalledAsTheTableCallsIt) {
  for (const Attention attention : {Attention::flash, Attention::eager}) {
    Workload asked = decode(attention);
    asked.model = find_model("gemma-2-9b");
    asked.queries = queries_of(Phase::decode, 4, 8000);
    const std::vector<Advice> all = advice(asked);
    for (const char* op : {"attention", "window_attention"}) {
      EXPECT_EQ(
          std::count_if(all.begin(), all.end(), [&](const Advice& one) { return one.op == op; }), 1)
          << op;
    }
  }
}

// What a checkpoint that leaves both in 16 bits would gain.
TEST(Advice, EightBitActivationsSayWhatIsGainedWithoutEmbeddingAndHead) {
  const auto head_of = [](const Workload& asked) {
    const Analysis analysis =
        analyze_model(std::span(&asked, 1), Setting{}, registry_work_model(), made_up_device());
    double seconds = 0;
    for (const Layer& layer : analysis.layers) {
      if (layer.op == "embedding" || layer.op == "lm_head") seconds += layer.seconds->value;
    }
    return seconds;
  };
  Workload narrow = decode();
  narrow.format = {DType::i8, DType::i8, DType::i32};
  const double kept = seconds(narrow) - head_of(narrow) + head_of(decode());
  const std::vector<Advice> all = advice(decode());
  const Change* eight = change(all.front(), "--dtype w8a8");
  ASSERT_NE(eight, nullptr);
  EXPECT_NE(eight->caveat.find("embedding and head, which most published checkpoints leave at 16: "
                               "with both as they are now the gain of decode is " +
                               plain_number(seconds(decode()) / kept) + " x"),
            std::string::npos)
      << eight->caveat;
  EXPECT_LT(seconds(decode()) / kept, *eight->gain);
  const Change* weights = change(all.front(), "--weight-bits 8");
  EXPECT_EQ(weights->caveat.find("embedding"), std::string::npos);
}

TEST(Advice, NarrowerWeightsOfACheckpointLeaveWhatStandsBetweenItsProducts) {
  Workload asked = decode();
  asked.model.dtype = DType::bf16;
  asked.model.quantization = {.weights = DType::i8, .activations = DType::i8, .group = 0};
  asked.format = {DType::i8, DType::i8, DType::i32};
  asked.kv = DType::bf16;
  Roofline device = made_up_device();
  device.engine.peaks["bf16-f32"] = OpRate{100e12};
  device.memory.reset();
  const WorkModel work = registry_work_model();
  asked.phase = Phase::prefill;
  asked.queries = queries_of(Phase::prefill, 1, 64);
  const Analysis analysis = analyze_model(std::span(&asked, 1), Setting{}, work, device);
  const std::vector<Advice> all =
      advice_on(std::span(&asked, 1), Setting{}, work, device, analysis);
  EXPECT_NE(change(all.front(), "--weight-bits 4"), nullptr);
  for (const Advice& one : all) {
    if (one.op.find("_proj") != std::string::npos || one.op.empty()) continue;
    EXPECT_EQ(change(one, "--weight-bits 4"), nullptr) << one.op;
  }
}

// Eight bits for the head would make everything else of w4a16 slower.
TEST(Advice, WhatSlowsTheRestDownHelpsNoOperator) {
  Workload asked = decode();
  asked.format.weights = DType::i4;
  for (const Advice& one : advice(asked)) {
    EXPECT_EQ(change(one, "--dtype w8a8"), nullptr) << one.op;
  }
}

TEST(Advice, SixteenBitsAreNoNarrowHead) {
  Workload asked = decode();
  asked.format = {DType::f32, DType::f32, DType::f32};
  asked.kv = DType::f32;
  Roofline device = made_up_device();
  device.engine.peaks["f32"] = OpRate{50e12};
  device.engine.peaks["bf16-f32"] = OpRate{100e12};
  const WorkModel work = registry_work_model();
  const Analysis analysis = analyze_model(std::span(&asked, 1), Setting{}, work, device);
  const std::vector<Advice> all =
      advice_on(std::span(&asked, 1), Setting{}, work, device, analysis);
  const Change* sixteen = change(all.front(), "--dtype bf16");
  ASSERT_NE(sixteen, nullptr);
  EXPECT_EQ(sixteen->caveat, "if accuracy holds");
}

// Norms would be twice as fast only if they were kept in 8 bits.
TEST(Advice, NarrowFormatsSayWhatTheirGainDependsOn) {
  const std::vector<Advice> all = advice(decode());
  for (const Advice& one : all) {
    for (const Change& change : one.changes) {
      const bool narrow = change.flags.find("--batch") == std::string::npos;
      EXPECT_EQ(change.caveat.find("if accuracy holds") == 0, narrow) << change.what;
    }
  }
  const auto norm =
      std::find_if(all.begin(), all.end(), [](const Advice& one) { return one.op == "attn_norm"; });
  if (norm != all.end()) {
    EXPECT_NE(change(*norm, "--dtype w8a8")->caveat.find("norms"), std::string::npos);
  }
  const std::vector<std::string> lines = caveats(all);
  EXPECT_EQ(std::count_if(lines.begin(), lines.end(),
                          [](const std::string& line) {
                            return line.find("8-bit weights and activations: ") == 0;
                          }),
            1);
}

// Fewer bits before more sequences, whatever those would gain.
TEST(Advice, WhereNothingFitsWhatNeedsLeastMemoryStandsFirst) {
  Roofline small = made_up_device();
  small.memory = Bytes{1e9};
  const Workload asked = decode();
  const WorkModel work = registry_work_model();
  const Analysis analysis = analyze_model(std::span(&asked, 1), Setting{}, work, small);
  const Advice phase = advice_on(std::span(&asked, 1), Setting{}, work, small, analysis).front();
  EXPECT_EQ(phase.changes.front().what, "4-bit weights");
  EXPECT_EQ(phase.changes.back().what, "8 times the sequences");
}

TEST(Advice, BothPhasesShareALineWhereTheyDifferInAGainAlone) {
  Workload prompt = decode();
  prompt.phase = Phase::prefill;
  prompt.queries = queries_of(Phase::prefill, 1, 512);
  std::vector<Advice> both = advice(prompt);
  const std::vector<Advice> second = advice(decode());
  both.insert(both.end(), second.begin(), second.end());
  const std::vector<std::string> lines = caveats(both);
  std::vector<std::string> eight;
  std::copy_if(lines.begin(), lines.end(), std::back_inserter(eight), [](const std::string& line) {
    return line.find("8-bit weights and activations: ") == 0;
  });
  ASSERT_EQ(eight.size(), 1u);
  EXPECT_NE(eight[0].find("the gain of prefill is "), std::string::npos) << eight[0];
  EXPECT_NE(eight[0].find(" x, of decode is "), std::string::npos) << eight[0];
}

TEST(Advice, WhatTheMemoryDoesNotHoldComesLast) {
  Roofline small = made_up_device();
  const Workload asked = decode();
  small.memory = storage_of(asked, {}).peak;  // not one sequence more
  const WorkModel work = registry_work_model();
  const Analysis analysis = analyze_model(std::span(&asked, 1), Setting{}, work, small);
  const Advice phase = advice_on(std::span(&asked, 1), Setting{}, work, small, analysis).front();
  EXPECT_TRUE(*phase.changes.front().fits);
  EXPECT_FALSE(*phase.changes.back().fits);
  EXPECT_TRUE(std::is_sorted(phase.changes.begin(), phase.changes.end(),
                             [](const Change& a, const Change& b) { return *a.fits > *b.fits; }));
}

TEST(Advice, ChangesStandByGainAndOperatorsByTheirShare) {
  const std::vector<Advice> all = advice(decode());
  for (const Advice& one : all) {
    const auto room = std::partition_point(one.changes.begin(), one.changes.end(),
                                           [](const Change& change) { return *change.fits; });
    EXPECT_TRUE(std::is_sorted(one.changes.begin(), room,
                               [](const Change& a, const Change& b) { return *a.gain > *b.gain; }));
    EXPECT_TRUE(std::none_of(room, one.changes.end(), [](const Change& a) { return *a.fits; }));
  }
  for (std::size_t i = 2; i < all.size(); ++i) EXPECT_LE(*all[i].share, *all[i - 1].share);
  const auto attention =
      std::find_if(all.begin(), all.end(), [](const Advice& one) { return one.op == "attention"; });
  ASSERT_NE(attention, all.end());
  EXPECT_NE(attention->why.find("key/value cache"), std::string::npos) << attention->why;
  EXPECT_GT(*change(*attention, "--kv-dtype i8")->gain, 1.9);
}

TEST(Advice, EagerAttentionIsComparedWithTheFusedOneAsAWhole) {
  const std::vector<Advice> all = advice(decode(Attention::eager));
  const auto attention =
      std::find_if(all.begin(), all.end(), [](const Advice& one) { return one.op == "attention"; });
  ASSERT_NE(attention, all.end());
  const Change* fused = change(*attention, "--attention flash");
  ASSERT_NE(fused, nullptr);
  EXPECT_GT(*fused->gain, 1);
}

TEST(Advice, WhatWouldBeSlowerIsNoHelp) {
  Roofline slow = made_up_device();
  slow.engine.peaks["w8a8"] = OpRate{1e9};  // such products would take longer than they do now
  const Workload asked = decode();
  const WorkModel work = registry_work_model();
  const Analysis analysis = analyze_model(std::span(&asked, 1), Setting{}, work, slow);
  const std::vector<Advice> all = advice_on(std::span(&asked, 1), {}, work, slow, analysis);
  EXPECT_EQ(change(all.front(), "--dtype w8a8"), nullptr);
  for (const Advice& one : all) {
    for (const Change& change : one.changes) EXPECT_GE(*change.gain, least_gain) << change.what;
  }
}

TEST(Advice, WhatTheMemoryDoesNotHoldIsSaid) {
  const std::vector<Advice> all = advice(decode());
  EXPECT_EQ(change(all.front(), "--batch 32")->fits, false);  // 16 GB of weights, 8.7 of cache
  EXPECT_EQ(change(all.front(), "--weight-bits 4")->fits, true);
}

TEST(Advice, WithoutAPeakForItAChangeIsNotProposed) {
  Roofline bare = made_up_device();
  bare.engine.peaks.erase("w8a8");
  const Workload asked = decode();
  const WorkModel work = registry_work_model();
  const Analysis analysis = analyze_model(std::span(&asked, 1), Setting{}, work, bare);
  const std::vector<Advice> all = advice_on(std::span(&asked, 1), {}, work, bare, analysis);
  EXPECT_EQ(change(all.front(), "--dtype w8a8"), nullptr);
  EXPECT_EQ(change(all.front(), "--dtype fp8"), nullptr);
}

TEST(Advice, WithoutHardwareThereIsNone) {
  const Workload asked = decode();
  const WorkModel work = registry_work_model();
  const Analysis analysis = analyze_model(std::span(&asked, 1), Setting{}, work, {});
  EXPECT_TRUE(advice_on(std::span(&asked, 1), {}, work, {}, analysis).empty());
}

/// Chunks that are bound in different ways come to less than the peak together.
TEST(Advice, WithoutARateOfExponentialsNoneAreBlamed) {
  Workload asked = decode();
  asked.phase = Phase::prefill;
  asked.queries = queries_of(Phase::prefill, 1, 4096);
  for (const std::int64_t chunk : {256, 512, 1000}) {
    for (const Advice& one : advice(asked, {.chunk = chunk})) {
      EXPECT_EQ(one.why.find("exponentials"), std::string::npos) << one.op << ": " << one.why;
    }
  }
}

TEST(Advice, ExponentialsThatBindAreNamed) {
  Roofline roofline = made_up_device();
  roofline.exponentials = OpRate{1e6};
  const Workload asked = decode(Attention::eager);
  const WorkModel work = registry_work_model();
  const Analysis analysis = analyze_model(std::span(&asked, 1), {}, work, roofline);
  const std::vector<Advice> answers = advice_on(std::span(&asked, 1), {}, work, roofline, analysis);
  const auto attention = std::find_if(answers.begin(), answers.end(),
                                      [](const Advice& one) { return one.op == "attention"; });
  ASSERT_NE(attention, answers.end());
  EXPECT_EQ(attention->bound, "compute");
  EXPECT_EQ(attention->why, "its exponentials take longer than its other operations and its bytes");
}

}  // namespace
}  // namespace roofmark
