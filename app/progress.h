// What is said on stderr while measuring: a bar on a terminal, plain lines otherwise, nothing with
// -q.
#pragma once

#include <cstddef>
#include <string>

namespace roofmark {

class Progress {
 public:
  enum class Style { none, lines, bar };
  /// bar where stderr is a terminal, lines otherwise; none where quiet.
  static Style style_for_stderr(bool quiet);

  Progress(Style style, std::size_t total) : style_(style), total_(total) {}
  ~Progress();

  /// One more row is finished, `elapsed_s` after the start.
  void step(const std::string& id, double elapsed_s);

 private:
  Style style_;
  std::size_t total_, done_ = 0, said_tenths_ = 0;
};

}  // namespace roofmark
