#include "app/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "core/error.h"

namespace roofmark {
namespace {

[[noreturn]] void fail_write(const std::filesystem::path& path, int error) {
  throw MeasurementError("cannot write " + path.string() + " (" + std::strerror(error) +
                         "); free space or choose another place with -o or --store");
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

void sync_folder(const std::filesystem::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  ::fsync(descriptor);
  ::close(descriptor);
}

}  // namespace

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

void write_file(const std::filesystem::path& path, std::string_view text) {
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  std::error_code made;
  std::filesystem::create_directories(folder, made);
  std::string temporary = (folder / (path.filename().string() + ".XXXXXX")).string();
  const int file = ::mkostemp(temporary.data(), O_CLOEXEC);
  if (file < 0) fail_write(path, errno);
  int error = write_all(file, text);
  if (error == 0 && ::fchmod(file, 0644) != 0) error = errno;
  if (error == 0 && ::fsync(file) != 0) error = errno;
  if (::close(file) != 0 && error == 0) error = errno;
  if (error == 0 && ::rename(temporary.c_str(), path.c_str()) != 0) error = errno;
  if (error != 0) {
    ::unlink(temporary.c_str());
    fail_write(path, error);
  }
  sync_folder(folder);
}

}  // namespace roofmark
