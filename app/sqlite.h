// The one place that speaks SQLite: a connection and its statements.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>

struct sqlite3;
struct sqlite3_stmt;

namespace roofmark {

/// SQLite refused.  `broken`: what lies there is no database of the tables that were expected.
struct DatabaseError : std::runtime_error {
  DatabaseError(const std::string& what, bool is_broken)
      : std::runtime_error(what), broken(is_broken) {}
  bool broken;
};

/// A connection.  Every function throws DatabaseError.  Uses nothing newer than SQLite 3.31.
class Database {
 public:
  /// Opens or makes the file; an empty path: in memory.  Waits up to `patience_ms` for others.
  Database(const std::filesystem::path& path, int patience_ms);
  Database(Database&& other) noexcept;
  Database& operator=(Database&&) = delete;
  ~Database();

  /// Statements without values, separated by semicolons.
  void execute(const std::string& text);
  /// The value of a pragma that is a number.
  std::int64_t pragma(const char* name);
  std::int64_t last_row() const;      ///< id of the row last inserted
  std::int64_t changed_rows() const;  ///< by the last statement

 private:
  friend class Statement;
  sqlite3* database_ = nullptr;
};

/// A prepared statement: values are put, and those of a row read, from left to right.
class Statement {
 public:
  Statement(Database& database, const std::string& text);
  Statement(Statement&&) = delete;
  ~Statement();

  void put(const std::string& text);
  void put(std::int64_t value);
  void put(const std::optional<double>& value);
  /// Goes to the next row; false where there is none.
  bool step();
  std::string text();
  std::int64_t integer();
  std::optional<double> number();
  /// From the beginning, with other values.
  void again();

 private:
  void check(int code) const;

  sqlite3* database_;
  sqlite3_stmt* statement_ = nullptr;
  int bound_ = 0, read_ = 0;
};

}  // namespace roofmark
