// Where runs are kept: immutable JSON files under the machine's id, and the journal of a run under
// way.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/measurement.h"

namespace roofmark {

/// $XDG_DATA_HOME/roofmark, else ~/.local/share/roofmark.  Throws InputError where neither is
/// known.
std::filesystem::path default_store();

/// <store>/<machine id>/<UTC>-<run id>.json
std::filesystem::path run_path(const std::filesystem::path& store, const Run& run);

/// The journals of this machine under the store, the newest first.
std::vector<std::filesystem::path> journals(const std::filesystem::path& store,
                                            const std::string& machine_id);

/// What a run's file name ends in.
inline constexpr const char* run_suffix = ".json";
/// What a journal's name ends in, after the run's.
inline constexpr const char* journal_suffix = ".partial.jsonl";

/// Whether a file is there that holds a run or a journal: what cannot be had again.
bool holds_run(const std::filesystem::path& path);

/// require_writable(), and InputError where that would overwrite a run or a journal.
void require_replaceable(const std::filesystem::path& path);

/// Four random bytes in hexadecimal.
std::string new_run_id();
/// <UTC>-<four random bytes>: of runs that belong together, begun at that moment (ISO 8601).
std::string new_campaign_id(const std::string& started);

/// One finished row per line, on disk (fsync) before append() returns.  What it cannot write whole
/// it takes back, so that the file always ends in a whole row.  One process at a time has it: it is
/// locked (flock) until the journal or the process is gone, however that ends.
class Journal {
 public:
  /// Starts a journal with the run's header.  Throws InputError where one is there already or none
  /// can be made, MeasurementError where the disk is full.
  static Journal begin(const std::filesystem::path& path, const Run& run);
  /// Goes on with one; the first row takes the place of the torn last line of a killed run.  Throws
  /// InputError where another process writes it.
  static Journal resume(const std::filesystem::path& path);
  Journal(Journal&& other) noexcept;
  Journal& operator=(Journal&&) = delete;
  ~Journal();

  void append(const Measurement& row);
  const std::filesystem::path& path() const { return path_; }

 private:
  Journal(std::filesystem::path path, int file) : path_(std::move(path)), file_(file) {}
  void lock();
  void append_line(const std::string& line);

  std::filesystem::path path_;
  int file_ = -1;
  std::int64_t whole_bytes_ = 0;  ///< of the lines that are whole
};

}  // namespace roofmark
