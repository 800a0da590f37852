// Where runs are kept: nothing is overwritten, nothing joined, nothing measured that cannot be
// kept.
#include "app/store.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

#include "app/build_info.h"
#include "app/files.h"
#include "app/session.h"
#include "core/run_json.h"
#include "harness/machine.h"
#include "tests/app/program.h"
#include "tests/core/run_fixture.h"
#include "tests/refusal.h"

namespace roofmark {
namespace {

/// An unfinished run of this machine by this program, without rows.
roofmark::Run unfinished() {
  roofmark::Run run;
  run.id = "0000cafe";
  run.started = "2026-11-22T02:10:00Z";
  run.build = build_info();
  run.machine = discover();
  run.policy.threads = {1};
  return run;
}

SessionRequest resuming(const std::filesystem::path& journal) {
  SessionRequest request;
  request.resume = journal.string();
  request.resuming = true;
  return request;
}

TEST(Journal, OneProcessAtATimeWritesIt) {
  const ScratchFolder folder;
  const std::filesystem::path path = folder / "r.json.partial.jsonl";
  {
    const Journal first = Journal::begin(path, unfinished());
    const std::string busy = "another roofmark is writing it";
    EXPECT_NE(refusal([&] { Journal::resume(path); }).find(busy), std::string::npos);
    EXPECT_NE(refusal([&] { Journal::begin(path, unfinished()); }).find(busy), std::string::npos);
    expect_refused({"run", "--resume", path}, busy);
    EXPECT_EQ(run_program({"analyze", "--run", path}).code, 0);  // it may be looked at
  }
  EXPECT_EQ(refusal([&] { Journal::resume(path); }), "");
  EXPECT_NE(refusal([&] { Journal::begin(path, unfinished()); }).find("interrupted run is kept"),
            std::string::npos);
}

TEST(Journal, TheNewestIsNotPassedOverWhereItIsBeingWritten) {
  const ScratchFolder store;
  const roofmark::Run run = unfinished();
  std::filesystem::create_directories(store / run.machine.id);
  const std::filesystem::path old =
      store / run.machine.id / "20200101T000000Z-1.json.partial.jsonl";
  const std::filesystem::path live =
      store / run.machine.id / "20300101T000000Z-2.json.partial.jsonl";
  std::ofstream(old) << journal_header(run);
  const Journal writing = Journal::begin(live, run);
  expect_refused({"run", "--resume", "--store", store / ""}, live.string() + " (another roofmark");
}

TEST(Journal, ARowTakesThePlaceOfTheTornOne) {
  const ScratchFolder folder;
  const std::string header = journal_header(unfinished());
  const std::filesystem::path path = folder.write("r.partial.jsonl", header + "{\"id\": \"ha");
  const Measurement row = small_run().rows.at(0);
  {
    Journal journal = Journal::resume(path);
    EXPECT_EQ(contents(path), header + "{\"id\": \"ha");  // to look at it changes nothing
    journal.append(row);
    journal.append(row);
  }
  EXPECT_EQ(contents(path), header + journal_row(row) + journal_row(row));
}

TEST(Resume, WantsTheSameCpus) {
  const ScratchFolder folder;
  roofmark::Run run = unfinished();
  const Machine here = run.machine;
  const std::filesystem::path path = folder / "r.json.partial.jsonl";
  write_file(path, journal_header(run));
  EXPECT_EQ(refusal([&] { session_of(resuming(path), here); }), "");
  run.machine.allowance.cpus.push_back(1000);
  run.machine.allowance.max_threads = 777;
  write_file(path, journal_header(run));
  const std::string said = refusal([&] { session_of(resuming(path), here); });
  EXPECT_NE(said.find(",1000, at most 777 threads; here are CPUs "), std::string::npos) << said;
  expect_refused({"run", "--resume", path}, "at most 777 threads");
  run.machine = here;
  run.machine.allowance.quota_cpus = 0.25;
  write_file(path, journal_header(run));
  expect_refused({"run", "--resume", path}, "a quota of 0.25 CPUs");
  run.machine = here;
  run.policy.threads = {here.allowance.max_threads + 1};
  write_file(path, journal_header(run));
  EXPECT_NE(refusal([&] { session_of(resuming(path), here); }), "");
}

TEST(Resume, KeepsItsFileAndTakesOnlyJournals) {
  const ScratchFolder folder;
  roofmark::Run run = unfinished();
  const std::string journal = folder.write("r.json.partial.jsonl", journal_header(run));
  expect_refused({"run", "--resume", journal, "-o", folder / "other.json"},
                 "-o does not go with --resume (a resumed run keeps its file, " +
                     (folder / "r.json").string() + ")");
  run.complete = true;
  const std::string finished = folder.write("q.json", to_json(run));
  expect_refused({"run", "--resume", finished}, "finished run and not a journal");
  expect_refused({"run", "--resume", folder.write("n.json", "neither")}, "n.json");
  expect_refused({"run", "--resume", folder / "absent"}, "No such file");
}

TEST(Resume, TakesTheNameOfTheRunThatIsNotThereYet) {
  const ScratchFolder folder;
  const std::string journal = folder.write("r.json.partial.jsonl", journal_header(unfinished()));
  const Session session = session_of(resuming(folder / "r.json"), discover());
  EXPECT_EQ(session.journal->path(), journal);
  EXPECT_EQ(session.path, folder / "r.json");
  EXPECT_EQ(session.run.id, "0000cafe");
}

TEST(Resume, OfARunThatIsWrittenRemovesTheJournalThatWasLeft) {
  const ScratchFolder folder;
  roofmark::Run run = unfinished();
  run.build.commit = "another";
  const std::string journal = folder.write("r.json.partial.jsonl", journal_header(run));
  run.rows = {small_run().rows.front()};
  run.complete = true;
  const std::string text = to_json(run);
  folder.write("r.json", text);  // killed after writing it, before removing the journal
  const Outcome outcome = run_program({"run", "--resume", journal});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_NE(outcome.err.find("finished already"), std::string::npos) << outcome.err;
  EXPECT_NE(outcome.out.find("run     " + (folder / "r.json").string()), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(journal));
  EXPECT_EQ(contents(folder / "r.json"), text);
  // Another run in its place is not taken for it.
  folder.write("r.json.partial.jsonl", journal_header(run));
  run.id = "0000beef";
  folder.write("r.json", to_json(run));
  expect_refused({"run", "--resume", journal}, "is in its place");
  EXPECT_TRUE(std::filesystem::exists(journal));
}

TEST(RunFile, OnlyANewJsonFileIsTaken) {
  const ScratchFolder folder;
  expect_refused({"run", "-o", folder / "same.html"}, "does not end in .json");
  expect_refused({"run", "-o", folder / ""}, "does not end in .json");
  const std::string there = folder.write("there.json", "kept");
  expect_refused({"run", "-o", there}, there + " (it already exists)");
  const std::string page = folder.write("page.html", "kept");
  expect_refused({"run", "-o", folder / "page.json"}, page + " (it already exists)");
  folder.write("begun.json.partial.jsonl", "kept");
  expect_refused({"run", "-o", folder / "begun.json"}, "an interrupted run is kept there");
  for (const char* name : {"there.json", "page.html", "begun.json.partial.jsonl"}) {
    EXPECT_EQ(contents(folder / name), "kept");
  }
}

TEST(RunFile, WhatCannotBeWrittenIsSaidBeforeMeasuring) {
  const ScratchFolder folder;
  const std::string file = folder.write("file", "");
  expect_refused({"run", "-o", folder / "none/r.json"}, "there is no folder");
  EXPECT_FALSE(std::filesystem::exists(folder / "none"));
  expect_refused({"run", "-o", "/proc/x.json"}, "no file can be made in /proc");
  expect_refused({"run", "--store", file}, "cannot make the folder " + file);
  expect_refused({"run", "--store", "/proc/foo"}, "cannot make the folder /proc/foo");
  EXPECT_EQ(contents(file), "");
}

TEST(WrittenFiles, AWrongPlaceIsSaidBeforeTheWork) {
  const ScratchFolder folder;
  const std::string run = folder.write("r.json", to_json(small_run()));
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{"analyze", "llama-2-7b"}, {"report", run}}) {
    const auto refused = [&](const std::string& out, const std::string& part) {
      std::vector<std::string> arguments = command;
      arguments.insert(arguments.end(), {"-o", out});
      expect_refused(arguments, part);
    };
    std::filesystem::create_directory(folder / "d.html");
    refused(folder / "d.html", "it is a directory");
    refused("/proc/q.html", "no file can be made in /proc");
    refused(folder / "none/q.html", "there is no folder");
    EXPECT_FALSE(std::filesystem::exists(folder / "none"));
    roofmark::Run other = small_run();
    const std::string kept = folder.write("kept.json", to_json(other));
    refused(kept, "a measured run is kept in it");
    const std::string begun = folder.write("begun.json", journal_header(other));
    refused(begun, "a measured run is kept in it");
  }
  expect_refused({"analyze", "llama-2-7b", "-o", "/dev/null"}, "no ordinary file");
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
  expect_refused({"analyze", "--run", run, "-o", run}, "a measured run is kept in it");
}

TEST(WrittenFiles, WhatAKilledWriterLeftGoesWithTheNextOneAndNobodyElsesDoes) {
  const ScratchFolder folder;
  const std::string stray = folder.write("r.json.roofmark-Ab3xYz", "ha");
  const std::string written = folder.write("q.json.roofmark-000000", "ha");
  const std::string others = folder.write("r.json.backup", "kept");
  const int writer = ::open(written.c_str(), O_RDWR);
  ASSERT_EQ(::flock(writer, LOCK_EX), 0);
  write_file(folder / "new", "new");
  EXPECT_FALSE(std::filesystem::exists(stray));
  EXPECT_TRUE(std::filesystem::exists(written));
  EXPECT_EQ(contents(others), "kept");
  ::close(writer);  // it was killed
  EXPECT_EQ(remove_strays(folder / ""), 1u);
  EXPECT_EQ(contents(folder / "new"), "new");
}

TEST(WrittenFiles, TheIndexSweepsTheWholeStore) {
  const ScratchFolder store;
  std::filesystem::create_directories(store / "m/baselines");
  const std::string run = store.write("m/r.json.roofmark-Ab3xYz", "ha");
  const std::string baseline = store.write("m/baselines/b.json.roofmark-Ab3xYz", "ha");
  EXPECT_EQ(run_program({"index", "--store", store / ""}).code, 0);
  EXPECT_FALSE(std::filesystem::exists(run));
  EXPECT_FALSE(std::filesystem::exists(baseline));
}

TEST(WrittenFiles, AreReplacedThroughALink) {
  const ScratchFolder folder;
  const std::string file = folder.write("file", "old");
  std::filesystem::create_symlink(file, folder / "link");
  write_file(folder / "link", "new");
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "link"));
  EXPECT_EQ(contents(file), "new");
}

}  // namespace
}  // namespace roofmark
