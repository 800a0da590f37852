// Reads the small text files of /sys and /proc below a root that may be a recorded machine's.
// Contents are material from outside: whatever is missing, unreadable or malformed is nullopt.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace roofmark {

class ProcFiles {
 public:
  explicit ProcFiles(std::filesystem::path root) : root_(std::move(root)) {}

  /// The whole file, at most 16 MiB of it (/proc/cpuinfo of 1024 CPUs has 2 MiB).  `path` is
  /// absolute as on the machine: "/proc/stat".  Only regular files are read, so that a pipe cannot
  /// block.
  std::optional<std::string> text(const std::string& path) const;
  /// The first line as one_line() makes it; nullopt where that is empty.
  std::optional<std::string> line(const std::string& path) const;
  /// A file that holds one integer and nothing else.
  std::optional<std::int64_t> number(const std::string& path) const;
  bool exists(const std::string& path) const;
  /// Names in a folder, sorted; empty where it cannot be read.
  std::vector<std::string> names(const std::string& folder) const;
  /// Where a symbolic link points to; in a recorded machine a file may hold the link's text.
  std::optional<std::string> link(const std::string& path) const;

 private:
  std::filesystem::path at(const std::string& path) const;
  std::filesystem::path root_;
};

/// Text up to the first newline or NUL, printable ASCII only (others become '?'), runs of blanks
/// made one, trimmed, at most 200 characters: fit for JSON, a terminal and a report.
std::string one_line(std::string_view text);

/// The whole text is one integer of that base ("0x" allowed in base 16); nullopt otherwise.
std::optional<std::int64_t> whole_number(std::string_view text, int base = 10);

/// The whole text is one finite decimal number >= 0, with a point whatever the locale.
std::optional<double> whole_real(std::string_view text);

/// "0-3,8,10-11" as sorted distinct numbers; "" is none.  Malformed, reversed or beyond CPU 65535:
/// nullopt.
std::optional<std::vector<int>> cpu_list(std::string_view text);

/// Lines of a text, without their newlines.
std::vector<std::string_view> lines_of(std::string_view text);

/// Blank-separated words.
std::vector<std::string_view> words_of(std::string_view text);

/// Without blanks at both ends.
std::string_view trimmed(std::string_view text);

/// The value of "key: value" or "key value" in a file of such lines (meminfo, status, memory.stat).
std::optional<std::string_view> value_of(std::string_view text, std::string_view key);

}  // namespace roofmark
