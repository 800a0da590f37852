#include "core/printable.h"

#include <gtest/gtest.h>

namespace roofmark {
namespace {

TEST(Printable, KeepsTextAndEscapesWhatDisturbs) {
  EXPECT_EQ(printable("modèle 模型 \U0001F600"), "modèle 模型 \U0001F600");
  EXPECT_EQ(printable("a\x1b[31m\n\t\x7f"), "a\\x1b[31m\\x0a\\x09\\x7f");
  EXPECT_EQ(printable("\xff\xc3"), "\\xff\\xc3");
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // a surrogate in UTF-8
  EXPECT_EQ(printable("\u202e\u2028\xc2\x85\ufeff"), "\\u202e\\u2028\\u0085\\ufeff");
}

TEST(Printable, CutsBetweenCharacters) {
  EXPECT_EQ(printable("abcdef", 6), "abcdef");
  EXPECT_EQ(printable("abcdefg", 6), "abcdef...");
  EXPECT_EQ(printable("abé", 3), "ab...");
}

}  // namespace
}  // namespace roofmark
