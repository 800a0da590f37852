// Tables and the text in their cells, hostile text included.
#include "analyzer/table.h"

#include <gtest/gtest.h>

#include "analyzer/plain_text.h"

namespace roofmark {
namespace {

Table example() {
  Table table({{"name"}, {"time", Align::right}});
  table.add({"softmax", "3.14 ms"});
  table.add({"add", "812 ns"});
  return table;
}

TEST(Table, AlignsItsColumns) {
  EXPECT_EQ(example().text(),
            "name        time\n"
            "softmax  3.14 ms\n"
            "add       812 ns\n");
}

TEST(Table, CountsColumnsNotBytes) {
  Table table({{"a"}, {"b"}});
  table.add({"3 \u00b5s", "x"});
  table.add({"\u884c\u5217", "y"});  // two wide characters
  table.add(
      {"e\u0301e\u0301e\u0301e\u0301", "z"});  // four letters with accents that take no column
  EXPECT_EQ(table.text(),
            "a     b\n"
            "3 \u00b5s  x\n"
            "\u884c\u5217  y\n"
            "e\u0301e\u0301e\u0301e\u0301  z\n");
}

TEST(Table, ShortensLongCellsOrLeavesThemWhole) {
  Table table({{"name"}});
  const std::string name(1000, 'x');
  table.add({name});
  EXPECT_EQ(table.text().find(name), std::string::npos);
  EXPECT_EQ(table.text(std::string::npos), "name\n" + name + "\n");
}

TEST(Table, IsAMarkdownTable) {
  EXPECT_EQ(example().markdown(),
            "| name | time |\n|---|--:|\n| softmax | 3.14 ms |\n| add | 812 ns |\n");
}

TEST(Table, LetsNoCellEscapeItsMarkdownCell) {
  Table table({{"name"}});
  table.add({"a|b\n| c | <script>alert(1)</script> [x](http://y) `z`"});
  EXPECT_EQ(
      table.markdown(),
      "| name |\n|---|\n| a\\|b \\| c \\| &lt;script&gt;alert(1)&lt;/script&gt; \\[x\\](http://y) "
      "\\`z\\` |\n");
}

TEST(Table, QuotesCsvAsRfc4180Does) {
  EXPECT_EQ(csv_cell("plain"), "plain");
  EXPECT_EQ(csv_cell("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_cell("say \"x\""), "\"say \"\"x\"\"\"");
  EXPECT_EQ(csv_cell("two\nlines"), "two lines");
  EXPECT_EQ(csv_cell(""), "");
}

TEST(Table, GivesASpreadsheetNoFormula) {
  EXPECT_EQ(csv_cell("=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\"");
  EXPECT_EQ(csv_cell("+1+1"), "'+1+1");
  EXPECT_EQ(csv_cell("-2+3"), "'-2+3");
  EXPECT_EQ(csv_cell("@SUM"), "'@SUM");
  EXPECT_EQ(csv_cell("\t=1+1"), "' =1+1");
  EXPECT_EQ(csv_cell("\033[1m=1+1"), "'=1+1");
  EXPECT_EQ(csv_cell("-2.5e-3"), "-2.5e-3");
}

TEST(PlainText, LosesWhatActsInATerminal) {
  EXPECT_EQ(plain("\033[31mred\033[0m"), "red");
  EXPECT_EQ(plain("\033]0;title\aname"), "name");
  EXPECT_EQ(plain("\033]8;;http://x\033\\link"), "link");
  EXPECT_EQ(plain("\033["), "");
  EXPECT_EQ(plain(std::string("a\0b\x7f\x08", 5)), "ab");
  EXPECT_EQ(plain("a\r\nb"), "a  b");
  EXPECT_EQ(plain("\u202Egnp.exe\u2066\u200B"), "gnp.exe");
  EXPECT_EQ(plain("\xc2\x9b"
                  "31m"),
            "31m");  // one-byte control sequence introducer of C1
}

TEST(PlainText, ReplacesBrokenUtf8) {
  EXPECT_EQ(plain("a\xff"), "a\uFFFD");
  EXPECT_EQ(plain("\xc3"), "\uFFFD");
  EXPECT_EQ(plain("\xc0\xaf"), "\uFFFD\uFFFD");                      // overlong slash
  EXPECT_EQ(plain("\xed\xa0\x80"), "\uFFFD\uFFFD\uFFFD");            // surrogate
  EXPECT_EQ(plain("\xf4\x90\x80\x80"), "\uFFFD\uFFFD\uFFFD\uFFFD");  // beyond U+10FFFF
  EXPECT_EQ(plain("\u00b5\u884c\U0001F600"), "\u00b5\u884c\U0001F600");
}

TEST(PlainText, IsShortenedInTheMiddle) {
  EXPECT_EQ(shorten("abcdef", 6), "abcdef");
  EXPECT_EQ(shorten("abcdefgh", 5), "ab\u2026gh");
  EXPECT_EQ(shorten("\u884c\u5217\u884c\u5217", 5), "\u884c\u2026\u5217");
  EXPECT_EQ(shorten("abc", 0), "");
  EXPECT_EQ(shorten("abc", 1), "\u2026");
  EXPECT_LE(display_width(shorten(std::string(1 << 20, 'x'), 100)), 100u);
}

}  // namespace
}  // namespace roofmark
