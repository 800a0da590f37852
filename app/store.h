// Where runs are kept: immutable JSON files under the machine's id, and the journal of a run under
// way.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "core/measurement.h"

namespace roofmark {

/// $XDG_DATA_HOME/roofmark, else ~/.local/share/roofmark.  Throws InputError where neither is
/// known.
std::filesystem::path default_store();

/// <store>/<machine id>/<UTC>-<run id>.json
std::filesystem::path run_path(const std::filesystem::path& store, const Run& run);

/// The newest journal of this machine under the store.
std::optional<std::filesystem::path> newest_journal(const std::filesystem::path& store,
                                                    const std::string& machine_id);

/// Four random bytes in hexadecimal.
std::string new_run_id();

/// One finished row per line, on disk (fsync) before append() returns.  What it cannot write whole
/// it takes back, so that the file always ends in a whole row.
class Journal {
 public:
  /// Starts a journal with the run's header.  Throws MeasurementError.
  static Journal begin(const std::filesystem::path& path, const Run& run);
  /// Goes on with one, dropping the torn last line of a killed run.
  static Journal resume(const std::filesystem::path& path);
  Journal(Journal&& other) noexcept;
  Journal& operator=(Journal&&) = delete;
  ~Journal();

  void append(const Measurement& row);
  const std::filesystem::path& path() const { return path_; }

 private:
  Journal(std::filesystem::path path, int file) : path_(std::move(path)), file_(file) {}
  void append_line(const std::string& line);

  std::filesystem::path path_;
  int file_ = -1;
};

}  // namespace roofmark
