#include "app/store.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <random>

#include "app/files.h"
#include "core/error.h"
#include "core/run_json.h"

namespace roofmark {
namespace {

constexpr const char* journal_suffix = ".partial.jsonl";

[[noreturn]] void fail(const std::filesystem::path& path, int error) {
  throw MeasurementError("cannot write " + path.string() + " (" + std::strerror(error) +
                         "); the rows finished so far are kept in it, free space and go on with "
                         "roofmark run --resume");
}

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

}  // namespace

std::filesystem::path default_store() {
  // An empty or relative XDG_DATA_HOME is to be ignored (XDG Base Directory Specification).
  const char* data = std::getenv("XDG_DATA_HOME");
  if (data != nullptr && data[0] == '/') return std::filesystem::path(data) / "roofmark";
  const char* home = std::getenv("HOME");
  if (home != nullptr && home[0] == '/') {
    return std::filesystem::path(home) / ".local/share/roofmark";
  }
  throw InputError(
      "cannot tell where to keep runs (neither XDG_DATA_HOME nor HOME is set); pass --store DIR");
}

std::filesystem::path run_path(const std::filesystem::path& store, const Run& run) {
  std::string stamp = run.started;  // 2026-11-22T02:10:00Z -> 20261122T021000Z
  stamp.erase(
      std::remove_if(stamp.begin(), stamp.end(), [](char c) { return c == '-' || c == ':'; }),
      stamp.end());
  return store / run.machine.id / (stamp + "-" + run.id + ".json");
}

std::optional<std::filesystem::path> newest_journal(const std::filesystem::path& store,
                                                    const std::string& machine_id) {
  std::optional<std::filesystem::path> newest;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(store / machine_id, error)) {
    const std::string name = entry.path().filename().string();
    // Names begin with the UTC time, so the greatest is the newest.
    if (ends_with(name, journal_suffix) && (!newest || newest->filename().string() < name)) {
      newest = entry.path();
    }
  }
  return newest;
}

std::string new_run_id() {
  std::random_device random;
  char text[16];
  std::snprintf(text, sizeof text, "%08x", static_cast<unsigned>(random()));
  return text;
}

Journal Journal::begin(const std::filesystem::path& path, const Run& run) {
  std::error_code made;
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), made);
  const int file =
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (file < 0 && errno == EEXIST) {
    throw InputError("cannot start " + path.string() +
                     " (an interrupted run is kept there); finish it with roofmark run --resume " +
                     path.string() + " or remove it");
  }
  if (file < 0) {
    throw MeasurementError("cannot start the journal " + path.string() + " (" +
                           std::strerror(errno) + "); choose another place with --store or -o");
  }
  Journal journal(path, file);
  journal.append_line(journal_header(run));
  return journal;
}

Journal Journal::resume(const std::filesystem::path& path) {
  const std::string text = read_file(path);
  const std::size_t last = text.rfind('\n');
  const int file = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
  if (file < 0) fail(path, errno);
  Journal journal(path, file);
  if (last != std::string::npos && ::ftruncate(file, static_cast<off_t>(last + 1)) != 0)
    fail(path, errno);
  return journal;
}

Journal::Journal(Journal&& other) noexcept : path_(std::move(other.path_)), file_(other.file_) {
  other.file_ = -1;
}

Journal::~Journal() {
  if (file_ >= 0) ::close(file_);
}

void Journal::append(const Measurement& row) { append_line(journal_row(row)); }

void Journal::append_line(const std::string& line) {
  const off_t whole = ::lseek(file_, 0, SEEK_END);
  std::string_view rest = line;
  int error = 0;
  while (!rest.empty() && error == 0) {
    const ssize_t written = ::write(file_, rest.data(), rest.size());
    if (written >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      error = errno;
    }
  }
  if (error == 0 && ::fsync(file_) != 0) error = errno;
  if (error == 0) return;
  if (::ftruncate(file_, whole) != 0) error = errno;
  fail(path_, error);
}

}  // namespace roofmark
