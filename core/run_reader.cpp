// Reads runs and journals back: every value by type and range, every refusal with its key.
#include "core/run_reader.h"

#include <algorithm>
#include <array>

#include "core/error.h"
#include "core/model_json.h"
#include "core/run_json.h"

namespace roofmark {
namespace {

// Far above any plan; what reads runs may compare each row with each.
constexpr std::size_t most_rows = 20'000;
constexpr JsonView::Limits run_limits{.size_bytes = 256u << 20, .depth = 64};
constexpr const char* too_many_rows = "more than 20000 rows";
constexpr const char* split_it = "give it in several runs";
constexpr const char* damaged = "the file is damaged or was edited; take the original again";

/// The value among `all` whose name() is the text at `key`.
template <class T, std::size_t N>
T one_of(const JsonView& object, std::string_view key, const std::array<T, N>& all) {
  const JsonView json = object.at(key);
  const std::string text = json.text();
  std::string names;
  for (const T value : all) {
    if (name(value) == text) return value;
    names += (names.empty() ? "" : ", ") + std::string(name(value));
  }
  json.refuse("unknown value '" + text + "'", "it is one of " + names);
}

DType dtype_at(const JsonView& object, std::string_view key) {
  const JsonView json = object.at(key);
  const std::string text = json.text();
  if (const auto type = dtype_from(text)) return *type;
  json.refuse("unknown number format '" + text + "'", "formats are named as f32, bf16, i8");
}

Format format_from_json(const JsonView& json) {
  return {dtype_at(json, "weights"), dtype_at(json, "activations"), dtype_at(json, "accumulate")};
}

std::vector<std::string> texts(const JsonView& json) {
  std::vector<std::string> all;
  for (const JsonView& element : json.elements()) all.push_back(element.text(any_text));
  return all;
}

double positive(const JsonView& json) {
  const double value = json.number(0, any_positive);
  if (value == 0) json.refuse("a duration of zero", damaged);
  return value;
}

double positive_at(const JsonView& object, std::string_view key) {
  return positive(object.at(key));
}

Build build_from(const JsonView& json) {
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
  Workload workload;
  workload.model = model_from_json(json.at("model"), "model");
  workload.phase = one_of(json, "phase", std::array{Phase::prefill, Phase::decode});
  for (const JsonView& query : json.at("queries").elements()) {
    workload.queries.push_back({.cached = query.at("cached").integer(0, any_count),
                                .fresh = query.at("fresh").integer(0, any_count)});
  }
  workload.format = format_from_json(json.at("format"));
  workload.kv = dtype_at(json, "kv");
  workload.attention = one_of(json, "attention", std::array{Attention::flash, Attention::eager});
  return workload;
}

Policy policy_from(const JsonView& json) {
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

Health health_from(const JsonView& json) {
  return {.load_1m = known_number(json, "load_1m", 0, any_positive),
          .steal_s = known_number(json, "steal_s", 0, any_positive),
          .temperature_c = known_number(json, "temperature_c", -273.15, 1000),
          .pressure_cpu_some_avg10 = known_number(json, "pressure_cpu_some_avg10", 0, 100),
          .throttle_events = known_integer(json, "throttle_events", 0, any_count)};
}

Work work_from(const JsonView& json) {
  const auto amount = [&](std::string_view key) { return json.at(key).number(0, any_positive); };
  const Work work{.ops = Ops{amount("ops")},
                  .read = Bytes{amount("read_bytes")},
                  .written = Bytes{amount("written_bytes")},
                  .weights = Bytes{amount("weight_bytes")},
                  .kv_read = Bytes{amount("kv_read_bytes")},
                  .kv_written = Bytes{amount("kv_written_bytes")}};
  // Sums of exact integers below 2^53 may still differ from the whole in the last bit above it.
  constexpr double rounding = 1 + 1e-12;
  if (work.weights.value + work.kv_read.value > work.read.value * rounding ||
      work.kv_written.value > work.written.value * rounding) {
    json.refuse("weights and key/value cache move more bytes than the whole", damaged);
  }
  return work;
}

void read_samples(const JsonView& json, Measurement& row) {
  for (const JsonView& sample : json.at("samples_s").elements()) {
    row.samples_s.push_back(positive(sample));
  }
  row.flags = texts(json.at("flags"));
  for (const JsonView& clock : json.at("clock_hz").elements()) {
    row.clock_hz.push_back(clock.is_null() ? 0.0 : positive(clock));
  }
  if (row.flags.size() != row.samples_s.size() || row.clock_hz.size() != row.samples_s.size()) {
    json.refuse("samples_s, flags and clock_hz have " + std::to_string(row.samples_s.size()) +
                    ", " + std::to_string(row.flags.size()) + " and " +
                    std::to_string(row.clock_hz.size()) + " entries where they must be parallel",
                damaged);
  }
}

void read_pairs(const JsonView& json, Measurement& row) {
  row.companion = text_or_empty(json, "companion");
  for (const JsonView& pair : json.at("pairs").elements()) {
    if (pair.at("companion").text(any_text) != row.companion) {
      pair.refuse("a pair with another companion than its row", damaged);
    }
    row.pairs.push_back({positive_at(pair, "kernel_s"), positive_at(pair, "companion_s"),
                         text_or_empty(pair, "flag")});
  }
}

char grade_from(const JsonView& json) {
  const std::string grade = json.text();
  if (grade != "A" && grade != "B" && grade != "C") {
    json.refuse("unknown grade '" + grade + "'", "a run file holds A, B or C");
  }
  return grade.front();
}

/// Unique extents, because a second one of the same name would never be seen.
Shape shape_from(const JsonView& json) {
  Shape shape;
  for (const auto& [extent, value] : json.members()) {
    shape.extents.push_back({extent, value.integer(0, any_count)});
  }
  return shape;
}

Measurement row_from(const JsonView& json) {
  Measurement row;
  row.id = json.at("id").text(any_text);
  row.kernel = json.at("kernel").text(any_text);
  row.variant = json.at("variant").text(any_text);
  row.role = one_of(json, "role",
                    std::array{Role::kernel, Role::compute_probe, Role::bandwidth_probe,
                               Role::latency_probe, Role::overhead_probe});
  row.device = json.at("device").text(any_text);
  row.threads = small(json, "threads", 1, 65536);
  row.format = format_from_json(json.at("format"));
  row.shape = shape_from(json.at("shape"));
  const JsonView conditions = json.at("conditions");
  row.conditions = {.level = text_or_empty(json, "level"),
                    .stores = text_or_empty(conditions, "stores"),
                    .pages = text_or_empty(conditions, "pages"),
                    .state = text_or_empty(conditions, "state"),
                    .packed = text_or_empty(conditions, "packed")};
  row.work = work_from(json.at("work"));
  row.status = one_of(json, "status",
                      std::array{Status::ok, Status::failed, Status::unsupported, Status::skipped});
  row.reason = text_or_empty(json, "reason");
  row.implementation = text_or_empty(json, "implementation");
  row.error = known_number(json, "error", 0, any_positive)
                  .value_or(std::numeric_limits<double>::infinity());
  row.launches = json.at("launches_per_sample").integer(0, any_count);
  read_samples(json, row);
  read_pairs(json, row);
  row.contended = json.at("contended").boolean();
  row.interval_met = json.at("interval_met").boolean();
  row.grade = grade_from(json.at("grade"));
  row.before = health_from(json.at("health").at("before"));
  row.after = health_from(json.at("health").at("after"));
  return row;
}

Run header_from(const JsonView& json) {
  const std::string schema = json.at("schema").text();
  if (schema != run_schema) {
    json.at("schema").refuse("a file of schema '" + schema + "', not " + std::string(run_schema),
                             "read it with the version of roofmark that wrote it");
  }
  Run run;
  run.id = json.at("id").text(any_text);
  run.started = json.at("started").text(any_text);
  run.complete = json.at("complete").boolean();
  run.build = build_from(json.at("build"));
  run.machine = machine_from(json.at("machine"));
  run.policy = policy_from(json.at("policy"));
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

}  // namespace

Run run_from_json(std::string_view text, const std::string& name) {
  const JsonView json = JsonView::parse(text, name, run_limits);
  Run run = header_from(json);
  const std::vector<JsonView> rows = json.at("rows").elements();
  if (rows.size() > most_rows) json.at("rows").refuse(too_many_rows, split_it);
  for (const JsonView& row : rows) run.rows.push_back(row_from(row));
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
  Run run = header_from(parse(text.substr(0, end), 1));
  run.complete = false;
  for (std::size_t line = 2, begin = end + 1; begin < text.size(); ++line, begin = end + 1) {
    end = text.find('\n', begin);
    if (end == std::string_view::npos) break;  // torn: killed while writing
    const JsonView row = parse(text.substr(begin, end - begin), line);
    if (run.rows.size() == most_rows) row.refuse(too_many_rows, split_it);
    run.rows.push_back(row_from(row));
  }
  return run;
}

Run read_run(std::string_view text, const std::string& name) {
  return is_journal(text, name) ? run_from_journal(text, name) : run_from_json(text, name);
}

}  // namespace roofmark
