// Reports as text, Markdown, CSV and a page: no row is lost, no name acts.
#include "analyzer/report/report.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "analyzer/analysis_json.h"
#include "analyzer/plain_text.h"
#include "analyzer/report/identity.h"
#include "analyzer/report/markup.h"
#include "core/strict_json.h"
#include "tests/analyzer/made_up_run.h"
#include "tests/analyzer/markup_check.h"
#include "tests/text.h"

namespace roofmark {
namespace {

std::string made(std::string (*report)(std::span<const Section>), const Analysis& analysis,
                 const Run* run = nullptr) {
  const std::array<Section, 1> sections{{{&analysis, run}}};
  return report(sections);
}

/// RFC 4180, read back: the records of a CSV text.
std::vector<std::vector<std::string>> records(const std::string& csv) {
  std::vector<std::vector<std::string>> all{{""}};
  bool quoted = false;
  for (std::size_t i = 0; i < csv.size(); ++i) {
    std::string& cell = all.back().back();
    if (quoted) {
      if (csv[i] != '"') {
        cell += csv[i];
      } else if (i + 1 < csv.size() && csv[i + 1] == '"') {
        cell += csv[++i];
      } else {
        quoted = false;
      }
    } else if (csv[i] == '"') {
      quoted = true;
    } else if (csv[i] == ',') {
      all.back().emplace_back();
    } else if (csv[i] == '\n') {
      all.push_back({""});
    } else {
      cell += csv[i];
    }
  }
  all.pop_back();  // after the last line's end
  return all;
}

/// What people have tried against pages, terminals and spreadsheets.
std::vector<std::string> hostile_names() {
  return {"</script><script>alert(1)</script>",
          "\"><img src=x onerror=alert(1)>",
          "<!--",
          "-->",
          "]]>",
          "<svg/onload=alert(1)>",
          "' onmouseover='alert(1)",
          "&lt;b&gt;",
          "javascript:alert(1)",
          "\u2028\u2029",
          "\u202Etxt.exe",
          "\x1b]0;owned\x07",
          "\x1b[2J\x1b[31m",
          std::string("nul\0x", 5),
          "\xff\xfe\xc0\x80",
          "=cmd|' /C calc'!A0",
          "+1",
          "-1+1",
          "@SUM(A1)",
          "a|b\n|c|",
          "`code` **b** [l](x)",
          "line\r\nbreak",
          "{{template}}",
          "${x}",
          "%s%n",
          "\u0000",
          "",
          std::string(5000, 'A')};
}

Analysis hostile_analysis(const std::string& name) {
  Analysis analysis = made_up::analysis();
  analysis.ceilings.resize(12);
  analysis.points.resize(6);
  analysis.title = name;
  analysis.warnings.push_back({name});
  analysis.ceilings[0].variant = analysis.ceilings[0].format = analysis.ceilings[0].kernel = name;
  analysis.ceilings[0].reason = name;
  analysis.ceilings[7].level = name;
  analysis.ceilings[3].device = name;
  analysis.points[0].op = analysis.points[0].phase = analysis.points[0].bound = name;
  const std::string part = name.substr(0, 4096);  // as much as a run file may hold
  analysis.points[1].id = part + "/" + part + "/f32/cpu/t2/" + part;
  analysis.points[2].reason = name;
  return analysis;
}

TEST(TextReport, NamesEveryRow) {
  const Analysis analysis = made_up::analysis();
  const std::string text = made(text_report, analysis);
  // Those that are no roof stand in the column of their instruction set.
  for (const Ceiling& ceiling : analysis.ceilings) {
    const bool named = text.find(ceiling_name(ceiling)) != std::string::npos;
    EXPECT_TRUE(named || text.find(limit_name(ceiling) + " ") != std::string::npos) << ceiling.id;
    if (ceiling.grade == 'X') continue;  // refused by name
    EXPECT_NE(text.find(ceiling_value(ceiling, ceiling.value)), std::string::npos) << ceiling.id;
  }
  // Points: one line each with its time, or a reason.
  EXPECT_EQ(count_of(text, " prefill  "), 18u);
  EXPECT_EQ(count_of(text, " decode   "), 20u);
  EXPECT_NE(text.find("no variant for this device in this build: attention decode"),
            std::string::npos);
}

TEST(TextReport, SaysWhatWasRefusedContendedAndInterrupted) {
  const Analysis analysis = made_up::analysis();
  auto run = made_up::run();
  run.complete = false;
  Measurement row;
  row.id = analysis.ceilings[0].id;
  row.contended = true;
  run.rows.push_back(row);
  const std::string text = made(text_report, analysis, &run);
  EXPECT_NE(text.find("\nRefused\n  above its theoretical bound by a factor of 3.04: L1 read sse2"),
            std::string::npos);
  EXPECT_NE(text.find(" A contended"), std::string::npos);
  EXPECT_NE(text.find("C (read with care): 10; 1 contended"), std::string::npos);
  EXPECT_NE(text.find("the run was interrupted"), std::string::npos);
  EXPECT_NE(text.find("Warnings\n  f64 is not half of f32"), std::string::npos);
}

TEST(TextReport, CallsALaunchBoundRowLaunchBoundAndGivesItNoShareOfTheRoof) {
  Analysis analysis;
  analysis.points.push_back({.id = "add/avx2/f32/cpu/t2/rows=1,cols=64",
                             .op = "attn_add",
                             .phase = "decode",
                             .intensity = 1.0 / 12,
                             .achieved = 1e6,
                             .share_measured = 0.01,
                             .bound = "launch",
                             .seconds = 1e-6,
                             .overhead_share = 0.8,
                             .grade = 'A'});
  const std::string text = made(text_report, analysis);
  EXPECT_NE(text.find("launch 80.0 %"), std::string::npos);
  EXPECT_EQ(text.find(" 1.0 %"), std::string::npos);
}

TEST(TextReport, OfAnEmptyAnalysisIsItsTitle) {
  Analysis analysis;
  analysis.title = "nothing";
  EXPECT_EQ(made(text_report, analysis), "nothing\n");
}

TEST(Reports, KeepHostileNamesHarmless) {
  for (const std::string& name : hostile_names()) {
    const Analysis analysis = hostile_analysis(name);
    auto run = made_up::run();
    run.id = run.machine.class_ = run.build.commit = run.policy.filter = name;
    const std::string html = made(html_report, analysis, &run),
                      svg = made(svg_report, analysis, &run);
    EXPECT_EQ(MarkupCheck::problem(html), "") << name.substr(0, 40);
    EXPECT_EQ(MarkupCheck::problem(svg), "") << name.substr(0, 40);
    const auto elements = MarkupCheck::elements(html);
    EXPECT_EQ(std::count(elements.begin(), elements.end(), "script"), 1) << name.substr(0, 40);
    EXPECT_EQ(std::count(elements.begin(), elements.end(), "img"), 0);
    for (const auto report : {text_report, markdown_report, csv_report}) {
      std::string text = made(report, analysis, &run);
      text.erase(std::remove(text.begin(), text.end(), '\n'), text.end());
      EXPECT_TRUE(plain(text) == text) << name.substr(0, 40);  // nothing that acts, valid UTF-8
    }
    EXPECT_EQ(made(markdown_report, analysis, &run).find("<script"), std::string::npos);
  }
}

TEST(Reports, ShortenANameOfAMegabyte) {
  Analysis analysis;
  analysis.title = std::string(1 << 20, 'A');
  analysis.points = made_up::analysis().points;
  analysis.points.resize(3);
  analysis.points[0].op = analysis.points[1].reason = analysis.title;
  for (const auto report : {text_report, markdown_report, svg_report}) {
    EXPECT_LT(made(report, analysis).size(), std::size_t{30000});
  }
  const std::string page = made(html_report, analysis);
  EXPECT_LT(page.find("<script"), std::size_t{30000});  // whole in the JSON alone
  EXPECT_EQ(MarkupCheck::problem(page.substr(0, page.find("<script")) +
                                 "</section></main></body></html>"),
            "");
}

TEST(CsvReport, HoldsEveryRowWithAllItsDigits) {
  Analysis analysis = made_up::analysis();
  analysis.points[0].implementation = "OpenBLAS 0.3.21 Haswell";
  analysis.points[0].format_error = 1.0 / 3;
  const auto rows = records(made(csv_report, analysis));
  ASSERT_EQ(rows.size(), 1 + analysis.ceilings.size() + analysis.points.size());
  const auto column = [&](const std::string& name) {
    return static_cast<std::size_t>(std::find(rows[0].begin(), rows[0].end(), name) -
                                    rows[0].begin());
  };
  for (const auto& row : rows) ASSERT_EQ(row.size(), rows[0].size());
  for (std::size_t i = 0; i < analysis.ceilings.size(); ++i) {
    const Ceiling& ceiling = analysis.ceilings[i];
    EXPECT_EQ(rows[i + 1][column("id")], ceiling.id);
    EXPECT_EQ(rows[i + 1][column("grade")], std::string(1, ceiling.grade));
    const std::string& value = rows[i + 1][column("value")];
    if (ceiling.value) {
      EXPECT_EQ(std::stod(value), *ceiling.value);
    } else {
      EXPECT_EQ(value, "");
    }
  }
  const auto& point = rows[1 + analysis.ceilings.size()];
  EXPECT_EQ(point[column("row")], "point");
  EXPECT_EQ(std::stod(point[column("seconds")]), *analysis.points[0].seconds);
  EXPECT_EQ(point[column("shape")], "m=128 n=4096 k=4096");
  EXPECT_EQ(point[column("implementation")], "OpenBLAS 0.3.21 Haswell");
  EXPECT_EQ(std::stod(point[column("format_error")]), 1.0 / 3);
  EXPECT_EQ(point[column("packed")], identity(analysis.points[0].id).condition("packed"));
}

TEST(CsvReport, KeepsHostileNamesInTheirCells) {
  for (const std::string& name : hostile_names()) {
    const auto rows = records(made(csv_report, hostile_analysis(name)));
    for (const auto& row : rows) {
      ASSERT_EQ(row.size(), rows[0].size()) << name.substr(0, 40);
      for (const std::string& cell : row) {
        const bool formula = !cell.empty() && std::string("=+@").find(cell[0]) != std::string::npos;
        EXPECT_FALSE(formula) << cell.substr(0, 40);
      }
    }
  }
}

TEST(MarkdownReport, HasOneTableRowPerRow) {
  const Analysis analysis = made_up::analysis();
  const std::string text = made(markdown_report, analysis);
  EXPECT_EQ(count_of(text, "| prefill |") + count_of(text, "| decode |"), 38u);
  EXPECT_NE(
      text.find(
          "| f32 avx512 fma | 2 | 461 Gop/s | - | 460 Gop/s | \\[459 460\\] | 99.8 % | - | A |"),
      std::string::npos);
}

TEST(HtmlReport, IsOneWellFormedPageThatLoadsAndRunsNothing) {
  const auto run = made_up::run();
  const Analysis analysis = made_up::analysis();
  const std::string page = made(html_report, analysis, &run);
  EXPECT_EQ(MarkupCheck::problem(page), "");
  EXPECT_NE(page.find("default-src 'none'"), std::string::npos);
  for (const char* loads :
       {"src=", "href=", "url(", "@import", "onload", "onclick", "http-equiv=\"refresh"}) {
    EXPECT_EQ(page.find(loads), std::string::npos) << loads;
  }
}

TEST(HtmlReport, SaysOfEachBarItsFormatAndTheMemoryOfItsData) {
  Analysis analysis = made_up::analysis();
  analysis.points = {analysis.points.at(4)};  // a norm on one thread
  Point& point = analysis.points[0];
  point.id = "norm/avx512/bf16-f32/cpu/t" + std::to_string(identity(point.id).threads) +
             "/rows=128,cols=4096,level=l2,state=hot";
  point.overhead_share = 0.24;
  const std::string page = made(html_report, analysis);
  EXPECT_NE(page.find("<span class=\"soft\">avx512 bf16-f32, L2</span>"), std::string::npos);
  EXPECT_NE(page.find("88.0 % of memory, 24.0 % is fork and join"), std::string::npos);
}

TEST(HtmlReport, MarksRowsOfGradeCInTablesWithFurtherColumns) {
  Analysis analysis = made_up::analysis();
  const std::size_t rough = count_of(made(html_report, analysis), "<tr class=\"grade-C\">");
  ASSERT_GT(rough, 0u);
  for (Point& point : analysis.points) point.format_error = 1e-3;
  EXPECT_EQ(count_of(made(html_report, analysis), "<tr class=\"grade-C\">"), rough);
}

TEST(Reports, ForPeopleSayWhatALibraryRan) {
  Analysis analysis = made_up::analysis();
  analysis.points.at(0).implementation = "OpenBLAS 0.3.21, core Haswell";
  for (const auto report : {text_report, markdown_report, html_report}) {
    const std::string shown = made(report, analysis);
    EXPECT_NE(shown.find("What ran"), std::string::npos);
    const std::size_t at = shown.find("OpenBLAS 0.3.21, core Haswell");
    EXPECT_LT(shown.find("gemm/openblas/f32", at), at + 200);
  }
  EXPECT_EQ(made(text_report, made_up::analysis()).find("What ran"), std::string::npos);
}

TEST(HtmlReport, CarriesTheAnalysisAsJson) {
  Analysis analysis = made_up::analysis();
  analysis.title = "a </script> & \u2028 b";
  const std::string page = made(html_report, analysis);
  const std::string start = "id=\"run1-analysis\">\n", end = "</script>";
  const std::size_t from = page.find(start) + start.size();
  const std::string json = page.substr(from, page.find(end, from) - from);
  EXPECT_EQ(json.find_first_of("<>&"), std::string::npos);
  EXPECT_EQ(JsonView::parse(json, "page").at("title").text(), analysis.title);
  EXPECT_EQ(JsonView::parse(json, "page").at("points").elements().size(), analysis.points.size());
}

TEST(HtmlReport, ShowsTheStateOfTheMachineAndHowItWasTaken) {
  const auto run = made_up::run();
  const Analysis analysis = made_up::analysis();
  const std::string page = made(html_report, analysis, &run);
  for (const char* fact : {"AMD EPYC 9V45 96-Core Processor", "amd-epyc-zen5-2c-24g", "kvm",
                           "GNU 12.2.0", "0.3.21", "24.0 GiB", "governor</dt><dd>unknown"}) {
    EXPECT_NE(page.find(fact), std::string::npos) << fact;
  }
}

TEST(HtmlReport, OfSeveralRunsHasASectionEach) {
  const Analysis first = made_up::analysis(), second = made_up::analysis();
  const Section sections[] = {{&first, nullptr}, {&second, nullptr}};
  const std::string page = html_report(sections);
  EXPECT_EQ(MarkupCheck::problem(page), "");
  EXPECT_EQ(count_of(page, "<section class=\"run\""), 2u);
}

TEST(Reports, OfNothingAreStillReports) {
  const Analysis analysis;
  EXPECT_EQ(MarkupCheck::problem(made(html_report, analysis)), "");
  EXPECT_EQ(MarkupCheck::problem(made(svg_report, analysis)), "");
  EXPECT_EQ(records(made(csv_report, analysis)).size(), 1u);
}

TEST(Reports, OfACpuAndAGpuDrawARooflineOfEach) {
  const Analysis both = made_up::with_gpu(made_up::analysis());
  const std::string page = made(html_report, both);
  EXPECT_EQ(count_of(page, "Measured roofline, cpu, 2 threads</title>"), 1u);
  EXPECT_EQ(count_of(page, "Measured roofline, cuda</title>"), 1u);
  const std::size_t folded = page.find("<summary>The same on");
  EXPECT_LT(page.find("Measured roofline, cuda</title>"), folded);  // not folded away
  EXPECT_EQ(count_of(page, "<summary>The same on cpu, 1 thread</summary>"), 1u);
  EXPECT_EQ(MarkupCheck::problem(page), "");
  const std::string svg = made(svg_report, both);
  EXPECT_EQ(count_of(svg, "<svg"), 3u);
  EXPECT_EQ(MarkupCheck::problem(svg), "");
  EXPECT_EQ(count_of(made(svg_report, made_up::analysis()), "<svg"), 2u);
}

TEST(Reports, OfACpuAndAGpuSayWhereARowRan) {
  const Analysis both = made_up::with_gpu(made_up::analysis());
  const std::string text = made(text_report, both);
  for (const char* words : {"cpu, 2 threads", "cuda", "with launches", "57.8 %", "LINK h2d simt"}) {
    EXPECT_NE(text.find(words), std::string::npos) << words;
  }
  EXPECT_EQ(made(text_report, made_up::analysis()).find("with launches"), std::string::npos);
  // The GPU's points stand after all of the CPU's, not among those of one thread.
  const std::size_t decode_last = text.rfind("cpu, 1 thread", text.find("\nRemarks"));
  EXPECT_LT(decode_last, text.find("down_proj  decode   simt"));
  const auto table = records(made(csv_report, both));
  const auto column = std::find(table[0].begin(), table[0].end(), "share_launched");
  ASSERT_NE(column, table[0].end());
  EXPECT_NE(made(html_report, both).find("57.8 % with launches"), std::string::npos);
}

TEST(Reports, OfACpuAndAGpuMarkTheRidgeOfEachMemory) {
  const Analysis both = made_up::with_gpu(made_up::analysis());
  const std::string svg = made(svg_report, both);
  EXPECT_EQ(svg.find("LINK"), std::string::npos);
  EXPECT_NE(svg.find("SHARED read"), std::string::npos);
  EXPECT_EQ(count_of(svg, ">ridge "), 4u);  // a label and a title, on each device
}

TEST(Identity, TakesAnIdApart) {
  const Identity parts = identity("read/avx512/f32/cpu/t16/bytes=1024,passes=3,level=l2,stores=nt");
  EXPECT_EQ(parts.kernel, "read");
  EXPECT_EQ(parts.variant, "avx512");
  EXPECT_EQ(parts.format, "f32");
  EXPECT_EQ(parts.device, "cpu");
  EXPECT_EQ(parts.threads, 16);
  EXPECT_EQ(parts.shape, "bytes=1024 passes=3");
  EXPECT_EQ(parts.condition("level"), "l2");
  EXPECT_EQ(parts.condition("stores"), "nt");
  EXPECT_EQ(parts.condition("pages"), "");
}

TEST(Identity, OfAnythingElseHasEmptyParts) {
  EXPECT_EQ(identity("").threads, 0);
  EXPECT_EQ(identity("a/b/c/d/t99999999999999/x").threads, 0);
  EXPECT_EQ(identity("a/b/c/d/t-4/x").threads, 0);
  EXPECT_EQ(identity("name").kernel, "name");
}

TEST(ScriptJson, MeansTheSameAndEndsNoElement) {
  EXPECT_EQ(script_json("\"</script>&\u2028\u2029\u2027\""),
            "\"\\u003c/script\\u003e\\u0026\\u2028\\u2029\u2027\"");
}

}  // namespace
}  // namespace roofmark
