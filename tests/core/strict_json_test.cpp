#include "core/strict_json.h"

#include <gtest/gtest.h>

#include "tests/refusal.h"

namespace roofmark {
namespace {

std::string refusal_of(std::string_view text, const std::string& name = "f.json") {
  return refusal([&] { JsonView::parse(text, name); });
}

TEST(StrictJson, ReadsEveryTypeByNameInFileOrder) {
  const JsonView view =
      JsonView::parse(R"({"b": 1, "a": [true, 2.5, "x", null], "o": {}})", "f.json");
  EXPECT_TRUE(view.is_object());
  EXPECT_EQ(view.at("b").integer(0, 10), 1);
  EXPECT_EQ(view.at("b").number(0, 10), 1.0);
  const auto elements = view.at("a").elements();
  ASSERT_EQ(elements.size(), 4u);
  EXPECT_TRUE(elements[0].boolean());
  EXPECT_EQ(elements[1].number(-1, 3), 2.5);
  EXPECT_EQ(elements[2].text(), "x");
  EXPECT_TRUE(elements[3].is_null());
  const auto members = view.members();
  ASSERT_EQ(members.size(), 3u);
  EXPECT_EQ(members[0].first, "b");
  EXPECT_EQ(members[2].first, "o");
}

TEST(StrictJson, NullCountsAsMissing) {
  const JsonView view = JsonView::parse(R"({"a": null})", "f.json");
  EXPECT_FALSE(view.has("a"));
  EXPECT_FALSE(view.find("a").has_value());
  EXPECT_EQ(refusal([&] { view.at("a"); }), "f.json: a: missing or null; give it a value");
  EXPECT_EQ(refusal([&] { view.at("zz"); }), "f.json: zz: missing or null; give it a value");
}

TEST(StrictJson, OutlivesTheTextItWasParsedFrom) {
  auto text = std::make_unique<std::string>(R"({"rows": [{"n": "value"}]})");
  const JsonView leaf = JsonView::parse(*text, "f.json").at("rows").elements()[0].at("n");
  text.reset();
  EXPECT_EQ(leaf.text(), "value");
}

TEST(StrictJson, RefusalNamesFilePathAndRemedy) {
  const JsonView view = JsonView::parse(R"({"rows": [{}, {"n": "5"}]})", "f.json");
  const JsonView n = view.at("rows").elements()[1].at("n");
  EXPECT_EQ(refusal([&] { n.integer(1, 9); }),
            "f.json: rows[1].n: must be an integer (it is the text \"5\"); write one from 1 to 9");
  EXPECT_EQ(refusal([&] { n.refuse("bad", "do good"); }), "f.json: rows[1].n: bad; do good");
  EXPECT_EQ(refusal([&] { view.refuse("bad", "do good"); }), "f.json: bad; do good");
}

TEST(StrictJson, TruncatedAnywhereIsRefused) {
  const std::string text = R"({"a": [1, -2.5e3, "é\u00e9\n"], "b": {"c": true, "d": null}})";
  ASSERT_EQ(refusal_of(text), "");
  for (std::size_t length = 0; length < text.size(); ++length) {
    const std::string message = refusal_of(text.substr(0, length));
    EXPECT_EQ(message.find("f.json: line 1, column "), 0u) << length << ": " << message;
    EXPECT_EQ(message.find('\n'), std::string::npos) << length;
  }
}

TEST(StrictJson, IntegersAreExact) {
  const auto integer = [](const char* text) {
    return JsonView::parse(text, "f.json").integer(INT64_MIN, INT64_MAX);
  };
  EXPECT_EQ(integer("9223372036854775807"), INT64_MAX);
  EXPECT_EQ(integer("-9223372036854775808"), INT64_MIN);
  EXPECT_EQ(integer("9007199254740993"), 9007199254740993);  // 2^53 + 1: not a double
  for (const char* text : {"5.0", "1e3", "true", "null", "\"5\"", "[5]", "{}"}) {
    EXPECT_NE(refusal([&] { integer(text); }).find("must be an integer (it is "), std::string::npos)
        << text;
  }
}

TEST(StrictJson, IntegersBeyond64BitsAreOutOfRange) {
  for (const char* text : {"9223372036854775808", "18446744073709551615", "-9223372036854775809",
                           "123456789012345678901234567890"}) {
    EXPECT_NE(refusal([&] {
                JsonView::parse(text, "f.json").integer(INT64_MIN, INT64_MAX);
              }).find("out of range (it is "),
              std::string::npos)
        << text;
  }
}

TEST(StrictJson, MinusOneIsNotAHugeCount) {
  const JsonView view = JsonView::parse("-1", "f.json");
  EXPECT_EQ(refusal([&] { view.integer(0, INT64_MAX); }),
            "f.json: out of range (it is -1); write one from 0 to 9223372036854775807");
}

TEST(StrictJson, RangesIncludeTheirEnds) {
  const JsonView five = JsonView::parse("5", "f.json");
  EXPECT_EQ(five.integer(5, 5), 5);
  EXPECT_EQ(five.number(5, 5), 5.0);
  EXPECT_NE(refusal([&] { five.integer(6, 9); }), "");
  EXPECT_EQ(refusal([&] { five.number(5.5, 9); }),
            "f.json: out of range (it is 5); write one from 5.5 to 9");
  EXPECT_EQ(refusal([&] { five.integer(6, 9); }),
            "f.json: out of range (it is 5); write one from 6 to 9");
}

TEST(StrictJson, WhatIsNoFiniteNumberIsRefused) {
  for (const char* text :
       {"NaN", "nan", "Infinity", "-Infinity", "1e999", "-1e999", "0x10", "+1", ".5", "01"}) {
    EXPECT_EQ(refusal_of(text).find("f.json: line 1, column "), 0u) << text;
  }
}

TEST(StrictJson, DuplicateKeysAreRefusedByPath) {
  EXPECT_EQ(refusal_of(R"({"a": 1, "b": 2, "a": 1})"),
            "f.json: a: key given twice; keep one of them");
  EXPECT_EQ(refusal_of(R"({"x": [0, {"k": 1, "k": 2}]})"),
            "f.json: x[1].k: key given twice; keep one of them");
  EXPECT_NE(refusal_of("{\"a\": 1, \"\\u0061\": 2}"), "");  // the same key, spelt differently
  EXPECT_EQ(refusal_of(R"({"x": {"k": 1}, "y": {"k": 1}})"), "");
}

TEST(StrictJson, TrailingTextIsRefused) {
  for (const std::string text : {"{} {}", "{},", "1 2", "[]]", "{}x"})
    EXPECT_NE(refusal_of(text), "") << text;
  EXPECT_EQ(
      refusal_of(std::string_view("{}\0{\"a\":1}", 10)),
      "f.json: line 1, column 3: not JSON (it holds a zero byte); repair the file or make it anew");
}

TEST(StrictJson, DepthIsLimitedBeforeAnythingIsBuilt) {
  const std::string deep = std::string(1 << 20, '[');
  EXPECT_EQ(refusal_of(deep), "f.json: nested deeper than 64 levels; flatten it");
  const auto nested = [](int depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_EQ(refusal_of(nested(64)), "");
  EXPECT_NE(refusal_of(nested(65)), "");
}

TEST(StrictJson, SizeAndNumberOfValuesAreLimited) {
  EXPECT_EQ(refusal([] { JsonView::parse("[1, 2]", "f.json", {.size_bytes = 5}); }),
            "f.json: larger than 5 bytes; name a smaller file");
  EXPECT_NO_THROW(JsonView::parse("[1,2]", "f.json", {.size_bytes = 5, .values = 3}));
  EXPECT_EQ(refusal([] { JsonView::parse("[1,2]", "f.json", {.values = 2}); }),
            "f.json: holds more than 2 values; name a run of Roofmark's or a model's config.json");
}

TEST(StrictJson, BytesThatAreNotUtf8AndLoneSurrogatesAreRefused) {
  for (const char* text :
       {"\"\xff\"", "\"\xc0\xaf\"", "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"", "\"\xe2\x82\"",
        "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"", "\"a\nb\"", "\"\\x41\""}) {
    EXPECT_EQ(refusal_of(text).find("f.json: line "), 0u) << text;
  }
  EXPECT_EQ(JsonView::parse(R"("\ud83d\ude00")", "f.json").text(), "\U0001F600");
}

TEST(StrictJson, PlaceCountsLinesAndColumns) {
  const std::string message = refusal_of("{\n  \"a\": 1,\n  \"b\": nul\n}");
  EXPECT_EQ(message.find("f.json: line 3, column "), 0u) << message;
}

TEST(StrictJson, HostileNamesAndKeysCannotReachTheTerminal) {
  const std::string name = "evil\x1b[31m\n\xff.json";
  for (const std::string& message :
       {refusal_of("{\"a\\u001b[2J\\n\": 1, \"a\\u001b[2J\\n\": 2}", name), refusal_of("{", name),
        refusal_of("\"\x1b[31m\"", name), refusal_of("nu\xff\x1b", name),
        refusal([&] { JsonView::parse("{\"\\u001b\\u202e\": \"\\u001b\"}", name).only({"a"}); })}) {
    EXPECT_EQ(message.find("evil\\x1b[31m\\x0a\\xff.json: "), 0u) << message;
    for (const char c : message) EXPECT_TRUE(c < 0 || c >= 0x20) << message;
    EXPECT_EQ(message.find("\u202e"), std::string::npos);
  }
}

TEST(StrictJson, MessagesStayShortWhateverTheFileHolds) {
  const std::string big(1 << 20, 'k');
  EXPECT_LT(refusal_of("{\"" + big + "\": 1, \"" + big + "\": 2}").size(), 500u);
  EXPECT_LT(refusal_of("[\"" + big).size(), 500u);
  EXPECT_LT(refusal_of(big).size(), 500u);
  EXPECT_LT(refusal([&] { JsonView::parse("\"" + big + "\"", "f.json").integer(0, 1); }).size(),
            500u);
  EXPECT_EQ(refusal([&] { JsonView::parse("\"" + big + "\"", "f.json").text(); }),
            "f.json: too long (1048576 bytes); write at most 4096");
}

TEST(StrictJson, OnlySuggestsTheNearestKey) {
  const JsonView view = JsonView::parse(R"({"hiden_size": 1})", "f.json");
  EXPECT_EQ(refusal([&] {
              view.only({"name", "hidden_size"});
            }),
            "f.json: hiden_size: unknown key; write \"hidden_size\" or remove it");
  EXPECT_EQ(refusal([&] {
              view.only({"name", "other"});
            }),
            "f.json: hiden_size: unknown key; remove it (known: name, other)");
  EXPECT_NO_THROW(view.only({"x", "hiden_size"}));
}

TEST(StrictJson, ExactlyWantsEveryKeyIfOnlyAsNull) {
  const JsonView view = JsonView::parse(R"({"a": null, "b": 1})", "f.json");
  EXPECT_NO_THROW(view.exactly({"a", "b"}));
  EXPECT_NO_THROW(view.exactly({"b"}, {"a", "c"}));
  EXPECT_EQ(refusal([&] {
              view.exactly({"a", "b", "c"});
            }),
            "f.json: c: missing; write it, null where it is unknown");
  EXPECT_EQ(refusal([&] { view.exactly({"b"}); }),
            "f.json: a: unknown key; write \"b\" or remove it");
}

TEST(StrictJson, AskingTheWrongTypeForMembersIsRefused) {
  const JsonView number = JsonView::parse("[7]", "f.json").elements()[0];
  EXPECT_EQ(refusal([&] { number.at("a"); }),
            "f.json: [0]: must be an object (it is 7); write { ... }");
  EXPECT_EQ(refusal([&] { number.elements(); }),
            "f.json: [0]: must be an array (it is 7); write [ ... ]");
  EXPECT_EQ(refusal([&] { number.boolean(); }),
            "f.json: [0]: must be true or false (it is 7); write one of them");
  EXPECT_FALSE(number.has("a"));
}

}  // namespace
}  // namespace roofmark
