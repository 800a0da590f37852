// The index says what the run files say, whatever happened to either.
#include "app/index.h"

#include <gtest/gtest.h>

#include <thread>

#include "app/files.h"
#include "app/sqlite.h"
#include "app/store.h"
#include "core/run_json.h"
#include "tests/app/program.h"
#include "tests/core/run_fixture.h"
#include "tests/refusal.h"

namespace roofmark {
namespace {

const std::string machine = small_run().machine.id;

roofmark::Run run_number(int number) {
  roofmark::Run run = small_run();
  char text[32];
  std::snprintf(text, sizeof text, "2026-11-22T02:%02d:%02dZ", number / 60, number % 60);
  run.started = text;
  std::snprintf(text, sizeof text, "%08x", static_cast<unsigned>(number) * 0x9e3779b9u);
  run.id = text;
  run.campaign = number % 2 == 0 ? "even" : "odd";
  run.rows[0].samples_s[0] = 1e-3 * (number + 1);
  return run;
}

class Store {
 public:
  std::filesystem::path path() const { return folder_ / "store"; }
  std::filesystem::path database() const { return path() / "index.sqlite"; }
  std::filesystem::path put(const roofmark::Run& run) const {
    const std::filesystem::path file = run_path(path(), run);
    make_folder(file.parent_path());
    write_file(file, to_json(run));
    return file;
  }
  void put(int runs) const {
    for (int i = 0; i < runs; ++i) put(run_number(i));
  }

 private:
  ScratchFolder folder_;
};

std::vector<std::string> names(const std::vector<StoredRound>& rounds) {
  std::vector<std::string> all;
  for (const StoredRound& one : rounds) all.push_back(one.round.started.substr(14, 5));
  return all;
}
using Names = std::vector<std::string>;

TEST(Index, ARoundIsWhatItsRunFileSays) {
  const Store store;
  const roofmark::Run run = small_run();
  const std::filesystem::path file = store.put(run);
  for (int visit = 0; visit < 2; ++visit) {  // read, then from the index alone
    const auto rounds = Index(store.path()).rounds({});
    ASSERT_EQ(rounds.size(), 1u);
    EXPECT_EQ(rounds[0].round, round_of(run));
    EXPECT_EQ(rounds[0].file, file);
    EXPECT_EQ(rounds[0].name, file.stem());
  }
  EXPECT_EQ(Index(store.path()).problem(), "");
  EXPECT_TRUE(std::filesystem::exists(store.database()));
}

TEST(Index, SelectsByMachineCampaignNameSeriesAndAge) {
  const Store store;
  store.put(6);
  roofmark::Run other = run_number(7);
  other.machine.id = "other";
  store.put(other);
  const Index index(store.path());
  const auto found = [&](const RoundQuery& query) { return names(index.rounds(query)); };
  EXPECT_EQ(found({}), (Names{"00:00", "00:01", "00:02", "00:03", "00:04", "00:05", "00:07"}));
  EXPECT_EQ(found({.machine = "other"}), Names{"00:07"});
  EXPECT_EQ(found({.machine = machine, .campaign = "odd"}), (Names{"00:01", "00:03", "00:05"}));
  EXPECT_EQ(found({.machine = machine, .newest = 2}), (Names{"00:04", "00:05"}));
  const std::string name = run_path({}, run_number(3)).stem();
  EXPECT_EQ(found({.runs = {name, "absent"}}), Names{"00:03"});
  EXPECT_EQ(found({.machine = "../" + machine}), Names{});
  EXPECT_EQ(index.newest(machine)->round.started, run_number(5).started);
  EXPECT_FALSE(index.newest("absent"));
  EXPECT_EQ(index.machines(), (Names{machine, "other"}));
  EXPECT_EQ(index.series_of("other").size(), small_run().rows.size());
  EXPECT_TRUE(index.series_of("absent").empty());
}

TEST(Index, ASeriesComesWithoutTheOthersAndInTheOrderOfTheRun) {
  const Store store;
  store.put(3);
  const Index index(store.path());
  const roofmark::Run run = run_number(1);
  const std::string first = run.rows[0].id, second = run.rows[1].id;
  const auto rounds = index.rounds({.series = {second, "absent", first}});
  ASSERT_EQ(rounds.size(), 3u);
  const Round whole = round_of(run);
  EXPECT_EQ(rounds[1].round.series, (std::vector<SeriesRound>{whole.series[0], whole.series[1]}));
  EXPECT_TRUE(index.rounds({.with_series = false})[1].round.series.empty());
  EXPECT_EQ(index.rounds({.with_series = false})[1].round.environment, whole.environment);
}

TEST(Index, FollowsTheFiles) {
  const Store store;
  store.put(3);
  EXPECT_EQ(Index(store.path()).rounds({}).size(), 3u);
  std::filesystem::remove(run_path(store.path(), run_number(1)));
  store.put(run_number(9));
  EXPECT_EQ(names(Index(store.path()).rounds({})), (Names{"00:00", "00:02", "00:09"}));
  roofmark::Run changed = run_number(9);
  changed.rows.pop_back();
  store.put(changed);
  EXPECT_EQ(Index(store.path()).rounds({})[2].round, round_of(changed));
  std::filesystem::remove_all(store.path() / machine);
  EXPECT_TRUE(Index(store.path()).rounds({}).empty());
}

TEST(Index, WhatIsNoFinishedRunOfItsFolderIsSaidAndLeftOut) {
  const Store store;
  store.put(1);
  const auto put = [&](const std::string& name, const std::string& text) {
    write_file(store.path() / machine / name, text);
  };
  roofmark::Run run = run_number(2);
  run.complete = false;
  put("a.json", to_json(run));
  put("b.json", "{\"schema\": ");
  run.complete = true;
  run.machine.id = "elsewhere";
  put("c.json", to_json(run));
  put("d.json.partial.jsonl", journal_header(run));
  make_folder(store.path() / machine / "baselines");
  put("baselines/e.json", "{}");
  make_folder(store.path() / machine / "f.json");
  const Index index(store.path());
  EXPECT_EQ(index.rounds({}).size(), 1u);
  const std::vector<UnreadRun> unread = index.unread();
  ASSERT_EQ(unread.size(), 3u);
  EXPECT_EQ(unread[0].reason, machine + "/a.json: the run is not finished");
  EXPECT_EQ(unread[1].reason.find(machine + "/b.json: "), 0u) << unread[1].reason;
  EXPECT_NE(unread[2].reason.find("taken on machine elsewhere"), std::string::npos);
  EXPECT_EQ(unread[2].file, store.path() / machine / "c.json");
}

TEST(Index, ACopyOfARunCountsOnce) {
  const Store store;
  store.put(2);
  write_file(store.path() / machine / "copy.json", to_json(run_number(1)));
  EXPECT_EQ(Index(store.path()).rounds({}).size(), 2u);
}

TEST(Index, IsMadeAnewWhereItIsBroken) {
  const Store store;
  store.put(4);
  ASSERT_EQ(Index(store.path()).rounds({}).size(), 4u);
  const std::string good = contents(store.database());
  std::string torn = good.substr(0, good.size() / 2), zeros = good, swapped = good;
  std::fill(zeros.begin() + 4096, zeros.end(), '\0');
  for (std::size_t at = 4096 + 8; at + 8 < swapped.size(); at += 97) swapped[at] ^= 0x55;
  const std::string other_version = [&] {
    const Store scratch;
    make_folder(scratch.path());
    Database(scratch.database(), 0).execute("CREATE TABLE runs (id); PRAGMA user_version = 99");
    return contents(scratch.database());
  }();
  for (const std::string& text :
       {std::string(), std::string("no database"), torn, zeros, swapped, other_version}) {
    std::ofstream(store.database(), std::ios::binary | std::ios::trunc) << text;
    const Index index(store.path());
    const auto rounds = index.rounds({});
    ASSERT_EQ(rounds.size(), 4u) << text.size();
    for (int i = 0; i < 4; ++i) EXPECT_EQ(rounds[i].round, round_of(run_number(i)));
    EXPECT_EQ(index.problem(), "");
  }
}

TEST(Index, IsMadeInMemoryWhereItCannotBeKept) {
  const Store store;
  store.put(2);
  make_folder(store.database());  // a folder of its name: no file can be opened
  const Index index(store.path());
  EXPECT_EQ(index.rounds({}).size(), 2u);
  EXPECT_NE(index.problem(), "");
  const Outcome outcome = run_program({"index", "--store", store.path()});
  EXPECT_EQ(outcome.code, 3);
  EXPECT_NE(outcome.err.find("cannot write " + store.database().string()), std::string::npos);
}

TEST(Index, AStoreThatIsNotThereIsEmptyAndNotMade) {
  const Store store;
  EXPECT_TRUE(Index(store.path()).rounds({}).empty());
  EXPECT_FALSE(std::filesystem::exists(store.path()));
  expect_refused({"index", "--store", store.path()}, "there is no store");
}

TEST(Index, ManyReadersAndWritersAtOnceSeeEveryRun) {
  const Store store;
  store.put(20);
  std::vector<std::thread> threads;
  std::vector<std::size_t> seen(4);
  for (std::size_t i = 0; i < seen.size(); ++i) {
    threads.emplace_back([&, i] {
      if (i % 2 == 1) Index::rebuild(store.path());
      seen[i] = Index(store.path()).rounds({}).size();
    });
  }
  for (int i = 20; i < 30; ++i) store.put(run_number(i));
  for (std::thread& thread : threads) thread.join();
  for (const std::size_t runs : seen) EXPECT_GE(runs, 20u);
  EXPECT_EQ(Index(store.path()).rounds({}).size(), 30u);
}

TEST(Index, TheCommandSaysWhatItHolds) {
  const Store store;
  store.put(2);
  write_file(store.path() / machine / "x.json", "nothing");
  const Outcome outcome = run_program({"index", "--store", store.path()});
  EXPECT_EQ(outcome.code, 2) << outcome.err;
  EXPECT_EQ(outcome.out, "2 runs in the index of " + store.path().string() + "\n");
  EXPECT_EQ(outcome.err.find("roofmark: left out " + machine + "/x.json: "), 0u) << outcome.err;
  EXPECT_NE(outcome.err.find("roofmark: 1 of the store's files"), std::string::npos) << outcome.err;
  std::filesystem::remove(store.path() / machine / "x.json");
  EXPECT_EQ(run_program({"index", "--store", store.path()}).code, 0);
}

}  // namespace
}  // namespace roofmark
