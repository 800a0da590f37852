// A run as SQL that SQLite and PostgreSQL take alike.
#include "analyzer/export/exports.h"
#include "analyzer/numbers.h"
#include "core/printable.h"

namespace roofmark {
namespace {

/// A text literal.  Quotes are doubled; PostgreSQL takes backslashes as they are
/// (standard_conforming_strings).  It refuses NUL, which is written as printable() writes it.
std::string text(const std::string& value) {
  std::string quoted = "'";
  for (const char c : value) {
    if (c == '\'') quoted += '\'';
    quoted += c == '\0' ? printable(std::string_view(&c, 1)) : std::string(1, c);
  }
  return quoted + "'";
}

std::string text_or_null(const std::string& value) { return value.empty() ? "NULL" : text(value); }

std::string number(const Known<double>& value) { return value ? exact(*value) : "NULL"; }

std::string list(const std::vector<std::string>& cells) {
  std::string all;
  for (const std::string& cell : cells) all += (all.empty() ? "" : ", ") + cell;
  return all;
}

constexpr const char* tables = R"(CREATE TABLE IF NOT EXISTS roofmark_run (
  run TEXT PRIMARY KEY,
  started TEXT NOT NULL,
  complete INTEGER NOT NULL,
  machine TEXT NOT NULL,
  machine_class TEXT NOT NULL,
  version TEXT NOT NULL,
  source_commit TEXT NOT NULL,
  compiler TEXT NOT NULL,
  preset TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS roofmark_series (
  run TEXT NOT NULL REFERENCES roofmark_run (run),
  series TEXT NOT NULL,
  kind TEXT NOT NULL,
  kernel TEXT NOT NULL,
  variant TEXT NOT NULL,
  number_format TEXT NOT NULL,
  device TEXT NOT NULL,
  threads INTEGER NOT NULL,
  memory_level TEXT,
  operators TEXT,
  outcome TEXT NOT NULL,
  grade TEXT NOT NULL,
  value DOUBLE PRECISION,
  value_low DOUBLE PRECISION,
  value_high DOUBLE PRECISION,
  unit TEXT NOT NULL,
  seconds DOUBLE PRECISION,
  ops DOUBLE PRECISION NOT NULL,
  bytes DOUBLE PRECISION NOT NULL,
  share_of_roof DOUBLE PRECISION,
  bound TEXT,
  ceiling TEXT,
  reason TEXT,
  PRIMARY KEY (run, series)
);
)";

std::string insertion(const std::string& table, const std::vector<std::string>& cells,
                      const char* key) {
  return "INSERT INTO " + table + " VALUES (" + list(cells) + ") ON CONFLICT (" + key +
         ") DO NOTHING;\n";
}

std::vector<std::string> cells_of(const Run& run) {
  return {text(run.id),           text(run.started),        run.complete ? "1" : "0",
          text(run.machine.id),   text(run.machine.class_), text(run.build.version),
          text(run.build.commit), text(run.build.compiler), text(run.policy.preset)};
}

std::vector<std::string> cells_of(const Run& run, const Series& series) {
  const Measurement& row = *series.row;
  return {text(run.id),
          text(series.id),
          text(series.kind),
          text(row.kernel),
          text(row.variant),
          text(row.format.name()),
          text(row.device),
          std::to_string(row.threads),
          text_or_null(row.conditions.level),
          text_or_null(series.operators),
          text(series.outcome),
          text(std::string(1, series.grade)),
          number(series.value),
          number(series.low),
          number(series.high),
          text(series.unit),
          number(series.seconds),
          exact(row.work.ops.value),
          exact(row.work.bytes().value),
          number(series.share),
          text_or_null(series.bound),
          text_or_null(series.ceiling),
          text_or_null(series.reason)};
}

}  // namespace

std::string sql(const Exported& exported) {
  std::string statements = std::string("BEGIN;\n") + tables;
  statements += insertion("roofmark_run", cells_of(exported.run), "run");
  for (const Series& series : exported.series) {
    statements += insertion("roofmark_series", cells_of(exported.run, series), "run, series");
  }
  return statements + "COMMIT;\n";
}

}  // namespace roofmark
