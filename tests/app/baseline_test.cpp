// Baselines: files that name runs, taken and kept whole or not at all.
#include "app/baseline.h"

#include <gtest/gtest.h>

#include <optional>

#include "app/baseline_json.h"
#include "app/files.h"
#include "app/presets.h"
#include "app/store.h"
#include "core/case.h"
#include "core/run_json.h"
#include "harness/machine.h"
#include "tests/app/program.h"
#include "tests/core/run_fixture.h"
#include "tests/refusal.h"

namespace roofmark {
namespace {

Baseline made_up() {
  return {.name = "main",
          .created = "2026-11-22T02:10:00Z",
          .machine = "0123abcd",
          .campaign = "c-1",
          .runs = {"20261122T021000Z-0000cafe", "20261122T031000Z-0000beef"},
          .pause_s = 0};
}

/// Puts `count` finished runs of this machine into a store.
void put_runs(const std::filesystem::path& store, int count, const std::string& preset) {
  for (int i = 0; i < count; ++i) {
    roofmark::Run run = small_run();
    run.machine = discover();
    run.id = "0000000" + std::to_string(i);
    run.started = "2026-11-22T02:1" + std::to_string(i) + ":00Z";
    run.campaign = "c";
    run.policy.preset = preset;
    const std::filesystem::path file = run_path(store, run);
    make_folder(file.parent_path());
    write_file(file, to_json(run));
  }
}

TEST(BaselineFile, ReadBackIsTheSame) {
  EXPECT_EQ(baseline_from_json(to_json(made_up()), "b"), made_up());
  const BaselinePlan plan{made_up(), 15, small_run().policy};
  const BaselinePlan read = baseline_plan_from_json(to_json(plan), "p");
  EXPECT_EQ(to_json(read), to_json(plan));
  EXPECT_EQ(read.rounds, 15u);
  EXPECT_EQ(read.policy.filter, plan.policy.filter);
  EXPECT_EQ(read.policy.workloads.size(), plan.policy.workloads.size());
  EXPECT_TRUE(read.baseline.runs.empty());
}

TEST(BaselineFile, KeepsThePauseAndRefusesOneThatIsNone) {
  Baseline baseline = made_up();
  baseline.pause_s = 86400;
  const std::string text = to_json(baseline);
  EXPECT_EQ(baseline_from_json(text, "b"), baseline);
  const BaselinePlan plan{baseline, 15, small_run().policy};
  EXPECT_EQ(baseline_plan_from_json(to_json(plan), "p").baseline.pause_s, baseline.pause_s);
  for (const std::string value : {"-1", "86401", "1.5", "\"60\"", "1e300"}) {
    std::string changed = text;
    changed.replace(changed.find("86400"), 5, value);
    const std::string said = refusal([&] { baseline_from_json(changed, "b"); });
    EXPECT_EQ(said.find("b: pause_s"), 0u) << value << ": " << said;
  }
}

TEST(BaselineFile, EveryTruncationIsRefused) {
  const std::string text = to_json(made_up());
  for (std::size_t length = 0; length + 2 < text.size(); ++length) {
    const std::string said = refusal([&] { baseline_from_json(text.substr(0, length), "b.json"); });
    ASSERT_EQ(said.find("b.json"), 0u) << length << ": " << said;
  }
}

TEST(BaselineFile, OnesOfEarlierReleasesAreRead) {
  const std::string folder = std::string(ROOFMARK_TEST_DATA) + "/releases/";
  const std::string text = read_file(folder + "0.1.0-baseline.json");
  EXPECT_EQ(baseline_from_json(text, "old"), made_up());
  EXPECT_EQ(to_json(made_up()), text);  // what this release writes
}

TEST(BaselineNames, ThatAreNoFileNamesAreRefused) {
  const ScratchFolder store;
  for (const std::string name :
       {"../x", "a/b", ".x", "", "-x", "a b", "a\nb", "\x1b[31m",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}) {
    const std::string said = refusal([&] { Baselines(store / "", "m").read(name); });
    EXPECT_NE(said.find("is no name for a file"), std::string::npos) << name;
    EXPECT_EQ(said.find('\n'), std::string::npos);
    EXPECT_EQ(said.find('\x1b'), std::string::npos);
  }
  EXPECT_FALSE(std::filesystem::exists(store / "m"));
}

TEST(BaselineCommand, NamesTheRunsOfACampaign) {
  const ScratchFolder store;
  put_runs(store / "", 3, "standard");
  const std::string there = store / "";
  Outcome outcome = run_program({"baseline", "save", "main", "--from", "c", "--store", there});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.out,
            "baseline main: 3 rounds of standard runs, 2026-11-22T02:10:00Z to "
            "2026-11-22T02:12:00Z\n");
  outcome = run_program({"baseline", "list", "--store", there, "--output", "csv"});
  EXPECT_NE(outcome.out.find(",3,standard,2026-11-22T02:10:00Z,2026-11-22T02:12:00Z,c\n"),
            std::string::npos)
      << outcome.out << outcome.err;
  const std::vector<std::string> again{"baseline", "save", "main", "--from", "c", "--store", there};
  expect_refused(again, "--replace");
  std::vector<std::string> replacing = again;
  replacing.push_back("--replace");
  EXPECT_EQ(run_program(replacing).code, 0);
  const Baseline baseline = Baselines(store / "", discover().id).read("main");
  EXPECT_EQ(rounds_of(Index(store / ""), baseline).size(), 3u);
  std::filesystem::remove(store / discover().id / (baseline.runs[1] + ".json"));
  EXPECT_NE(refusal([&] {
              rounds_of(Index(store / ""), baseline);
            }).find("has lost its run " + baseline.runs[1]),
            std::string::npos);
  EXPECT_EQ(run_program({"baseline", "rm", "main", "--store", there}).code, 0);
  expect_refused({"baseline", "rm", "main", "--store", there}, "there is no baseline 'main'");
}

TEST(BaselineCommand, QuickRunsNeverBecomeOne) {
  const ScratchFolder store;
  put_runs(store / "", 3, "quick");
  const std::string there = store / "";
  expect_refused({"baseline", "save", "main", "--from", "c", "--store", there}, "is a quick one");
  expect_refused({"baseline", "save", "main", "--preset", "quick", "--store", there},
                 "a quick run is no measure");
  EXPECT_TRUE(Baselines(store / "", discover().id).names().empty());
}

TEST(BaselineCommand, RunsThatDoNotBelongTogetherAreRefused) {
  const ScratchFolder store;
  const std::string there = store / "";
  expect_refused({"baseline", "save", "main", "--from", "c", "--store", there},
                 "no finished runs of campaign 'c'");
  put_runs(store / "", 1, "standard");
  expect_refused({"baseline", "save", "main", "--from", "c", "--store", there}, "3 are the least");
  put_runs(store / "", 3, "standard");
  put_runs(store / "", 1, "thorough");
  expect_refused({"baseline", "save", "main", "--from", "c", "--store", there},
                 "selected different cases");
}

TEST(BaselineCommand, TakesRoundsInFreshProcessesAndGoesOnWhereItWasInterrupted) {
  const ScratchFolder store;
  const std::string there = store / "";
  const std::vector<std::string> save{"baseline", "save",   "b",      "--rounds", "3",  "--filter",
                                      "^clock/",  "--only", "probes", "--store",  there};
  // As one that was killed after its plan was written and one round taken.
  const std::string id = discover().id;
  const Baselines baselines(store / "", id);
  ASSERT_EQ(run_program({"run", "--preset=standard", "--only=probes", "--filter=^clock/",
                         "--campaign=c", "--store", there})
                .code,
            0);
  const StoredRound first = *Index(store / "").newest(id);
  const Policy policy = read_run(read_file(first.file), "first").policy;
  // And as one that was killed between writing that round and removing its journal.
  const std::string left = first.file.string() + journal_suffix;
  write_file(left, journal_header(read_run(read_file(first.file), "first")));
  baselines.write_plan({{"b", "2026-11-22T02:10:00Z", id, "c", {}}, 3, policy});
  expect_refused(save, "was begun and not finished");
  const Outcome outcome = run_program({"baseline", "save", "b", "--resume", "--store", there});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_NE(outcome.err.find("round 2 of 3"), std::string::npos) << outcome.err;
  EXPECT_EQ(outcome.err.find("round 1 of 3"), std::string::npos) << outcome.err;
  EXPECT_FALSE(std::filesystem::exists(left));
  const Baseline baseline = baselines.read("b");
  ASSERT_EQ(baseline.runs.size(), 3u);
  EXPECT_FALSE(baselines.plan("b"));
  for (const StoredRound& one : rounds_of(Index(store / ""), baseline)) {
    EXPECT_EQ(one.round.campaign, "c");
    EXPECT_FALSE(one.round.series.empty());
  }
  expect_refused({"baseline", "save", "b", "--resume", "--store", there}, "no unfinished baseline");
}

TEST(BaselineCommand, APauseLiesBetweenTwoRoundsAndIsKeptForResume) {
  const ScratchFolder store;
  const std::string there = store / "";
  RunningProgram interrupted({"baseline", "save", "b", "--rounds", "3", "--pause", "3600",
                              "--filter", "^clock/", "--only", "probes", "--store", there});
  ASSERT_TRUE(interrupted.says("round 2 of 3, after a pause of 3600 s\n"));
  interrupted.send(SIGINT);
  const Outcome outcome = interrupted.end();
  EXPECT_EQ(outcome.code, 130);
  EXPECT_EQ(outcome.err.find("roofmark: round 1 of 3\n"), 0u) << outcome.err;
  EXPECT_NE(outcome.err.find("1 of 3 rounds are kept; go on with roofmark baseline save b "
                             "--resume\n"),
            std::string::npos)
      << outcome.err;
  const Baselines baselines(store / "", discover().id);
  std::optional<BaselinePlan> plan = baselines.plan("b");
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->baseline.pause_s, 3600);
  // The first round of a call does not wait: what was interrupted has waited.
  plan->baseline.pause_s = 2;
  baselines.write_plan(*plan);
  const Outcome resumed = run_program({"baseline", "save", "b", "--resume", "--store", there});
  EXPECT_EQ(resumed.code, 0) << resumed.err;
  EXPECT_EQ(resumed.err.find("roofmark: round 2 of 3\n"), 0u) << resumed.err;
  EXPECT_NE(resumed.err.find("roofmark: round 3 of 3, after a pause of 2 s\n"), std::string::npos)
      << resumed.err;
  const auto rounds = rounds_of(Index(store / ""), baselines.read("b"));
  ASSERT_EQ(rounds.size(), 3u);
  const auto second = [&](std::size_t i) { return std::stoi(rounds[i].round.started.substr(17)); };
  EXPECT_GE((second(2) - second(1) + 60) % 60, 2);
}

TEST(BaselineCommand, RerunsOfACheckWaitAsLongAsItsRoundsDid) {
  const ScratchFolder store;
  const std::string there = store / "";
  ASSERT_EQ(run_program({"run", "--preset=standard", "--only=probes", "--filter=^clock/",
                         "--campaign=c", "--store", there})
                .code,
            0);
  const std::string id = discover().id;
  roofmark::Run run = read_run(read_file(Index(store / "").newest(id)->file), "run");
  Baseline baseline{"b", run.started, id, "old", {}, 3600};
  run.campaign = "old";
  for (Measurement& row : run.rows) {
    for (double& sample : row.samples_s) sample *= 2;
  }
  for (int i = 10; i < 25; ++i) {
    run.id = "000000" + std::to_string(i);
    run.started = "2026-11-22T02:" + std::to_string(i) + ":00Z";
    const std::filesystem::path file = run_path(store / "", run);
    write_file(file, to_json(run));
    baseline.runs.push_back(file.stem());
  }
  Baselines(store / "", id).write(baseline);
  RunningProgram waiting({"check", "--baseline", "b", "--store", there});
  EXPECT_TRUE(waiting.says("roofmark: round 3 of 3\n"));
  ASSERT_TRUE(waiting.says("roofmark: rerun 1 of 5, after a pause of 3600 s\n"));
  waiting.send(SIGTERM);
  EXPECT_EQ(waiting.end().code, 130);
  RunningProgram hasty({"check", "--baseline", "b", "--pause", "0", "--store", there});
  EXPECT_TRUE(hasty.says("roofmark: rerun 1 of 5\n"));
}

TEST(BaselineCommand, ACheckLeavesOutThreadsThatItMayNotHaveAndSaysSo) {
  const ScratchFolder store;
  const std::string there = store / "";
  ASSERT_EQ(run_program({"run", "--preset=standard", "--only=probes", "--filter=^clock/",
                         "--threads=1", "--campaign=c", "--store", there})
                .code,
            0);
  const Machine machine = discover();
  const int more = machine.allowance.max_threads + 1;
  roofmark::Run run = read_run(read_file(Index(store / "").newest(machine.id)->file), "run");
  run.policy.threads = {1, more};
  Measurement row = run.rows.front();
  row.threads = more;
  row.id = case_id(row.kernel, row.variant, row.format, row.device, row.threads, row.shape,
                   row.conditions);
  run.rows.push_back(row);
  const auto put_baseline = [&](const std::string& name) {
    Baseline baseline{name, run.started, machine.id, name, {}, 0};
    run.campaign = name;
    for (int i = 10; i < 25; ++i) {
      run.id = name + std::to_string(i);
      run.started = "2026-11-22T02:" + std::to_string(i) + ":00Z";
      const std::filesystem::path file = run_path(store / "", run);
      write_file(file, to_json(run));
      baseline.runs.push_back(file.stem());
    }
    Baselines(store / "", machine.id).write(baseline);
  };
  put_baseline("b00000");
  const std::string lack = "the baseline's series on " + std::to_string(more) +
                           " threads cannot be measured (" + allowed_threads_text(machine) + ")";
  const Outcome some =
      run_program({"check", "--baseline", "b00000", "--fail-on", "never", "--store", there});
  EXPECT_EQ(some.code, 0) << some.err;
  EXPECT_EQ(some.err.find("roofmark: " + lack), 0u) << some.err;
  EXPECT_NE(some.out.find("note         " + lack), std::string::npos) << some.out;
  EXPECT_NE(some.out.find("1 missing"), std::string::npos) << some.out;
  EXPECT_NE(some.out.find("it needs " + std::to_string(more) + " threads, and this process may"),
            std::string::npos)
      << some.out;
  run.policy.threads = {more};
  put_baseline("c00000");
  const Outcome none = run_program({"check", "--baseline", "c00000", "--store", there});
  EXPECT_EQ(none.code, 6) << none.err;
  EXPECT_EQ(none.err.find("roofmark: " + lack), 0u) << none.err;
  // Rounds that a baseline lacks are refused before they are begun.
  Baselines(there, machine.id)
      .write_plan({{"d", "2026-11-22T02:10:00Z", machine.id, "d", {}, {}}, 3, run.policy});
  expect_refused({"baseline", "save", "d", "--resume", "--store", there},
                 "cannot take a round on " + std::to_string(more) + " threads (");
  EXPECT_TRUE(journals(there, machine.id).empty());
}

TEST(BaselineCommand, APauseThatIsNoneIsRefused) {
  const ScratchFolder store;
  for (const std::string value : {"-1", "86401", "1.5", "nan", "1e3", "60s"}) {
    expect_refused({"baseline", "save", "b", "--pause", value, "--store", store / ""}, "--pause");
    expect_refused({"selfcheck", "--pause", value, "--store", store / ""}, "--pause");
    expect_refused({"check", "--baseline", "b", "--pause", value, "--store", store / ""},
                   "--pause");
  }
  expect_refused({"baseline", "save", "b", "--pause", "60", "--resume", "--store", store / ""},
                 "--pause");
  expect_refused({"baseline", "save", "b", "--pause", "60", "--from", "c", "--store", store / ""},
                 "--pause");
}

TEST(BaselineCommand, WhatAnotherBuildBeganIsRefusedWithARemedyThatEndsIt) {
  const ScratchFolder store;
  const std::string there = store / "", id = discover().id;
  const std::vector<std::string> resume{"baseline", "save", "b", "--resume", "--store", there};
  roofmark::Run run = small_run();
  run.machine = discover();
  run.build.commit = "another";
  run.campaign = "c";
  const std::filesystem::path file = run_path(there, run);
  make_folder(file.parent_path());
  Baselines(there, id).write_plan({{"b", "2026-11-22T02:10:00Z", id, "c", {}, {}}, 3, run.policy});
  // A round that was begun: the process that goes on with it refuses.
  write_file(file.string() + journal_suffix, journal_header(run));
  const Outcome begun = run_program(resume);
  EXPECT_EQ(begun.code, 2);
  EXPECT_NE(begun.err.find("another build"), std::string::npos) << begun.err;
  EXPECT_NE(begun.err.find("0 of 3 rounds are kept; start anew after roofmark baseline rm b\n"),
            std::string::npos)
      << begun.err;
  EXPECT_EQ(begun.err.find("go on with"), std::string::npos) << begun.err;
  std::filesystem::remove(file.string() + journal_suffix);
  // Those that were finished.
  put_runs(there, 3, "standard");
  expect_refused(resume, "another build (");
  expect_refused(resume, "or name those there are with roofmark baseline save b --from c");
  // Both remedies lead out of it.
  EXPECT_EQ(run_program({"baseline", "rm", "b", "--store", there}).code, 0);
  EXPECT_EQ(run_program({"baseline", "save", "b", "--from", "c", "--store", there}).code, 0);
  expect_refused(resume, "no unfinished baseline");
}

TEST(BaselineCommand, ADamagedOneIsNamedAndTheOthersAreListed) {
  const ScratchFolder store;
  put_runs(store / "", 3, "standard");
  const std::string there = store / "", id = discover().id;
  ASSERT_EQ(run_program({"baseline", "save", "good", "--from", "c", "--store", there}).code, 0);
  store.write(id + "/baselines/bad.json", "{\"schema\": \"roofm");
  const Outcome outcome = run_program({"baseline", "list", "--store", there, "--output", "csv"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_NE(outcome.err.find("bad.json"), std::string::npos) << outcome.err;
  EXPECT_NE(outcome.out.find("\ngood,"), std::string::npos) << outcome.out;
  expect_refused({"baseline", "rm", "nope", "--store", there},
                 "(bad, good are there); see them with roofmark baseline list");
  EXPECT_EQ(run_program({"baseline", "rm", "bad", "--store", there}).code, 0);
  EXPECT_EQ(run_program({"baseline", "list", "--store", there}).code, 0);
}

TEST(BaselineFile, WritingItAgainReplacesItWhole) {
  const ScratchFolder store;
  const Baselines baselines(store / "", "0123abcd");
  baselines.write(made_up());
  Baseline changed = made_up();
  changed.runs.push_back("20261122T041000Z-0000f00d");
  baselines.write(changed);
  EXPECT_EQ(baselines.read("main"), changed);
  std::filesystem::path folder = store / "0123abcd/baselines";
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder)) ++files;
  EXPECT_EQ(files, 1u);  // no temporary file stays
}

}  // namespace
}  // namespace roofmark
