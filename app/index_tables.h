// The tables of the index: rounds in, rounds out.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "analyzer/tracking/round.h"
#include "app/index.h"
#include "app/sqlite.h"

namespace roofmark {

/// A file as it was when it was indexed: where any of it differs, it is another file.
struct IndexedFile {
  std::string machine, name;  ///< its folder and its name without .json
  std::int64_t size_bytes = 0, changed_ns = 0;
  auto operator<=>(const IndexedFile&) const = default;  // NOLINT(modernize-use-nullptr)
};

/// What an indexed file holds: a round, or the reason why it holds none.
struct IndexedRun {
  IndexedFile file;
  std::string problem;
  Round round;
};

/// One connection to an index.  Every function throws DatabaseError; it is `broken` where what lies
/// there is no index of this version, so that it is to be made anew.
class IndexTables {
 public:
  /// Opens or makes the file; an empty path: in memory.
  explicit IndexTables(const std::filesystem::path& path);

  std::vector<IndexedFile> files();
  /// All that follows, up to end(), is written or nothing is, and others wait.  Without end() it is
  /// taken back when the connection or the process ends.
  void begin();
  void end();
  void clear();
  void remove(std::span<const IndexedFile> files);
  /// A file that is there already stays as it is.
  void add(const IndexedRun& run);

  std::vector<StoredRound> rounds(const RoundQuery& query);
  std::vector<std::string> series_of(const std::string& machine);
  std::vector<std::string> machines();
  /// Files without a round.
  std::vector<IndexedRun> unread();

 private:
  void make_tables();
  std::int64_t id_of(const std::string& text);

  Database database_;
  /// Numbers of texts, of this transaction alone: others may change the table between two.
  std::unordered_map<std::string, std::int64_t> ids_;
};

}  // namespace roofmark
