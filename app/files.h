// Files: read whole, written atomically, never half.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace roofmark {

/// The file's bytes.  Throws InputError where it cannot be read or exceeds max_bytes.
std::string read_file(const std::filesystem::path& path, std::size_t max_bytes = 256u << 20);

/// Writes to a temporary file beside `path`, fsync, rename, fsync of the directory.  Throws
/// MeasurementError ("cannot write ... (No space left on device); ...") and leaves what was there.
void write_file(const std::filesystem::path& path, std::string_view text);

}  // namespace roofmark
