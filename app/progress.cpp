#include "app/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace roofmark {
namespace {

std::string minutes(double seconds) {
  const long whole = std::lround(seconds);
  char text[32];
  std::snprintf(text, sizeof text, "%ld:%02ld", whole / 60, whole % 60);
  return text;
}

}  // namespace

Progress::Style Progress::style_for_stderr(bool quiet) {
  if (quiet) return Style::none;
  return ::isatty(STDERR_FILENO) ? Style::bar : Style::lines;
}

Progress::~Progress() {
  if (style_ == Style::bar && done_ > 0) std::fputs("\r\033[K", stderr);
}

void Progress::step(const std::string& id, double elapsed_s) {
  ++done_;
  const double part =
      static_cast<double>(done_) / static_cast<double>(std::max<std::size_t>(total_, 1));
  const std::string left = minutes(elapsed_s / part * (1 - part));
  if (style_ == Style::bar) {
    constexpr int width = 24;
    const int full = static_cast<int>(part * width);
    std::fprintf(stderr, "\r\033[K[%s%s] %zu/%zu  %s left  %.48s", std::string(full, '#').c_str(),
                 std::string(width - full, '.').c_str(), done_, total_, left.c_str(), id.c_str());
    std::fflush(stderr);
  } else if (style_ == Style::lines) {
    // Ten lines however many rows: a log is read later.
    const std::size_t tenths = static_cast<std::size_t>(part * 10);
    if (tenths == said_tenths_) return;
    said_tenths_ = tenths;
    std::fprintf(stderr, "roofmark: %zu of %zu rows, %s left\n", done_, total_, left.c_str());
  }
}

}  // namespace roofmark
