#include "app/files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "core/error.h"

namespace roofmark {
namespace {

[[noreturn]] void fail_write(const std::filesystem::path& path, int error) {
  throw MeasurementError("cannot write " + path.string() + " (" + std::strerror(error) + "); " +
                         (error == EFBIG
                              ? "raise the limit on files (ulimit -f)"
                              : "free space or choose another place with -o or --store"));
}

std::filesystem::path folder_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : ".";
}

// A temporary file is called NAME.roofmark-XXXXXX: nobody else's is, so that one whose writer was
// killed may be removed.
constexpr std::string_view temporary_mark = ".roofmark-", temporary_letters = "XXXXXX";

bool is_temporary(const std::string& name) {
  const std::size_t tail = temporary_mark.size() + temporary_letters.size();
  return name.size() > tail &&
         name.compare(name.size() - tail, temporary_mark.size(), temporary_mark) == 0;
}

/// Whether an open file is still what a name stands for.
bool is_at(int file, const std::string& name) {
  struct stat opened {};
  struct stat named {};
  return ::fstat(file, &opened) == 0 && ::lstat(name.c_str(), &named) == 0 &&
         opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

/// A new file beside `path`, open for writing; `name` becomes its name.  It is locked (flock) until
/// it is closed, however its writer ends: so remove_strays() knows that somebody writes it.
/// Negative: errno says why.
int open_beside(const std::filesystem::path& path, std::string& name) {
  for (;;) {
    name = (folder_of(path) / path.filename()).string();
    name.append(temporary_mark).append(temporary_letters);
    const int file = ::mkostemp(name.data(), O_CLOEXEC);
    if (file < 0) return file;
    // Without locks on this file system nobody gets one to remove it either.
    const bool taken = ::flock(file, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    if (!taken && is_at(file, name)) return file;
    ::close(file);  // taken for a stray between its making and its lock
  }
}

/// Writes all bytes or returns errno.
int write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

}  // namespace

void sync_folder(const std::filesystem::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  ::fsync(descriptor);
  ::close(descriptor);
}

std::size_t remove_strays(const std::filesystem::path& folder) {
  std::size_t removed = 0;
  std::error_code none;
  for (std::filesystem::directory_iterator at(folder, none), end; !none && at != end;
       at.increment(none)) {
    const std::string name = at->path().string();
    if (!is_temporary(at->path().filename().string())) continue;
    const int file = ::open(name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (file < 0) continue;
    const bool left = ::flock(file, LOCK_EX | LOCK_NB) == 0 && is_at(file, name);
    if (left && ::unlink(name.c_str()) == 0) ++removed;
    ::close(file);
  }
  return removed;
}

std::string read_file(const std::filesystem::path& path, std::size_t max_bytes) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    throw InputError("cannot read " + path.string() + " (it is a directory); name a file");
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    throw InputError("cannot read " + path.string() + " (" + std::strerror(errno) +
                     "); check the name and its permissions");
  }
  std::string text;
  char block[1 << 16];
  while (file.read(block, sizeof block) || file.gcount() > 0) {
    text.append(block, static_cast<std::size_t>(file.gcount()));
    if (text.size() > max_bytes) {
      throw InputError("cannot read " + path.string() + " (it is larger than " +
                       std::to_string(max_bytes >> 20) +
                       " MiB); name a run of Roofmark's or a model's config.json");
    }
  }
  return text;
}

void make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    throw InputError("cannot make the folder " + folder.string() + " (" + error.message() +
                     "); choose another place with --store");
  }
}

void fail_create(const std::filesystem::path& path, int error) {
  const std::string why = std::strerror(error);
  for (const int broken : {ENOSPC, EDQUOT, EIO, ENOMEM, EMFILE, ENFILE}) {
    if (error == broken) fail_write(path, error);
  }
  throw InputError("cannot write " + path.string() + " (no file can be made in " +
                   folder_of(path).string() + ": " + why +
                   "); choose another place with -o or --store");
}

void require_writable(const std::filesystem::path& path) {
  const auto refuse = [&](const std::string& why, const char* remedy) {
    throw InputError("cannot write " + path.string() + " (" + why + "); " + remedy);
  };
  std::error_code error;
  const std::filesystem::file_status there = std::filesystem::status(path, error);
  if (!path.has_filename() || std::filesystem::is_directory(there)) {
    refuse("it is a directory", "name a file");
  }
  if (std::filesystem::exists(there) && !std::filesystem::is_regular_file(there)) {
    refuse("it is no ordinary file", "name another, or leave out -o");
  }
  const std::filesystem::path folder = folder_of(path);
  if (!std::filesystem::is_directory(folder, error)) {
    refuse("there is no folder " + folder.string(), "make it or name another");
  }
  std::string made;
  const int file = open_beside(path, made);
  if (file < 0) fail_create(path, errno);
  ::close(file);
  ::unlink(made.c_str());
}

void write_file(const std::filesystem::path& named, std::string_view text) {
  // Through a link the file is replaced, not the link.
  std::error_code none;
  const bool link = std::filesystem::is_symlink(named, none);
  const std::filesystem::path whole = link ? std::filesystem::canonical(named, none) : named;
  const std::filesystem::path path = none || whole.empty() ? named : whole;
  remove_strays(folder_of(path));
  std::string temporary;
  const int file = open_beside(path, temporary);
  if (file < 0) fail_write(path, errno);
  int error = write_all(file, text);
  if (error == 0 && ::fchmod(file, 0644) != 0) error = errno;
  if (error == 0 && ::fsync(file) != 0) error = errno;
  if (error == 0 && ::rename(temporary.c_str(), path.c_str()) != 0) error = errno;
  ::close(file);  // last, because its lock keeps others from removing it
  if (error != 0) {
    ::unlink(temporary.c_str());
    fail_write(path, error);
  }
  sync_folder(folder_of(path));
}

}  // namespace roofmark
