// `roofmark report` and `roofmark list`, called as the program calls them.
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <sstream>

#include "app/commands.h"
#include "app/files.h"
#include "app/render.h"
#include "core/error.h"
#include "core/run_json.h"
#include "core/strict_json.h"
#include "tests/analyzer/made_up_run.h"
#include "tests/analyzer/markup_check.h"

namespace roofmark {
namespace {

namespace fs = std::filesystem;

struct Outcome {
  int code = 0;
  std::string out;
};

Outcome roofmark_with(std::vector<std::string> arguments) {
  CLI::App app;
  Command chosen;
  add_report(app, chosen);
  add_list(app, chosen);
  std::reverse(arguments.begin(), arguments.end());
  app.parse(arguments);
  testing::internal::CaptureStdout();
  Outcome outcome;
  try {
    outcome.code = chosen();
  } catch (...) {
    testing::internal::GetCapturedStdout();
    throw;
  }
  outcome.out = testing::internal::GetCapturedStdout();
  return outcome;
}

/// What it complains of; empty: it does not.
template <class Action>
std::string complaint_of(Action action) {
  try {
    action();
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}
std::string complaint(const std::vector<std::string>& arguments) {
  return complaint_of([&] { roofmark_with(arguments); });
}

/// One timed GEMV and the read probe beside it.
struct Rows {
  Measurement probe, kernel;
};
Rows rows() {
  Rows made;
  made.probe.id = made_up::probe_id("read", "avx2", "f32", 1, "bytes=1073741824,level=dram");
  made.probe.kernel = "read";
  made.probe.variant = made.kernel.variant = "avx2";
  made.probe.device = made.kernel.device = "cpu";
  made.probe.role = Role::bandwidth_probe;
  made.probe.shape = {{"bytes", 1073741824}};
  made.probe.conditions.level = "dram";
  made.probe.work = {.read = Bytes{1073741824}};
  made.kernel.id = made_up::probe_id("gemv", "avx2", "f32", 1, "n=4096,k=4096,state=cold");
  made.kernel.kernel = "gemv";
  made.kernel.shape = {{"n", 4096}, {"k", 4096}};
  made.kernel.conditions.state = "cold";
  made.kernel.work = {.ops = Ops{33554432},
                      .read = Bytes{67125248},
                      .written = Bytes{16384},
                      .weights = Bytes{67108864}};
  for (int i = 0; i < 12; ++i) {
    made.probe.samples_s.push_back(0.1);
    made.kernel.samples_s.push_back(0.0075);
    for (Measurement* row : {&made.probe, &made.kernel}) {
      row->flags.emplace_back();
      row->clock_hz.push_back(3.6e9);
    }
  }
  for (Measurement* row : {&made.probe, &made.kernel}) {
    row->launches = 1;
    row->grade = 'B';
    row->interval_met = true;
  }
  return made;
}

class ReportCommand : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) /
              (std::string("roofmark_report_") +
               testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    roofmark::Run run = made_up::run();
    const Rows made = rows();
    run.rows = {made.probe, made.kernel};
    write_file(file("run.json"), to_json(run));
    write_file(file("cut.json.partial.jsonl"), journal_header(run) + journal_row(made.probe) +
                                                   journal_row(made.kernel) + "{\"id\": \"ha");
  }
  void TearDown() override { fs::remove_all(folder_); }
  std::string file(const std::string& name) const { return (folder_ / name).string(); }

  fs::path folder_;
};

TEST_F(ReportCommand, WritesAPageBesideTheRunUnlessToldWhere) {
  const Outcome outcome = roofmark_with({"report", file("run.json")});
  EXPECT_EQ(outcome.code, exit_done);
  EXPECT_EQ(outcome.out, file("run.html") + "\n");
  const std::string page = read_file(file("run.html"));
  EXPECT_EQ(MarkupCheck::problem(page), "");
  EXPECT_NE(page.find("gemv"), std::string::npos);
}

TEST_F(ReportCommand, WritesWhatTheExtensionSays) {
  for (const auto& [name, start] :
       std::vector<std::pair<std::string, std::string>>{{"r.svg", "<svg "},
                                                        {"r.md", "# "},
                                                        {"r.csv", "run,row,id,"},
                                                        {"r.HTML", "<!DOCTYPE html>"},
                                                        {"r.json", "{"}}) {
    EXPECT_EQ(roofmark_with({"report", file("run.json"), "-o", file(name)}).code, exit_done);
    EXPECT_EQ(read_file(file(name)).substr(0, start.size()), start);
  }
}

TEST_F(ReportCommand, ReadsTheJournalOfAKilledRun) {
  EXPECT_EQ(roofmark_with({"report", file("cut.json.partial.jsonl")}).out, file("cut.html") + "\n");
  const std::string page = read_file(file("cut.html"));
  EXPECT_NE(page.find("the run was interrupted"), std::string::npos);
  EXPECT_NE(page.find("gemv"), std::string::npos);
}

TEST_F(ReportCommand, GivesEveryRunASection) {
  roofmark_with(
      {"report", file("run.json"), file("cut.json.partial.jsonl"), "-o", file("both.html")});
  const std::string page = read_file(file("both.html"));
  EXPECT_NE(page.find("id=\"run2-analysis\""), std::string::npos);
}

TEST_F(ReportCommand, RefusesWhatItCannotUseWithARemedy) {
  write_file(file("broken.json"), "{\"schema\": \"roofmark.run/1\", ");
  write_file(file("other.json"), "{\"rows\": []}");
  EXPECT_NE(complaint({"report", file("none.json")}).find("; check the name"), std::string::npos);
  EXPECT_NE(complaint({"report", file("broken.json")}).find("broken.json"), std::string::npos);
  EXPECT_NE(complaint({"report", file("other.json")}).find("schema"), std::string::npos);
  EXPECT_NE(
      complaint({"report", file("run.json"), "-o", "r.pdf"}).find("none of " + report_extensions()),
      std::string::npos);
  EXPECT_NE(complaint({"report", file("run.json"), "-o", "/dev/full"})
                .find("cannot write /dev/full (it is no ordinary file)"),
            std::string::npos);
  EXPECT_NE(complaint({"report", file("run.json"), "-o", file("run.json")}).find("one of the runs"),
            std::string::npos);
  EXPECT_EQ(run_from_json(read_file(file("run.json")), "run").rows.size(), 2u);  // still there
}

TEST(ListCommand, ListsEverythingThereIs) {
  for (const auto& [what, member] :
       std::vector<std::pair<std::string, std::string>>{{"kernels", "add"},
                                                        {"models", "llama-2-7b"},
                                                        {"hardware", "a6000"},
                                                        {"isas", "neon"},
                                                        {"probes", "fma"}}) {
    const Outcome table = roofmark_with({"list", what});
    EXPECT_EQ(table.code, exit_done);
    EXPECT_NE(table.out.find("\n" + member), std::string::npos) << table.out;
    const Outcome json = roofmark_with({"list", what, "--output", "json"});
    const auto rows = JsonView::parse(json.out, what).elements();
    EXPECT_EQ(rows.size() + 1,
              static_cast<std::size_t>(std::count(table.out.begin(), table.out.end(), '\n')));
    EXPECT_TRUE(std::any_of(rows.begin(), rows.end(),
                            [&, name = std::string_view(member)](const JsonView& row) {
                              return row.at("name").text() == name;
                            }));
  }
}

TEST(ListCommand, SaysWhichInstructionSetsRunHere) {
  const auto rows =
      JsonView::parse(roofmark_with({"list", "isas", "--output", "json"}).out, "isas").elements();
  bool any = false;
  for (const JsonView& row : rows)
    any |= row.at("this_build").boolean() && row.at("this_cpu").boolean();
  EXPECT_TRUE(any);  // these tests run on it
}

TEST(ListCommand, FiguresAreNumbersWithTheUnitInTheirName) {
  const std::string text = roofmark_with({"list", "hardware", "--output", "json"}).out;
  for (const JsonView& row : JsonView::parse(text, "hardware").elements()) {
    if (row.at("name").text() != "agx-orin") continue;
    EXPECT_EQ(row.at("bandwidth_bytes_per_s").number(0, 1e13), 204.8e9);
    EXPECT_EQ(row.at("memory_bytes").number(0, 1e13), 68719476736);
  }
  const std::string csv = roofmark_with({"list", "hardware", "--output", "csv"}).out;
  EXPECT_EQ(csv.find("name,title,bandwidth_bytes_per_s,memory_bytes,"), 0u) << csv;
  EXPECT_NE(csv.find(",204800000000,68719476736,"), std::string::npos) << csv;
  EXPECT_NE(roofmark_with({"list", "hardware"}).out.find(" 205 GB/s "), std::string::npos);
}

TEST(ListCommand, RefusesWhatItDoesNotKnow) {
  EXPECT_NE(
      complaint({"list", "cats"}).find("probes, kernels, models, networks, hardware and isas"),
      std::string::npos);
  EXPECT_NE(complaint({"list", "isas", "--output", "xml"}).find("table, md, csv and json"),
            std::string::npos);
}

TEST(Render, EveryFormatIsFoundByItsNameAndNamedInMessages) {
  const Analysis analysis = made_up::analysis();
  const Section section{&analysis, nullptr};
  for (const std::string& name : output_names()) {
    EXPECT_FALSE(output_format(name).write({&section, 1}).empty()) << name;
    EXPECT_NE(complaint_of([] { output_format("xml"); }).find(name), std::string::npos);
  }
  std::istringstream extensions(report_extensions());
  for (std::string one; extensions >> one;) {
    EXPECT_EQ(report_format("r" + one).extension, one);
    EXPECT_NE(complaint_of([] { report_format("r.pdf"); }).find(one), std::string::npos);
  }
  EXPECT_THROW(output_format(""), InputError);
  EXPECT_THROW(report_format("r"), InputError);
}

TEST(Render, WritesOneJsonObjectOrAnArrayOfThem) {
  const Analysis analysis = made_up::analysis();
  const Section one[] = {{&analysis, nullptr}};
  const Section two[] = {{&analysis, nullptr}, {&analysis, nullptr}};
  EXPECT_TRUE(JsonView::parse(output_format("json").write(std::span(one)), "one").is_object());
  EXPECT_EQ(JsonView::parse(output_format("json").write(std::span(two)), "two").elements().size(),
            2u);
}

}  // namespace
}  // namespace roofmark
