#include "app/store.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <random>

#include "app/files.h"
#include "core/error.h"
#include "core/run_json.h"

namespace roofmark {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, int error) {
  throw MeasurementError("cannot write " + path.string() + " (" + std::strerror(error) +
                         "); the rows finished so far are kept in it, free space and go on with "
                         "roofmark run --resume " +
                         path.string());
}

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

/// 2026-11-22T02:10:00Z -> 20261122T021000Z
std::string compact(std::string stamp) {
  stamp.erase(
      std::remove_if(stamp.begin(), stamp.end(), [](char c) { return c == '-' || c == ':'; }),
      stamp.end());
  return stamp;
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
  return store / run.machine.id / (compact(run.started) + "-" + run.id + run_suffix);
}

std::vector<std::filesystem::path> journals(const std::filesystem::path& store,
                                            const std::string& machine_id) {
  std::vector<std::filesystem::path> found;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(store / machine_id, error)) {
    if (ends_with(entry.path().filename().string(), journal_suffix)) found.push_back(entry.path());
  }
  // Names begin with the UTC time, so the greatest is the newest.
  std::sort(found.rbegin(), found.rend());
  return found;
}

std::string new_campaign_id(const std::string& started) {
  return compact(started) + "-" + new_run_id();
}

std::string new_run_id() {
  std::random_device random;
  char text[16];
  std::snprintf(text, sizeof text, "%08x", static_cast<unsigned>(random()));
  return text;
}

bool holds_run(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return false;
  // The schema is the first value of a run and of a journal.
  std::array<char, 256> head{};
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  const ssize_t size = ::read(file, head.data(), head.size());
  ::close(file);
  return size > 0 &&
         std::string_view(head.data(), static_cast<std::size_t>(size))
                 .find(run_schema.substr(0, run_schema.find('/') + 1)) != std::string_view::npos;
}

void require_replaceable(const std::filesystem::path& path) {
  require_writable(path);
  if (!holds_run(path)) return;
  throw InputError("cannot write " + path.string() +
                   " (a measured run is kept in it); name another file with -o");
}

void Journal::lock() {
  if (::flock(file_, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) {
      throw InputError("cannot go on with " + path_.string() +
                       " (another roofmark is writing it); wait for its end or interrupt it first");
    }
    throw InputError("cannot lock " + path_.string() + " (" + std::strerror(errno) +
                     "); choose a place on another file system with --store or -o");
  }
  // Between opening and locking, its writer may have finished and removed it.
  struct stat now {};
  if (::fstat(file_, &now) != 0 || now.st_nlink == 0) {
    throw InputError("cannot go on with " + path_.string() +
                     " (another roofmark has just finished it); there is nothing left to do");
  }
}

Journal Journal::begin(const std::filesystem::path& path, const Run& run) {
  const int file =
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (file < 0 && errno == EEXIST) {
    resume(path);  // says whether it is being written
    throw InputError("cannot start " + path.string() +
                     " (an interrupted run is kept there); finish it with roofmark run --resume " +
                     path.string() + " or remove it");
  }
  if (file < 0) fail_create(path, errno);
  Journal journal(path, file);
  journal.lock();
  try {
    journal.append_line(journal_header(run));
    sync_folder(path.has_parent_path() ? path.parent_path() : ".");
  } catch (...) {  // without its header it could not be gone on with
    ::unlink(path.c_str());
    throw;
  }
  return journal;
}

Journal Journal::resume(const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
  if (file < 0) {
    throw InputError("cannot go on with " + path.string() + " (" + std::strerror(errno) +
                     "); check the name and its permissions");
  }
  Journal journal(path, file);
  journal.lock();
  const std::size_t last = read_file(path).rfind('\n');
  journal.whole_bytes_ = last == std::string::npos ? 0 : static_cast<std::int64_t>(last + 1);
  return journal;
}

Journal::Journal(Journal&& other) noexcept
    : path_(std::move(other.path_)), file_(other.file_), whole_bytes_(other.whole_bytes_) {
  other.file_ = -1;
}

Journal::~Journal() {
  if (file_ >= 0) ::close(file_);
}

void Journal::append(const Measurement& row) { append_line(journal_row(row)); }

void Journal::append_line(const std::string& line) {
  std::string_view rest = line;
  int error = 0;
  if (::ftruncate(file_, whole_bytes_) != 0) error = errno;  // a torn line goes
  while (!rest.empty() && error == 0) {
    const ssize_t written = ::write(file_, rest.data(), rest.size());
    if (written >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      error = errno;
    }
  }
  if (error == 0 && ::fsync(file_) != 0) error = errno;
  if (error == 0) {
    whole_bytes_ += static_cast<std::int64_t>(line.size());
    return;
  }
  if (::ftruncate(file_, whole_bytes_) != 0) error = errno;
  fail(path_, error);
}

}  // namespace roofmark
