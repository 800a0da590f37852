// Reads the small text files of /sys and /proc below a root that may be a recorded machine's.
#include "harness/proc_files.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <locale>
#include <sstream>
#include <system_error>

namespace roofmark {
namespace {

constexpr std::size_t largest_file = 16u << 20;  // bytes
constexpr int largest_cpu = 65535;               // Linux allows 8192 at most (NR_CPUS)

bool blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\0'; }

}  // namespace

std::filesystem::path ProcFiles::at(const std::string& path) const {
  return root_ / std::filesystem::path(path).relative_path();
}

std::optional<std::string> ProcFiles::text(const std::string& path) const {
  const std::filesystem::path file_path = at(path);
  std::error_code error;
  if (!std::filesystem::is_regular_file(file_path, error)) return std::nullopt;
  std::ifstream file(file_path, std::ios::binary);
  if (!file) return std::nullopt;
  std::string content;
  char block[1 << 14];
  while (content.size() < largest_file && (file.read(block, sizeof block) || file.gcount() > 0)) {
    content.append(block, static_cast<std::size_t>(file.gcount()));
  }
  // A sensor may open and then refuse to be read (EAGAIN, EIO): that is not an empty file.
  if (file.bad()) return std::nullopt;
  return content;
}

std::optional<std::string> ProcFiles::line(const std::string& path) const {
  const std::optional<std::string> content = text(path);
  if (!content) return std::nullopt;
  std::string first = one_line(*content);
  if (first.empty()) return std::nullopt;
  return first;
}

std::optional<std::int64_t> ProcFiles::number(const std::string& path) const {
  const std::optional<std::string> content = text(path);
  return content ? whole_number(trimmed(*content)) : std::nullopt;
}

bool ProcFiles::exists(const std::string& path) const {
  std::error_code error;
  return std::filesystem::exists(at(path), error);
}

std::vector<std::string> ProcFiles::names(const std::string& folder) const {
  std::vector<std::string> found;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(at(folder), error), end; !error && entry != end;
       entry.increment(error)) {
    found.push_back(entry->path().filename().string());
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::optional<std::string> ProcFiles::link(const std::string& path) const {
  std::error_code error;
  const std::filesystem::path target = std::filesystem::read_symlink(at(path), error);
  if (!error) return one_line(target.string());
  return line(path);
}

std::string one_line(std::string_view text) {
  constexpr std::size_t longest = 200;  // characters
  std::string line;
  for (const char c : text.substr(0, text.find_first_of(std::string_view("\n\0", 2)))) {
    if (blank(c)) {
      if (!line.empty() && line.back() != ' ') line += ' ';
    } else {
      line += c > ' ' && c <= '~' ? c : '?';
    }
    if (line.size() == longest) break;
  }
  if (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

std::optional<std::int64_t> whole_number(std::string_view text, int base) {
  if (base == 16 && (text.substr(0, 2) == "0x" || text.substr(0, 2) == "0X")) text.remove_prefix(2);
  std::int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, base);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

std::optional<double> whole_real(std::string_view text) {
  if (text.empty() || text.find_first_not_of("0123456789.") != std::string_view::npos) {
    return std::nullopt;
  }
  // clang 14's library lacks from_chars of a double, and strtod obeys the locale.
  std::istringstream stream{std::string(text)};
  stream.imbue(std::locale::classic());
  double value = 0;
  if (!(stream >> value) || !stream.eof()) return std::nullopt;
  return value;
}

std::optional<std::vector<int>> cpu_list(std::string_view text) {
  std::vector<int> cpus;
  text = trimmed(text);
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    const std::string_view range = text.substr(0, comma);
    const std::size_t dash = range.find('-');
    const auto first = whole_number(range.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : whole_number(range.substr(dash + 1));
    if (!first || !last || *first < 0 || *last < *first || *last > largest_cpu) return std::nullopt;
    for (int cpu = static_cast<int>(*first); cpu <= *last; ++cpu) cpus.push_back(cpu);
    // A file of overlapping ranges must not fill memory.
    if (cpus.size() > 2 * (largest_cpu + 1u)) return std::nullopt;
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
    if (text.empty()) return std::nullopt;
  }
  std::sort(cpus.begin(), cpus.end());
  cpus.erase(std::unique(cpus.begin(), cpus.end()), cpus.end());
  return cpus;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  std::size_t at = 0;
  while (at < text.size()) {
    if (blank(text[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < text.size() && !blank(text[end])) ++end;
    words.push_back(text.substr(at, end - at));
    at = end;
  }
  return words;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

std::optional<std::string_view> value_of(std::string_view text, std::string_view key) {
  for (const std::string_view line : lines_of(text)) {
    if (line.substr(0, key.size()) != key) continue;
    const std::string_view rest = line.substr(key.size());
    if (rest.empty() || (rest[0] != ':' && !blank(rest[0]))) continue;
    const std::string_view value = trimmed(rest);
    if (value.empty() || value[0] != ':') return value;
    return trimmed(value.substr(1));
  }
  return std::nullopt;
}

}  // namespace roofmark
