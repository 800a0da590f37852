// A run survives its file bit for bit; whatever is wrong with a file is said, never guessed over.
#include "core/run_json.h"

#include <gtest/gtest.h>

#include <limits>

#include "core/error.h"
#include "tests/core/run_fixture.h"
#include "tests/refusal.h"

namespace roofmark {
namespace {

void expect_equal(const Health& a, const Health& b) {
  EXPECT_EQ(a.load_1m, b.load_1m);
  EXPECT_EQ(a.steal_s, b.steal_s);
  EXPECT_EQ(a.temperature_c, b.temperature_c);
  EXPECT_EQ(a.pressure_cpu_some_avg10, b.pressure_cpu_some_avg10);
  EXPECT_EQ(a.throttle_events, b.throttle_events);
  EXPECT_EQ(a.gpu, b.gpu);
  EXPECT_EQ(a.over_current, b.over_current);
  EXPECT_EQ(a.rails_w, b.rails_w);
}

void expect_equal(const Measurement& a, const Measurement& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.kernel, b.kernel);
  EXPECT_EQ(a.variant, b.variant);
  EXPECT_EQ(a.device, b.device);
  EXPECT_EQ(a.role, b.role);
  EXPECT_EQ(a.threads, b.threads);
  EXPECT_EQ(a.format, b.format);
  EXPECT_EQ(a.shape, b.shape);
  EXPECT_EQ(a.conditions, b.conditions);
  EXPECT_EQ(a.work, b.work);
  EXPECT_EQ(a.status, b.status);
  EXPECT_EQ(a.reason, b.reason);
  EXPECT_EQ(a.implementation, b.implementation);
  EXPECT_EQ(a.code_hash, b.code_hash);
  EXPECT_EQ(a.error, b.error);
  EXPECT_EQ(a.launches, b.launches);
  EXPECT_EQ(a.samples_s, b.samples_s);
  EXPECT_EQ(a.flags, b.flags);
  EXPECT_EQ(a.clock_hz, b.clock_hz);
  EXPECT_EQ(a.load_bytes_s, b.load_bytes_s);
  EXPECT_EQ(a.companion, b.companion);
  EXPECT_EQ(a.pairs, b.pairs);
  EXPECT_EQ(a.contended, b.contended);
  EXPECT_EQ(a.interval_met, b.interval_met);
  EXPECT_EQ(a.grade, b.grade);
  expect_equal(a.before, b.before);
  expect_equal(a.after, b.after);
}

void expect_equal(const Policy& a, const Policy& b) {
  EXPECT_EQ(a.preset, b.preset);
  EXPECT_EQ(a.only, b.only);
  EXPECT_EQ(a.filter, b.filter);
  EXPECT_EQ(a.devices, b.devices);
  EXPECT_EQ(a.threads, b.threads);
  EXPECT_EQ(a.workloads, b.workloads);
  EXPECT_EQ(a.seed, b.seed);
  EXPECT_EQ(a.target, b.target);
  EXPECT_EQ(a.min_kept, b.min_kept);
  EXPECT_EQ(a.min_kept_long, b.min_kept_long);
  EXPECT_EQ(a.min_kept_core, b.min_kept_core);
  EXPECT_EQ(a.core_limit_s, b.core_limit_s);
  EXPECT_EQ(a.long_launch_s, b.long_launch_s);
  EXPECT_EQ(a.core_sample_s, b.core_sample_s);
  EXPECT_EQ(a.sample_s, b.sample_s);
  EXPECT_EQ(a.case_limit_s, b.case_limit_s);
  EXPECT_EQ(a.max_samples, b.max_samples);
}

void expect_equal(const Run& a, const Run& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.started, b.started);
  EXPECT_EQ(a.complete, b.complete);
  EXPECT_EQ(a.campaign, b.campaign);
  EXPECT_EQ(a.build, b.build);
  EXPECT_EQ(a.machine, b.machine);
  expect_equal(a.policy, b.policy);
  ASSERT_EQ(a.rows.size(), b.rows.size());
  for (std::size_t i = 0; i < a.rows.size(); ++i) expect_equal(a.rows[i], b.rows[i]);
}

std::string journal_of(const Run& run) {
  std::string text = journal_header(run);
  for (const Measurement& row : run.rows) text += journal_row(row);
  return text;
}

std::string refusal_after(const std::string& from, const std::string& to) {
  std::string text = to_json(small_run());
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  text.replace(at, from.size(), to);
  return refusal([&] { run_from_json(text, "run.json"); });
}

TEST(RunJson, ARunReadBackIsTheSameInEveryField) {
  const roofmark::Run run = small_run();
  expect_equal(run_from_json(to_json(run), "run.json"), run);
}

TEST(RunJson, WritingWhatWasReadGivesTheSameBytes) {
  const std::string text = to_json(small_run());
  EXPECT_EQ(to_json(run_from_json(text, "run.json")), text);
}

TEST(RunJson, ExponentialsAreThereWhereAKernelHasThem) {
  roofmark::Run run = small_run();
  for (Measurement& row : run.rows) row.work.exponentials = Ops{};
  EXPECT_EQ(to_json(run).find("exponentials"), std::string::npos);
  expect_equal(run_from_json(to_json(run), "run.json"), run);
  run.rows.front().work.exponentials = Ops{2 * run.rows.front().work.ops.value + 1};
  EXPECT_THROW(run_from_json(to_json(run), "run.json"), InputError);
}

TEST(RunJson, ARunFromBeforeAGpusSettingWasRecordedIsRead) {
  roofmark::Run run = small_run();
  const Gpu whole = run.machine.gpus.front();
  run.machine.gpus = {{.name = whole.name,
                       .compute_capability = whole.compute_capability,
                       .sms = whole.sms,
                       .memory_bytes = whole.memory_bytes,
                       .l2_bytes = whole.l2_bytes}};
  run.machine.jetson = std::nullopt;
  std::string text = to_json(run);
  const std::size_t first = text.rfind(',', text.find("\"shared_per_sm_bytes\""));
  ASSERT_NE(first, std::string::npos);
  text.erase(first, text.find('}', text.find("\"processes\"")) + 1 - first);
  ASSERT_EQ(text.find("\"setting\""), std::string::npos) << text;
  expect_equal(run_from_json(text, "run.json"), run);
}

TEST(RunJson, ARunFromBeforeNodesAndKindsOfCoreWereRecordedIsRead) {
  roofmark::Run run = small_run();
  run.machine.cpu.nodes.clear();
  run.machine.cpu.kinds.clear();
  run.machine.cpu.sve_bytes = std::nullopt;
  run.machine.allowance.cores = 0;
  std::string text = to_json(run);
  for (const char* key : {"\"nodes\"", "\"kinds\"", "\"sve_bytes\""}) {
    ASSERT_EQ(text.find(key), std::string::npos) << key;
  }
  const std::string cores = "\"cores\": 0,";
  const std::size_t at = text.find(cores, text.find("\"allowance\""));
  ASSERT_NE(at, std::string::npos);
  text.erase(at, cores.size());
  expect_equal(run_from_json(text, "run.json"), run);
}

TEST(RunJson, AnEmptyRunReadBackIsTheSame) {
  roofmark::Run run;
  run.id = "0";
  run.started = "2026-11-22T02:10:00Z";
  run.machine.id = "0";
  run.machine.cpu.architecture = "x86_64";
  expect_equal(run_from_json(to_json(run), "run.json"), run);
}

TEST(RunJson, AnErrorThatIsNoNumberIsReadAsBeyondAnyBound) {
  roofmark::Run run = small_run();
  run.rows[1].error = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(run_from_json(to_json(run), "run.json").rows[1].error,
            std::numeric_limits<double>::infinity());
}

TEST(RunJson, TextThatIsNotUtf8IsReplacedAndNotThrown) {
  roofmark::Run run = small_run();
  run.rows[0].reason = "caf\xe9";
  EXPECT_EQ(run_from_json(to_json(run), "run.json").rows[0].reason, "caf\xef\xbf\xbd");
}

TEST(RunJson, UnknownFactsAreNull) {
  const std::string text = to_json(small_run());
  EXPECT_NE(text.find("\"governor\": null"), std::string::npos);
  EXPECT_NE(text.find("\"stepping\": null"), std::string::npos);
}

TEST(RunJson, EveryObjectHasItsKeysAndNoOther) {
  const std::string text = to_json(small_run());
  // A member before the first of each object that is not a table of names (features, shape, ...).
  std::size_t objects = 0;
  for (std::size_t at = text.find('{'); at != std::string::npos; at = text.find('{', at + 1)) {
    const std::string before = text.substr(at < 12 ? 0 : at - 12, at < 12 ? at : 12);
    const auto is = [&](const char* table) { return before.find(table) != std::string::npos; };
    if (is("features") || is("shape") || is("rails_w") || is("variables")) continue;
    std::string more = text;
    more.insert(at + 1, "\"flagg\": 1, ");
    const std::string what = refusal([&] { run_from_json(more, "run.json"); });
    EXPECT_NE(what.find("flagg: unknown key; "), std::string::npos) << at << ": " << what;
    ++objects;
  }
  EXPECT_GT(objects, 30u);
  EXPECT_NE(refusal_after("\"companion\":null,", "").find("rows[0].companion: missing"),
            std::string::npos);
  EXPECT_NE(refusal_after("\"flag\":\"quiet\"", "\"flga\":\"quiet\"").find("write \"flag\""),
            std::string::npos);
}

TEST(RunJson, EveryTruncationIsRefusedWithFileAndRemedy) {
  const std::string text = to_json(small_run());
  for (std::size_t length = 0; length + 1 < text.size(); ++length) {
    const std::string what =
        refusal([&] { read_run(std::string_view(text).substr(0, length), "run.json"); });
    ASSERT_EQ(what.rfind("run.json", 0), 0u) << length << ": " << what;
    ASSERT_NE(what.find("; "), std::string::npos) << length << ": " << what;
  }
}

TEST(RunJson, EveryByteOverwrittenIsReadOrRefusedButNeverCrashes) {
  const std::string text = to_json(small_run());
  for (std::size_t at = 0; at < text.size(); at += 7) {  // prime: meets every kind of place
    for (const char hostile : {'\0', '"', '}', '-', '9', '\xff'}) {
      std::string broken = text;
      broken[at] = hostile;
      refusal([&] { read_run(broken, "run.json"); });
    }
  }
}

TEST(RunJson, ImpossibleValuesAreRefusedByKey) {
  EXPECT_NE(refusal_after("\"samples_s\":[0.3", "\"samples_s\":[-0.3").find("rows[0].samples_s[0]"),
            std::string::npos);
  EXPECT_NE(refusal_after("\"samples_s\":[0.3", "\"samples_s\":[0.0,0.3").find("samples_s[0]"),
            std::string::npos);
  EXPECT_NE(refusal_after("\"flags\":[\"\",", "\"flags\":[").find("parallel"), std::string::npos);
  EXPECT_NE(refusal_after("\"grade\":\"A\"", "\"grade\":\"X\"").find("rows[0].grade"),
            std::string::npos);
  EXPECT_NE(refusal_after("\"role\":\"kernel\"", "\"role\":\"kernels\"").find("rows[1].role"),
            std::string::npos);
  EXPECT_NE(refusal_after("\"status\":\"ok\"", "\"status\":\"fine\"").find("rows[0].status"),
            std::string::npos);
  EXPECT_NE(refusal_after("\"threads\":2", "\"threads\":0").find("rows[0].threads"),
            std::string::npos);
  EXPECT_NE(refusal_after("\"threads\":2", "\"threads\":65537").find("rows[0].threads"),
            std::string::npos);
  EXPECT_NE(refusal_after("\"weight_bytes\":67108864.0", "\"weight_bytes\":67108864000.0")
                .find("rows[1].work"),
            std::string::npos);
  EXPECT_NE(refusal_after("\"error\":0.125", "\"error\":1e999").find("run.json"),
            std::string::npos);
  EXPECT_NE(refusal_after("\"kernel_s\":0.002", "\"kernel_s\":0").find("pairs[0].kernel_s"),
            std::string::npos);
  EXPECT_NE(refusal_after("\"samples_s\":[0.3", "\"samples_s\":[1e-300, 0.3")
                .find("rows[0].samples_s[0]: out of range"),
            std::string::npos);
  EXPECT_NE(refusal_after("\"samples_s\":[0.3", "\"samples_s\":[1e8, 0.3").find("out of range"),
            std::string::npos);
  EXPECT_NE(refusal_after("\"companion_s\":1e-07", "\"companion_s\":1e-13").find("companion_s"),
            std::string::npos);
  EXPECT_NE(refusal_after("\"clock_hz\":[3700000000.0", "\"clock_hz\":[3.7").find("clock_hz[0]"),
            std::string::npos);
  EXPECT_NE(refusal_after("\"load_bytes_s\":[0.0,", "\"load_bytes_s\":[").find("must be parallel"),
            std::string::npos);
  EXPECT_NE(refusal_after("\"load_bytes_s\":[0.0", "\"load_bytes_s\":[-1").find("load_bytes_s[0]"),
            std::string::npos);
  EXPECT_NE(refusal_after("\"ops\":33554432.0", "\"ops\":1e300").find("rows[1].work.ops"),
            std::string::npos);
  EXPECT_NE(refusal_after("roofmark.run/1", "roofmark.run/2").find("schema"), std::string::npos);
  EXPECT_NE(refusal_after("\"build\"", "\"bulid\"").find("build"), std::string::npos);
  EXPECT_NE(refusal_after("\"complete\": true", "\"complete\": 1").find("complete"),
            std::string::npos);
}

TEST(RunJson, PairsAreSamplesOfTheirRowInTheirOrder) {
  EXPECT_EQ(refusal_after("kernel_s\":0.002", "kernel_s\":3").find("rows[1].pairs: kernel_s"), 10u);
  EXPECT_NE(refusal_after("[0.002,0.0021]", "[0.0021,0.002]"), "");
  roofmark::Run run = small_run();
  run.rows[1].pairs.erase(run.rows[1].pairs.begin());  // its probe found no memory at first
  expect_equal(run_from_json(to_json(run), "run.json"), run);
}

TEST(RunJson, FlagsThatNobodyKnowsAreRefused) {
  EXPECT_NE(refusal_after("\"flags\":[\"\",\"stolen\"", "\"flags\":[\"\",\"zzz\"")
                .find("rows[0].flags[1]: unknown flag 'zzz'; it is one of quiet, "),
            std::string::npos);
  for (const std::string flag : {"zzz", "", "Quiet"}) {
    EXPECT_NE(refusal_after("\"flag\":\"quiet\"", "\"flag\":\"" + flag + "\"")
                  .find("rows[1].pairs[1].flag: unknown flag '" + flag + "'"),
              std::string::npos);
  }
}

TEST(RunJson, AnIdThatContradictsItsRowIsRefused) {
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {"\"kernel\":\"read\"", "\"kernel\":\"write\""},
           {"\"variant\":\"avx512\"", "\"variant\":\"avx2\""},
           {"\"device\":\"cpu\"", "\"device\":\"cuda\""},
           {"\"threads\":2", "\"threads\":1"},
           {"\"accumulate\":\"f32\"},\"shape\"", "\"accumulate\":\"f64\"},\"shape\""},
           {"\"bytes\":4096", "\"bytes\":8192"},
           {"\"level\":\"dram\"", "\"level\":\"l1\""},
           {"\"pages\":\"huge\"", "\"pages\":null"},
           {"\"id\":\"read/", "\"id\":\"fma/"}}) {
    EXPECT_NE(refusal_after(from, to).find("rows[0].id: contradicts its row"), std::string::npos)
        << from;
  }
}

TEST(RunJson, ARowGivenTwiceIsRefused) {
  roofmark::Run run = small_run();
  run.rows.push_back(run.rows[0]);
  EXPECT_EQ(refusal([&] {
              read_run(to_json(run), "r");
            }).rfind("r: rows[3].id: a second row of " + run.rows[0].id, 0),
            0u);
  EXPECT_EQ(refusal([&] {
              read_run(journal_of(run), "j");
            }).rfind("j:5: id: a second row of " + run.rows[0].id, 0),
            0u);
}

TEST(RunJson, IdsThatNameFilesStayInTheirFolder) {
  for (const std::string id :
       {"../../..", "..", ".hidden", "", "a/b", "a\\\\b", "a b", "\\u00e9"}) {
    EXPECT_NE(refusal_after("\"id\": \"0123abcd\"", "\"id\": \"" + id + "\"").find("machine.id: "),
              std::string::npos)
        << id;
    EXPECT_NE(refusal_after("\"id\": \"20261122T021000Z-1\"", "\"id\": \"" + id + "\"")
                  .find("run.json: id: "),
              std::string::npos)
        << id;
  }
  EXPECT_EQ(refusal_after("\"id\": \"0123abcd\"", "\"id\": \"A-z_0.9\""), "");
}

TEST(RunJson, StartedIsAMomentInUtc) {
  const auto started = [](const std::string& text) {
    return refusal_after("\"started\": \"2026-11-22T02:10:00Z\"", "\"started\": \"" + text + "\"");
  };
  for (const char* text :
       {"2024-02-29T23:59:60Z", "2000-02-29T00:00:00Z", "2026-12-31T00:00:00Z"}) {
    EXPECT_EQ(started(text), "") << text;
  }
  for (const char* text :
       {"yesterday", "", "2026-11-22", "2026-11-22T02:10:00", "2026-11-22T02:10:00+00:00",
        "2026-11-22 02:10:00Z", "2026-13-01T02:10:00Z", "2026-00-01T02:10:00Z",
        "2026-11-31T02:10:00Z", "2026-02-29T02:10:00Z", "1900-02-29T02:10:00Z",
        "2026-11-00T02:10:00Z", "2026-11-22T24:10:00Z", "2026-11-22T02:60:00Z",
        "2026-11-22T02:10:61Z", "2026-11-22T02:10:0xZ", "2026-11-22T02:10:00.5Z"}) {
    EXPECT_NE(started(text).find("run.json: started: "), std::string::npos) << text;
  }
}

TEST(RunJson, AJournalReadBackHasEveryRowAndIsNotComplete) {
  roofmark::Run expected = small_run();
  expected.complete = false;
  expect_equal(run_from_journal(journal_of(small_run()), "run.partial.jsonl"), expected);
}

TEST(RunJson, AJournalTornAtAnyByteKeepsEveryFinishedRow) {
  const roofmark::Run run = small_run();
  const std::string text = journal_of(run);
  const std::size_t header = journal_header(run).size();
  std::vector<std::size_t> ends;  // of each row, with its newline
  for (std::size_t i = 0, end = header; i < run.rows.size(); ++i) {
    ends.push_back(end += journal_row(run.rows[i]).size());
  }
  for (std::size_t length = header; length <= text.size(); ++length) {
    const roofmark::Run read = read_run(std::string_view(text).substr(0, length), "j");
    std::size_t finished = 0;
    while (finished < ends.size() && ends[finished] <= length) ++finished;
    ASSERT_EQ(read.rows.size(), finished) << length;
    if (finished > 0) expect_equal(read.rows[finished - 1], run.rows[finished - 1]);
  }
}

TEST(RunJson, AJournalWithoutAWholeHeaderIsRefused) {
  const std::string header = journal_header(small_run());
  for (std::size_t length = 0; length + 1 < header.size(); ++length) {
    ASSERT_NE(refusal([&] { read_run(std::string_view(header).substr(0, length), "j"); }), "")
        << length;
  }
}

TEST(RunJson, ABrokenLineInsideAJournalIsRefusedWithItsNumber) {
  const roofmark::Run run = small_run();
  const std::string text =
      journal_header(run) + journal_row(run.rows[0]) + "{\"id\":\n" + journal_row(run.rows[1]);
  EXPECT_EQ(refusal([&] { read_run(text, "j"); }).rfind("j:3", 0), 0u);
}

TEST(RunJson, MoreRowsThanAnyPlanHasAreRefused) {
  std::string zeros = "0";
  for (int i = 0; i < 20000; ++i) zeros += ",0";
  EXPECT_NE(refusal_after("\"rows\": [", "\"rows\": [" + zeros + ",").find("20000 rows"),
            std::string::npos);
}

TEST(RunJson, ReadRunTellsARunFromAJournal) {
  expect_equal(read_run(to_json(small_run()), "r"), small_run());
  EXPECT_EQ(read_run(journal_of(small_run()), "j").rows.size(), 3u);
}

}  // namespace
}  // namespace roofmark
