// A strict check that a text is well-formed XML: what it accepts, every browser parses the same
// way.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace roofmark {

class MarkupCheck {
 public:
  /// Empty where `text` is well-formed (elements, quoted attributes, the five named entities and
  /// numeric ones), else what is wrong and where.
  static std::string problem(std::string_view text) { return MarkupCheck(text).check(); }
  /// Names of all elements, in order.
  static std::vector<std::string> elements(std::string_view text) {
    MarkupCheck check(text);
    check.check();
    return check.all_;
  }

 private:
  explicit MarkupCheck(std::string_view text) : text_(text) {}

  std::string check() {
    if (text_.substr(0, 15) == "<!DOCTYPE html>") at_ = 15;
    while (at_ < text_.size() && problem_.empty()) {
      if (text_[at_] == '<') {
        tag();
      } else {
        character("");
      }
    }
    if (problem_.empty() && !open_.empty()) fail("<" + open_.back() + "> is never closed");
    return problem_;
  }

  void fail(const std::string& what) {
    if (problem_.empty()) problem_ = what + " at byte " + std::to_string(at_);
  }

  /// One character of text or of an attribute; `forbidden` may not stand there bare.
  void character(std::string_view forbidden) {
    const unsigned char c = static_cast<unsigned char>(text_[at_]);
    if (c < 0x20 && c != '\n') fail("control character");
    if (c == '<' || forbidden.find(text_[at_]) != std::string_view::npos) fail("bare character");
    if (c != '&') {
      ++at_;
      return;
    }
    const std::size_t end = text_.find(';', at_);
    const std::string_view name =
        text_.substr(at_ + 1, end == std::string_view::npos ? 0 : end - at_ - 1);
    const bool known = name == "amp" || name == "lt" || name == "gt" || name == "quot" ||
                       (name.size() > 1 && name[0] == '#');
    if (!known) fail("bare ampersand");
    at_ = end + 1;
  }

  std::string word() {
    const std::size_t from = at_;
    while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) ||
                                  text_[at_] == '-' || text_[at_] == ':')) {
      ++at_;
    }
    if (from == at_) fail("a name is missing");
    return std::string(text_.substr(from, at_ - from));
  }

  bool take(std::string_view expected) {
    if (text_.substr(at_, expected.size()) != expected) return false;
    at_ += expected.size();
    return true;
  }

  void tag() {
    if (take("</")) {
      const std::string name = word();
      if (open_.empty() || open_.back() != name) return fail("</" + name + "> closes nothing");
      open_.pop_back();
      if (!take(">")) fail("a closing tag goes on");
      return;
    }
    ++at_;
    const std::string name = word();
    all_.push_back(name);
    std::vector<std::string> seen;
    while (problem_.empty()) {
      const bool blank = take(" ");
      if (take("/>")) return;
      if (take(">")) {
        open_.push_back(name);
        return;
      }
      if (!blank) return fail("no blank before an attribute");
      attribute(seen);
    }
  }

  void attribute(std::vector<std::string>& seen) {
    const std::string name = word();
    for (const std::string& other : seen) {
      if (other == name) fail("attribute " + name + " twice");
    }
    seen.push_back(name);
    if (!take("=\"")) return fail("attribute " + name + " without a quoted value");
    while (at_ < text_.size() && text_[at_] != '"' && problem_.empty()) character("");
    if (!take("\"")) fail("attribute " + name + " has no end");
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<std::string> open_, all_;
  std::string problem_;
};

}  // namespace roofmark
