#include "analyzer/export/gbench_context.h"

#include <array>
#include <charconv>
#include <limits>

#include "analyzer/tracking/round.h"
#include "core/fnv1a.h"
#include "core/printable.h"

namespace roofmark {
namespace {

constexpr std::int64_t day_s = 86'400;
constexpr std::int64_t most_cpus = 1 << 20;
constexpr const char* write_anew = "write the file anew with --benchmark_out=FILE";

/// Days since 1970-01-01 of a date of the Gregorian calendar.
/// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil.
std::int64_t days_from(std::int64_t year, std::int64_t month, std::int64_t day) {
  year -= month <= 2 ? 1 : 0;
  const std::int64_t era = year / 400;  // years are positive here
  const std::int64_t of_era = year - era * 400;
  const std::int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146'097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719'468;
}

std::string two(std::int64_t value) { return (value < 10 ? "0" : "") + std::to_string(value); }

/// The inverse of days_from(), as "2026-11-22".  Source: the same, civil_from_days.
std::string date_of(std::int64_t days) {
  days += 719'468;
  const std::int64_t era = days / 146'097;
  const std::int64_t of_era = days - era * 146'097;
  const std::int64_t year_of_era =
      (of_era - of_era / 1'460 + of_era / 36'524 - of_era / 146'096) / 365;
  const std::int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t shifted = (5 * of_year + 2) / 153;
  const std::int64_t month = shifted + (shifted < 10 ? 3 : -9);
  const std::int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
  return std::to_string(year) + "-" + two(month) + "-" + two(of_year - (153 * shifted + 2) / 5 + 1);
}

/// The numbers of a text of that pattern, whose digits stand for digits and whose other characters
/// for themselves; false where it is of another.
bool numbers(std::string_view text, std::string_view pattern, std::array<std::int64_t, 8>& out) {
  if (text.size() != pattern.size()) return false;
  std::size_t next = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (pattern[i] != '0') {
      if (text[i] != pattern[i]) return false;
      ++next;
      continue;
    }
    if (!digit) return false;
    out[next] = 10 * out[next] + (text[i] - '0');
  }
  return true;
}

/// "2026-11-22T04:10:00+02:00" as UTC, "2026-11-22T02:10:00Z".
std::string utc_of(const JsonView& json) {
  const std::string text = json.text();
  std::array<std::int64_t, 8> at{};
  const bool east = numbers(text, "0000-00-00T00:00:00+00:00", at);
  if (!east) at.fill(0);
  const bool west = !east && numbers(text, "0000-00-00T00:00:00-00:00", at);
  const bool sane = at[0] >= 1970 && at[1] >= 1 && at[1] <= 12 && at[2] >= 1 && at[2] <= 31 &&
                    at[3] < 24 && at[4] < 60 && at[5] <= 60 && at[6] < 24 && at[7] < 60;
  if ((!east && !west) || !sane || date_of(days_from(at[0], at[1], at[2])) != text.substr(0, 10)) {
    json.refuse("'" + printable(text, 40) + "' is no date", write_anew);
  }
  const std::int64_t offset = (at[6] * 60 + at[7]) * 60;
  const std::int64_t seconds = days_from(at[0], at[1], at[2]) * day_s + (at[3] * 60 + at[4]) * 60 +
                               at[5] + (east ? -offset : offset);
  if (seconds < 0) json.refuse("'" + text + "' is before 1970", write_anew);
  const std::int64_t of_day = seconds % day_s;
  return date_of(seconds / day_s) + "T" + two(of_day / 3600) + ":" + two(of_day / 60 % 60) + ":" +
         two(of_day % 60) + "Z";
}

std::string text_at(const JsonView& object, std::string_view key) {
  const auto found = object.find(key);
  return found && found->is_string() ? found->text() : "";
}

std::vector<Cache> caches_of(const JsonView& context) {
  std::vector<Cache> caches;
  const auto all = context.find("caches");
  if (!all) return caches;
  constexpr std::int64_t any = std::numeric_limits<std::int64_t>::max();
  for (const JsonView& cache : all->elements()) {
    if (cache.at("type").text() == "Instruction") continue;
    // How many threads share one is told, how many cores do is not.
    caches.push_back({.level = static_cast<int>(cache.at("level").integer(1, 9)),
                      .size_bytes = cache.at("size").integer(0, any)});
  }
  return caches;
}

/// The same for every file of a host, whatever is measured on it and however busy it is.
std::string fingerprint_of(const JsonView& context, const Cpu& cpu) {
  Fnv1a hash;
  hash.add("google benchmark host 1\nname " + text_at(context, "host_name") + "\ncpus " +
           std::to_string(cpu.threads) + "\n");
  for (const Cache& cache : cpu.caches) {
    hash.add("cache " + std::to_string(cache.level) + " " + std::to_string(cache.size_bytes) +
             "\n");
  }
  return hash.digits();
}

Machine machine_of(const JsonView& context, const std::string& given) {
  Machine machine;
  machine.cpu.architecture = "unknown";
  machine.cpu.threads = static_cast<int>(context.at("num_cpus").integer(1, most_cpus));
  machine.cpu.caches = caches_of(context);
  machine.id = given.empty() ? fingerprint_of(context, machine.cpu) : given;
  machine.class_ = "imported-" + std::to_string(machine.cpu.threads) + "t";
  machine.allowance.max_threads = machine.cpu.threads;
  machine.allowance.cgroup = "unknown";
  if (const auto load = context.find("load_avg")) {
    const std::vector<JsonView> minutes = load->elements();
    if (!minutes.empty() && minutes[0].is_number()) {
      machine.environment.load_1m = minutes[0].number(0, 1e9);
    }
  }
  return machine;
}

Build build_of(const JsonView& context) {
  const std::string version = text_at(context, "library_version");
  const std::string kind = text_at(context, "library_build_type");
  Build build{.version = "import",
              .commit = text_at(context, "commit"),
              .compiler = text_at(context, "compiler"),
              .features = {}};
  build.features.emplace_back(google_benchmark, version.empty() ? "unknown" : version);
  if (!kind.empty()) build.features.emplace_back(google_benchmark_build, kind);
  return build;
}

/// Nothing is known of how the samples were taken, so nothing is claimed.
Policy unknown_policy() {
  Policy policy;
  policy.preset = import_preset;
  policy.seed = 0;
  policy.target = policy.long_launch_s = policy.core_sample_s = policy.sample_s = 0;
  policy.case_limit_s = policy.core_limit_s = 0;
  policy.min_kept = policy.min_kept_long = policy.min_kept_core = policy.max_samples = 0;
  return policy;
}

}  // namespace

Run run_of_context(const JsonView& context, const std::string& machine) {
  if (const auto schema = context.find("json_schema_version")) {
    if (schema->integer(0, 1000) != 1) {
      schema->refuse("a file of another schema than 1", "import it with a later version");
    }
  }
  Run run;
  run.started = utc_of(context.at("date"));
  run.complete = true;
  run.build = build_of(context);
  run.machine = machine_of(context, machine);
  run.policy = unknown_policy();
  return run;
}

}  // namespace roofmark
