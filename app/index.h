// The index beside stored runs: what comparing needs of each of them, so that a history is read in
// milliseconds.  Nothing lives here alone: it is made of the run files, and made anew where it does
// not fit them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analyzer/tracking/round.h"

namespace roofmark {

/// Which rounds are wanted; what is empty selects nothing away.
struct RoundQuery {
  std::string machine;              ///< Machine::id
  std::string campaign;             ///< id of a campaign
  std::vector<std::string> runs;    ///< names: file names in the store without .json (Stored::name)
  std::vector<std::string> series;  ///< ids of rows: rounds come with these alone
  std::size_t newest = 0;           ///< at most so many, the newest; 0: all
  bool with_series = true;          ///< false: rounds without any series, for lists
};

/// A round and where its run is kept.
struct StoredRound {
  std::string name;  ///< of the run in its store: "20261122T021000Z-0000cafe", unique on a machine
  std::filesystem::path file;
  Round round;
};

/// A file of the store that is no run that can be read, and why.
struct UnreadRun {
  std::filesystem::path file;
  std::string reason;
};

class Index {
 public:
  /// The index of a store, brought up to date with its files: those that are new are read, those
  /// that are gone or changed are forgotten.  Where it cannot be written (a full disk, a folder
  /// that others own) it is made in memory for this process.  A store that is not there is empty.
  /// Throws InputError where the store is no folder.
  explicit Index(const std::filesystem::path& store);
  Index(Index&&) noexcept;
  Index& operator=(Index&&) noexcept;
  ~Index();

  /// Makes the index of every run file anew.  Returns how many runs it holds.  Throws
  /// MeasurementError where it cannot be written; what was there stays.
  static std::size_t rebuild(const std::filesystem::path& store);

  /// Finished runs, oldest first (by `started`, then by name).
  std::vector<StoredRound> rounds(const RoundQuery& query) const;
  /// The newest finished run of a machine.
  std::optional<StoredRound> newest(const std::string& machine) const;
  /// The ids of all rows that runs of a machine have, sorted.
  std::vector<std::string> series_of(const std::string& machine) const;
  /// Ids of the machines that have runs, sorted.
  std::vector<std::string> machines() const;
  /// Files under the store that could not be read.
  std::vector<UnreadRun> unread() const;
  /// Why the index is in memory alone; empty: it is on disk.
  const std::string& problem() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace roofmark
