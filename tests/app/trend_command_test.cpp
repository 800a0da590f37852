// trend, and histories in reports, on made-up runs: nothing is measured here.
#include <gtest/gtest.h>

#include "app/store.h"
#include "core/run_json.h"
#include "harness/machine.h"
#include "tests/app/made_up_store.h"
#include "tests/app/program.h"
#include "tests/core/run_fixture.h"

namespace roofmark {
namespace {

TEST(TrendCommand, ShowsTheHistoryOfASeriesAndWritesAPage) {
  const ScratchFolder folder;
  const std::string store = folder / "store";
  for (int i = 0; i < 20; ++i) store_run(store, made_up_run(i, i < 12 ? 1 : 1.2, ""));
  const std::string id = small_run().rows.front().id;
  const Outcome one = run_program({"trend", id, "--store", store});
  EXPECT_EQ(one.code, 0) << one.err;
  EXPECT_NE(one.out.find("change   +20.0 %"), std::string::npos) << one.out;
  const Outcome page = run_program({"trend", "--store", store, "-o", folder / "p.html"});
  EXPECT_EQ(page.code, 0) << page.err;
  EXPECT_NE(contents(folder / "p.html").find("</html>"), std::string::npos);
  expect_refused({"trend", "no such series", "--store", store}, "no such series");
  expect_refused({"trend", "--store", folder / "empty"}, "roofmark run");
  expect_refused({"trend", "--machine", "ffff", "--store", store},
                 "no stored runs of machine 'ffff' in " + store + " (of " + discover().id);
}

TEST(TrendCommand, WritesAFileAsItsNameSaysElseAsOutputDoes) {
  const ScratchFolder folder;
  const std::string store = folder / "store";
  for (int i = 0; i < 4; ++i) store_run(store, made_up_run(i, 1, ""));
  const auto written = [&](const std::string& name, std::vector<std::string> more) {
    more.insert(more.begin(), {"trend", "--store", store, "-o", folder / name});
    const Outcome outcome = run_program(more);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(outcome.out, (folder / name).string() + "\n");
    return contents(folder / name);
  };
  const std::string json = run_program({"trend", "--store", store, "--output", "json"}).out;
  EXPECT_EQ(json.find("{\n  \"schema\": \"roofmark.history/1\""), 0u) << json;
  EXPECT_EQ(written("a.json", {}), json);
  EXPECT_EQ(written("a", {"--output", "json"}), json);
  EXPECT_EQ(written("a.csv", {}).find("id,run,"), 0u);
  EXPECT_EQ(written("a.txt", {}), run_program({"trend", "--store", store}).out);
  expect_refused({"trend", "--store", store, "-o", folder / "p.html", "--output", "json"},
                 "--output json does not go with -o");
  expect_refused({"trend", "--store", store, "-o", folder / "p.svg"}, "end it in .html");
}

TEST(TrendCommand, SaysWhichRoundsItLeavesOut) {
  const ScratchFolder folder;
  const std::string store = folder / "store";
  for (int i = 0; i < 6; ++i) {
    roofmark::Run run = made_up_run(i, 1, "");
    if (i == 2 || i == 5) run.policy.preset = "quick";
    // The newest is of another series alone.
    if (i == 5) run.rows.erase(run.rows.begin());
    store_run(store, run);
  }
  const std::string id = small_run().rows.front().id;
  const std::string standard =
      "1 of 5 rounds are quick ones, which the newest is not, and left "
      "out (a history is of one sort)";
  const Outcome one = run_program({"trend", id, "--store", store});
  EXPECT_EQ(one.code, 0);
  EXPECT_EQ(one.err, "roofmark: " + standard + "\n");
  EXPECT_NE(one.out.find("4 rounds, "), std::string::npos) << one.out;
  const Outcome json = run_program({"trend", id, "--store", store, "--output", "json"});
  EXPECT_NE(json.out.find("\"notes\": [\n    \"" + standard), std::string::npos) << json.out;
  const Outcome all = run_program({"trend", "--store", store});
  EXPECT_EQ(all.err,
            "roofmark: 4 of 6 rounds are no quick ones as the newest is, and left out (a "
            "history is of one sort)\n");
  EXPECT_EQ(run_program({"trend", "--newest", "1", "--store", store}).err, "");
  expect_refused({"trend", id, "--newest", "1", "--store", store}, "pass a larger --newest");
}

TEST(TrendCommand, CountsDisturbedRoundsInItsNotes) {
  const ScratchFolder folder;
  const std::string store = folder / "store";
  for (int i = 0; i < 2; ++i) {
    roofmark::Run run = made_up_run(i, 1, "");
    run.rows.front().contended = true;
    store_run(store, run);
  }
  const std::string id = small_run().rows.front().id;
  const Outcome csv = run_program({"trend", "--store", store, "--output", "csv"});
  EXPECT_EQ(csv.err,
            "roofmark: 2 rounds of 1 series were disturbed or have no time, and left out; of 1 "
            "series nothing is left (" +
                id + ")\n");
  EXPECT_NE(csv.out.find(id), std::string::npos) << csv.out;
}

TEST(TrendCommand, SaysThatItReadsTheNewestTwoHundredRoundsOfMore) {
  const ScratchFolder folder;
  const std::string store = folder / "store";
  for (int i = 0; i < 201; ++i) {
    roofmark::Run run = made_up_run(i, 1, "");
    run.started = "2026-11-22T" + std::to_string(10 + i / 60) + ":" + std::to_string(10 + i % 50) +
                  ":" + std::to_string(10 + i / 50) + "Z";
    run.rows.resize(1);
    store_run(store, run);
  }
  EXPECT_EQ(run_program({"trend", "--store", store}).err,
            "roofmark: the newest 200 of 201 rounds are read; --newest 201 takes all\n");
  EXPECT_EQ(run_program({"trend", "--newest", "201", "--store", store}).err, "");
  EXPECT_EQ(run_program({"trend", "--newest", "100", "--store", store}).err, "") << "as asked";
}

TEST(HistoryInReports, IsThatOfTheStore) {
  const ScratchFolder folder;
  const std::string store = folder / "store", page = folder / "p.html";
  for (int i = 0; i < 20; ++i) store_run(store, made_up_run(i, i < 12 ? 1 : 1.2, ""));
  const roofmark::Run newest = made_up_run(19, 1.2, "");
  ASSERT_EQ(run_program({"report", run_path(store, newest), "-o", page}).code, 0);
  std::string text = contents(page);
  EXPECT_NE(text.find("<h2>History</h2>"), std::string::npos);
  EXPECT_NE(text.find("1 of 2 series changed in the last 20 stored runs"), std::string::npos);
  EXPECT_NE(text.find("+20.0 %"), std::string::npos);
  // A file that lies in no store has none, unless it is told where to look.
  const std::string elsewhere = folder.write("r.json", to_json(newest));
  ASSERT_EQ(run_program({"report", elsewhere, "-o", page}).code, 0);
  EXPECT_EQ(contents(page).find("<h2>History</h2>"), std::string::npos);
  ASSERT_EQ(run_program({"report", elsewhere, "-o", page, "--store", store}).code, 0);
  EXPECT_NE(contents(page).find("<h2>History</h2>"), std::string::npos);
  // Quick runs and others are no single history.
  roofmark::Run quick = newest;
  quick.policy.preset = "quick";
  ASSERT_EQ(
      run_program({"report", folder.write("q.json", to_json(quick)), "-o", page, "--store", store})
          .code,
      0);
  EXPECT_EQ(contents(page).find("<h2>History</h2>"), std::string::npos);
}

}  // namespace
}  // namespace roofmark
