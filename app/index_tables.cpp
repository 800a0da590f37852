// The tables of the index and what is asked of them.
#include "app/index_tables.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "app/index_facts.h"

namespace roofmark {
namespace {

/// Counts up whenever the tables or what a round says of a run change: an index of another number
/// is made anew.
constexpr int index_version = 1;
constexpr int application_id = 0x526d7278;  // "Rmrx": tells an index from any other database
constexpr int patience_ms = 60'000;         // as long as 10 000 runs take to be indexed

// The points of a series lie side by side, so that a history is one range of pages.
constexpr const char* tables = R"(
CREATE TABLE texts (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
CREATE TABLE runs (
  id INTEGER PRIMARY KEY, machine TEXT NOT NULL, name TEXT NOT NULL, size_bytes INTEGER NOT NULL,
  changed_ns INTEGER NOT NULL, problem TEXT NOT NULL, run TEXT, campaign TEXT, started TEXT,
  class TEXT, preset TEXT, only_ TEXT, filter TEXT, environment INTEGER, points INTEGER,
  UNIQUE (machine, name));
CREATE INDEX runs_by_campaign ON runs (campaign);
CREATE TABLE points (
  series INTEGER NOT NULL, run INTEGER NOT NULL, position INTEGER NOT NULL,
  kernel INTEGER, variant INTEGER, device INTEGER, threads INTEGER, role INTEGER, status INTEGER,
  reason INTEGER, seconds REAL, low REAL, high REAL, grade INTEGER, contended INTEGER, ops REAL,
  bytes REAL, share REAL, bound INTEGER, ceiling INTEGER, companion INTEGER,
  companion_seconds REAL, relative REAL, clock_hz REAL, code_hash INTEGER, implementation INTEGER,
  PRIMARY KEY (series, run)) WITHOUT ROWID;
CREATE INDEX points_by_run ON points (run, position);
)";

/// Of the table of points after series, run and position, in each_column's order.
constexpr const char* select_points =
    "SELECT series, run, position, kernel, variant, device, threads, role, status, reason, "
    "seconds, low, high, grade, contended, ops, bytes, share, bound, ceiling, companion, "
    "companion_seconds, relative, clock_hz, code_hash, implementation FROM points ";
constexpr const char* insert_point =
    "INSERT INTO points VALUES (?,?,?, ?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";

/// Calls `visit` on every member but the id.  Row: SeriesRound, const or not.
template <class Row, class Visit>
void each_column(Row& row, Visit visit) {
  visit(row.kernel);
  visit(row.variant);
  visit(row.device);
  visit(row.threads);
  visit(row.role);
  visit(row.status);
  visit(row.reason);
  visit(row.seconds);
  visit(row.low);
  visit(row.high);
  visit(row.grade);
  visit(row.contended);
  visit(row.ops);
  visit(row.bytes);
  visit(row.share);
  visit(row.bound);
  visit(row.ceiling);
  visit(row.companion);
  visit(row.companion_seconds);
  visit(row.relative);
  visit(row.clock_hz);
  visit(row.code_hash);
  visit(row.implementation);
}

/// Reads texts by their numbers, each once.
class Texts {
 public:
  explicit Texts(Database& database) : find_(database, "SELECT text FROM texts WHERE id = ?") {}
  const std::string& at(std::int64_t id) {
    const auto known = texts_.find(id);
    if (known != texts_.end()) return known->second;
    find_.again();
    find_.put(id);
    if (!find_.step()) throw DatabaseError("a text is missing", true);
    return texts_[id] = find_.text();
  }

 private:
  Statement find_;
  std::unordered_map<std::int64_t, std::string> texts_;
};

void read_point(Statement& from, Texts& texts, SeriesRound& point) {
  const auto get = [&](auto& value) {
    using T = std::decay_t<decltype(value)>;
    if constexpr (std::is_same_v<T, std::string>) {
      value = texts.at(from.integer());
    } else if constexpr (std::is_same_v<T, double>) {
      value = from.number().value_or(0);
    } else if constexpr (std::is_same_v<T, Known<double>>) {
      value = from.number();
    } else {
      value = static_cast<T>(from.integer());
    }
  };
  each_column(point, get);
}

struct Found {
  std::int64_t id = 0, points = 0;
  StoredRound stored;
};

Found next_run(Statement& rows, Texts& texts) {
  Found one;
  one.id = rows.integer();
  one.points = rows.integer();
  Round& round = one.stored.round;
  round.environment = facts_from(texts.at(rows.integer()));
  for (std::string* value :
       {&round.machine, &one.stored.name, &round.run, &round.campaign, &round.started,
        &round.class_, &round.preset, &round.only, &round.filter}) {
    *value = rows.text();
  }
  round.complete = true;
  return one;
}

/// Whether that run is there already: somebody copied a file within the store.  Runs come by the
/// second they started in.
bool is_there(const std::vector<Found>& found, const Round& round) {
  for (auto at = found.rbegin(); at != found.rend(); ++at) {
    const Round& other = at->stored.round;
    if (other.started != round.started) return false;
    if (other.run == round.run && other.machine == round.machine) return true;
  }
  return false;
}

std::vector<Found> runs_of(Database& database, Texts& texts, const RoundQuery& query) {
  std::string text =
      "SELECT id, points, environment, machine, name, run, campaign, started, class, preset, "
      "only_, filter FROM runs WHERE problem = ''";
  if (!query.machine.empty()) text += " AND machine = ?";
  if (!query.campaign.empty()) text += " AND campaign = ?";
  Statement rows(database, text + " ORDER BY started, name, machine");
  if (!query.machine.empty()) rows.put(query.machine);
  if (!query.campaign.empty()) rows.put(query.campaign);
  std::vector<Found> found;
  const auto& names = query.runs;
  while (rows.step()) {
    Found one = next_run(rows, texts);
    if (!names.empty() && std::count(names.begin(), names.end(), one.stored.name) == 0) continue;
    if (!is_there(found, one.stored.round)) found.push_back(std::move(one));
  }
  if (query.newest > 0 && found.size() > query.newest) {
    found.erase(found.begin(), found.end() - static_cast<std::ptrdiff_t>(query.newest));
  }
  return found;
}

void add_whole(Database& database, Texts& texts, std::vector<Found>& found) {
  Statement points(database, std::string(select_points) + "WHERE run = ? ORDER BY position");
  for (Found& one : found) {
    points.again();
    points.put(one.id);
    std::vector<SeriesRound>& series = one.stored.round.series;
    while (points.step()) {
      SeriesRound& point = series.emplace_back();
      point.id = texts.at(points.integer());
      points.integer();
      points.integer();
      read_point(points, texts, point);
    }
    if (series.size() != static_cast<std::size_t>(one.points)) {
      throw DatabaseError("rows of a run are missing", true);
    }
  }
}

void add_some(Database& database, Texts& texts, const std::vector<std::string>& series,
              std::vector<Found>& found) {
  using Place = std::pair<std::int64_t, SeriesRound>;
  std::unordered_map<std::int64_t, std::vector<Place>> by_run;
  for (const Found& one : found) by_run[one.id];
  Statement points(database, std::string(select_points) +
                                 "WHERE series = (SELECT id FROM texts WHERE text = ?)");
  for (const std::string& id : series) {
    points.again();
    points.put(id);
    while (points.step()) {
      points.integer();
      const auto run = by_run.find(points.integer());
      if (run == by_run.end()) continue;
      auto& [position, point] = run->second.emplace_back(points.integer(), SeriesRound{});
      point.id = id;
      read_point(points, texts, point);
    }
  }
  for (Found& one : found) {
    auto& of_run = by_run[one.id];
    std::sort(of_run.begin(), of_run.end(),
              [](const Place& a, const Place& b) { return a.first < b.first; });
    for (auto& [position, point] : of_run) one.stored.round.series.push_back(std::move(point));
  }
}

}  // namespace

IndexTables::IndexTables(const std::filesystem::path& path) : database_(path, patience_ms) {
  database_.execute("PRAGMA cache_size = -65536");  // KiB
  const bool is_index = database_.pragma("application_id") == application_id;
  if (!is_index || database_.pragma("user_version") != index_version) make_tables();
}

/// An empty database becomes an index; any other is none.
void IndexTables::make_tables() {
  database_.execute("BEGIN IMMEDIATE");
  if (database_.pragma("application_id") == application_id &&
      database_.pragma("user_version") == index_version) {
    database_.execute("COMMIT");  // another process was faster
    return;
  }
  {
    Statement any(database_, "SELECT count(*) FROM sqlite_master");
    if (any.step() && any.integer() != 0) {
      throw DatabaseError("it was made by another version", true);
    }
  }
  database_.execute(tables);
  database_.execute("PRAGMA application_id = " + std::to_string(application_id));
  database_.execute("PRAGMA user_version = " + std::to_string(index_version));
  database_.execute("COMMIT");
}

std::int64_t IndexTables::id_of(const std::string& text) {
  const auto known = ids_.find(text);
  if (known != ids_.end()) return known->second;
  Statement add(database_, "INSERT OR IGNORE INTO texts (text) VALUES (?)");
  add.put(text);
  add.step();
  Statement find(database_, "SELECT id FROM texts WHERE text = ?");
  find.put(text);
  if (!find.step()) throw DatabaseError("a text is missing that was written", true);
  return ids_[text] = find.integer();
}

std::vector<IndexedFile> IndexTables::files() {
  Statement all(database_, "SELECT machine, name, size_bytes, changed_ns FROM runs");
  std::vector<IndexedFile> files;
  while (all.step()) {
    IndexedFile& file = files.emplace_back();
    file.machine = all.text();
    file.name = all.text();
    file.size_bytes = all.integer();
    file.changed_ns = all.integer();
  }
  return files;
}

void IndexTables::begin() {
  ids_.clear();
  database_.execute("BEGIN IMMEDIATE");
}

void IndexTables::end() { database_.execute("COMMIT"); }

void IndexTables::clear() {
  ids_.clear();
  database_.execute("DELETE FROM points; DELETE FROM runs; DELETE FROM texts");
}

void IndexTables::remove(std::span<const IndexedFile> files) {
  const std::string points =
      "DELETE FROM points WHERE run = (SELECT id FROM runs WHERE machine = ? AND name = ?)";
  const std::string run = "DELETE FROM runs WHERE machine = ? AND name = ?";
  for (const IndexedFile& file : files) {
    for (const std::string& text : {points, run}) {
      Statement statement(database_, text);
      statement.put(file.machine);
      statement.put(file.name);
      statement.step();
    }
  }
}

void IndexTables::add(const IndexedRun& run) {
  const Round& round = run.round;
  Statement into(database_,
                 "INSERT OR IGNORE INTO runs (machine, name, size_bytes, changed_ns, problem, run, "
                 "campaign, started, class, preset, only_, filter, environment, points) "
                 "VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
  into.put(run.file.machine);
  into.put(run.file.name);
  into.put(run.file.size_bytes);
  into.put(run.file.changed_ns);
  for (const std::string& text : {run.problem, round.run, round.campaign, round.started,
                                  round.class_, round.preset, round.only, round.filter}) {
    into.put(text);
  }
  into.put(id_of(packed(round.environment)));
  into.put(static_cast<std::int64_t>(round.series.size()));
  into.step();
  if (database_.changed_rows() == 0) return;
  const std::int64_t id = database_.last_row();
  Statement points(database_, insert_point);
  std::int64_t position = 0;
  for (const SeriesRound& point : round.series) {
    points.again();
    points.put(id_of(point.id));
    points.put(id);
    points.put(position++);
    each_column(point, [&](const auto& value) {
      using T = std::decay_t<decltype(value)>;
      if constexpr (std::is_same_v<T, std::string>) {
        points.put(id_of(value));
      } else if constexpr (std::is_same_v<T, double> || std::is_same_v<T, Known<double>>) {
        points.put(Known<double>(value));
      } else {
        points.put(static_cast<std::int64_t>(value));
      }
    });
    points.step();
  }
}

std::vector<StoredRound> IndexTables::rounds(const RoundQuery& query) {
  database_.execute("BEGIN");  // one state of the tables for all that follows
  struct End {
    Database& database;
    ~End() {
      try {
        database.execute("COMMIT");
      } catch (const DatabaseError&) {  // it ends with the connection
      }
    }
  } const end{database_};
  Database& database = database_;
  Texts texts(database);
  std::vector<Found> found = runs_of(database, texts, query);
  if (query.with_series && query.series.empty()) add_whole(database, texts, found);
  if (query.with_series && !query.series.empty()) add_some(database, texts, query.series, found);
  std::vector<StoredRound> rounds;
  rounds.reserve(found.size());
  for (Found& one : found) rounds.push_back(std::move(one.stored));
  return rounds;
}

std::vector<std::string> IndexTables::series_of(const std::string& machine) {
  Statement ids(database_,
                "SELECT text FROM texts WHERE EXISTS (SELECT 1 FROM points JOIN runs ON runs.id = "
                "points.run WHERE points.series = texts.id AND runs.machine = ?) ORDER BY text");
  ids.put(machine);
  std::vector<std::string> all;
  while (ids.step()) all.push_back(ids.text());
  return all;
}

std::vector<std::string> IndexTables::machines() {
  Statement ids(database_, "SELECT DISTINCT machine FROM runs WHERE problem = '' ORDER BY machine");
  std::vector<std::string> all;
  while (ids.step()) all.push_back(ids.text());
  return all;
}

std::vector<IndexedRun> IndexTables::unread() {
  Statement rows(database_,
                 "SELECT machine, name, problem FROM runs WHERE problem != '' "
                 "ORDER BY machine, name");
  std::vector<IndexedRun> all;
  while (rows.step()) {
    IndexedRun& run = all.emplace_back();
    run.file.machine = rows.text();
    run.file.name = rows.text();
    run.problem = rows.text();
  }
  return all;
}

}  // namespace roofmark
