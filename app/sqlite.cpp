// SQLite's C interface behind app/sqlite.h.
#include "app/sqlite.h"

#include <sqlite3.h>

#include <utility>

namespace roofmark {
namespace {

[[noreturn]] void fail(sqlite3* database, int code) {
  const int kind = code & 0xff;
  // ERROR: a table or a column is missing.
  const bool broken = kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB || kind == SQLITE_ERROR ||
                      kind == SQLITE_SCHEMA || kind == SQLITE_MISMATCH || kind == SQLITE_CONSTRAINT;
  throw DatabaseError(database == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(database),
                      broken);
}

}  // namespace

Database::Database(const std::filesystem::path& path, int patience_ms) {
  const int code = sqlite3_open_v2(path.empty() ? ":memory:" : path.c_str(), &database_,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  if (code != SQLITE_OK) {
    const std::string why = database_ == nullptr ? "out of memory" : sqlite3_errmsg(database_);
    sqlite3_close_v2(database_);
    throw DatabaseError(why, (code & 0xff) == SQLITE_NOTADB);
  }
  sqlite3_extended_result_codes(database_, 1);
  sqlite3_busy_timeout(database_, patience_ms);
}

Database::Database(Database&& other) noexcept
    : database_(std::exchange(other.database_, nullptr)) {}

Database::~Database() { sqlite3_close_v2(database_); }

void Database::execute(const std::string& text) {
  const int code = sqlite3_exec(database_, text.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(database_, code);
}

std::int64_t Database::pragma(const char* name) {
  Statement statement(*this, std::string("PRAGMA ") + name);
  return statement.step() ? statement.integer() : 0;
}

std::int64_t Database::last_row() const { return sqlite3_last_insert_rowid(database_); }
std::int64_t Database::changed_rows() const { return sqlite3_changes(database_); }

Statement::Statement(Database& database, const std::string& text) : database_(database.database_) {
  check(sqlite3_prepare_v2(database_, text.c_str(), -1, &statement_, nullptr));
}

Statement::~Statement() { sqlite3_finalize(statement_); }

void Statement::check(int code) const {
  if (code != SQLITE_OK) fail(database_, code);
}

void Statement::put(const std::string& text) {
  check(sqlite3_bind_text64(statement_, ++bound_, text.data(), text.size(), SQLITE_TRANSIENT,
                            SQLITE_UTF8));
}

void Statement::put(std::int64_t value) { check(sqlite3_bind_int64(statement_, ++bound_, value)); }

void Statement::put(const std::optional<double>& value) {
  ++bound_;
  check(value ? sqlite3_bind_double(statement_, bound_, *value)
              : sqlite3_bind_null(statement_, bound_));
}

bool Statement::step() {
  read_ = 0;
  const int code = sqlite3_step(statement_);
  if (code != SQLITE_ROW && code != SQLITE_DONE) fail(database_, code);
  return code == SQLITE_ROW;
}

std::string Statement::text() {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, read_));
  const int size = sqlite3_column_bytes(statement_, read_++);
  return bytes == nullptr ? "" : std::string(bytes, static_cast<std::size_t>(size));
}

std::int64_t Statement::integer() { return sqlite3_column_int64(statement_, read_++); }

std::optional<double> Statement::number() {
  const bool is_null = sqlite3_column_type(statement_, read_) == SQLITE_NULL;
  const double value = sqlite3_column_double(statement_, read_++);
  return is_null ? std::nullopt : std::optional<double>(value);
}

void Statement::again() {
  sqlite3_reset(statement_);
  bound_ = 0;
}

}  // namespace roofmark
