// Reads runs and journals back: every value by type and range, every refusal with its key.
#include "core/run_reader.h"

#include <algorithm>
#include <array>
#include <set>

#include "core/case.h"
#include "core/error.h"
#include "core/network_reader.h"
#include "core/printable.h"
#include "core/run_json.h"

namespace roofmark {

DType dtype_at(const JsonView& object, std::string_view key) {
  const JsonView json = object.at(key);
  const std::string text = json.text();
  if (const auto type = dtype_from(text)) return *type;
  json.refuse("unknown number format '" + text + "'", "formats are named as f32, bf16, i8");
}

Format format_from_json(const JsonView& json) {
  json.exactly({"weights", "activations", "accumulate"});
  return {dtype_at(json, "weights"), dtype_at(json, "activations"), dtype_at(json, "accumulate")};
}

namespace {

// Far above any plan; what reads runs may compare each row with each.
constexpr std::size_t most_rows = 20'000;
constexpr JsonView::Limits run_limits{.size_bytes = 256u << 20, .depth = 64};
constexpr const char* too_many_rows = "more than 20000 rows";
constexpr const char* split_it = "give it in several runs";

std::vector<std::string> texts(const JsonView& json) {
  std::vector<std::string> all;
  for (const JsonView& element : json.elements()) all.push_back(element.text(any_text));
  return all;
}

/// Whether it is a moment of the calendar, written 2026-11-22T02:10:00Z.
bool is_utc(std::string_view text) {
  constexpr std::string_view pattern = "0000-00-00T00:00:00Z";
  if (text.size() != pattern.size()) return false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (pattern[i] == '0' ? !digit : text[i] != pattern[i]) return false;
  }
  const auto number = [&](std::size_t at, std::size_t digits) {
    int value = 0;
    for (const char c : text.substr(at, digits)) value = 10 * value + (c - '0');
    return value;
  };
  const int year = number(0, 4), month = number(5, 2), day = number(8, 2);
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  const int days[] = {31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1] && number(11, 2) < 24 &&
         number(14, 2) < 60 && number(17, 2) <= 60;  // 60: a leap second
}

std::string utc_from(const JsonView& json) {
  std::string text = json.text();
  if (!is_utc(text)) {
    json.refuse("'" + printable(text, 40) + "' is no moment",
                "it is UTC in ISO 8601, 2026-11-22T02:10:00Z");
  }
  return text;
}

Build build_from(const JsonView& json) {
  json.exactly({"version", "commit", "compiler", "features"});
  Build build{json.at("version").text(any_text),
              json.at("commit").text(any_text),
              json.at("compiler").text(any_text),
              {}};
  for (const auto& [library, version] : json.at("features").members()) {
    build.features.emplace_back(library, version.text(any_text));
  }
  return build;
}

Workload workload_from(const JsonView& json) {
  json.exactly({"model", "phase", "queries", "format", "kv", "attention"}, {"device", "group"});
  Workload workload;
  workload.model = model_of_run(json.at("model"));
  workload.phase = one_of(json, "phase", std::array{Phase::prefill, Phase::decode});
  for (const JsonView& query : json.at("queries").elements()) {
    query.exactly({"cached", "fresh"});
    workload.queries.push_back({.cached = query.at("cached").integer(0, any_count),
                                .fresh = query.at("fresh").integer(0, any_count)});
  }
  workload.format = format_from_json(json.at("format"));
  workload.kv = dtype_at(json, "kv");
  workload.attention = one_of(json, "attention", std::array{Attention::flash, Attention::eager});
  workload.device = text_or_empty(json, "device");
  if (const auto group = json.find("group")) workload.group = group->integer(1, any_count);
  return workload;
}

}  // namespace

Policy policy_from(const JsonView& json) {
  json.exactly({"preset", "only", "filter", "devices", "threads", "workloads", "seed", "target",
                "min_kept", "min_kept_long", "min_kept_core", "long_launch_s", "core_sample_s",
                "sample_s", "case_limit_s", "core_limit_s", "max_samples"});
  Policy policy;
  policy.preset = json.at("preset").text(any_text);
  policy.only = text_or_empty(json, "only");
  policy.filter = text_or_empty(json, "filter");
  policy.devices = texts(json.at("devices"));
  for (const JsonView& threads : json.at("threads").elements()) {
    policy.threads.push_back(static_cast<int>(threads.integer(1, 65536)));
  }
  for (const JsonView& workload : json.at("workloads").elements()) {
    policy.workloads.push_back(workload_from(workload));
  }
  policy.seed = static_cast<std::uint64_t>(
      json.at("seed").integer(std::numeric_limits<std::int64_t>::min(), any_count));
  policy.target = json.at("target").number(0, any_positive);
  constexpr int many = std::numeric_limits<int>::max();
  policy.min_kept = small(json, "min_kept", 0, many);
  policy.min_kept_long = small(json, "min_kept_long", 0, many);
  policy.min_kept_core = small(json, "min_kept_core", 0, many);
  policy.long_launch_s = json.at("long_launch_s").number(0, any_positive);
  policy.core_sample_s = json.at("core_sample_s").number(0, any_positive);
  policy.sample_s = json.at("sample_s").number(0, any_positive);
  policy.case_limit_s = json.at("case_limit_s").number(0, any_positive);
  policy.core_limit_s = json.at("core_limit_s").number(0, any_positive);
  policy.max_samples = small(json, "max_samples", 0, many);
  return policy;
}

namespace {

/// `rows`: "rows" in a run file, nothing in a journal.
Run header_from(const JsonView& json, const std::vector<std::string_view>& rows) {
  const std::string schema = json.at("schema").text();
  if (schema != run_schema) {
    json.at("schema").refuse("a file of schema '" + schema + "', not " + std::string(run_schema),
                             "read it with the version of roofmark that wrote it");
  }
  std::vector<std::string_view> keys{"schema", "id",      "started", "complete",
                                     "build",  "machine", "policy"};
  keys.insert(keys.end(), rows.begin(), rows.end());
  json.exactly(keys, {"campaign"});
  Run run;
  run.id = file_name(json.at("id"));
  run.started = utc_from(json.at("started"));
  run.complete = json.at("complete").boolean();
  run.build = build_from(json.at("build"));
  run.machine = machine_from(json.at("machine"));
  run.policy = policy_from(json.at("policy"));
  if (const auto campaign = json.find("campaign")) run.campaign = file_name(*campaign);
  return run;
}

/// A journal's first line is a whole object without rows.
bool is_journal(std::string_view text, const std::string& name) {
  const std::string_view first = text.substr(0, text.find('\n'));
  if (first.size() < 2) return false;  // "{": an indented file
  try {
    const JsonView json = JsonView::parse(first, name, run_limits);
    return json.is_object() && !json.has("rows");
  } catch (const InputError&) {
    return false;
  }
}

/// Reads rows of one run, each id once.
class Rows {
 public:
  void add(const JsonView& json) {
    Measurement row = row_from(json);
    if (!ids_.insert(row.id).second) {
      json.at("id").refuse("a second row of " + printable(row.id, 200), damaged);
    }
    rows_.push_back(std::move(row));
  }
  std::size_t size() const { return rows_.size(); }
  std::vector<Measurement> take() { return std::move(rows_); }

 private:
  std::vector<Measurement> rows_;
  std::set<std::string> ids_;
};

}  // namespace

Run run_from_json(std::string_view text, const std::string& name) {
  const JsonView json = JsonView::parse(text, name, run_limits);
  Run run = header_from(json, {"rows"});
  const std::vector<JsonView> elements = json.at("rows").elements();
  if (elements.size() > most_rows) json.at("rows").refuse(too_many_rows, split_it);
  Rows rows;
  for (const JsonView& row : elements) rows.add(row);
  run.rows = rows.take();
  return run;
}

Run run_from_journal(std::string_view text, const std::string& name) {
  const auto parse = [&](std::string_view line, std::size_t number) {
    return JsonView::parse(line, name + ":" + std::to_string(number), run_limits);
  };
  std::size_t end = text.find('\n');
  if (end == std::string_view::npos) {
    throw InputError(name + ": no journal header (the run was killed before its first row); " +
                     "measure again");
  }
  Run run = header_from(parse(text.substr(0, end), 1), {});
  run.complete = false;
  Rows rows;
  for (std::size_t line = 2, begin = end + 1; begin < text.size(); ++line, begin = end + 1) {
    end = text.find('\n', begin);
    if (end == std::string_view::npos) break;  // torn: killed while writing
    const JsonView row = parse(text.substr(begin, end - begin), line);
    if (rows.size() == most_rows) row.refuse(too_many_rows, split_it);
    rows.add(row);
  }
  run.rows = rows.take();
  return run;
}

Measurement row_from_journal(std::string_view line, const std::string& name) {
  return row_from(JsonView::parse(line, name, run_limits));
}

Run read_run(std::string_view text, const std::string& name) {
  return is_journal(text, name) ? run_from_journal(text, name) : run_from_json(text, name);
}

}  // namespace roofmark
