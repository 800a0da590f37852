// Files: read whole, written atomically, never half.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace roofmark {

/// The file's bytes.  Throws InputError where it cannot be read or exceeds max_bytes.
std::string read_file(const std::filesystem::path& path, std::size_t max_bytes = 256u << 20);

/// Makes the folder and those above it.  Throws InputError naming the cause.
void make_folder(const std::filesystem::path& folder);

/// Puts what was done to the names in a folder on disk, where the file system can.
void sync_folder(const std::filesystem::path& folder);

/// Removes the temporary files of write_file() in this folder whose writer was killed; one that is
/// being written stays.  Returns how many went.
std::size_t remove_strays(const std::filesystem::path& folder);

/// Asks before the work whether write_file(path) could be done: throws InputError where `path` is
/// no name of a file, is there and no ordinary file, or its folder takes no new file.  Leaves
/// nothing behind.
void require_writable(const std::filesystem::path& path);

/// Throws what a file that could not be created means: InputError, for the path is wrong, or
/// MeasurementError where the disk is full or broken.
[[noreturn]] void fail_create(const std::filesystem::path& path, int error);

/// Writes to a temporary file beside `path`, fsync, rename, fsync of the directory; before that
/// remove_strays().  Throws MeasurementError ("cannot write ... (No space left on device); ...")
/// and leaves what was there.  The folder must be there.
void write_file(const std::filesystem::path& path, std::string_view text);

}  // namespace roofmark
