// compare, check and selfcheck on made-up runs: nothing is measured here.
#include <gtest/gtest.h>

#include <set>

#include "app/baseline.h"
#include "app/index.h"
#include "app/rounds.h"
#include "app/store.h"
#include "core/id_filter.h"
#include "core/run_json.h"
#include "harness/machine.h"
#include "tests/app/made_up_store.h"
#include "tests/app/program.h"
#include "tests/core/run_fixture.h"

namespace roofmark {
namespace {

std::string file_of(const ScratchFolder& folder, const std::string& name,
                    const roofmark::Run& run) {
  return folder.write(name, to_json(run)).string();
}

TEST(CompareCommand, TwoRunsAreComparedUnconfirmedAndExitWithZero) {
  const ScratchFolder folder;
  const std::string a = file_of(folder, "a.json", made_up_run(0, 1, "")),
                    b = file_of(folder, "b.json", made_up_run(2, 1.5, ""));
  const Outcome outcome = run_program({"compare", a, b, "--store", folder / "none"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("slower"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("unconfirmed"), std::string::npos) << outcome.out;
  const Outcome json =
      run_program({"compare", a, b, "--store", folder / "none", "--output", "json"});
  EXPECT_EQ(json.out.find("{\n  \"schema\": \"roofmark.comparison/1\""), 0u) << json.out;
}

TEST(CompareCommand, TheStoresEarlierRunsSayHowASeriesScattersAndTheComparedOnesDoNot) {
  const ScratchFolder folder;
  const std::string store = folder / "store";
  const auto stored = [](int i) { return made_up_run(i, i < 20 ? 1 : i < 25 ? 1.31 : 1.4, ""); };
  const auto said = [&](int a, int b) {
    const std::string old = run_path(store, stored(a)).string(),
                      fresh = run_path(store, stored(b)).string();
    const Outcome outcome = run_program({"compare", old, fresh, "--store", store});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return outcome.out;
  };
  for (const int i : {0, 1, 20}) store_run(store, stored(i));
  // One other is not enough: a change of 10 % is one.
  const std::string first = said(1, 20);
  EXPECT_NE(first.find("1 slower"), std::string::npos) << first;
  // What is later says nothing.
  for (const int i : {21, 22, 23, 24, 25}) store_run(store, stored(i));
  EXPECT_EQ(said(1, 20), first);
  // Nor does a level that was left: nine runs of one, four of the next.
  for (int i = 2; i < 9; ++i) store_run(store, stored(i));
  const std::string next = said(24, 25);
  EXPECT_NE(next.find("1 slower"), std::string::npos) << next;
}

TEST(CompareCommand, ARunThatIsNamedTwiceIsRefused) {
  const ScratchFolder folder;
  const std::string a = file_of(folder, "a.json", made_up_run(0, 1, "c")),
                    copy = file_of(folder, "copy.json", made_up_run(0, 1, "c")),
                    b = file_of(folder, "b.json", made_up_run(1, 1, ""));
  expect_refused({"compare", a, copy, a, b}, "named twice, the second time by " + copy);
  expect_refused({"compare", a, a}, "name each run once");
}

TEST(CompareCommand, DifferentMachinesAreRefusedWithTheRemedy) {
  const ScratchFolder folder;
  roofmark::Run other = made_up_run(1, 1, "");
  other.machine.id = "ffff";
  const std::string a = file_of(folder, "a.json", made_up_run(0, 1, "")),
                    b = file_of(folder, "b.json", other);
  expect_refused({"compare", a, b}, "--across machines");
  expect_refused({"compare", a, b, "--across", "time"}, "--across");
  expect_refused({"compare", a, a, "--output", "xml"}, "--output");
  expect_refused({"compare", a, folder / "nothing.json"}, "nothing.json");
}

TEST(CompareCommand, NothingComparableIsCodeSix) {
  const ScratchFolder folder;
  roofmark::Run quick = made_up_run(1, 1, "");
  quick.policy.preset = "quick";
  const std::string a = file_of(folder, "a.json", made_up_run(0, 1, "")),
                    b = file_of(folder, "b.json", quick);
  EXPECT_EQ(run_program({"compare", a, b, "--store", folder / "none"}).code, 6);
}

TEST(CheckCommand, JudgesAKeptCampaignBesideABaseline) {
  const ScratchFolder folder;
  const std::string store = folder / "store";
  Baseline baseline{.name = "main",
                    .created = "2026-11-22T02:10:00Z",
                    .machine = discover().id,
                    .campaign = "old"};
  for (int i = 0; i < 15; ++i) {
    const roofmark::Run run = made_up_run(i, 1, "old");
    store_run(store, run);
    baseline.runs.push_back(run_path(store, run).stem().string());
  }
  for (int i = 20; i < 23; ++i) store_run(store, made_up_run(i, 1.2, "new"));
  Baselines(store, baseline.machine).write(baseline);
  const Outcome outcome =
      run_program({"check", "--baseline", "main", "--from", "new", "--store", store});
  EXPECT_EQ(outcome.code, 0) << outcome.err;  // nothing confirms it
  EXPECT_NE(outcome.err.find("with 6 or more the last 3 confirm"), std::string::npos)
      << outcome.err;
  EXPECT_EQ(run_program({"check", "--baseline", "main", "--from", "new", "--store", store,
                         "--fail-on", "inconclusive"})
                .code,
            5);
  EXPECT_NE(outcome.out.find("slower"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("baseline main (15 rounds)"), std::string::npos) << outcome.out;
  const Outcome unknown = run_program({"check", "--baseline", "other", "--store", store});
  EXPECT_EQ(unknown.code, 6);
  EXPECT_NE(unknown.err.find("no baseline 'other'"), std::string::npos) << unknown.err;
  expect_refused({"check", "--baseline", "main", "--fail-on", "x", "--store", store}, "--fail-on");
  expect_refused({"check", "--baseline", "main", "--from", "none", "--store", store}, "none");
  expect_refused({"check", "--from", "new", "--store", store},
                 "nothing is named to judge campaign 'new' by; pass --baseline NAME");
  expect_refused({"check", "--store", store}, "nothing is named to check against");
}

TEST(CheckCommand, TheLastRoundsOfAKeptCampaignConfirmWhatTheOthersShow) {
  const ScratchFolder folder;
  const std::string store = folder / "store";
  for (int i = 0; i < 15; ++i) store_run(store, made_up_run(i, 1, "old"));
  ASSERT_EQ(run_program({"baseline", "save", "main", "--from", "old", "--store", store}).code, 0);
  for (int i = 20; i < 26; ++i) {
    store_run(store, made_up_run(i, 1.2, "slow"));
    store_run(store, made_up_run(10 + i, i < 23 ? 1.2 : 1, "passing"));
  }
  const auto code = [&](const std::string& campaign) {
    return run_program({"check", "--baseline", "main", "--from", campaign, "--store", store}).code;
  };
  EXPECT_EQ(code("slow"), 1);
  EXPECT_EQ(code("passing"), 0);
}

TEST(CheckCommand, WritesItsVerdictsAsJUnitToo) {
  const ScratchFolder folder;
  const std::string store = folder / "store", xml = folder / "verdicts.xml";
  for (int i = 0; i < 15; ++i) store_run(store, made_up_run(i, 1, "old"));
  ASSERT_EQ(run_program({"baseline", "save", "main", "--from", "old", "--store", store}).code, 0);
  for (int i = 20; i < 26; ++i) store_run(store, made_up_run(i, 1.2, "slow"));
  const Outcome outcome = run_program(
      {"check", "--baseline", "main", "--from", "slow", "--store", store, "--junit", xml});
  EXPECT_EQ(outcome.code, 1) << outcome.err;
  EXPECT_NE(outcome.out.find("slowdowns that would have been found: +"), std::string::npos)
      << outcome.out;
  const std::string text = contents(xml);
  EXPECT_NE(text.find("tests=\"3\" failures=\"1\" errors=\"0\" skipped=\"1\""), std::string::npos)
      << text;  // the probe moved: one finding fails, and the probe is skipped
  expect_refused({"check", "--baseline", "main", "--from", "slow", "--store", store, "--junit",
                  folder / "none/x.xml"},
                 "there is no folder");
}

TEST(CheckCommand, ImportedResultsAreNotMeasuredAgain) {
  const ScratchFolder folder;
  const std::string store = folder / "store";
  for (int i = 0; i < 15; ++i) {
    roofmark::Run run = made_up_run(i, 1, "mine");
    run.policy = {};
    run.policy.preset = "import";
    store_run(store, run);
  }
  ASSERT_EQ(run_program({"baseline", "save", "mine", "--from", "mine", "--store", store}).code, 0);
  expect_refused({"check", "--baseline", "mine", "--store", store}, "pass --from NAME");
  for (int i = 20; i < 23; ++i) {
    roofmark::Run run = made_up_run(i, 1, "again");
    run.policy = {};
    run.policy.preset = "import";
    store_run(store, run);
  }
  const Outcome same =
      run_program({"check", "--baseline", "mine", "--from", "again", "--store", store});
  EXPECT_EQ(same.code, 0) << same.err;
  expect_refused({"check", "--baseline", "mine", "--from", "mine", "--store", store},
                 "which is of baseline 'mine'");
}

TEST(CheckCommand, ABaselineSaysWhatItLacksAndRoundsOfSeveralPresetsAreNotCompared) {
  const ScratchFolder folder;
  const std::string store = folder / "store";
  for (int i = 0; i < 15; ++i) {
    roofmark::Run run = made_up_run(i, 1, "old");
    Measurement& row = run.rows.front();
    if (i >= 13) {
      row.status = Status::failed;
      row.reason = "wrong result";
    }
    store_run(store, run);
  }
  const Outcome saved =
      run_program({"baseline", "save", "main", "--from", "old", "--store", store});
  EXPECT_EQ(saved.code, 0) << saved.err;
  const std::string gap = small_run().rows.front().id + ": failed in 2 of 15 rounds (wrong result)";
  EXPECT_NE(saved.err.find("roofmark: the baseline lacks " + gap), std::string::npos) << saved.err;
  for (int i = 20; i < 26; ++i) {
    roofmark::Run run = made_up_run(i, 1, "mixed");
    if (i == 22) run.policy.preset = "quick";
    store_run(store, run);
  }
  const Outcome mixed =
      run_program({"check", "--baseline", "main", "--from", "mixed", "--store", store});
  EXPECT_EQ(mixed.code, 6) << mixed.err << mixed.out;
  EXPECT_NE(mixed.out.find("quick | standard ones now"), std::string::npos) << mixed.out;
}

TEST(CheckCommand, AFloorIsAPercentage) {
  for (const std::string floor : {"nan", "-nan", "inf", "-1", "1001", "x"}) {
    expect_refused({"check", "--baseline", "b", "--floor=" + floor}, "--floor: ");
    expect_refused({"compare", "a", "b", "--floor=" + floor}, "--floor: ");
    expect_refused({"selfcheck", "--from", "a", "--floor=" + floor}, "--floor: ");
  }
}

TEST(CheckCommand, MeasuresItsRoundsInFreshProcesses) {
  const ScratchFolder folder;
  const std::string store = folder / "store", id = discover().id;
  const std::vector<std::string> save{"baseline", "save",   "b",      "--rounds", "3",  "--filter",
                                      "^clock/",  "--only", "probes", "--store",  store};
  ASSERT_EQ(run_program(save).code, 0);
  const Outcome outcome = run_program(
      {"check", "--baseline", "b", "--rounds", "2", "--floor", "900", "--store", store});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_NE(outcome.err.find("round 2 of 2"), std::string::npos) << outcome.err;
  EXPECT_NE(outcome.out.find("now (2 rounds)"), std::string::npos) << outcome.out;
  const std::vector<StoredRound> rounds = Index(store).rounds({.machine = id});
  ASSERT_EQ(rounds.size(), 5u);
  std::set<std::uint64_t> seeds;
  for (const StoredRound& one : rounds) {
    seeds.insert(read_run(contents(one.file), one.file.string()).policy.seed);
  }
  EXPECT_EQ(seeds.size(), 5u) << "each round has an order of its own";
  EXPECT_EQ(seeds.count(seed_of_round(1, 1)), 1u) << "which follows from the campaign's seed";
  const Outcome quiet = run_program(
      {"check", "--baseline", "b", "--rounds", "1", "--floor", "900", "--quiet", "--store", store});
  EXPECT_EQ(quiet.code, 0);
  EXPECT_EQ(quiet.err.find("roofmark:"), std::string::npos) << quiet.err;
}

TEST(SelfcheckCommand, JudgesAKeptCampaign) {
  const ScratchFolder folder;
  const std::string store = folder / "store";
  for (int i = 0; i < 21; ++i) store_run(store, made_up_run(i, 1, "same"));
  const Outcome outcome = run_program({"selfcheck", "--from", "same", "--store", store});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("0 checks with a confirmed slowdown"), std::string::npos)
      << outcome.out;
  expect_refused({"selfcheck", "--from", "none", "--store", store},
                 "there are no finished runs of campaign 'none' of this machine in " + store +
                     "; take them with roofmark run --campaign none");
  for (int i = 30; i < 38; ++i) store_run(store, made_up_run(i, 1, "few"));
  expect_refused({"selfcheck", "--from", "few", "--store", store},
                 "8 rounds make no check (3 for a baseline and 6 more are the least); name a "
                 "campaign of 21, or leave out --from");
}

TEST(Rounds, AFilterOfIdsPassesThemAloneWhateverTheyHold) {
  const std::vector<std::string> ids{"a/b/f32/cpu/t1/n=1,level=l1", "x.(y)[z]*+?{1}|^$\\"};
  const IdFilter filter(with_only({}, ids).filter);
  for (const std::string& id : ids) {
    EXPECT_TRUE(filter.passes(id)) << id;
    EXPECT_FALSE(filter.passes(id + "0")) << id;
    EXPECT_FALSE(filter.passes("0" + id)) << id;
  }
  EXPECT_FALSE(filter.passes("xx(y)[z]*+?{1}|^$\\"));
  Policy kernels;
  kernels.only = "kernels";
  EXPECT_EQ(with_only(kernels, ids).only, "") << "a probe that is flagged is measured, too";
}

}  // namespace
}  // namespace roofmark
