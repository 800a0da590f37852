#include "analyzer/export/gbench_import.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "analyzer/export/gbench_context.h"
#include "analyzer/numbers.h"
#include "core/error.h"
#include "core/fnv1a.h"
#include "core/printable.h"
#include "core/statistics.h"
#include "core/strict_json.h"

namespace roofmark {
namespace {

constexpr JsonView::Limits limits{.size_bytes = 256u << 20, .depth = 16};
constexpr std::size_t most_rows = 20'000;              // of a run file
constexpr double shortest_s = 1e-12, longest_s = 1e7;  // of a sample in a run file
constexpr double most_work = 1e21;                     // the same
constexpr std::size_t any_text = 1u << 20;
constexpr std::int64_t any_count = std::numeric_limits<std::int64_t>::max();

bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// The length of a NaN, Infinity or -Infinity that `text` has at `at` as a word of its own; 0:
/// none.
std::size_t not_finite(std::string_view text, std::size_t at) {
  if (at > 0 && is_word(text[at - 1])) return 0;
  for (const std::string_view word : {"-Infinity", "Infinity", "-NaN", "NaN"}) {
    if (text.substr(at, word.size()) != word) continue;
    const std::size_t end = at + word.size();
    return end < text.size() && is_word(text[end]) ? 0 : word.size();
  }
  return 0;
}

/// The library writes NaN, Infinity and -Infinity where a double is not finite, which is no JSON:
/// they become null.  Inside texts they stay.
std::string with_null_for_nan(std::string_view text) {
  std::string json;
  json.reserve(text.size() + 64);
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (quoted && text[i] == '\\' && i + 1 < text.size()) {
      json += text[i++];
    } else if (text[i] == '"') {
      quoted = !quoted;
    }
    const std::size_t length = quoted ? 0 : not_finite(text, i);
    if (length == 0) {
      json += text[i];
      continue;
    }
    json += "null";
    i += length - 1;
  }
  return json;
}

/// One line of "benchmarks" that is an iteration.
struct Repetition {
  std::int64_t index = 0, iterations = 0;
  Known<double> real_s, cpu_s;  ///< per iteration
  std::string error, skipped;   ///< what it said
  Known<double> bytes_per_second;
  std::vector<Known<double>> work;  ///< ops, read_bytes, written_bytes; empty where one is missing
};

struct Benchmark {
  std::string name, label;
  int threads = 1;
  std::vector<Repetition> repetitions;
};

constexpr std::array<std::string_view, 3> work_keys{"ops", "read_bytes", "written_bytes"};

double seconds_per(const JsonView& row) {
  const auto unit = row.find("time_unit");
  const std::string name = unit ? unit->text() : "ns";
  for (const auto& [known, seconds] :
       {std::pair{"ns", 1e-9}, std::pair{"us", 1e-6}, std::pair{"ms", 1e-3}, std::pair{"s", 1.0}}) {
    if (name == known) return seconds;
  }
  unit->refuse("unknown unit '" + printable(name, 20) + "'", "it is one of ns, us, ms, s");
}

Known<double> number_at(const JsonView& row, std::string_view key) {
  const auto found = row.find(key);
  if (!found || !found->is_number()) return std::nullopt;
  constexpr double any = std::numeric_limits<double>::max();
  return found->number(-any, any);
}

/// Decimal units are divided by, for 1e-9 and 1e-3 are no doubles.
Known<double> time_at(const JsonView& row, std::string_view key) {
  const Known<double> time = number_at(row, key);
  const double per_second = std::round(1 / seconds_per(row));
  return time ? Known<double>(*time / per_second) : std::nullopt;
}

std::string message_at(const JsonView& row, std::string_view flag, std::string_view message) {
  const auto said = row.find(flag);
  if (!said || !said->is_boolean() || !said->boolean()) return {};
  const auto text = row.find(message);
  const std::string why = text ? text->text(any_text) : "";
  return why.empty() ? "it did not say why" : why;
}

Repetition repetition_of(const JsonView& row) {
  Repetition one;
  if (const auto index = row.find("repetition_index")) one.index = index->integer(0, any_count);
  if (const auto count = row.find("iterations")) one.iterations = count->integer(0, any_count);
  one.error = message_at(row, "error_occurred", "error_message");
  one.skipped = message_at(row, "skipped", "skip_message");
  one.real_s = time_at(row, "real_time");
  one.cpu_s = time_at(row, "cpu_time");
  one.bytes_per_second = number_at(row, "bytes_per_second");
  for (const std::string_view key : work_keys) one.work.push_back(number_at(row, key));
  const bool whole = std::all_of(one.work.begin(), one.work.end(), [](const Known<double>& amount) {
    return amount && *amount >= 0 && *amount <= most_work;
  });
  if (!whole) one.work.clear();
  return one;
}

/// The benchmarks of a file, each with its repetitions, in the order of their first.
class Benchmarks {
 public:
  void add(const JsonView& row) {
    for (const auto& [key, value] : row.members()) note_counter(key, value);
    if (is_aggregate(row)) {
      ++aggregates_;
      return;
    }
    const JsonView named = row.has("run_name") ? row.at("run_name") : row.at("name");
    const std::string name = named.text(any_text);
    if (name.empty()) named.refuse("a benchmark without a name", "name it");
    const auto [at, is_new] = places_.emplace(name, all_.size());
    if (is_new) {
      if (all_.size() == most_rows) named.refuse("more than 20000 benchmarks", "split the file");
      const auto threads = row.find("threads");
      const auto label = row.find("label");
      all_.push_back({.name = name,
                      .label = label ? label->text(any_text) : "",
                      .threads = threads ? static_cast<int>(threads->integer(1, 65536)) : 1});
    }
    std::vector<Repetition>& repetitions = all_[at->second].repetitions;
    repetitions.push_back(repetition_of(row));
    const std::int64_t index = repetitions.back().index;
    if (std::any_of(repetitions.begin(), repetitions.end() - 1,
                    [&](const Repetition& had) { return had.index == index; })) {
      named.refuse("two benchmarks are called '" + printable(name, 80) + "'",
                   "give each a name of its own");
    }
  }

  const std::vector<Benchmark>& all() const { return all_; }
  int aggregates() const { return aggregates_; }
  /// Counters that a run has no place for.
  const std::set<std::string>& counters() const { return counters_; }

 private:
  static bool is_aggregate(const JsonView& row) {
    const auto type = row.find("run_type");
    return type ? type->text() == "aggregate" : row.has("aggregate_name");
  }

  void note_counter(const std::string& key, const JsonView& value) {
    constexpr std::string_view taken[] = {"family_index",
                                          "per_family_instance_index",
                                          "repetitions",
                                          "repetition_index",
                                          "threads",
                                          "iterations",
                                          "real_time",
                                          "cpu_time",
                                          "bytes_per_second",
                                          "cpu_coefficient",
                                          "rms",
                                          "real_coefficient"};
    const bool known = std::find(std::begin(taken), std::end(taken), key) != std::end(taken) ||
                       std::find(work_keys.begin(), work_keys.end(), key) != work_keys.end();
    if (!known && (value.is_number() || value.is_null())) counters_.insert(key);
  }

  std::vector<Benchmark> all_;
  std::map<std::string, std::size_t> places_;
  std::set<std::string> counters_;
  int aggregates_ = 0;
};

bool says(const std::string& name, std::string_view word) {
  return ("/" + name + "/").find("/" + std::string(word) + "/") != std::string::npos;
}

/// Bytes of an iteration; a whole number where it is one but for rounding, so that every file says
/// the same.
double bytes_of(const Benchmark& benchmark) {
  const bool wall = says(benchmark.name, "real_time") || says(benchmark.name, "manual_time");
  std::vector<double> amounts;
  for (const Repetition& one : benchmark.repetitions) {
    const Known<double>& time = wall ? one.real_s : one.cpu_s;
    if (one.bytes_per_second && time) amounts.push_back(*one.bytes_per_second * *time);
  }
  if (amounts.empty()) return 0;
  const double amount = median(amounts);
  if (!std::isfinite(amount) || amount < 0 || amount > most_work) return 0;
  return std::abs(amount - std::round(amount)) <= 1e-6 * amount ? std::round(amount) : amount;
}

Work work_of(const Benchmark& benchmark) {
  const std::vector<Known<double>>& said = benchmark.repetitions.front().work;
  if (said.empty()) return {.read = Bytes{bytes_of(benchmark)}};
  return {.ops = Ops{*said[0]}, .read = Bytes{*said[1]}, .written = Bytes{*said[2]}};
}

/// Why a time cannot be a sample; empty: it can.
std::string impossible(const Known<double>& time_s) {
  if (!time_s) return "its real_time is no number";
  if (*time_s >= shortest_s && *time_s <= longest_s) return {};
  return "its real_time of " + exact(*time_s) + " s is no time of a call";
}

Measurement row_of(const Benchmark& benchmark) {
  Measurement row = named_row(benchmark.name, benchmark.threads);
  row.work = work_of(benchmark);
  row.implementation = benchmark.label;
  row.launches = benchmark.repetitions.front().iterations;
  std::string error, skipped, no_time;
  for (const Repetition& one : benchmark.repetitions) {
    if (error.empty()) error = one.error;
    if (skipped.empty()) skipped = one.skipped;
    if (no_time.empty()) no_time = impossible(one.real_s);
    if (one.real_s) row.samples_s.push_back(*one.real_s);
  }
  if (error.empty() && skipped.empty()) error = no_time;
  if (!error.empty() || !skipped.empty()) {
    row.status = error.empty() ? Status::skipped : Status::failed;
    row.reason = error.empty() ? skipped : error;
    row.samples_s.clear();
  }
  row.flags.assign(row.samples_s.size(), "");
  row.clock_hz.assign(row.samples_s.size(), 0);
  row.grade = 'C';
  return row;
}

std::string joined(const std::set<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + printable(word, 60);
  return text;
}

}  // namespace

Imported run_from_gbench(std::string_view text, const std::string& name,
                         const std::string& machine) {
  const JsonView json = JsonView::parse(with_null_for_nan(text), name, limits);
  if (!json.is_object() || !json.has("context") || !json.has("benchmarks")) {
    json.refuse("no results of Google Benchmark (without \"context\" and \"benchmarks\")",
                "write them with --benchmark_out=FILE --benchmark_out_format=json");
  }
  Imported imported{.run = run_of_context(json.at("context"), machine), .notes = {}};
  Run& run = imported.run;
  Fnv1a hash;
  hash.add(text);
  run.id = hash.digits();
  Benchmarks benchmarks;
  for (const JsonView& row : json.at("benchmarks").elements()) benchmarks.add(row);
  if (benchmarks.all().empty()) {
    json.at("benchmarks")
        .refuse(benchmarks.aggregates() > 0 ? "aggregates alone" : "no benchmark",
                "run it again without --benchmark_report_aggregates_only");
  }
  std::map<std::string, std::string> names;
  std::set<int> threads;
  for (const Benchmark& benchmark : benchmarks.all()) {
    run.rows.push_back(row_of(benchmark));
    threads.insert(run.rows.back().threads);
    const auto [had, is_new] = names.emplace(run.rows.back().id, benchmark.name);
    if (is_new) continue;
    json.at("benchmarks")
        .refuse("'" + printable(had->second, 80) + "' and '" + printable(benchmark.name, 80) +
                    "' cannot be told apart",
                "rename one of them");
  }
  run.policy.threads.assign(threads.begin(), threads.end());
  if (!benchmarks.counters().empty()) {
    imported.notes.push_back("counters without a place in a run are left out: " +
                             joined(benchmarks.counters()));
  }
  for (const auto& [feature, value] : run.build.features) {
    if (feature == google_benchmark_build && value == "debug") {
      imported.notes.push_back("the library was built without optimization, says the file");
    }
  }
  return imported;
}

}  // namespace roofmark
