// Files of every release are read for ever: tests/data/releases/VERSION-*, each as that version
// wrote it.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/run_json.h"
#include "tests/core/run_fixture.h"
#include "tests/refusal.h"

namespace roofmark {
namespace {

std::string contents(const std::filesystem::path& path) {
  std::stringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

/// What every release so far wrote of the same made-up run.
void expect_its_facts(const roofmark::Run& run, const std::string& file) {
  const roofmark::Run now = small_run();
  EXPECT_EQ(run.id, now.id) << file;
  EXPECT_EQ(run.started, now.started) << file;
  EXPECT_EQ(run.machine.id, now.machine.id) << file;
  EXPECT_EQ(run.machine.cpu.model, now.machine.cpu.model) << file;
  EXPECT_EQ(run.policy.filter, now.policy.filter) << file;
  ASSERT_EQ(run.rows.size(), now.rows.size()) << file;
  for (std::size_t i = 0; i < run.rows.size(); ++i) {
    const Measurement &old = run.rows[i], &row = now.rows[i];
    EXPECT_EQ(old.id, row.id) << file;
    EXPECT_EQ(old.status, row.status) << file;
    EXPECT_EQ(old.work.ops, row.work.ops) << file;  // exponentials came later
    EXPECT_EQ(old.work.bytes(), row.work.bytes()) << file;
    EXPECT_EQ(old.samples_s, row.samples_s) << file;
    EXPECT_EQ(old.flags, row.flags) << file;
    EXPECT_EQ(old.clock_hz, row.clock_hz) << file;
    EXPECT_EQ(old.companion, row.companion) << file;
    EXPECT_EQ(old.pairs, row.pairs) << file;
    EXPECT_EQ(old.grade, row.grade) << file;
  }
}

TEST(Releases, RunsAndJournalsOfEachAreRead) {
  int runs = 0, journals = 0;
  const std::filesystem::path folder = std::filesystem::path(ROOFMARK_TEST_DATA) / "releases";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name.ends_with("-run.json")) {
      const roofmark::Run run = read_run(contents(entry.path()), name);
      EXPECT_TRUE(run.complete) << name;
      expect_its_facts(run, name);
      ++runs;
    } else if (name.ends_with("-run.partial.jsonl")) {
      const roofmark::Run run = read_run(contents(entry.path()), name);
      EXPECT_FALSE(run.complete) << name;
      expect_its_facts(run, name);
      ++journals;
    }
  }
  EXPECT_GE(runs, 1);
  EXPECT_EQ(journals, runs);
}

TEST(Releases, KeysThatAreThereForSomeRunsAreLeftOutForOthers) {
  roofmark::Run run = small_run();
  EXPECT_EQ(run_from_json(to_json(run), "r").campaign, run.campaign);
  const Measurement read = run_from_json(to_json(run), "r").rows[1];
  EXPECT_EQ(read.code_hash, run.rows[1].code_hash);
  EXPECT_EQ(read.cold.rotation_bytes, std::int64_t{1} << 30);
  EXPECT_EQ(read.cold.huge_page_share, 0.875);
  run.campaign.clear();
  for (Measurement& row : run.rows) {
    row.code_hash.clear();
    row.cold = {};
  }
  const std::string text = to_json(run);
  EXPECT_EQ(text.find("campaign"), std::string::npos);
  EXPECT_EQ(text.find("code_hash"), std::string::npos);
  EXPECT_EQ(text.find("rotation_bytes"), std::string::npos);
  EXPECT_EQ(text.find("huge_page_share"), std::string::npos);
  EXPECT_EQ(to_json(run_from_json(text, "r")), text);
}

TEST(Releases, ACampaignNamesNoFileAndAHashHasSixteenDigits) {
  const auto refused = [](const std::string& from, const std::string& to) {
    std::string text = to_json(small_run());
    text.replace(text.find(from), from.size(), to);
    return refusal([&] { run_from_json(text, "run.json"); });
  };
  const std::string campaign = "\"campaign\": \"20261122T020000Z-c\"";
  EXPECT_EQ(refused(campaign, "\"campaign\": \"A-z_0.9\""), "");
  EXPECT_NE(refused("\"huge_page_share\":0.875", "\"huge_page_share\":1.5"), "");
  EXPECT_NE(refused(campaign, "\"campaign\": \"../c\"").find("run.json: campaign: "),
            std::string::npos);
  for (const std::string hash : {"0123456789ABCDEF", "0123456789abcde", ""}) {
    EXPECT_NE(refused("\"0123456789abcdef\"", "\"" + hash + "\"").find("code_hash: "),
              std::string::npos)
        << hash;
  }
}

}  // namespace
}  // namespace roofmark
